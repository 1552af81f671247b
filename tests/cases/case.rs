//! A case and its results on disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use renkei_core::registry::{Direction, Registry, Topic};
use serde::Deserialize;
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgPool;

use super::support;

/// Results by path inside the case's folder.
pub(crate) type Results = BTreeMap<String, Vec<u8>>;

/// Names of results; `expected/` beside them.
const RESULTS: [&str; 14] = [
    "brought.txt",
    "rejected.txt",
    "evidence.txt",
    "records.txt",
    "verdicts.txt",
    "cancel.txt",
    "journal.txt",
    "ledger.txt",
    "refusals.txt",
    "waiting.txt",
    "compare.txt",
    "compare_next.txt",
    "workbook.txt",
    "state.txt",
];

/// The ledger object a person chooses for a held line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChosenObject {
    /// Line of the file.
    pub line: i64,
    /// 債権者番号
    #[serde(default)]
    pub creditor: Option<String>,
    /// 支出負担行為番号
    #[serde(default)]
    pub commitment: Option<String>,
}

/// `case.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Given {
    /// What the case shows, in a sentence.
    pub what: String,
    /// The day it is booked or made, `yyyy-mm-dd`.
    pub business_date: String,
    /// The one file handed in.
    #[serde(default)]
    pub file: Option<String>,
    /// Files handed in, in this order.
    #[serde(default)]
    pub files: Vec<String>,
    /// Documents handed in with each file, beside those it names that lie beside it.
    #[serde(default)]
    pub with: Vec<String>,
    /// Layout variant asked for; absent: by the look of the file.
    #[serde(default)]
    pub layout: Option<String>,
    /// The files are arrays of records that an upstream system publishes itself, without a file and its header.
    #[serde(default)]
    pub direct: bool,
    /// The files come without the medium their topic demands.
    #[serde(default)]
    pub without_medium: bool,
    /// Held lines of the last file that a person posts afterwards; of a batch held whole, any list means all of it.
    #[serde(default)]
    pub again: Vec<i64>,
    /// Objects that are then chosen for held lines, one after another.
    #[serde(default)]
    pub choose: Vec<ChosenObject>,
    /// `again` is about this file, counted from 1, instead of the last.
    #[serde(default)]
    pub again_of: Option<usize>,
    /// The day on which `again` is done; absent: `business_date`.
    #[serde(default)]
    pub again_on: Option<String>,
    /// Held lines of the last file that a person gives up afterwards.
    #[serde(default)]
    pub give_up: Vec<i64>,
    /// Which of the files handed in, counted from 1, a person cancels afterwards.
    #[serde(default)]
    pub cancel: Option<usize>,
    /// Files handed in after that.
    #[serde(default)]
    pub files_after: Vec<String>,
    /// Parameters of `select.sql`.
    #[serde(default)]
    pub params: BTreeMap<String, String>,
    /// Bank profile.
    #[serde(default)]
    pub profile: String,
    /// Time of day at which a file is ordered, `hh:mm:ss`; absent: 09:00:00.
    #[serde(default)]
    pub ordered_at: Option<String>,
    /// Files a person brings before the file is made, each by a bank profile.
    #[serde(default)]
    pub bring: Vec<Brought>,
    /// The same after it was released, before `next`.
    #[serde(default)]
    pub bring_after: Vec<Brought>,
    /// The file is approved by a second person and released.
    #[serde(default)]
    pub release: bool,
    /// What the partner said when it accepted the released file.
    #[serde(default)]
    pub accepted: String,
    /// The file is voided: the partner did not process it.
    #[serde(default)]
    pub void: bool,
    /// The day on which it is voided; absent: `business_date`.
    #[serde(default)]
    pub void_on: Option<String>,
    /// The day it is looked at by the approver, when that is not the day it is made for.
    #[serde(default)]
    pub reviewed_on: Option<String>,
    /// The first file is also shown as a workbook, in its state at the end.
    #[serde(default)]
    pub workbook: bool,
    /// Another file is made after all that.
    #[serde(default)]
    pub next: bool,
    /// In the end every file is selected anew from the ledger, and must have its own bytes.
    #[serde(default)]
    pub anew: bool,
}

/// A file that is brought.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Brought {
    /// Its name in the case's folder.
    pub file: String,
    /// The bank profile it is read by.
    pub profile: String,
}

/// A case.
#[derive(Debug)]
pub(crate) struct Case {
    /// `12_civic_assessments/ordinary`
    pub name: String,
    pub folder: PathBuf,
    pub topic: Arc<Topic>,
    pub given: Given,
}

impl Case {
    /// The cases of every active topic.
    pub(crate) fn all(registry: &Registry) -> Vec<Case> {
        let mut cases = Vec::new();
        for topic in registry.active(Direction::In).chain(registry.active(Direction::Out)) {
            let folder = support::root().join("integrations").join(&topic.folder).join("cases");
            let mut folders: Vec<PathBuf> =
                std::fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
            folders.retain(|path| path.is_dir());
            folders.sort();
            cases.extend(folders.into_iter().map(|folder| Case::read(topic, folder)));
        }
        cases
    }

