//! One try: every file of a topic is asked for, what is new is handed in, and what it brought is remembered.

use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ZonedDateTime};
use renkei_core::crash;
use renkei_core::message::pulled_delivery_id;
use renkei_core::metrics::metrics;
use renkei_core::verdict::{Classify, Verdict};
use reqwest::Url;
use uuid::Uuid;

use super::client::Client;
use super::documents::Papers;
use super::error::PullError;
use super::fetch::{self, Fetched, Fetcher, Target};
use super::state::{Known, Last, Pending, Pulled, PulledOutcome, Run, State, sha256_of};
use super::{Puller, address, listing};
use crate::delivery::{Delivery, Origin};
use crate::station::chain;

/// Files remembered of a topic before those are forgotten that a list does not name any more.
const FILES_KNOWN_MAX: usize = 2 * listing::FILES_MAX;

impl Puller {
    /// One try of a run. What it brought is in `state.last`; on a passing failure `state.run` says when it is tried again.
    pub(super) async fn attempt(&self, state: &mut State, run: Run, now: &ZonedDateTime, day: Date, again: bool) {
        let mut files = Vec::new();
        let ended = self.ask(state, run.id, day, again, &mut files).await;
        let error = ended.err().map(|error| error.or_early(self.config.missing_is_early));
        self.note(state, run.id, now, files, error.as_ref());
        let passing = error.filter(|error| error.verdict() == Verdict::Retry);
        state.run = passing.map(|error| self.later(run, now, error.retry_after().unwrap_or_default()));
    }

    /// The next try of a run: by the ladder, or when the partner wants it, whatever is later.
    pub(super) fn later(&self, run: Run, now: &ZonedDateTime, wanted: Duration) -> Run {
        let step = usize::try_from(run.attempts).unwrap_or(usize::MAX).min(self.config.retry_s.len() - 1);
        let wait = SignedDuration::try_from(Duration::from_secs(self.config.retry_s[step]).max(wanted));
        let next_try = now.timestamp().saturating_add(wait.unwrap_or(SignedDuration::MAX)).unwrap_or(Timestamp::MAX);
        Run { attempts: run.attempts + 1, next_try, ..run }
    }

    /// Asks for every file and hands in what is new. What was handed in before an error stays handed in.
    async fn ask(&self, state: &mut State, run: Uuid, day: Date, again: bool, files: &mut Vec<Pulled>) -> Result<(), PullError> {
        let setting = |reason: String| PullError::Setting { what: "url".to_owned(), reason };
        let url = address::expanded(&self.config.url, day).and_then(|url| address::checked(&url)).map_err(setting)?;
        let client = Client::new(&self.config, url.clone())?;
        let fetcher = Fetcher {
            client: &client,
            place: &self.place,
            topic: self.topic.slug.as_str(),
            bytes_max: self.intake.registry.settings.limits.file_bytes_max,
            sha256_suffix: &self.config.sha256_suffix,
        };
        let mut targets = self.targets(&client, url).await?;
        let papers = self.papers_of(&mut targets);
        self.place.keep_parts_of(targets.iter().map(|target| target.key.as_str()))?;
        // A list that is empty once, or shorter, is no reason to take everything in again.
        if state.files.len() > FILES_KNOWN_MAX {
            state.files.retain(|key, _| targets.iter().any(|target| target.key == *key));
        }
        for target in targets {
            let known = state.files.get(&target.key).filter(|_| !again).cloned();
            files.push(self.ask_one(&fetcher, state, run, &target, known, &papers).await?);
        }
        Ok(())
    }

