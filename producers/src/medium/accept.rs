//! Takes the files of a medium, when it is known, mounted read-only, and holds nothing else.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use renkei_core::calendar::clock;
use renkei_core::message::Medium;
use renkei_core::registry::Topic;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::mount::{self, Mounted, Mounts};
use super::survey::{Found, Item, survey};
use super::{KnownMedium, MediumConfig, MediumError};
use crate::delivery::{Controls, Delivery};
use crate::error::IntakeError;
use crate::intake::claim::HandedIn;
use crate::intake::{Intake, Outcome, blocking};
use crate::send;
use crate::station::{is_absent, make_dir, write_whole};

/// Who stands for a medium, and what its file must hold.
#[derive(Debug, Clone, Default)]
pub struct Acceptance {
    /// Id of the medium; empty: the one that is mounted.
    pub medium: String,
    /// Who brought it.
    pub bearer: String,
    /// Who approved that it is taken.
    pub approver: String,
    /// Who takes it, at the keyboard.
    pub accepted_by: String,
    /// What the partner's bill says; for one file.
    pub controls: Option<Controls>,
}

/// What became of a medium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The medium.
    pub medium: Medium,
    /// Files taken now.
    pub taken: Vec<Outcome>,
    /// Files that had been taken before, under these deliveries.
    pub known: Vec<(PathBuf, Uuid)>,
}

/// That bytes were taken from a medium.
#[derive(Debug, Serialize, Deserialize)]
struct Taken {
    delivery: Uuid,
    file: String,
    medium: Medium,
}

/// The media that are mounted now, with what lies on them for a topic.
pub fn present(config: &MediumConfig, mounts: &dyn Mounts, topic: &Topic) -> Result<Vec<(Mounted, Vec<Item>)>, MediumError> {
    let dir = &config.mount_dir;
    let mut found = Vec::new();
    for mounted in mount::look(dir, mounts).map_err(IntakeError::io("looking for media in", dir))? {
        let items = survey(&mounted.path, topic).map_err(IntakeError::io("reading the medium at", &mounted.path))?;
        found.push((mounted, items));
    }
    Ok(found)
}

/// Takes every file of a medium that was not taken before. Nothing is taken from a medium on which anything else lies.
pub async fn accept(
    intake: &Arc<Intake>,
    config: &MediumConfig,
    mounts: &dyn Mounts,
    topic: &str,
    with: Acceptance,
) -> Result<Accepted, MediumError> {
    let topic = intake.topic(topic)?.clone();
    if !topic.medium {
        return Err(MediumError::Topic { topic: topic.slug.to_string() });
    }
    two_persons(&with)?;
    let (mounted, items) = the_one(present(config, mounts, &topic)?, config, &with.medium)?;
    let known = registered(config, &mounted, &topic)?;
    let medium = Medium {
        id: mounted.id.clone(),
        label: known.label.clone(),
        bearer: with.bearer.trim().to_owned(),
        approver: with.approver.trim().to_owned(),
        accepted_by: with.accepted_by.clone(),
        accepted_at: clock::now_rfc3339(),
    };
    let (mut new, mut seen) = (Vec::new(), Vec::new());
    for (path, sha256) in expected(&mounted, items)? {
        match taken_before(intake, &topic, &sha256)? {
            Some(delivery) => seen.push((path, delivery)),
            None => new.push((path, sha256)),
        }
    }
    if with.controls.is_some() && new.len() > 1 {
        return Err(MediumError::TotalOfMany { count: new.len() });
    }
    let mut taken = Vec::new();
    for (path, sha256) in new {
        taken.push(take(intake, &topic, &mounted, path, &sha256, &medium, with.controls.clone()).await?);
    }
    Ok(Accepted { medium, taken, known: seen })
}

/// A bearer who approves himself is no control.
fn two_persons(with: &Acceptance) -> Result<(), MediumError> {
    // As export.same_person has it: ＳＡＴＯ is sato.
    let narrow =
        |ch: char| char::from_u32(u32::from(ch).wrapping_sub(0xFEE0)).filter(|_| ('！'..='～').contains(&ch)).unwrap_or(ch);
    let plain = |name: &str| -> String {
        name.chars().map(narrow).filter(|ch| !ch.is_whitespace()).flat_map(char::to_lowercase).collect()
    };
    let (bearer, approver) = (plain(&with.bearer), plain(&with.approver));
    if bearer.is_empty() || approver.is_empty() || bearer == approver {
        return Err(MediumError::Persons { bearer: with.bearer.clone(), approver: with.approver.clone() });
    }
    Ok(())
}

