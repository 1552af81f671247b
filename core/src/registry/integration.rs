//! The folders of `integrations/`: layouts, profiles, SQL, and a digest over all of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::choices::Totals;
use super::entry::Entry;
use super::{Direction, Topic, evidence, results};
use crate::layout::{Format, Layout};
use crate::params::Params;

#[derive(rust_embed::RustEmbed)]
#[folder = "../integrations"]
struct Embedded;

/// The folders, and what lies in them.
pub(super) struct Folders {
    /// The directory that replaces the compiled-in folders.
    directory: Option<PathBuf>,
    /// Relative paths (`12_x/layout.toml`) of every file outside `cases/`, sorted.
    paths: Vec<String>,
}

impl Folders {
    /// Lists the files; pushes a fault for each directory that cannot be read.
    pub(super) fn open(directory: Option<&Path>, faults: &mut Vec<String>) -> Folders {
        let mut paths = Vec::new();
        match directory {
            None => paths.extend(Embedded::iter().map(|path| path.replace('\\', "/"))),
            Some(root) => walk(root, root, &mut paths, faults),
        }
        paths.retain(|path| !path.contains("/cases/"));
        paths.sort();
        Folders { directory: directory.map(Path::to_owned), paths }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        match &self.directory {
            None => Embedded::get(path).map(|file| file.data.into_owned()).ok_or_else(|| "it is not compiled in".to_owned()),
            Some(root) => std::fs::read(root.join(path)).map_err(|error| error.to_string()),
        }
    }
}

/// Files below `folder`, relative to `root`.
fn walk(root: &Path, folder: &Path, found: &mut Vec<String>, faults: &mut Vec<String>) {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return faults.push(format!("{}: cannot be read: {error}", folder.display())),
    };
    for entry in entries {
        let path = match entry {
            Ok(entry) => entry.path(),
            Err(error) => {
                faults.push(format!("{}: cannot be read: {error}", folder.display()));
                continue;
            }
        };
        // Cases are for tests; whatever lies there is not the program's.
        if path.is_dir() && path.file_name().is_none_or(|name| name != "cases") {
            walk(root, &path, found, faults);
        } else if let (false, Ok(relative)) = (path.is_dir(), path.strip_prefix(root)) {
            found.push(relative.to_string_lossy().replace('\\', "/"));
        }
    }
}

/// What differs between receivers of one layout (`profiles/<name>.toml`).
#[derive(Debug, Clone)]
pub struct Profile {
    /// Stem of its file.
    pub name: String,
    /// Name shown to people.
    pub title: String,
    /// The layout variant it lies over.
    pub base: String,
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
    /// The folder's SQL files by stem: `check`, `post`, `cancel`, `blockers`, `select`, `waiting`, `review`, `compare`,
    /// `notable`, `workbook`, `release`, `void`; and those of one layout only: `select.payroll`.
    pub sql: BTreeMap<String, Arc<str>>,
    /// What an order for its files may say (`params.toml`); outbound topics only.
    pub params: Params,
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

    /// The SQL file of a step for a layout variant: `select.<variant>.sql` where the folder has one, else `select.sql`.
    pub fn sql_for(&self, stem: &str, variant: &str) -> Option<&str> {
        self.sql(&format!("{stem}.{variant}")).or_else(|| self.sql(stem))
    }

    /// The layout of a variant; empty name = the first.
    pub fn layout(&self, variant: &str) -> Option<&Arc<Layout>> {
        let found = if variant.is_empty() { self.layouts.first() } else { self.layouts.iter().find(|(name, _)| name == variant) };
        found.map(|(_, layout)| layout)
    }

