//! Files of a watched folder that wait for the documents they name, and documents that wait for a file to name them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use renkei_core::evidence::EvidenceRule;
use renkei_core::registry::Topic;
use uuid::Uuid;

use super::named::{Named, named};
use crate::error::IntakeError;
use crate::folder::Settled;
use crate::intake::blocking;
use crate::names;
use crate::station::Station;

/// What is known of the files and documents of one folder.
#[derive(Debug, Default)]
pub(crate) struct Companions {
    /// What each settled file names, and since when it has been waiting. A file that changes is another key.
    files: BTreeMap<Settled, (Named, Instant)>,
    /// Documents no file names, and since when.
    lone: HashMap<PathBuf, Instant>,
}

/// A file that can be claimed, and the documents to claim with it.
pub(crate) struct Ready {
    pub(crate) file: Settled,
    pub(crate) documents: Vec<String>,
}

impl Companions {
    /// Which of the settled files can be claimed: those whose documents lie there, those that have waited long enough, and those
    /// that are refused in any case. In an ordered topic none overtakes one that waits.
    pub(crate) async fn ready(
        &mut self,
        topic: &Topic,
        rule: &EvidenceRule,
        settled: Vec<Settled>,
        wait: Duration,
        file_bytes_max: u64,
    ) -> Result<Vec<Ready>, IntakeError> {
        let name_of = |file: &Settled| file.path.file_name().map(names::shown_os).unwrap_or_default();
        let (documents, files): (Vec<Settled>, Vec<Settled>) =
            settled.into_iter().partition(|file| rule.is_document(&name_of(file)));
        // How the folder spells a document, by composed name.
        let lying: BTreeMap<String, String> = documents.iter().map(name_of).map(|name| (names::composed(&name), name)).collect();
        let (mut known, mut ready, mut wanted) = (BTreeMap::new(), Vec::new(), BTreeSet::new());
        for file in files {
            let (named, since) = match self.files.remove(&file) {
                Some(known) => known,
                None => (read(topic, rule, &file.path, file_bytes_max).await?, Instant::now()),
            };
            let asked: BTreeSet<String> = named.names.iter().map(|name| names::composed(name)).collect();
            wanted.extend(asked.iter().cloned());
            if named.faulty || asked.iter().all(|name| lying.contains_key(name)) || since.elapsed() >= wait {
                let documents = asked.iter().filter_map(|name| lying.get(name)).cloned().collect();
                ready.push(Ready { file: file.clone(), documents });
            } else if topic.ordered {
                known.insert(file, (named, since));
                break;
            }
            known.insert(file, (named, since));
        }
        self.files = known;
        self.note_lone(documents, &wanted);
        Ok(ready)
    }

    fn note_lone(&mut self, documents: Vec<Settled>, wanted: &BTreeSet<String>) {
        let now = Instant::now();
        let lone = documents.into_iter().map(|file| file.path).filter(|path| {
            let name = path.file_name().map(names::shown_os).unwrap_or_default();
            !wanted.contains(&names::composed(&name))
        });
        self.lone = lone.map(|path| (path.clone(), self.lone.get(&path).copied().unwrap_or(now))).collect();
    }

    /// Documents nobody named for so long go into `rejected`, with a letter: a document that stays where it is looks delivered.
    pub(crate) fn set_aside(&self, station: &Station, wait: Duration) {
        let mut late: Vec<&PathBuf> =
            self.lone.iter().filter(|(_, since)| since.elapsed() >= wait).map(|(path, _)| path).collect();
        late.sort();
        for path in late {
            if let Err(error) = set_one_aside(station, path) {
                tracing::warn!(file = %path.display(), error = %crate::station::chain(&error), "a document nobody names stays where it is");
            }
        }
    }
}

fn set_one_aside(station: &Station, path: &Path) -> Result<(), IntakeError> {
    let name = path.file_name().map(names::shown_os).unwrap_or_default();
    let to = station.root.join("rejected").join(format!("{}_{}", Uuid::now_v7(), names::safe(&name)));
    std::fs::rename(path, &to).map_err(IntakeError::io("setting aside", path))?;
    tracing::warn!(file = %path.display(), moved_to = %to.display(), "a document that no file of the folder names");
    let letter = crate::intake::report::lone_document(&name);
    let mut beside = to.into_os_string();
    beside.push(".errors.txt");
    crate::station::write_whole(Path::new(&beside), letter.as_bytes())
}

/// What a file names. A link or a directory names nothing: it is refused as such.
async fn read(topic: &Topic, rule: &EvidenceRule, path: &Path, file_bytes_max: u64) -> Result<Named, IntakeError> {
    let is_file = path.symlink_metadata().is_ok_and(|meta| meta.is_file());
    let (Ok(integration), true) = (topic.built().cloned(), is_file) else {
        return Ok(Named { faulty: true, ..Named::default() });
    };
    let (rule, path) = (rule.clone(), path.to_owned());
    blocking("reading for documents", Uuid::nil(), move || {
        match named(&rule, &integration, None, &path, file_bytes_max) {
            // Taken away, or not ours to read: claiming it tells.
            Err(IntakeError::Io { .. }) => Ok(Named { faulty: true, ..Named::default() }),
            named => named,
        }
    })
    .await
}
