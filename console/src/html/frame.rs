use maud::{DOCTYPE, Markup, html};
use renkei_core::catalogue::Lang;
use renkei_core::words::say;

use crate::access::{Action, Person};
use crate::notice::Notice;

/// The places of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nav {
    Board,
    Batches,
    Worklists,
    Failures,
    Exports,
    Tasks,
    Ledger,
    Settings,
    Audit,
    Accounts,
    Me,
}

/// Where a role must hold.
#[derive(Debug, Clone, Copy)]
enum Where {
    Somewhere,
    Everywhere,
}
use Where::{Everywhere, Somewhere};

/// Address, Japanese and English name, and what it needs: who would be refused there has no way there.
const MENU: [(Nav, &str, &str, &str, Action, Where); 10] = [
    (Nav::Board, "/", "連携状況", "Board", Action::See, Somewhere),
    (Nav::Batches, "/batches", "受付", "Batches", Action::See, Somewhere),
    (Nav::Worklists, "/worklists", "保留・要対応", "Worklists", Action::See, Somewhere),
    (Nav::Failures, "/failures", "障害", "Failures", Action::See, Somewhere),
    (Nav::Exports, "/exports", "送出", "Exports", Action::See, Somewhere),
    (Nav::Tasks, "/tasks", "作業", "Tasks", Action::See, Somewhere),
    (Nav::Ledger, "/ledger", "帳簿", "Ledger", Action::See, Everywhere),
    (Nav::Settings, "/settings", "設定", "Settings", Action::See, Somewhere),
    (Nav::Audit, "/audit", "監査", "Audit", Action::Audit, Somewhere),
    (Nav::Accounts, "/accounts", "利用者", "Accounts", Action::Administer, Everywhere),
];

/// What the frame needs to know of a page.
#[derive(Debug, Clone)]
pub(crate) struct Page<'a> {
    /// Heading and title.
    pub(crate) title: &'a str,
    /// Where it is in the menu.
    pub(crate) nav: Nav,
    /// What has just been done.
    pub(crate) notice: Option<Notice>,
    /// What stands beside the heading.
    pub(crate) beside: Option<Markup>,
}

impl<'a> Page<'a> {
    pub(crate) fn new(nav: Nav, title: &'a str) -> Self {
        Page { title, nav, notice: None, beside: None }
    }

    /// With something small beside the heading.
    pub(crate) fn beside(mut self, beside: Markup) -> Self {
        self.beside = Some(beside);
        self
    }

    /// With the answer to what was done before.
    pub(crate) fn after(mut self, notice: Option<Notice>) -> Self {
        self.notice = notice;
        self
    }
}

fn head(lang: Lang, title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            title { (title) " — 連携 renkei" }
            link rel="stylesheet" href="/assets/console.css";
            link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
            script src="/assets/console.js" defer data-busy=(say(lang, "処理中…", "working…")) {}
        }
    }
}

fn offered(person: &Person, action: Action, place: Where) -> bool {
    match place {
        Somewhere => person.may(action),
        Everywhere => person.may_everywhere(action),
    }
}

/// A page with menu and person.
pub(crate) fn frame(person: &Person, page: &Page<'_>, body: Markup) -> Markup {
    let lang = person.lang;
    // Every entry would lead back to the page of the password or the codes.
    let shut = person.must_change || person.must_enrol;
    html! {
        (DOCTYPE)
        html lang=(lang.as_str()) {
            (head(lang, page.title))
            body {
                a.skip href="#main" { (say(lang, "本文へ", "Skip to content")) }
                header.top {
                    a.brand href="/" translate="no" { span.mark aria-hidden="true" { "連" } "renkei" }
                    @if !shut { nav.menu aria-label=(say(lang, "メニュー", "Menu")) {
                        ul {
                            @for (nav, address, ja, en, ..) in MENU.iter().filter(|entry| offered(person, entry.4, entry.5)) {
                                li { a href=(address) aria-current=[(*nav == page.nav).then_some("page")] { (say(lang, ja, en)) } }
                            }
                        }
                    } }
                    div.person {
                        a href="/me" aria-current=[(page.nav == Nav::Me).then_some("page")] { bdi translate="no" { (person.name) } }
                        (language(lang))
                        form method="post" action="/leave" {
                            input type="hidden" name="csrf" value=(person.csrf);
                            button.link type="submit" { (say(lang, "ログアウト", "Sign out")) }
                        }
                    }
                }
                main id="main" tabindex="-1" {
                    @if let Some(notice) = &page.notice {
                        p.notice role="status" { (notice.text(lang)) }
                    }
                    @match &page.beside {
                        Some(beside) => div.heading { h1 { (page.title) } p.hint { (beside) } },
                        None => h1 { (page.title) },
                    }
                    (body)
                }
            }
        }
    }
}

/// A page of somebody who is not in yet.
pub(crate) fn bare(lang: Lang, title: &str, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(lang.as_str()) {
            (head(lang, title))
            body.bare {
                main id="main" {
                    p.brand translate="no" { span.mark aria-hidden="true" { "連" } "renkei" }
                    h1 { (title) }
                    (body)
                    (language(lang))
                }
            }
        }
    }
}

fn language(lang: Lang) -> Markup {
    let (other, name) = match lang {
        Lang::Ja => ("en", "English"),
        Lang::En => ("ja", "日本語"),
    };
    html! { a.language href={ "/language/" (other) } lang=(other) hreflang=(other) { (name) } }
}