    async fn ask_one(
        &self,
        fetcher: &Fetcher<'_>,
        state: &mut State,
        run: Uuid,
        target: &Target,
        known: Option<Known>,
        papers: &Papers,
    ) -> Result<Pulled, PullError> {
        let url = address::shown(&target.url);
        let pulled = |outcome, delivery, bytes| Pulled { url: url.clone(), outcome, delivery, bytes };
        let before = known.as_ref().map(|known| known.delivery);
        if let (Some(known), Some(stated)) = (&known, &target.sha256)
            && known.sha256 == *stated
        {
            return Ok(pulled(PulledOutcome::Unchanged, before, 0));
        }
        let body = match fetcher.fetch(target, known.as_ref()).await? {
            Fetched::Unchanged => return Ok(pulled(PulledOutcome::Unchanged, before, 0)),
            Fetched::File(body) => body,
        };
        let is_same = known.as_ref().is_some_and(|known| known.sha256 == body.sha256);
        let id = match before.filter(|_| is_same) {
            Some(before) => before,
            None => pulled_delivery_id(self.topic.slug.as_str(), run, target.url.as_str(), &body.sha256),
        };
        let known = Known {
            url: url.clone(),
            address: sha256_of(target.url.as_str()),
            etag: body.etag.clone(),
            last_modified: body.last_modified.clone(),
            sha256: body.sha256,
            delivery: id,
        };
        if is_same {
            tracing::info!(topic = %self.topic.slug, %url, delivery = %id, "what was fetched is what was handed in before");
            state.files.insert(target.key.clone(), known);
            self.place.keep_state(state)?;
            self.place.forget_body()?;
            return Ok(pulled(PulledOutcome::Same, Some(id), body.sent));
        }
        let slug = self.topic.slug.as_str();
        let mut delivery = Delivery::new(id, slug, target.name.clone(), format!("pull:{slug}"));
        delivery.documents = self.documents(fetcher.client, target, papers).await?;
        delivery.origin = Some(Origin { url: url.clone(), etag: body.etag, last_modified: body.last_modified });
        self.place.keep_pending(&Pending { delivery, key: target.key.clone(), known })?;
        crash::point("pull.pending");
        self.settle(state)?;
        tracing::info!(topic = %self.topic.slug, %url, delivery = %id, bytes = body.sent, "fetched and handed in");
        Ok(pulled(PulledOutcome::HandedIn, Some(id), body.sent))
    }

    /// The one file, or those of the list.
    async fn targets(&self, client: &Client, url: Url) -> Result<Vec<Target>, PullError> {
        let slug = &self.topic.slug;
        let unnamed = || format!("{slug}.dat");
        if !self.config.list {
            let name = address::file_name(&url).unwrap_or_else(unnamed);
            // Under the address as it is set: the file of today follows that of yesterday.
            return Ok(vec![Target { url, key: sha256_of(&self.config.url), name, sha256: None, into: self.place.body() }]);
        }
        let text = fetch::small(client, &url, listing::BYTES_MAX).await?;
        let listed = listing::read(&text, &url).map_err(|reason| PullError::Answer { url: address::shown(&url), reason })?;
        let mut targets = Vec::with_capacity(listed.len());
        for file in listed {
            client.may(&url, &file.url)?;
            let key = sha256_of(file.url.as_str());
            let (name, into) = (file.name.unwrap_or_else(unnamed), self.place.body());
            targets.push(Target { key, name, sha256: file.sha256, url: file.url, into });
        }
        Ok(targets)
    }

    /// Remembers, logs and counts what a try brought.
    pub(super) fn note(&self, state: &mut State, run: Uuid, now: &ZonedDateTime, files: Vec<Pulled>, error: Option<&PullError>) {
        let (fault, verdict) = (error.map(PullError::fault), error.map(Classify::verdict));
        let last = Last { at: now.timestamp(), run, files, fault, verdict };
        let slug = self.topic.slug.as_str();
        metrics().pull_runs.with_label_values(&[slug, last.outcome()]).inc();
        match error {
            None => {
                state.last_success = Some(last.at);
                metrics().pull_last_success.with_label_values(&[slug]).set(last.at.as_second());
                tracing::info!(topic = slug, outcome = last.outcome(), files = last.files.len(), "the partner was asked");
            }
            Some(error) if error.verdict() == Verdict::Retry => {
                tracing::warn!(topic = slug, error = %chain(error), "nothing was fetched; it is tried again");
            }
            Some(error) => {
                tracing::error!(topic = slug, error = %chain(error), "nothing was fetched, and an operator must see to it");
            }
        }
        state.last = Some(last);
    }
}
