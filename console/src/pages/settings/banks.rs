//! 銀行プロファイル: what the office agreed with its bank. An administrator enters it, an approver of the topic approves it; it counts for
//! files that are ordered from a day on. The form of the file stays the profile's TOML.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use renkei_consumers::ledger::profiles::{self, ProfileKey, ProfileVersion, Proposal};
use renkei_consumers::ledger::settings::By;
use renkei_core::calendar::clock;
use renkei_core::catalogue::Lang;
use renkei_core::registry::{Profile, Topic};
use renkei_core::words::say;
use sqlx::FromRow;
use sqlx::types::Json;

use super::{Tab, by, changes, day, page, permitted, reason, seen, small};
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{Fields, Tone, badge, empty, field, ja, post, when, who};
use crate::refusal::{Answer, Refusal};

/// A value of a list to choose from, in Japanese and English.
type Choice = (&'static str, &'static str, &'static str);

const HOLIDAYS: [Choice; 3] = [
    ("refuse", "受け付けない", "refused"),
    ("next", "翌営業日", "the next bank day"),
    ("previous", "前営業日", "the bank day before"),
];

/// Kinds of account, by the figure that stands in the file and on the bank's paper.
const KINDS: [Choice; 4] = [
    ("1", "1 普通預金", "1 ordinary"),
    ("2", "2 当座預金", "2 current"),
    ("4", "4 貯蓄預金", "4 savings"),
    ("9", "9 その他", "9 other"),
];

/// What a key can be, where that is a list.
fn choices(key: &str) -> &'static [Choice] {
    match key {
        "non_business_day" => &HOLIDAYS,
        "own_account_kind" => &KINDS,
        _ => &[],
    }
}

/// Profiles whose topic the person may see and that have something to change.
pub(crate) async fn list(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    let lang = person.lang;
    let keys = profiles::keys(&desk.pool).await?;
    let mut rows = Vec::new();
    for (topic, profile) in all(&desk, &person) {
        if keys.iter().any(|key| profile.layout.values.contains_key(&key.key)) {
            let versions = profiles::versions(&desk.pool, topic.slug.as_str(), &profile.name).await?;
            rows.push((topic, profile, versions));
        }
    }
    let body = html! {
        p.hint { (say(lang, "委託者、引落口座、上限、締切など、銀行との取決めを変更できます。別の承認者が承認すると、適用開始日以後に作成を指示したファイルから適用します。ファイルの形式（レイアウト、文字、名称の有無）は設定ファイルで管理します。",
                      "What was agreed with the bank: originator, debited account, limits, hours. Another person approves it; then it counts for files ordered from its first day on. The form of the file stays in the configuration.")) }
        @if rows.is_empty() { (empty(say(lang, "変更できる銀行プロファイルがありません。", "There is no bank profile to change."))) }
        @else { div.scroll { table {
            thead { tr { th { (say(lang, "連携", "Topic")) } th { (say(lang, "プロファイル", "Profile")) } th { (say(lang, "名称", "Name")) } th.number { (say(lang, "版", "Version")) } th { (say(lang, "状態", "State")) } } }
            tbody { @for (topic, profile, versions) in &rows { tr {
                td { (topic.number) } td { a href={ "/settings/banks/" (topic.slug) "/" (profile.name) } { code { (profile.name) } } } th scope="row" lang="ja" { (profile.title) }
                td.number { (versions.first().map_or(0, |version| version.version)) }
                td { @if versions.iter().any(|version| version.approved.is_none()) { (badge(Tone::Act, say(lang, "承認待ち", "waits for approval"))) } @else if versions.is_empty() { (say(lang, "設定ファイルのとおり", "as in its file")) } }
            } } }
        } } }
    };
    Ok(page(&person, Tab::Banks, &fields, body))
}

fn all<'d>(desk: &'d Desk, person: &Person) -> Vec<(&'d Arc<Topic>, &'d Profile)> {
    let topics = desk.registry.sides().filter(|topic| person.may_on(Action::See, topic.slug.as_str()));
    topics
        .flat_map(|topic| topic.integration.iter().flat_map(move |folder| folder.profiles.iter().map(move |p| (topic, p))))
        .collect()
}

fn find<'d>(desk: &'d Desk, person: &Person, slug: &str, name: &str) -> Answer<(&'d Arc<Topic>, &'d Profile)> {
    let found = all(desk, person).into_iter().find(|(topic, profile)| topic.slug.as_str() == slug && profile.name == name);
    found.ok_or_else(Refusal::not_found)
}

