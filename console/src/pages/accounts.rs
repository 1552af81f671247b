//! 利用者: accounts, their roles and sessions.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use renkei_core::catalogue::Lang;
use renkei_core::words::say;

use super::senders;
use crate::access::accounts::{self, Account, By};
use crate::access::enter::{WAIT_MINUTES, WRONG_OF_LOGIN_MAX};
use crate::access::role::{ACTIONS, ROLES};
use crate::access::{Person, Role};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{self, Fields, Nav, Page, Tone, address, badge, field, frame, post, search, when};
use crate::notice::{Notice, Subject};
use crate::refusal::{Answer, Refusal};

/// Accounts of one page.
const ROWS: i64 = 50;

/// The accounts, by login id.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    let lang = person.lang;
    let known: Vec<Account> = sqlx::query_as(include_str!("sql/accounts.sql"))
        .bind(fields.some("find"))
        .bind(fields.some("behind"))
        .bind(ROWS)
        .bind(WRONG_OF_LOGIN_MAX)
        .bind(WAIT_MINUTES)
        .fetch_all(&desk.pool)
        .await?;
    let next = known.last().filter(|_| i64::try_from(known.len()).unwrap_or(0) == ROWS).map(|account| account.login_id.as_str());
    let topics: Vec<(String, String)> = desk
        .registry
        .topics
        .iter()
        .map(|topic| (topic.slug.to_string(), format!("{:02} {}", topic.number, say(lang, &topic.name, &topic.name_en))))
        .collect();
    let body = html! {
        (tabs(lang, "/accounts"))
        (search("/accounts", html! {
            (field(say(lang, "ログインID・氏名", "Login id or name"), "find", html! { input id="find" name="find" type="search" value=(fields.get("find")); }))
            button type="submit" { (say(lang, "検索", "Find")) }
        }))
        @if known.is_empty() { (html::empty(say(lang, "該当する利用者はいません。", "No account matches."))) }
        @for account in &known { (card(&person, account, &topics)) }
        @if let Some(next) = next {
            nav.older { a href={ (address("/accounts", &fields, &["find"])) "behind=" (next) } rel="next" { (say(lang, "さらに表示", "more")) } }
        }
        section.panel {
            h2 { (say(lang, "利用者の追加", "Add an account")) }
            (add_form(&person))
        }
        section.panel { h2 { (say(lang, "権限の内容", "What the roles may do")) } (matrix(lang)) }
    };
    let notice = match (Notice::of(fields.get("done")), fields.some("who")) {
        // An address names nobody who is not there.
        (Some(notice), Some(who)) => Some(match accounts::name(&desk.pool, who).await? {
            Some((login, name)) => notice.about(Subject::Person { login, name }),
            None => notice,
        }),
        (notice, _) => notice,
    };
    Ok(frame(&person, &Page::new(Nav::Accounts, say(lang, "利用者", "Accounts")).after(notice), body))
}

/// People, and systems that hand in.
pub(crate) fn tabs(lang: Lang, here: &str) -> Markup {
    let tabs =
        [("/accounts", say(lang, "利用者", "People")), (senders::ADDRESS, say(lang, "送信元のトークン", "Tokens of senders"))];
    html! {
        nav.tabs aria-label=(say(lang, "利用者と送信元", "People and senders")) {
            @for (address, name) in tabs { a href=(address) aria-current=[(address == here).then_some("page")] { (name) } }
        }
    }
}

/// Roles × actions, from the rule itself.
fn matrix(lang: Lang) -> Markup {
    html! {
        table {
            thead { tr { th {} @for action in ACTIONS { th { (action.name(lang)) } } } }
            tbody { @for role in ROLES { tr {
                th scope="row" { (role.name(lang)) }
                @for action in ACTIONS { td { @if role.may(action) { "○" } @else { "–" } } }
            } } }
        }
    }
}

fn state(lang: Lang, account: &Account) -> Markup {
    html! {
        @if account.may_enter { (badge(Tone::Good, say(lang, "有効", "active"))) }
        @else { (badge(Tone::Bad, say(lang, "無効", "disabled"))) }
        @if let Some(until) = &account.locked_until {
            " " (badge(Tone::Bad, say(lang, "ログイン停止中", "sign-in locked"))) " " span.hint { (until_when(lang, until)) }
        }
        @if account.must_change { " " (badge(Tone::Act, say(lang, "初期パスワード", "initial password"))) }
        @if account.has_totp { " " (badge(Tone::Quiet, say(lang, "ワンタイムコード", "one-time codes"))) }
        @if account.origin == "portal" { " " (badge(Tone::Quiet, say(lang, "ポータル連携", "from the portal"))) }
    }
}

fn until_when(lang: Lang, until: &str) -> Markup {
    match lang {
        Lang::Ja => html! { (when(until)) "まで" },
        Lang::En => html! { "until " (when(until)) },
    }
}