    /// The layouts in which records of messages are taken.
    pub fn message_layouts(&self) -> impl Iterator<Item = &(String, Arc<Layout>)> {
        self.layouts.iter().filter(|(_, layout)| layout.takes_messages())
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

const SQL_STEMS: [&str; 13] = [
    "check", "post", "cancel", "blockers", "select", "waiting", "review", "beside", "compare", "notable", "workbook", "release",
    "void",
];
/// What an order for the files of an outbound topic may say.
const PARAMS: &str = "params.toml";
/// SQL that belongs to one layout always: what becomes of a file in it that a person brings to an outbound topic.
const BRING: &str = "bring";

/// Reads the folder of an active entry; pushes every fault found.
pub(super) fn load(folders: &Folders, entry: &Entry, faults: &mut Vec<String>) -> Option<Integration> {
    let slug = entry.topic.folder.as_str();
    let before = faults.len();
    let mut files = files_of(folders, slug, faults);
    if entry.results.is_some() {
        // The folder of the answers is one of its own, with its own digest.
        files.retain(|name, _| name.split('/').next() != Some(results::FOLDER));
    }
    if files.is_empty() {
        faults.push(format!("integrations/{slug}: the topic is active but its folder is missing"));
        return None;
    }
    for name in required(entry.topic.direction) {
        if !files.contains_key(*name) {
            faults.push(format!("integrations/{slug}: {name} is missing"));
        }
    }
    unknown_files(entry, &files, faults);
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
            Ok(layout) if layout.format == Format::Xml && entry.topic.direction == Direction::Out => {
                faults
                    .push(format!("integrations/{slug}/{name}: format = \"xml\" is for reading only, and the topic is outbound"));
            }
            Ok(layout) if layout.spread().is_some() && entry.topic.direction == Direction::In => {
                faults.push(format!("integrations/{slug}/{name}: `spread` is for writing, and the topic is inbound"));
            }
            Ok(layout) if layout.urgent().is_some() && !parts_go_alone(&entry.topic) => {
                faults.push(format!("integrations/{slug}/{name}: `urgent` records come without documents and without stated totals, which the topic demands"));
            }
            Ok(layout) => layouts.push((variant, Arc::new(layout))),
            Err(errors) => faults.push(errors.to_string()),
        }
    }
    if let Some(rule) = &entry.topic.evidence {
        evidence::compare(rule, &layouts, slug, faults);
    }
    let mut profiles = Vec::new();
    for name in &entry.profiles {
        let file = format!("profiles/{name}.toml");
        let Some(source) = text(&file, faults) else { continue };
        let wanted = Layout::base_of_profile(&source);
        let over = layouts.iter().find(|(variant, _)| wanted.as_ref().is_none_or(|wanted| wanted == variant));
        let Some((base, layout)) = over else {
            if let Some(wanted) = wanted {
                faults.push(format!("integrations/{slug}/{file}: base = \"{wanted}\" is no layout of the topic"));
            }
            continue;
        };
        match layout.with_profile(&source) {
            Ok(layout) => {
                let title = layout.profile.clone().unwrap_or_else(|| name.clone());
                profiles.push(Profile { name: name.clone(), title, base: base.clone(), layout: Arc::new(layout) });
            }
            Err(errors) => faults.push(errors.to_string()),
        }
    }
    let mut sql = BTreeMap::new();
    for name in files.keys() {
        if let Some(stem) = sql_stem(entry, name)
            && let Some(source) = text(name, faults)
        {
            sql.insert(stem.to_owned(), Arc::from(source));
        }
    }
    let source = files.contains_key(PARAMS).then(|| text(PARAMS, faults)).flatten().unwrap_or_default();
    let params = params(entry, &source, &layouts, faults);
    let readme = text("README.md", faults).unwrap_or_default();
    (faults.len() == before).then(|| Integration { layouts, profiles, sql, params, readme, digest: digest(&files) })
}

/// The parameters of the folder: for layouts there are, and everything that a file's name is made of.
fn params(entry: &Entry, source: &str, layouts: &[(String, Arc<Layout>)], faults: &mut Vec<String>) -> Params {
    let origin = format!("integrations/{}/{PARAMS}", entry.topic.folder);
    let params = Params::parse(source, &origin).unwrap_or_else(|found| {
        faults.extend(found);
        Params::default()
    });
    for param in params.all() {
        for strange in param.layouts.iter().filter(|name| !layouts.iter().any(|(variant, _)| variant == *name)) {
            faults.push(format!("{origin}: param {}: \"{strange}\" is no layout of the topic", param.id));
        }
    }
    for (variant, layout) in layouts {
        let pattern = layout.file_name.as_deref().unwrap_or_default();
        for id in pattern.split("{param.").skip(1).filter_map(|rest| rest.split_once('}')).map(|(id, _)| id) {
            if !params.of(variant).any(|param| param.id == id && (param.must || param.default.is_some())) {
                faults.push(format!(
                    "{origin}: layout {variant}: `file_name` needs the parameter {id}, and an order need not say it"
                ));
            }
        }
    }
    if entry.topic.once { params.of_once_only() } else { params }
}

/// Whether some records of a file may be handed in without the rest.
fn parts_go_alone(topic: &Topic) -> bool {
    topic.direction == Direction::In && topic.evidence.is_none() && topic.totals != Totals::Stated
}

/// The files of one folder by name. One that cannot be read is a fault: without it the topic would do something else.
fn files_of(folders: &Folders, slug: &str, faults: &mut Vec<String>) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for path in &folders.paths {
        let Some(name) = path.strip_prefix(slug).and_then(|rest| rest.strip_prefix('/')) else { continue };
        match folders.read(path) {
            Ok(bytes) => drop(files.insert(name.to_owned(), bytes)),
            Err(error) => faults.push(format!("integrations/{path}: cannot be read: {error}")),
        }
    }
    files
}