/// One profile: what counts, what waits, what was.
pub(crate) async fn show(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path((slug, name)): Path<(String, String)>,
    fields: Fields,
) -> Answer {
    let lang = person.lang;
    let (topic, profile) = find(&desk, &person, &slug, &name)?;
    let keys = keys_of(&desk, profile).await?;
    let versions = profiles::versions(&desk.pool, &slug, &name).await?;
    let agreed = profiles::values_on(&desk.pool, &slug, &name, &clock::today().to_string()).await?;
    let now: BTreeMap<&str, &str> =
        keys.iter().filter_map(|key| Some((key.key.as_str(), value(profile, &agreed, &key.key)?))).collect();
    let waiting = versions.iter().find(|version| version.approved.is_none());
    let here =
        own_bank(&desk, (now.get("own_bank").copied(), now.get("own_branch").copied()), &clock::today().to_string()).await?;
    let then = match waiting {
        Some(it) => {
            let value = |key: &str| it.values.get(key).map(String::as_str);
            own_bank(&desk, (value("own_bank"), value("own_branch")), &it.valid_from).await?
        }
        None => None,
    };
    let address = format!("/settings/banks/{slug}/{name}");
    let body = html! {
        h2 { (topic.number) " " (ja(&profile.title)) " " code { (profile.name) } }
        @if let Some(waiting) = waiting { (decision(&person, topic, &address, &keys, (waiting, then.as_ref()))) }
        section.panel {
            h3 { (say(lang, "今日の指示に適用する値", "What counts for orders of today")) }
            div.scroll { table {
                thead { tr { th { (say(lang, "項目", "Item")) } th { (say(lang, "値", "Value")) } th { (say(lang, "設定ファイルの値", "In its file")) } } }
                tbody { @for key in &keys { tr {
                    th scope="row" { (say(lang, &key.name, &key.name_en)) } td { (told(lang, key, now.get(key.key.as_str()).copied())) (here.as_ref().map_or_else(Markup::default, |bank| bank.beside(lang, &key.key))) }
                    td { (told(lang, key, profile.layout.values.get(&key.key).map(String::as_str))) }
                } } }
            } }
        }
        @if waiting.is_none() && changes(&person) { (form(&person, &address, &keys, &now, versions.first().map_or(0, |newest| newest.version))) }
        (history(lang, &keys, &versions))
    };
    Ok(page(&person, Tab::Banks, &fields, body))
}

/// The account that is debited is at a bank of the master, or at one that it does not know on a day.
#[derive(Debug, FromRow)]
struct OwnBank {
    bank: Option<String>,
    branch: Option<String>,
}

impl OwnBank {
    /// What stands beside the value of a key: the name of the bank or the branch.
    fn beside(&self, lang: Lang, key: &str) -> Markup {
        let name = match key {
            "own_bank" => &self.bank,
            "own_branch" => &self.branch,
            _ => return Markup::default(),
        };
        html! { " " @match name {
            Some(name) => (ja(name)),
            None => (badge(Tone::Act, say(lang, "金融機関マスタにありません", "not in the bank master"))),
        } }
    }
}

/// What the master calls a bank and a branch on a day; `None`: the profile names none.
async fn own_bank(desk: &Desk, (bank, branch): (Option<&str>, Option<&str>), day: &str) -> Answer<Option<OwnBank>> {
    let Some(bank) = bank else { return Ok(None) };
    let named = sqlx::query_as(
        "select (select i.name from ledger.institution i where i.bank = $1 and $3::text::date between i.valid_from and i.valid_to) as bank,
                (select b.name from ledger.branch b where b.bank = $1 and b.branch = $2
                    and $3::text::date between b.valid_from and b.valid_to) as branch",
    );
    Ok(Some(named.bind(bank).bind(branch).bind(day).fetch_one(&desk.pool).await?))
}

async fn keys_of(desk: &Desk, profile: &Profile) -> Answer<Vec<ProfileKey>> {
    let mut keys = profiles::keys(&desk.pool).await?;
    keys.retain(|key| profile.layout.values.contains_key(&key.key));
    Ok(keys)
}

fn value<'v>(profile: &'v Profile, agreed: &'v BTreeMap<String, String>, key: &str) -> Option<&'v str> {
    agreed.get(key).or_else(|| profile.layout.values.get(key)).map(String::as_str)
}

/// A value as a reader takes it: one of a list by its name, any other as it is written.
fn told(lang: Lang, key: &ProfileKey, value: Option<&str>) -> Markup {
    let value = value.unwrap_or_default();
    match choices(&key.key).iter().find(|(word, _, _)| *word == value) {
        Some((_, ja, en)) => html! { (say(lang, ja, en)) },
        None => html! { code { (value) } },
    }
}

