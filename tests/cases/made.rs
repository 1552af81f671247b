//! Files as `renkei topic sample` makes them, of every layout that comes in: the good one goes the whole way to the ledger, and
//! each way to break it is refused by its name. What becomes of them is `docs/TRIED.md`; `make bless` writes it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use renkei_consumers::inbound::{Batch, Intake, State, TopicHandler};
use renkei_consumers::replies::Replies;
use renkei_core::broker::{Handler, Outcome};
use renkei_core::fault::Severity;
use renkei_core::kit::{self, Break, BreakError, Model, Wish, codes};
use renkei_core::layout::read::{ReadLimits, read_file};
use renkei_core::registry::{Direction, Integration, Registry, Sources, Topic, Totals};
use renkei_producers::intake::claim::HandedIn;
use renkei_producers::{Controls, evidence};
use sqlx::postgres::PgPool;

use super::inbound::{Kept, medium, producers};
use super::sample_files;
use super::support::{self, database::Database};

/// Records of a made file.
const RECORDS: u64 = 6;
/// Where its numbers begin.
const SEED: u64 = 3;
const DAY: &str = "2026-10-05";
/// What refuses a good file all the same: its numbers are counted up, and a counter of a bank that no master has is the sender's to mend.
const COUNTED_TOO_FAR: [&str; 1] = ["SLIP_BRANCH_UNKNOWN"];
const SHOWN: &str = "docs/TRIED.md";
const HEAD: &str = "# What becomes of a good and of a bad file

For every layout that comes in, the file of `renkei topic sample TOPIC --layout LAYOUT --records 6 --seed 3` handed in on 5 October 2026
on a ledger as `renkei migrate` leaves it, and the same file with each `--break KIND` that its layout has a place for. A test hands them all in and compares them with this page
(`cargo test --test cases made`); `make bless` writes it.

| word | what it means |
|--|--|
| posted | in the ledger; nobody was needed |
| held | waits for a person, for the reasons named; the rest of the file goes on |
| skipped | nothing to do, for the reasons named |
| refused | the sender has to mend it, for the reasons named |

- A made file repeats a sample with rising numbers and nothing else changed. On an empty ledger the contract, the payee or the tender it speaks of is often
  not there; all copies name the same commitment; a complete list lacks banks the ledger has; a bank's answer is dated ahead: so the records are held, as
  they would be in earnest.
- The numbers of the 日計票 (`daily_totals`) are those of bank branches. No master has the branches counted up to, so the good file is refused too.
- Heads, totals and nested lists are records as well: there can be more than six.
- Most codes come from the checks of the folder, those of bad files from the reader. What each says and how it is mended: [publishers/errors.md](publishers/errors.md).

| topic | layout | good file | bad files: how it was broken → what refused it |
|--|--|--|--|
";

#[test]
fn made_files_go_the_whole_way_and_broken_ones_are_refused_by_their_names() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (page, wrong) = runtime.block_on(hand_all_in());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let path = support::root().join(SHOWN);
    if std::env::var_os("RENKEI_BLESS").is_some_and(|value| value == "1") {
        std::fs::write(path, page).unwrap();
        return;
    }
    let told = std::fs::read_to_string(path).unwrap_or_default();
    let differs = page.lines().find(|line| !told.contains(line));
    assert!(told == page, "{SHOWN} is not what becomes of them; `make bless` writes it: {differs:?}");
}

/// Everything is handed in; gives the page, and what is wrong.
async fn hand_all_in() -> (String, Vec<String>) {
    let root = support::root();
    let sources = Sources { queues: Some(root.join("queues.toml")), integrations: Some(root.join("integrations")) };
    let registry = Arc::new(Registry::load_from(&sources).unwrap_or_else(|errors| panic!("{errors}")));
    let database = Database::hasty(4).await;
    sqlx::raw_sql(include_str!("slate.sql")).execute(&database.pool).await.unwrap();
    let migrations: Vec<String> = std::fs::read_dir(root.join("migrations"))
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let functions = codes::functions(migrations.iter().map(String::as_str));
    let (mut page, mut wrong, mut layouts) = (HEAD.to_owned(), Vec::new(), 0);
    for topic in registry.active(Direction::In) {
        let integration = topic.built().unwrap();
        let declared = codes::of(integration.sql("check").unwrap(), &functions);
        for (variant, _) in &integration.layouts {
            let what = format!("{} as {variant}", topic.slug);
            let model = sample_files::model(topic, integration, variant).unwrap_or_else(|| panic!("{what}: no sample"));
            let desk = Desk::open(&registry, topic, model, &database.pool);
            let good = desk.good(&declared).await.unwrap_or_else(|error| told(&mut wrong, &what, &error));
            let bad = desk.bad().await.unwrap_or_else(|error| told(&mut wrong, &what, &error));
            writeln!(page, "| `{}` {} | `{variant}` | {good} | {bad} |", topic.slug, topic.name).unwrap();
            sqlx::query("select slate.wipe()").execute(&database.pool).await.unwrap();
            layouts += 1;
        }
    }
    database.remove().await;
    assert!(layouts > 20, "{layouts}");
    (page, wrong)
}

fn told(wrong: &mut Vec<String>, what: &str, error: &str) -> String {
    wrong.push(format!("{what}: {error}"));
    String::new()
}

/// Where the files of one layout are handed in.
struct Desk {
    topic: Arc<Topic>,
    model: Model<'static>,
    folder: tempfile::TempDir,
    kept: Arc<Kept>,
    producers: Arc<renkei_producers::Intake>,
    consumers: Arc<Intake>,
    handler: TopicHandler,
    sound: Vec<u8>,
}

