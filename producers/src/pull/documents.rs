//! The documents a fetched file names (docs/decisions/0010): fetched with it, and handed in with it or not at all. They are where
//! the list says, or else beside the file. What a document must be is judged where every file is judged; here it only has to be
//! whole.

use std::collections::BTreeMap;
use std::fs;

use reqwest::Url;
use uuid::Uuid;

use super::client::Client;
use super::error::PullError;
use super::fetch::{Fetcher, Target};
use super::state::sha256_of;
use super::{Puller, address};
use crate::error::IntakeError;
use crate::evidence::{self, Handed, Named};
use crate::intake::blocking;
use crate::station::{Claim, make_dir};

/// Documents of a list, by name.
pub(super) type Papers = BTreeMap<String, Target>;

impl Puller {
    /// Takes the documents out of what a list names: they are no files of their own.
    pub(super) fn papers_of(&self, targets: &mut Vec<Target>) -> Papers {
        let Some(rule) = &self.topic.evidence else { return Papers::new() };
        let (papers, files) = std::mem::take(targets).into_iter().partition(|target| rule.is_document(&target.name));
        *targets = files;
        Vec::into_iter(papers).map(|paper| (paper.name.clone(), paper)).collect()
    }

    /// Fetches what the file that just came names. One that is not there yet makes the whole wait: half a file is none.
    pub(super) async fn documents(&self, client: &Client, target: &Target, papers: &Papers) -> Result<Vec<Handed>, PullError> {
        let (Some(rule), Ok(integration)) = (self.topic.evidence.clone(), self.topic.built().cloned()) else {
            return Ok(Vec::new());
        };
        let (body, file_bytes_max) = (self.place.body(), self.intake.registry.settings.limits.file_bytes_max);
        let bytes_max = rule.bytes_max;
        let reading = move || evidence::named(&rule, &integration, None, &body, file_bytes_max);
        let Named { names, faulty } = blocking("reading for documents", Uuid::nil(), reading).await?;
        if faulty {
            return Ok(Vec::new()); // It is refused whether they come or not.
        }
        let slug = self.topic.slug.as_str();
        let fetcher = Fetcher { client, place: &self.place, topic: slug, bytes_max, sha256_suffix: "" };
        self.place.begin_documents()?;
        let mut handed = Vec::with_capacity(names.len());
        for (nth, name) in names.into_iter().enumerate() {
            let paper = papers.get(&name).cloned().unwrap_or_else(|| beside(target, &name));
            client.may(&target.url, &paper.url)?;
            let paper = Target { into: self.place.document(nth), ..paper };
            fetcher.fetch(&paper, None).await.map_err(|error| match error {
                PullError::Refused { status: 404 | 410, .. } => {
                    PullError::Document { url: address::shown(&target.url), name: name.clone() }
                }
                other => other,
            })?;
            handed.push(Handed::new(name));
        }
        Ok(handed)
    }

    /// Documents into the claim of their file. They stay here as well until the file is in: a claim without it is dissolved.
    pub(super) fn hand_in_documents(&self, claim: &Claim) -> Result<(), IntakeError> {
        for nth in 0..claim.delivery.documents.len() {
            let (from, to) = (self.place.document(nth), claim.document(nth));
            if to.symlink_metadata().is_ok() {
                continue;
            }
            make_dir(&claim.documents())?;
            if fs::hard_link(&from, &to).is_err() {
                fs::copy(&from, &to).map_err(IntakeError::io("handing in", &from))?;
            }
        }
        Ok(())
    }
}

/// The document of a name beside a file: the same address with another last part.
fn beside(target: &Target, name: &str) -> Target {
    let mut url: Url = target.url.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop().push(name);
    }
    Target { key: sha256_of(url.as_str()), url, name: name.to_owned(), sha256: None, into: target.into.clone() }
}
