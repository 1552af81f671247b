use maud::{Markup, html};
use renkei_core::catalogue::Lang;
use renkei_core::words;

/// What a badge asks of its reader. Never colour alone: the word is there too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Done, nothing to do.
    Good,
    /// Under way.
    Busy,
    /// Somebody must act.
    Act,
    /// Wrong.
    Bad,
    /// Over, of no more interest.
    Quiet,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Tone::Good => "good",
            Tone::Busy => "busy",
            Tone::Act => "act",
            Tone::Bad => "bad",
            Tone::Quiet => "quiet",
        }
    }
}

/// A word with a tone.
pub(crate) fn badge(tone: Tone, word: &str) -> Markup {
    html! { span class={ "badge " (tone.class()) } { (word) } }
}

/// The state of a batch.
pub(crate) fn batch_badge(lang: Lang, state: &str) -> Markup {
    let tone = match state {
        "posted" => Tone::Good,
        "received" | "staged" => Tone::Busy,
        "held" | "awaiting_confirmation" => Tone::Act,
        "rejected" => Tone::Bad,
        _ => Tone::Quiet,
    };
    badge(tone, &words::batch_state(lang, state))
}

/// The state of a file that goes out.
pub(crate) fn file_badge(lang: Lang, state: &str) -> Markup {
    let tone = match state {
        "delivered" => Tone::Good,
        "ordered" | "released" => Tone::Busy,
        "generated" | "approved" => Tone::Act,
        "unknown" | "refused" | "failed" => Tone::Bad,
        _ => Tone::Quiet,
    };
    badge(tone, &words::file_state(lang, state))
}

/// The state of a parked message.
pub(crate) fn failure_badge(lang: Lang, state: &str) -> Markup {
    let tone = if state == "open" { Tone::Bad } else { Tone::Quiet };
    badge(tone, &words::failure_state(lang, state))
}