    fn read(topic: &Arc<Topic>, folder: PathBuf) -> Case {
        let name = format!("{}/{}", topic.folder, folder.file_name().unwrap().to_string_lossy());
        let text = std::fs::read_to_string(folder.join("case.toml")).unwrap_or_else(|error| panic!("{name}/case.toml: {error}"));
        let given: Given = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}/case.toml: {error}"));
        assert!(!given.what.trim().is_empty(), "{name}: `what` says nothing");
        Case { name, folder, topic: topic.clone(), given }
    }

    /// Files handed in, in order.
    pub(crate) fn files(&self) -> impl Iterator<Item = &String> {
        self.given.file.iter().chain(&self.given.files)
    }

    /// What `cases/show.sql` of the integration finds in the ledger at the end; empty without such a file or any row.
    pub(crate) async fn show(&self, pool: &PgPool) -> String {
        let Ok(sql) = std::fs::read_to_string(self.folder.with_file_name("show.sql")) else { return String::new() };
        super::text::rows(pool, sql).await.unwrap_or_else(|error| panic!("{}: cases/show.sql: {error}", self.name))
    }

    /// The ledger before: what all cases of the folder share, then the case's own.
    pub(crate) async fn set_up(&self, pool: &PgPool) {
        self.happens(pool, &[self.folder.with_file_name("setup.sql"), self.folder.join("setup.sql")]).await;
    }

    /// What happens in the ledger before a step: `before_<step>.sql` where the case has it.
    pub(crate) async fn meanwhile(&self, pool: &PgPool, file: &str) {
        self.happens(pool, &[self.folder.join(file)]).await;
    }

    /// The functions of the folder; cases of answers (`results/`) have those of the topic that is answered.
    fn functions(&self) -> PathBuf {
        let cases = self.folder.parent().expect("a case lies in cases/");
        let integration = cases.parent().expect("cases/ lies in an integration");
        let topic =
            if integration.ends_with("results") { integration.parent().expect("results/ lies in a topic") } else { integration };
        topic.join("cases/functions.sql")
    }

    /// In one transaction, behind the functions: a file may use what one before it made in `pg_temp`.
    async fn happens(&self, pool: &PgPool, files: &[PathBuf]) {
        let mut transaction = pool.begin().await.unwrap();
        for file in std::iter::once(&self.functions()).chain(files) {
            let Ok(sql) = std::fs::read_to_string(file) else { continue };
            let ran = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *transaction).await;
            ran.unwrap_or_else(|error| panic!("{}: {}: {}", self.name, file.display(), renkei_consumers::db::sentence(&error)));
        }
        transaction.commit().await.unwrap();
    }

    /// What the folder expects.
    fn expected(&self) -> Results {
        let mut expected = Results::new();
        for name in RESULTS {
            if let Ok(bytes) = std::fs::read(self.folder.join(name)) {
                expected.insert(name.to_owned(), bytes);
            }
        }
        for entry in std::fs::read_dir(self.folder.join("expected")).into_iter().flatten().flatten() {
            let name = format!("expected/{}", entry.file_name().to_string_lossy());
            expected.insert(name, std::fs::read(entry.path()).unwrap());
        }
        expected
    }

    /// Says where results and expectation differ.
    pub(crate) fn compare(&self, results: &Results) -> Option<String> {
        let expected = self.expected();
        let mut wrong = Vec::new();
        for (name, found) in results {
            match expected.get(name) {
                None => wrong.push(format!("  {name} is new:\n{}", shown(found))),
                Some(wanted) if wanted != found => wrong.push(format!("  {name}: {}", first_difference(wanted, found))),
                Some(_) => {}
            }
        }
        wrong.extend(expected.keys().filter(|name| !results.contains_key(*name)).map(|name| format!("  {name} is missing")));
        (!wrong.is_empty()).then(|| format!("{} ({})\n{}", self.name, self.given.what, wrong.join("\n")))
    }

    /// Makes the results the expectation.
    pub(crate) fn bless(&self, results: &Results) {
        for name in self.expected().keys().filter(|name| !results.contains_key(*name)) {
            std::fs::remove_file(self.folder.join(name)).unwrap();
        }
        for (name, bytes) in results {
            let path = self.folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).unwrap();
            if std::fs::read(&path).ok().as_ref() != Some(bytes) {
                std::fs::write(&path, bytes).unwrap();
            }
        }
    }
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).lines().map(|line| format!("    {line}\n")).collect()
}

/// The first line that differs, or the first byte of a line that is no text.
fn first_difference(wanted: &[u8], found: &[u8]) -> String {
    let mut lines = (wanted.split(|byte| *byte == b'\n'), found.split(|byte| *byte == b'\n'));
    for number in 1.. {
        let (want, got) = (lines.0.next(), lines.1.next());
        if want == got {
            continue;
        }
        let line = |bytes: Option<&[u8]>| bytes.map_or("(end)".to_owned(), as_text);
        return format!("line {number} differs\n    expected: {}\n    found:    {}", line(want), line(got));
    }
    String::new()
}

fn as_text(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| bytes.escape_ascii().to_string(), str::to_owned)
}

#[test]
fn the_first_difference_is_named() {
    assert_eq!(first_difference(b"a\nb", b"a\nc"), "line 2 differs\n    expected: b\n    found:    c");
    assert_eq!(first_difference(b"a", b"a\n\x8f"), "line 2 differs\n    expected: (end)\n    found:    \\x8f");
}
