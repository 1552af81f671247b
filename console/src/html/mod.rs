//! What pages are made of. A page is a function that returns markup; everything here returns markup too.

/// Badges of states.
mod badge;
/// Small charts.
pub(crate) mod chart;
/// The style sheet measured.
mod contrast;
/// Lists for spreadsheets.
mod csv;
/// Differences of texts.
mod diff;
/// Forms.
mod form;
/// The frame around a page.
mod frame;
/// What speaks of a person.
mod personal;
/// Texts for a camera.
mod qr;
/// Records by their layout.
mod record;
/// What was typed, put back into its form.
mod refill;
/// Codes as the catalogue tells them.
mod told;
/// Topics by name.
mod topic;
/// Values as people read them.
mod value;
/// People, doors, browsers, and names of one language.
mod who;

pub(crate) use badge::{Tone, badge, batch_badge, failure_badge, file_badge};
pub(crate) use csv::{ascii, csv, csv_stream};
pub(crate) use diff::diff;
pub(crate) use form::{Fields, address, field, older, post, search, ungrouped};
pub(crate) use frame::{Nav, Page, bare, frame};
pub(crate) use personal::{is_personal, kept, masked, shown};
pub(crate) use qr::qr;
pub(crate) use record::{called, record};
pub(crate) use refill::{carry, may_return, refill};
pub(crate) use told::{fault_told, general, problem_told, reason, remedy, remedy_named, told, verbatim, without_remedy};
pub(crate) use topic::topic;
pub(crate) use value::{count, short, when, yen};
pub(crate) use who::{browser, ja, who};

use maud::{Markup, html};

/// The way to a page for who may open it; what it says, for others.
pub(crate) fn link(opens: bool, address: &str, says: Markup) -> Markup {
    html! { @if opens { a href=(address) { (says) } } @else { (says) } }
}

/// What a list shows when it has nothing: a sentence, never a blank.
pub(crate) fn empty(sentence: &str) -> Markup {
    html! { p.empty { (sentence) } }
}