fn form(person: &Person, address: &str, keys: &[ProfileKey], now: &BTreeMap<&str, &str>, seen: i32) -> Markup {
    let lang = person.lang;
    html! { section.panel {
        h3 { (say(lang, "変更の登録", "Enter a change")) }
        (post(person, address, html! {
            input type="hidden" name="seen" value=(seen);
            @for key in keys {
                (field(say(lang, &key.name, &key.name_en), &key.key, input(lang, key, now.get(key.key.as_str()).copied().unwrap_or_default())))
            }
            (field(say(lang, "適用開始日（作成の指示日）", "From (day of the order)"), "valid_from", html! { input id="valid_from" name="valid_from" type="date" required; }))
            (reason(lang, "bank"))
            button type="submit" { (say(lang, "登録する（承認待ちになります）", "Enter it, to be approved")) }
        }))
    } }
}

fn input(lang: Lang, key: &ProfileKey, now: &str) -> Markup {
    let id = key.key.as_str();
    html! {
        @if !choices(id).is_empty() {
            select id=(id) name=(id) { @for (word, ja, en) in choices(id) { option value=(word) selected[*word == now] { (say(lang, ja, en)) } } }
        } @else { input id=(id) name=(id) required maxlength="40" value=(now); }
    }
}

/// What waits for the second person, and what they may do.
fn decision(
    person: &Person,
    topic: &Topic,
    address: &str,
    keys: &[ProfileKey],
    (waiting, bank): (&ProfileVersion, Option<&OwnBank>),
) -> Markup {
    let lang = person.lang;
    let own = waiting.made_by.eq_ignore_ascii_case(&person.login);
    let approves = person.may_on(Action::Approve, topic.slug.as_str());
    html! { section.panel {
        h3 { (say(lang, "承認待ちの変更", "A change that waits for approval")) " " (badge(Tone::Act, say(lang, "承認待ち", "waits for approval"))) }
        dl.facts {
            dt { (say(lang, "適用開始日", "From")) } dd { (waiting.valid_from) }
            dt { (say(lang, "登録者", "Entered by")) } dd { (waiting.made_by) " " (when(&waiting.made_at)) }
            dt { (say(lang, "理由", "Why")) } dd { (waiting.why) }
            @if let Some(bank) = bank {
                dt { (say(lang, "引落銀行・支店（適用開始日）", "Debited bank and branch on that day")) }
                dd { @for key in ["own_bank", "own_branch"] { code { (waiting.values.get(key).map_or("", String::as_str)) } (bank.beside(lang, key)) " " } }
            }
        }
        (difference(lang, keys, waiting))
        @if approves && !own {
            p.hint { (say(lang, "銀行の書面と一項目ずつ照らし合わせてから承認してください。", "Compare each item with the bank's paper, then approve.")) }
            (post(person, &format!("{address}/approve"), html! {
                input type="hidden" name="version" value=(waiting.version);
                button type="submit" { (say(lang, "承認する", "Approve")) }
            }))
        }
        @if own { p.hint { (say(lang, "登録した人は承認できません。", "Whoever entered it cannot approve it.")) } }
        @if approves || own {
            details { summary { @if own { (say(lang, "取り下げる", "Take it back")) } @else { (say(lang, "差し戻す", "Refuse it")) } }
                (post(person, &format!("{address}/refuse"), html! {
                    input type="hidden" name="version" value=(waiting.version);
                    (reason(lang, "refuse"))
                    button.danger type="submit" { @if own { (say(lang, "取り下げる", "Take it back")) } @else { (say(lang, "差し戻す", "Refuse it")) } }
                }))
            }
        }
    } }
}

/// Values of a version that are others than before.
fn difference(lang: Lang, keys: &[ProfileKey], version: &ProfileVersion) -> Markup {
    let other = |key: &&ProfileKey| version.values.get(&key.key) != version.before.get(&key.key);
    html! { ul.plain { @for key in keys.iter().filter(other) { li {
        (say(lang, &key.name, &key.name_en)) ": " (told(lang, key, version.before.get(&key.key).map(String::as_str))) " → " (told(lang, key, version.values.get(&key.key).map(String::as_str)))
    } } } }
}

fn history(lang: Lang, keys: &[ProfileKey], versions: &[ProfileVersion]) -> Markup {
    html! { section.panel {
        h3 { (say(lang, "変更履歴", "Changes")) }
        @if versions.is_empty() { p.hint { (say(lang, "変更はまだありません。", "Nothing has been changed yet.")) } }
        @else { div.scroll { table {
            thead { tr {
                th.number { (say(lang, "版", "Version")) } th { (say(lang, "適用開始", "From")) } th { (say(lang, "変更", "Change")) } th { (say(lang, "理由", "Why")) }
                th { (say(lang, "登録者", "Entered by")) } th { (say(lang, "日時", "When")) } th { (say(lang, "結果", "Outcome")) }
            } }
            tbody { @for version in versions { tr {
                td.number { (version.version) } td { (version.valid_from) } td { (difference(lang, keys, version)) } td { (version.why) }
                td { (who(lang, &version.made_by)) } td { (when(&version.made_at)) } td { (outcome(lang, version)) }
            } } }
        } } }
    } }
}

