//! Who saw names and accounts is written down; who may not, sees their last signs.

use renkei_core::catalogue::Lang;
use serde_json::Value;

use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::html::masked;
use crate::refusal::Answer;

/// Whether they may see names and accounts of a topic; without one, of the whole house.
pub(super) fn may_uncover(person: &Person, topic: Option<&str>) -> bool {
    [Action::Operate, Action::Approve, Action::Audit].into_iter().any(|action| match topic {
        Some(topic) => person.may_on(action, topic),
        None => person.may_everywhere(action),
    })
}

/// Writes down that they saw them: once an hour for each thing.
pub(super) async fn note(desk: &Desk, person: &Person, (object, id): (&str, &str), what: &str) -> Answer<()> {
    sqlx::query(include_str!("sql/seen.sql")).bind(&person.login).bind(object).bind(id).bind(what).execute(&desk.pool).await?;
    Ok(())
}

/// The values of a text: as they are, or with what speaks of persons and accounts masked.
pub(super) fn values(detail: Option<&Value>, full: bool) -> Option<Value> {
    detail.map(|detail| if full { detail.clone() } else { masked(detail) })
}

/// What stands for a text that is not shown.
pub(super) fn withheld(lang: Lang) -> &'static str {
    renkei_core::words::say(
        lang,
        "氏名や口座を含むことがあるため、操作・承認・監査の権限で表示します（表示したことは記録されます）。",
        "It may hold names and accounts: shown to operators, approvers and auditors, and that is recorded.",
    )
}
