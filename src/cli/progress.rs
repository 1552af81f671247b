//! Progress of long work, drawn on standard error. Only for people: nothing is drawn when a script reads (`--json`) or when
//! output goes to a file or a pipe.

use std::io::{IsTerminal, Read};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::Global;
use super::print::say;

/// How often a waiting sign moves.
const TICK: Duration = Duration::from_millis(120);

/// A bar or waiting sign; gone when dropped.
#[derive(Debug, Clone)]
pub(crate) struct Shown(Option<ProgressBar>);

/// A bar that fills up, with a label and a percentage.
pub(crate) fn bar(global: &Global, length: u64) -> Shown {
    drawn(global, "{msg} {wide_bar} {percent}%", || ProgressBar::new(length))
}

/// A sign that something is awaited, with the time it has taken.
pub(crate) fn waiting(global: &Global, ja: &str, en: &str) -> Shown {
    let shown = drawn(global, "{spinner} {msg} {elapsed}", ProgressBar::new_spinner);
    if let Shown(Some(bar)) = &shown {
        bar.set_message(say(global.lang, ja, en).to_owned());
        bar.enable_steady_tick(TICK);
    }
    shown
}

fn drawn(global: &Global, template: &str, make: impl FnOnce() -> ProgressBar) -> Shown {
    let people = !global.json && std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
    Shown(people.then(make).inspect(|bar| {
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
    }))
}

impl Shown {
    /// Names the stage and says how much of it is done.
    pub(crate) fn at(&self, label: &str, done: u64, of: u64) {
        if let Some(bar) = &self.0 {
            bar.set_message(label.to_owned());
            bar.set_length(of);
            bar.set_position(done);
        }
    }

    /// A reader that moves the bar by what is read.
    pub(crate) fn reading<R: Read>(&self, label: &str, inner: R) -> Reading<R> {
        if let Some(bar) = &self.0 {
            bar.set_message(label.to_owned());
        }
        Reading { inner, shown: self.clone() }
    }

    /// Takes it away, so that a line can be printed in its place.
    pub(crate) fn clear(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// See [`Shown::reading`].
#[derive(Debug)]
pub(crate) struct Reading<R> {
    inner: R,
    shown: Shown,
}

impl<R: Read> Read for Reading<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let bytes = self.inner.read(buffer)?;
        if let Some(bar) = &self.shown.0 {
            bar.inc(bytes as u64);
        }
        Ok(bytes)
    }
}
