//! 停止と再開: lets a topic stand still, and go on.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use renkei_consumers::paused::{self, Paused};
use renkei_core::words::say;

use super::topics;
use crate::access::{Action, Person};
use crate::desk::Desk;
use crate::guard::see_other;
use crate::html::{Fields, Tone, badge, field, post, when, who};
use crate::refusal::{Answer, Refusal};

/// What is known of a topic's standing still; `None`: it goes.
pub(crate) async fn of(desk: &Desk, slug: &str) -> Answer<Option<Paused>> {
    Ok(paused::list(&desk.pool).await?.into_iter().find(|paused| paused.topic == slug))
}

/// The part of the topic's page.
pub(crate) fn panel(person: &Person, slug: &str, paused: Option<&Paused>) -> Markup {
    let lang = person.lang;
    let operates = person.may_on(Action::Operate, slug);
    html! {
        @if let Some(paused) = paused {
            section.panel {
                h2 { (badge(Tone::Act, say(lang, "停止中", "paused"))) }
                p { (when(&paused.at)) " · " (who(lang, &paused.by)) " · " (paused.why) }
                p.hint { (say(lang, "届いたメッセージはキューで待ちます。再開すると、届いた順に処理します。", "What comes in waits in the queue, and is worked on in its order when the topic goes on.")) }
                @if operates {
                    (post(person, &format!("/topics/{slug}/resume"), html! {
                        (field(say(lang, "再開の理由", "Why it goes on"), "resume-reason", html! { input id="resume-reason" name="reason" required maxlength="400"; }))
                        button type="submit" { (say(lang, "再開する", "Let it go on")) }
                    }))
                }
            }
        } @else if operates {
            section.panel {
                h2 { (say(lang, "一時停止", "Pause")) }
                p.hint { (say(lang, "この連携の処理を止めます。ファイルの受付は続き、メッセージはキューで待ちます。", "Stops the work of this topic. Files are still taken in; their messages wait in the queue.")) }
                (post(person, &format!("/topics/{slug}/pause"), html! {
                    (field(say(lang, "停止の理由", "Why it stands still"), "pause-reason", html! { input id="pause-reason" name="reason" required maxlength="400"; }))
                    button.danger type="submit" { (say(lang, "停止する", "Let it stand still")) }
                }))
            }
        }
    }
}

/// Whoever may operate the topic.
fn permitted(desk: &Desk, person: &Person, slug: &str) -> Answer<()> {
    topics::find(desk, person, slug)?;
    if person.may_on(Action::Operate, slug) { Ok(()) } else { Err(Refusal::forbidden()) }
}

/// Lets it stand still.
pub(crate) async fn pause(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(slug): Path<String>,
    fields: Fields,
) -> Answer<Response> {
    permitted(&desk, &person, &slug)?;
    paused::pause(&desk.pool, &slug, &person.login, fields.reason()?).await?;
    Ok(see_other(&format!("/topics/{slug}?done=paused")))
}

/// Lets it go on.
pub(crate) async fn resume(
    State(desk): State<Arc<Desk>>,
    person: Person,
    Path(slug): Path<String>,
    fields: Fields,
) -> Answer<Response> {
    permitted(&desk, &person, &slug)?;
    paused::resume(&desk.pool, &slug, &person.login, fields.reason()?).await?;
    Ok(see_other(&format!("/topics/{slug}?done=resumed")))
}