/// The stem of a SQL file that is read: of a step, or of a step for one layout.
fn sql_stem<'n>(entry: &Entry, name: &'n str) -> Option<&'n str> {
    let stem = name.strip_suffix(".sql")?;
    let known = match stem.split_once('.') {
        None => SQL_STEMS.contains(&stem),
        Some((step, variant)) => {
            entry.topic.direction == Direction::Out
                && (step == BRING || SQL_STEMS.contains(&step))
                && entry.layouts.iter().any(|layout| layout == variant)
        }
    };
    known.then_some(stem)
}

/// A file that nothing reads is a name mistyped: `blocker.sql` would leave a cancellation unguarded without a word.
fn unknown_files(entry: &Entry, files: &BTreeMap<String, Vec<u8>>, faults: &mut Vec<String>) {
    let slug = &entry.topic.folder;
    let layouts: Vec<String> = layout_files(entry).into_iter().map(|(_, name)| name).collect();
    for name in files.keys() {
        let sql = sql_stem(entry, name).is_some();
        let profile = name.strip_prefix("profiles/").and_then(|name| name.strip_suffix(".toml"));
        let named = profile.is_some_and(|profile| entry.profiles.iter().any(|known| known == profile));
        let params = name == PARAMS && entry.topic.direction == Direction::Out;
        if name == "README.md" || sql || named || params || layouts.contains(name) {
            continue;
        }
        let sentence = match name.starts_with("layouts/") || name.starts_with("profiles/") || name == "layout.toml" {
            true => "queues.toml does not name it",
            false => "no file of this name is read",
        };
        faults.push(format!("integrations/{slug}/{name}: {sentence}"));
    }
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
        folders.paths.iter().filter_map(|path| path.split_once('/').map(|(folder, _)| folder.to_owned())).collect();
    names.dedup();
    for name in names {
        if !topics.iter().any(|topic| topic.slug.as_str() == name) {
            faults.push(format!("integrations/{name}: no topic of queues.toml has this slug"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Registry, Sources};

    const QUEUES: &str = "version = 1\nexchange='r'\n[retry]\nladder_s=[10]\n[limits]\nchunk_records_max=10\nchunk_bytes_max=5000\nfile_bytes_max=1\nhttp_bytes_max=1\nfaults_max=1\nqueue_bytes_max=1\ndelivery_limit=5\ndelivery_limit_ordered=5\n[defaults]\nprefetch=8\nparallel=2\nhold='line'\nconfirm='automatic'\n[[topic]]\nnumber=7\nslug='07_x'\ndirection='in'\nname='n'\nname_en='n'\nfrom='a'\nto='b'\nmethod='manual'\ntiming='daily'\nstatus='active'\nlayouts=['a']\n";
    const LAYOUT: &str = "[layout]\nname='x'\nversion='1'\nformat='csv'\nencoding='utf-8'\n[[record]]\nkind='row'\nfields=[{id='a',name='A',type='text',len=3}]\n";

    #[test]
    fn what_nothing_reads_and_what_cannot_be_read_are_faults() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, text).expect("written");
        };
        write("queues.toml", QUEUES);
        for (name, text) in [("README.md", "x"), ("check.sql", "x"), ("post.sql", "x"), ("layouts/a.toml", LAYOUT)] {
            write(&format!("integrations/07_x/{name}"), text);
        }
        write("integrations/07_x/cases/ordinary/anything.txt", "x");
        let sources =
            Sources { queues: Some(folder.path().join("queues.toml")), integrations: Some(folder.path().join("integrations")) };
        Registry::load_from(&sources).expect("sound");
        for name in ["blocker.sql", "layouts/b.toml", "profiles/p.toml", "layout.toml"] {
            write(&format!("integrations/07_x/{name}"), "x");
        }
        std::os::unix::fs::symlink("nowhere", folder.path().join("integrations/07_x/void.sql")).expect("a dangling link");
        let faults = Registry::load_from(&sources).expect_err("faults").0;
        for expected in [
            "07_x/blocker.sql: no file of this name",
            "07_x/layouts/b.toml: queues.toml does not name it",
            "07_x/profiles/p.toml: queues.toml",
            "07_x/layout.toml: queues.toml",
            "07_x/void.sql: cannot be read",
        ] {
            assert!(faults.iter().any(|fault| fault.contains(expected)), "{expected}: {faults:?}");
        }
        assert_eq!(faults.len(), 5, "{faults:?}");
    }
}