fn the_one(
    mut present: Vec<(Mounted, Vec<Item>)>,
    config: &MediumConfig,
    wanted: &str,
) -> Result<(Mounted, Vec<Item>), MediumError> {
    present.retain(|(mounted, _)| wanted.is_empty() || mounted.id == wanted);
    let (count, ids) = (present.len(), present.iter().map(|(mounted, _)| mounted.id.as_str()).collect::<Vec<_>>().join(", "));
    match (present.pop(), count) {
        (Some(one), 1) => Ok(one),
        _ => Err(MediumError::Which { mount_dir: config.mount_dir.clone(), count, found: ids }),
    }
}

fn registered<'c>(config: &'c MediumConfig, mounted: &Mounted, topic: &Topic) -> Result<&'c KnownMedium, MediumError> {
    let slug = topic.slug.as_str();
    let known = config.known.iter().find(|known| known.id == mounted.id && known.topics.iter().any(|topic| topic == slug));
    let known = known.ok_or_else(|| MediumError::Unknown { id: mounted.id.clone(), topic: slug.to_owned() })?;
    if mounted.read_only { Ok(known) } else { Err(MediumError::Writable { id: mounted.id.clone() }) }
}

/// The topic's files with their SHA-256; anything that is refused refuses all.
fn expected(mounted: &Mounted, items: Vec<Item>) -> Result<Vec<(PathBuf, String)>, MediumError> {
    let (mut files, mut refused) = (Vec::new(), Vec::new());
    for Item { path, found } in items {
        match found {
            Found::Expected { sha256 } => files.push((path, sha256)),
            Found::Refused(why) => refused.push(format!("{} ({})", path.display(), why.as_str())),
            Found::Control | Found::System => {}
        }
    }
    if refused.is_empty() { Ok(files) } else { Err(MediumError::Refused { id: mounted.id.clone(), list: refused.join(", ") }) }
}

/// Takes one file. Remembered as taken when it is on its topic: a refused file is mended on its machine and has other bytes then,
/// and where the layout was wrong the same bytes must come again.
async fn take(
    intake: &Arc<Intake>,
    topic: &Arc<Topic>,
    mounted: &Mounted,
    path: PathBuf,
    sha256: &str,
    medium: &Medium,
    controls: Option<Controls>,
) -> Result<Outcome, MediumError> {
    let with =
        HandedIn { sender: format!("medium:{}", medium.id), controls, medium: Some(medium.clone()), ..HandedIn::default() };
    let outcome = send::send(intake, topic.slug.as_str(), &mounted.path.join(&path), with, None).await?;
    let Delivery { delivery, file, sha256: read, .. } = &outcome.delivery;
    if outcome.is_published() {
        if read != sha256 {
            return Err(MediumError::Changed { file: file.clone(), id: medium.id.clone(), delivery: *delivery });
        }
        let taken = Taken { delivery: *delivery, file: file.clone(), medium: medium.clone() };
        let (at, delivery) = (taken_path(intake, topic, sha256)?, *delivery);
        blocking("remembering", delivery, move || remember(&at, &taken)).await?;
    }
    Ok(outcome)
}

fn taken_path(intake: &Intake, topic: &Topic, sha256: &str) -> Result<PathBuf, IntakeError> {
    Ok(intake.spool_of(topic)?.root.join("taken").join(format!("{sha256}.json")))
}

fn remember(at: &std::path::Path, taken: &Taken) -> Result<(), IntakeError> {
    if let Some(folder) = at.parent() {
        make_dir(folder)?;
    }
    let text = serde_json::to_vec_pretty(taken).map_err(|source| IntakeError::Record { path: at.to_owned(), source })?;
    write_whole(at, &text)
}

fn taken_before(intake: &Intake, topic: &Topic, sha256: &str) -> Result<Option<Uuid>, IntakeError> {
    let path = taken_path(intake, topic, sha256)?;
    match fs::read(&path) {
        Ok(text) => serde_json::from_slice::<Taken>(&text)
            .map(|taken| Some(taken.delivery))
            .map_err(|source| IntakeError::Record { path, source }),
        Err(error) if is_absent(&error) => Ok(None),
        Err(source) => Err(IntakeError::Io { operation: "reading", path, source }),
    }
}