fn role_name(lang: Lang, role: &str) -> String {
    let (name, topic) = role.split_once(':').map_or((role, None), |(name, topic)| (name, Some(topic)));
    let word = Role::parse(name).map_or(name, |role| role.name(lang));
    format!("{word} · {}", topic.unwrap_or(say(lang, "すべての連携", "every topic")))
}

fn card(person: &Person, account: &Account, topics: &[(String, String)]) -> Markup {
    let lang = person.lang;
    let login = &account.login_id;
    let own = login.eq_ignore_ascii_case(&person.login);
    let address = |act: &str| format!("/accounts/{login}/{act}");
    html! {
        section.panel {
            h2 { code { (login) } " " bdi { (account.display_name) } " " (state(lang, account)) }
            p {
                (say(lang, "最終利用", "Last used")) ": "
                @match &account.last_seen { Some(at) => (when(at)), None => (say(lang, "なし", "never")) }
                " · " (say(lang, "開いているセッション", "open sessions")) ": " (account.sessions)
                @if let Some(reason) = &account.disabled_reason { " · " (say(lang, "無効の理由", "Disabled because")) ": " (reason) }
            }
            ul.plain {
                @for role in &account.roles {
                    li.row {
                        (role_name(lang, role))
                        @if !own {
                            details {
                                summary { (say(lang, "取消", "take away")) }
                                (post(person, &address("take"), html! {
                                    input type="hidden" name="role" value=(role);
                                    (because(lang, &format!("take-{login}-{role}")))
                                    button.danger type="submit" { (say(lang, "権限を取り消す", "Take the role away")) }
                                }))
                            }
                        }
                    }
                }
            }
            @if account.locked_until.is_some() {
                p.hint { (say(lang, "パスワードなどの誤りが続いたため、ログインを一時停止しています。本人による誤りか確認してください。",
                              "Sign-in is locked after wrong attempts. Make sure that they were the person's own.")) }
                @if !own {
                    (post(person, &address("unlock"), html! {
                        (because(lang, &format!("unlock-{login}")))
                        button type="submit" { (say(lang, "ログイン停止を解除", "Lift the lock")) }
                    }))
                }
            }
            @if own { p.hint { (say(lang, "自分の権限は変更できません。", "Nobody changes their own roles.")) } }
            @else {
                details {
                    summary { (say(lang, "変更", "Change")) }
                    (post(person, &address("give"), html! {
                        (field(say(lang, "権限", "Role"), &format!("role-{login}"), html! {
                            select id={ "role-" (login) } name="role" { @for role in ROLES { option value=(role) { (role.name(lang)) } } }
                        }))
                        (field(say(lang, "連携", "Topic"), &format!("topic-{login}"), html! {
                            select id={ "topic-" (login) } name="topic" {
                                option value="" { (say(lang, "すべての連携", "every topic")) }
                                @for (slug, name) in topics { option value=(slug) { (name) } }
                            }
                        }))
                        button type="submit" { (say(lang, "権限を付与", "Give the role")) }
                    }))
                    (post(person, &address("reset"), html! {
                        label { input type="checkbox" name="codes" value="yes"; " " (say(lang, "ワンタイムコードも解除", "take the one-time codes away, too")) }
                        button type="submit" { (say(lang, "パスワードを再発行", "Give a new password")) }
                    }))
                    (post(person, &address("end-sessions"), html! {
                        button type="submit" { (say(lang, "セッションを終了", "End the sessions")) }
                    }))
                    @if account.disabled_at.is_none() {
                        (post(person, &address("disable"), html! {
                            (because(lang, &format!("reason-{login}")))
                            button.danger type="submit" { (say(lang, "無効にする", "Disable")) }
                        }))
                    } @else {
                        (post(person, &address("enable"), html! {
                            button type="submit" { (say(lang, "有効にする", "Let in again")) }
                        }))
                    }
                }
            }
        }
    }
}

/// Why, which must be said.
fn because(lang: Lang, id: &str) -> Markup {
    field(say(lang, "理由", "Reason"), id, html! { input id=(id) name="reason" required; })
}

fn add_form(person: &Person) -> Markup {
    let lang = person.lang;
    post(
        person,
        "/accounts",
        html! {
            (field(say(lang, "ログインID（英数字と . _ -、3〜64文字）", "Login id (letters, digits, . _ -, 3 to 64)"), "login", html! {
                input id="login" name="login" pattern="[A-Za-z0-9._\\-]{3,64}" required autocomplete="off";
            }))
            (field(say(lang, "氏名", "Name"), "name", html! { input id="name" name="name" required autocomplete="off"; }))
            label {
                input type="checkbox" name="portal" value="yes"; " "
                (say(lang, "職員ポータルのログインID（連携21で無効になると入れなくなる）", "login id of the staff portal (disabled with topic 21)"))
            }
            button type="submit" { (say(lang, "追加", "Add")) }
        },
    )
}

