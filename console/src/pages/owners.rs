//! 担当: who looks after something that waits. Only people who can enter and may see it.

use maud::{Markup, html};
use renkei_core::catalogue::Lang;
use renkei_core::words::say;
use sqlx::FromRow;

use crate::desk::Desk;
use crate::html::field;
use crate::refusal::{Answer, Refusal};

/// Somebody who can look after it.
#[derive(Debug, FromRow)]
pub(super) struct Owner {
    login: String,
    name: String,
}

/// Everybody who can enter and may see all of these topics; of none: the whole house.
pub(super) async fn of(desk: &Desk, topics: &[&str]) -> Answer<Vec<Owner>> {
    let topics: Vec<&str> = if topics.is_empty() { vec![""] } else { topics.to_vec() };
    Ok(sqlx::query_as(include_str!("sql/owners.sql")).bind(topics).fetch_all(&desk.pool).await?)
}

/// The field of a form. `now` is who it is; somebody who can be it no more is not offered.
pub(super) fn choice(lang: Lang, owners: &[Owner], now: &str) -> Markup {
    field(
        say(lang, "担当", "Owner"),
        "owner",
        html! { select id="owner" name="owner" {
            option value="" { (say(lang, "なし", "nobody")) }
            @for owner in owners { option value=(owner.login) selected[owner.login.eq_ignore_ascii_case(now)] translate="no" { (owner.login) " " (owner.name) } }
        } },
    )
}

/// Refuses who is not there, cannot enter, or may not see it. Nobody is somebody, too.
pub(super) async fn check(desk: &Desk, owner: &str, topics: &[&str]) -> Answer<()> {
    if owner.is_empty() || of(desk, topics).await?.iter().any(|known| known.login == owner) {
        return Ok(());
    }
    Err(Refusal::sentence(
        "担当には、この連携を照会できる有効な利用者を一覧から選んでください。",
        "Choose the owner from the list: somebody who can enter and may see the topic.",
    ))
}