fn outcome(lang: Lang, version: &ProfileVersion) -> Markup {
    let who = version.decided_by.as_deref().unwrap_or_default();
    html! { @match version.approved {
        None => (badge(Tone::Act, say(lang, "承認待ち", "waits for approval"))),
        Some(true) => { (badge(Tone::Good, say(lang, "承認済", "approved"))) " " (who) },
        Some(false) if who.eq_ignore_ascii_case(&version.made_by) => { (badge(Tone::Quiet, say(lang, "取下げ", "taken back"))) " " (who) " " (version.decided_why) },
        Some(false) => { (badge(Tone::Bad, say(lang, "差戻し", "refused"))) " " (who) " " (version.decided_why) },
    } }
}

/// Enters other values from a day on.
pub(crate) async fn propose(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path((slug, name)): Path<(String, String)>,
    fields: Fields,
) -> Answer<Response> {
    let address = format!("/settings/banks/{slug}/{name}");
    if let Some(proof) = permitted(&person, &address)? {
        return Ok(proof);
    }
    let (_, profile) = find(&desk, &person, &slug, &name)?;
    let keys = keys_of(&desk, profile).await?;
    let chosen: BTreeMap<String, String> = keys.iter().map(|key| (key.key.clone(), fields.get(&key.key).to_owned())).collect();
    // Which of so many fields it is, the rule of the database does not say.
    let wrong: Option<(String, String, String, String, String)> = sqlx::query_as(
        "select k.name, k.name_en, k.told, k.told_en, e.value from jsonb_each_text($1) e join ledger.profile_key k on k.key = e.key
          where e.value <> '' and e.value !~ k.form order by k.sort limit 1",
    )
    .bind(Json(&chosen))
    .fetch_optional(&desk.pool)
    .await?;
    if let Some((ja, en, told, told_en, value)) = wrong {
        return Err(Refusal::sentence(
            &format!("{ja}「{value}」が正しい形ではありません。{told}で入力してください。"),
            &format!("{en} cannot be {value:?}. Its form: {told_en}."),
        ));
    }
    let (valid_from, today) = (day(&fields, "valid_from")?, clock::today().to_string());
    let (file, seen) = (&profile.layout.values, seen(&fields)?);
    let proposal = Proposal { topic: &slug, profile: &name, file, chosen: &chosen, valid_from: &valid_from, seen };
    profiles::propose(&desk.pool, proposal, &today, by(&person, &fields)?).await?;
    Ok(see_other(&format!("{address}?done=proposed")))
}

/// The second person approves.
pub(crate) async fn approve(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path((slug, name)): Path<(String, String)>,
    fields: Fields,
) -> Answer<Response> {
    find(&desk, &person, &slug, &name)?;
    if !person.may_on(Action::Approve, &slug) {
        return Err(Refusal::forbidden());
    }
    let address = format!("/settings/banks/{slug}/{name}");
    if !person.proven_lately {
        return Ok(see_other(&format!("/prove?back={address}")));
    }
    let (version, today) = (small(&fields, "version")?, clock::today().to_string());
    let by = By { actor: &person.login, why: fields.get("reason") };
    profiles::decide(&desk.pool, (&slug, &name, version), true, &today, by).await?;
    Ok(see_other(&format!("{address}?done=approved")))
}

/// The second person refuses, or the first takes it back.
pub(crate) async fn refuse(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path((slug, name)): Path<(String, String)>,
    fields: Fields,
) -> Answer<Response> {
    find(&desk, &person, &slug, &name)?;
    let versions = profiles::versions(&desk.pool, &slug, &name).await?;
    let own = versions.iter().any(|version| version.approved.is_none() && version.made_by.eq_ignore_ascii_case(&person.login));
    if !own && !person.may_on(Action::Approve, &slug) {
        return Err(Refusal::forbidden());
    }
    let (version, today) = (small(&fields, "version")?, clock::today().to_string());
    profiles::decide(&desk.pool, (&slug, &name, version), false, &today, by(&person, &fields)?).await?;
    Ok(see_other(&format!("/settings/banks/{slug}/{name}?done={}", if own { "withdrawn" } else { "sent-back" })))
}