/// A password that is shown once, here and nowhere else.
fn shown_once(person: &Person, login: &str, initial: &str) -> Response {
    let lang = person.lang;
    let body = html! {
        p { (say(lang, "次の初期パスワードを本人に伝えてください。この画面を閉じると、二度と表示できません。",
                 "Tell the person this initial password. It is shown here once and never again.")) }
        dl.facts {
            dt { (say(lang, "ログインID", "Login id")) } dd { code { (login) } }
            dt { (say(lang, "初期パスワード", "Initial password")) } dd { code.secret { (initial) } }
        }
        p { a href="/accounts" { (say(lang, "利用者の一覧へ", "To the accounts")) } }
    };
    frame(person, &Page::new(Nav::Accounts, say(lang, "初期パスワード", "Initial password")), body).into_response()
}

/// Adds one.
pub(crate) async fn add(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer<Response> {
    let by = By { actor: &person.login, reason: "" };
    let login = fields.get("login");
    let initial = accounts::add(&desk.pool, login, fields.get("name"), fields.some("portal").is_some(), by).await?;
    Ok(shown_once(&person, login, &initial))
}

/// A new initial password.
pub(crate) async fn reset(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(login): Path<String>,
    fields: Fields,
) -> Answer<Response> {
    not_oneself(&person, &login)?;
    let by = By { actor: &person.login, reason: fields.get("reason") };
    let initial = accounts::reset(&desk.pool, &login, fields.some("codes").is_some(), by).await?;
    Ok(shown_once(&person, &login, &initial))
}

fn role_and_topic<'f>(desk: &Desk, role: &'f str, topic: Option<&'f str>) -> Answer<(Role, Option<&'f str>)> {
    let (name, topic) = role.split_once(':').map_or((role, topic), |(name, topic)| (name, Some(topic)));
    let known = topic.is_none_or(|slug| desk.registry.topics.iter().any(|topic| topic.slug.as_str() == slug));
    match Role::parse(name) {
        Some(role) if known => Ok((role, topic)),
        _ => Err(Refusal::value("role", role)),
    }
}

/// Gives a role.
pub(crate) async fn give(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(login): Path<String>,
    fields: Fields,
) -> Answer<Response> {
    not_oneself(&person, &login)?;
    let (role, topic) = role_and_topic(&desk, fields.get("role"), fields.some("topic"))?;
    accounts::give(&desk.pool, &login, role, topic, By { actor: &person.login, reason: "" }).await?;
    Ok(done("role-given", &login))
}

/// Takes a role away.
pub(crate) async fn take(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(login): Path<String>,
    fields: Fields,
) -> Answer<Response> {
    not_oneself(&person, &login)?;
    let (role, topic) = role_and_topic(&desk, fields.get("role"), None)?;
    accounts::take(&desk.pool, &login, role, topic, By { actor: &person.login, reason: fields.reason()? }).await?;
    Ok(done("role-taken", &login))
}

/// Disables an account.
pub(crate) async fn disable(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(login): Path<String>,
    fields: Fields,
) -> Answer<Response> {
    not_oneself(&person, &login)?;
    accounts::disable(&desk.pool, &login, true, By { actor: &person.login, reason: fields.reason()? }).await?;
    Ok(done("disabled", &login))
}

/// Lets it in again.
pub(crate) async fn enable(State(desk): State<Arc<Desk>>, person: Person, Path(login): Path<String>) -> Answer<Response> {
    not_oneself(&person, &login)?;
    accounts::disable(&desk.pool, &login, false, By { actor: &person.login, reason: "" }).await?;
    Ok(done("enabled", &login))
}

/// Ends its sessions.
pub(crate) async fn end_sessions(State(desk): State<Arc<Desk>>, person: Person, Path(login): Path<String>) -> Answer<Response> {
    accounts::end_sessions(&desk.pool, &login, By { actor: &person.login, reason: "" }).await?;
    Ok(done("sessions-ended", &login))
}

/// Lifts the lock after wrong attempts.
pub(crate) async fn unlock(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(login): Path<String>,
    fields: Fields,
) -> Answer<Response> {
    not_oneself(&person, &login)?;
    accounts::unlock(&desk.pool, &login, By { actor: &person.login, reason: fields.reason()? }).await?;
    Ok(done("unlocked", &login))
}

/// Back to the list, which names whose account it was.
fn done(word: &str, login: &str) -> Response {
    see_other(&format!("/accounts?done={word}&who={login}"))
}

fn not_oneself(person: &Person, login: &str) -> Answer<()> {
    if login.eq_ignore_ascii_case(&person.login) {
        return Err(Refusal::sentence(
            "自分の利用者情報は、別の管理者に変更を依頼してください。",
            "Another administrator has to change your account.",
        ));
    }
    Ok(())
}
