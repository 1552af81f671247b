//! The folders of `integrations/`: layouts, profiles, SQL, and a digest over all of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::topics::Entry;
use super::{Direction, Topic};
use crate::layout::Layout;

#[derive(rust_embed::RustEmbed)]
#[folder = "../integrations"]
struct Embedded;

/// Where the folders are read from.
pub(super) enum Folders {
    /// Compiled in.
    Embedded,
    /// A directory that replaces them.
    Directory(PathBuf),
}

impl Folders {
    pub(super) fn open(directory: Option<&Path>) -> Folders {
        directory.map_or(Folders::Embedded, |path| Folders::Directory(path.to_owned()))
    }

    /// Relative paths (`12_x/layout.toml`) of every file outside `cases/`.
    fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = match self {
            Folders::Embedded => Embedded::iter().map(|path| path.replace('\\', "/")).collect(),
            Folders::Directory(root) => walk(root, root),
        };
        paths.retain(|path| !path.contains("/cases/"));
        paths.sort();
        paths
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        match self {
            Folders::Embedded => Embedded::get(path).map(|file| file.data.into_owned()),
            Folders::Directory(root) => std::fs::read(root.join(path)).ok(),
        }
    }
}

/// Files below `folder`, relative to `root`.
fn walk(root: &Path, folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(walk(root, &path));
        } else if let Ok(relative) = path.strip_prefix(root) {
            found.push(relative.to_string_lossy().replace('\\', "/"));
        }
    }
    found
}

/// What differs between receivers of one layout (`profiles/<name>.toml`).
#[derive(Debug, Clone)]
pub struct Profile {
    /// Stem of its file.
    pub name: String,
    /// Name shown to people.
    pub title: String,
    /// The layout with the profile's overrides; its `values` are what `select.sql` reads from the temp table `setting`.
    pub layout: Arc<Layout>,
}

/// One folder.
#[derive(Debug, Clone)]
pub struct Integration {
    /// Layout variants in the order they are tried: stem of the file and the layout.
    pub layouts: Vec<(String, Arc<Layout>)>,
    /// Profiles of outbound topics, in the order of `queues.toml`.
    pub profiles: Vec<Profile>,
    /// The folder's SQL files by stem: `check`, `post`, `cancel`, `blockers`, `select`, `review`, `release`, `void`.
    pub sql: BTreeMap<String, Arc<str>>,
    /// Text of `README.md`.
    pub readme: String,
    /// SHA-256 over names and contents of its files, without `cases/`; recorded with every batch and export.
    pub digest: String,
}

impl Integration {
    /// A SQL file of the folder by its stem.
    pub fn sql(&self, stem: &str) -> Option<&str> {
        self.sql.get(stem).map(AsRef::as_ref)
    }

    /// The layout of a variant; empty name = the first.
    pub fn layout(&self, variant: &str) -> Option<&Arc<Layout>> {
        let found = if variant.is_empty() { self.layouts.first() } else { self.layouts.iter().find(|(name, _)| name == variant) };
        found.map(|(_, layout)| layout)
    }

    /// The profile of a name; empty name = the first.
    pub fn profile(&self, name: &str) -> Option<&Profile> {
        if name.is_empty() { self.profiles.first() } else { self.profiles.iter().find(|profile| profile.name == name) }
    }
}

/// Files a folder must have, by direction.
fn required(direction: Direction) -> &'static [&'static str] {
    match direction {
        Direction::In => &["README.md", "check.sql", "post.sql"],
        Direction::Out => &["README.md", "select.sql", "review.sql"],
    }
}

const SQL_STEMS: [&str; 8] = ["check", "post", "cancel", "blockers", "select", "review", "release", "void"];

/// Reads the folder of an active entry; pushes every fault found.
pub(super) fn load(folders: &Folders, entry: &Entry, faults: &mut Vec<String>) -> Option<Integration> {
    let slug = entry.slug.get_ref().as_str();
    let prefix = format!("{slug}/");
    let before = faults.len();
    let files: BTreeMap<String, Vec<u8>> = folders
        .paths()
        .into_iter()
        .filter_map(|path| Some((path.strip_prefix(&prefix)?.to_owned(), folders.read(&path)?)))
        .collect();
    if files.is_empty() {
        faults.push(format!("integrations/{slug}: the topic is active but its folder is missing"));
        return None;
    }
    for name in required(entry.direction) {
        if !files.contains_key(*name) {
            faults.push(format!("integrations/{slug}: {name} is missing"));
        }
    }
    let text = |name: &str, faults: &mut Vec<String>| match files.get(name).map(|bytes| String::from_utf8(bytes.clone())) {
        Some(Ok(text)) => Some(text),
        Some(Err(error)) => {
            faults.push(format!("integrations/{slug}/{name}: not UTF-8 at byte {}", error.utf8_error().valid_up_to()));
            None
        }
        None => {
            faults.push(format!("integrations/{slug}/{name}: queues.toml names it, but it is missing"));
            None
        }
    };
    let mut layouts = Vec::new();
    for (variant, name) in layout_files(entry) {
        let Some(source) = text(&name, faults) else { continue };
        match Layout::parse(&source, &format!("integrations/{slug}/{name}")) {
            Ok(layout) => layouts.push((variant, Arc::new(layout))),
            Err(errors) => faults.push(errors.to_string()),
        }
    }
    let mut profiles = Vec::new();
    for name in &entry.profiles {
        let file = format!("profiles/{name}.toml");
        let (Some(source), Some((_, base))) = (text(&file, faults), layouts.first()) else { continue };
        match base.with_profile(&source) {
            Ok(layout) => {
                let title = layout.profile.clone().unwrap_or_else(|| name.clone());
                profiles.push(Profile { name: name.clone(), title, layout: Arc::new(layout) });
            }
            Err(errors) => faults.push(errors.to_string()),
        }
    }
    let mut sql = BTreeMap::new();
    for stem in SQL_STEMS {
        if files.contains_key(&format!("{stem}.sql"))
            && let Some(source) = text(&format!("{stem}.sql"), faults)
        {
            sql.insert(stem.to_owned(), Arc::from(source));
        }
    }
    let readme = text("README.md", faults).unwrap_or_default();
    (faults.len() == before).then(|| Integration { layouts, profiles, sql, readme, digest: digest(&files) })
}

/// Variant names and their files: `layout.toml` alone, or `layouts/<variant>.toml` for each variant of the entry.
fn layout_files(entry: &Entry) -> Vec<(String, String)> {
    if entry.layouts.is_empty() {
        return vec![("layout".to_owned(), "layout.toml".to_owned())];
    }
    entry.layouts.iter().map(|variant| (variant.clone(), format!("layouts/{variant}.toml"))).collect()
}

fn digest(files: &BTreeMap<String, Vec<u8>>) -> String {
    let mut hash = Sha256::new();
    for (name, bytes) in files {
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name.as_bytes());
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    }
    hex::encode(hash.finalize())
}

/// A folder without an entry is a mistake: it would never be read.
pub(super) fn unknown_folders(folders: &Folders, topics: &[Arc<Topic>], faults: &mut Vec<String>) {
    let mut names: Vec<String> =
        folders.paths().iter().filter_map(|path| path.split_once('/').map(|(folder, _)| folder.to_owned())).collect();
    names.dedup();
    for name in names {
        if !topics.iter().any(|topic| topic.slug.as_str() == name) {
            faults.push(format!("integrations/{name}: no topic of queues.toml has this slug"));
        }
    }
}