impl Desk {
    fn open(registry: &Arc<Registry>, topic: &Arc<Topic>, model: Model<'static>, pool: &PgPool) -> Desk {
        let (folder, kept) = (tempfile::tempdir().unwrap(), Arc::new(Kept::default()));
        let consumers = Arc::new(Intake::new(pool.clone(), registry.clone()).on_business_date(DAY));
        let mut sound = Vec::new();
        kit::write(&model.layout, &model.file, Wish { records: RECORDS, seed: SEED }, &mut sound).unwrap();
        Desk {
            topic: topic.clone(),
            producers: producers(folder.path(), registry, &kept),
            handler: TopicHandler::new(consumers.clone(), topic.slug.as_str(), Replies::none()),
            model,
            folder,
            kept,
            consumers,
            sound,
        }
    }

    /// Hands a file in; gives its batch and the errors of the door.
    async fn hand_in(&self, file: &[u8]) -> Result<(Batch, Vec<String>), String> {
        let path = self.folder.path().join(&self.model.name);
        std::fs::write(&path, file).unwrap();
        let integration = self.topic.built().unwrap();
        self.lay_documents(integration, &path);
        let with = HandedIn {
            sender: "test".to_owned(),
            variant: Some(self.model.variant.clone()),
            controls: (self.topic.totals == Totals::Stated).then(|| self.stated()),
            medium: self.topic.medium.then(medium),
            received_at: Some(format!("{DAY}T09:00:00+09:00")),
            ..HandedIn::default()
        };
        let sent = renkei_producers::send::send(&self.producers, self.topic.slug.as_str(), &path, with, None).await;
        let sent = sent.map_err(|error| format!("{error:?}"))?.delivery;
        for message in self.kept.take() {
            let outcome = self.handler.handle(message).await;
            if outcome != Outcome::Done {
                return Err(format!("a message was not handled: {outcome:?}"));
            }
        }
        let batch = self.consumers.find(&sent.delivery.to_string()).await.unwrap();
        let errors = sent.faults.into_iter().filter(|fault| fault.severity == Severity::Error);
        Ok((batch, errors.map(|fault| fault.code).collect()))
    }

    /// The documents that the file names, beside it.
    fn lay_documents(&self, integration: &Integration, file: &Path) {
        let Some(rule) = &self.topic.evidence else { return };
        let Ok(named) = evidence::named(rule, integration, Some(&self.model.variant), file, u64::MAX) else { return };
        for name in named.names {
            let document = sample_files::folder().join(&name);
            if document.exists() {
                std::fs::copy(document, self.folder.path().join(name)).unwrap();
            }
        }
    }

    /// The sum of the good file.
    fn stated(&self) -> Controls {
        let summary = read_file(&self.model.layout, self.sound.as_slice(), &ReadLimits::default(), |_| {}).unwrap();
        Controls { sum: Some(summary.yen), ..Controls::default() }
    }

    /// The good file: posted, or waiting for what its folder says; never a failure.
    async fn good(&self, declared: &BTreeSet<String>) -> Result<String, String> {
        let (batch, door) = self.hand_in(&self.sound).await?;
        if !door.is_empty() {
            return Err(format!("the door: {door:?}"));
        }
        let findings = self.consumers.findings(batch.id).await.unwrap();
        let of = |verdict: &str| -> BTreeSet<&str> {
            findings.iter().filter(|finding| finding.verdict == verdict).map(|finding| finding.code.as_str()).collect()
        };
        let (held, skipped, rejected) = (of("hold"), of("skip"), of("reject"));
        let strange: Vec<&str> =
            findings.iter().map(|finding| finding.code.as_str()).filter(|code| !declared.contains(*code)).collect();
        if !strange.is_empty() {
            return Err(format!("{strange:?} are not of its check.sql"));
        }
        let too_far = rejected.iter().all(|code| COUNTED_TOO_FAR.contains(code));
        match batch.state {
            State::Posted | State::Held | State::AwaitingConfirmation => {}
            State::Rejected if !rejected.is_empty() && too_far => {}
            state => return Err(format!("the good file is {state}: {held:?} {rejected:?}")),
        }
        let hops = [
            ("posted", batch.records_posted, None),
            ("held", batch.records_held, Some(held)),
            ("skipped", batch.records_skipped, Some(skipped)),
            ("refused", batch.records_rejected, Some(rejected)),
        ];
        let mut parts = Vec::new();
        for (hop, records, codes) in hops.into_iter().filter(|(_, records, _)| *records > 0) {
            let reasons: String = codes.iter().flatten().map(|code| format!(" `{code}`")).collect();
            if codes.is_some() && reasons.is_empty() {
                return Err(format!("{records} are {hop} without a reason"));
            }
            parts.push(format!("{records} {hop}{reasons}"));
        }
        Ok(parts.join(", "))
    }

    /// The same file, broken in each way: refused by its name.
    async fn bad(&self) -> Result<String, String> {
        let mut told = Vec::new();
        for kind in Break::ALL {
            let broken = match kit::apply(&self.model.layout, &self.sound, kind) {
                Ok(broken) => broken,
                Err(BreakError::NoPlace(_)) => continue,
                Err(error) => return Err(format!("{kind}: {error}")),
            };
            let (batch, door) = self.hand_in(&broken).await.map_err(|error| format!("{kind}: {error}"))?;
            match door.iter().find(|code| kind.codes().contains(&code.as_str())) {
                Some(code) if batch.state == State::Rejected => told.push(format!("{kind} → `{code}`")),
                _ => return Err(format!("broken by {kind} it is {}: {door:?}", batch.state)),
            }
        }
        if told.is_empty() { Err("nothing breaks it".to_owned()) } else { Ok(told.join(", ")) }
    }
}
