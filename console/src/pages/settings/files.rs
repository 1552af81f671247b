//! 設定ファイル: with which table of topics, layouts and bank profiles the program runs. They are files under version control; here
//! they are shown only.

use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};
use renkei_core::catalogue::Lang;
use renkei_core::registry::Topic;
use renkei_core::words::{self, say};

use super::{Tab, page};
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::html::{Fields, short};
use crate::refusal::Answer;

/// Digests, layouts and profiles.
pub(crate) async fn show(State(desk): State<Arc<Desk>>, person: Person, fields: Fields) -> Answer {
    let lang = person.lang;
    let topics: Vec<&Arc<Topic>> = desk
        .registry
        .sides()
        .filter(|topic| topic.integration.is_some() && person.may_on(Action::See, topic.slug.as_str()))
        .collect();
    let body = html! {
        p.hint { (say(lang, "レイアウトと、銀行プロファイルのうちファイルの形式に関わる値は、ファイルで管理します。変更はファイルで行い、プログラムを再起動すると適用されます。適用した時点は監査記録（設定の読込）に残ります。",
                      "Layouts, and what of bank profiles is about the form of files, are files. They are changed as files and count when the program is started again; the audit log says when (configuration loaded).")) }
        dl.facts {
            dt { code { "queues.toml" } } dd { code { (desk.registry.queues_digest) } }
            dt { (say(lang, "プログラムの版", "Version of the program")) } dd { code { (env!("CARGO_PKG_VERSION")) } }
        }
        h2 { (say(lang, "レイアウト", "Layouts")) }
        div.scroll { table {
            thead { tr {
                th { (say(lang, "連携", "Topic")) } th { (say(lang, "識別", "Variant")) } th { (say(lang, "名称", "Name")) } th.number { (say(lang, "版", "Version")) }
                th { (say(lang, "状態", "Status")) } th { (say(lang, "根拠", "Evidence")) } th { (say(lang, "ダイジェスト", "Digest")) }
            } }
            tbody { @for topic in &topics { (layouts(lang, topic)) } }
        } }
        h2 { (say(lang, "銀行プロファイル", "Bank profiles")) }
        div.scroll { table {
            thead { tr { th { (say(lang, "連携", "Topic")) } th { (say(lang, "識別", "Profile")) } th { (say(lang, "名称", "Name")) } th { (say(lang, "元のレイアウト", "Layout")) } } }
            tbody { @for topic in &topics { @for profile in topic.integration.iter().flat_map(|folder| &folder.profiles) {
                tr { td { (topic.number) } td { code { (profile.name) } } th scope="row" lang="ja" { (profile.title) } td { code { (profile.base) } } }
            } } }
        } }
    };
    Ok(page(&person, Tab::Files, &fields, body))
}

fn layouts(lang: Lang, topic: &Topic) -> Markup {
    html! { @for (variant, layout) in topic.integration.iter().flat_map(|folder| &folder.layouts) { tr {
        td { a href={ "/topics/" (topic.slug) } { (topic.number) " " (say(lang, &topic.name, &topic.name_en)) } }
        td { code { (variant) } } td lang="ja" { (layout.name) } td.number { (layout.version) } td { (words::layout_status(lang, layout.status)) }
        td { (layout.grade.map_or("", |grade| grade.as_str())) } td { (short(layout.digest())) }
    } } }
}
