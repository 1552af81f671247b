//! Why a file is not made, cannot be recounted, or does not reach its partner.

use renkei_core::catalogue::Lang;
use renkei_core::catalogue::act::Part;
use renkei_core::verdict::{Classify, Coded};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::OutboundError;

/// What was said, and the code by which the catalogue tells it in the reader's language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// A sentence: of the program in English, or a person's reason as it was written.
    pub said: String,
    /// Catalogue code; a person's reason has none.
    pub code: Option<String>,
    /// Values of the code's text.
    pub detail: Option<Value>,
}

impl Problem {
    /// The program's sentence with its code and the values of that code's text.
    pub(super) fn new(said: impl Into<String>, code: &str, detail: Value) -> Problem {
        Problem { said: said.into(), code: Some(code.to_owned()), detail: Some(detail) }
    }

    /// What a person wrote.
    pub(super) fn reason(said: &str) -> Problem {
        Problem { said: said.to_owned(), code: None, detail: None }
    }

    /// What an error says of itself.
    pub(super) fn of(error: &OutboundError) -> Problem {
        let coded = error.coded();
        let (code, detail) = coded.map_or((None, None), |coded| (Some(coded.code), coded.detail));
        Problem { said: error.to_string(), code, detail }
    }

    /// Text and remedy as the catalogue tells them; `None` where it has no words for it.
    pub fn words(&self, lang: Lang) -> Option<(String, String)> {
        Coded::new(self.code.as_deref()?, self.detail.clone()).words(lang)
    }

    /// The same with what to do in parts, for a page.
    pub fn parts(&self, lang: Lang) -> Option<(String, Vec<Part>)> {
        Coded::new(self.code.as_deref()?, self.detail.clone()).parts(lang)
    }
}
