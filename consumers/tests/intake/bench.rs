//! A database of its own for each test, a toy integration, and messages as producers and foreign systems send them.

use std::path::Path;
use std::sync::Arc;

use renkei_consumers::db;
use renkei_consumers::inbound::{Batch, Intake, TopicHandler};
use renkei_consumers::replies::Replies;
use renkei_core::broker::{Handler, Incoming, Outcome};
use renkei_core::message::{Envelope, Medium, Order, chunk_message_id};
use renkei_core::registry::{Registry, Sources};
use serde_json::{Value, json};
use sqlx::postgres::PgPool;
use uuid::Uuid;

use crate::database::Database;

/// Slug of the toy integration.
pub(crate) const TOPIC: &str = "12_toy";
/// Day on which the tests book.
pub(crate) const DAY: &str = "2026-10-05";

/// A migrated database with the toy schema and an intake on it.
pub(crate) struct Bench {
    pub(crate) pool: PgPool,
    pub(crate) intake: Arc<Intake>,
    pub(crate) handler: TopicHandler,
    database: Database,
    pub(crate) registry: Arc<Registry>,
    folder: tempfile::TempDir,
}

/// Set in a child of a test: the database and the folder of its bench.
const CHILD_DATABASE: &str = "RENKEI_TEST_INTAKE_DATABASE";
const CHILD_FOLDER: &str = "RENKEI_TEST_INTAKE_FOLDER";

/// In a child: an intake on the bench of its parent.
pub(crate) async fn intake_of_child() -> Option<Intake> {
    let (url, folder) = (std::env::var(CHILD_DATABASE).ok()?, std::env::var(CHILD_FOLDER).ok()?);
    let folder = Path::new(&folder);
    let sources = Sources { queues: Some(folder.join("queues.toml")), integrations: Some(folder.join("integrations")) };
    let registry = Arc::new(Registry::load_from(&sources).expect("the toy registry is sound"));
    Some(Intake::new(db::connect(&url, 4).await.expect("the bench's database answers"), registry).on_business_date(DAY))
}

impl Bench {
    /// Creates it; `topic` are further lines of the topic's entry, e.g. `hold = "batch"`.
    pub(crate) async fn open(topic: &str) -> Bench {
        let database = Database::hasty(8).await;
        let pool = database.pool.clone();
        sqlx::raw_sql(include_str!("toy/schema.sql")).execute(&pool).await.expect("the toy schema");
        let folder = tempfile::tempdir().expect("a folder");
        let registry = Arc::new(toy_registry(folder.path(), topic));
        let intake = Arc::new(Intake::new(pool.clone(), registry.clone()).on_business_date(DAY).with_source("test"));
        let handler = TopicHandler::new(intake.clone(), TOPIC, Replies::none());
        Bench { pool, intake, handler, database, registry, folder }
    }

    /// An intake on the same database that books on another day.
    pub(crate) fn intake_on(&self, day: &str) -> Intake {
        Intake::new(self.pool.clone(), self.registry.clone()).on_business_date(day)
    }

    /// Waits until somebody waits for a row that another transaction has locked.
    pub(crate) async fn wait_for_a_lock(&self) {
        let waiting = "select count(*) from pg_locks l join pg_stat_activity a using (pid)
                        where not l.granted and a.datname = current_database()";
        while self.number(waiting).await == 0 {
            tokio::task::yield_now().await;
        }
    }

    /// The environment of a child that works on this bench.
    pub(crate) fn for_child(&self) -> [(&'static str, std::ffi::OsString); 2] {
        [(CHILD_DATABASE, self.database.url.clone().into()), (CHILD_FOLDER, self.folder.path().into())]
    }

    /// Drops the database, after asserting what must hold after every test.
    pub(crate) async fn close(self) {
        let orphans = "select count(*) from ledger.posting p full join ledger.entry e on e.id = p.entry_id where e.id is null or p.no is null";
        assert_eq!(self.number(orphans).await, 0, "postings without entry, or entries without postings");
        let hops =
            "select count(*) from intake.batch where state in ('posted', 'held', 'rejected', 'cancelled') and records_staged > 0
                     and (records_staged, yen_staged) <> (records_posted + records_held + records_skipped + records_rejected,
                                                          yen_posted + yen_held + yen_skipped + yen_rejected)";
        assert_eq!(self.number(hops).await, 0, "a batch whose hops do not balance");
        let listed = "select count(*) from intake.batch b where b.state = 'held' and not b.held_whole and b.records_held <>
                       (select count(*) from intake.record r where r.batch_id = b.id and exists
                         (select from intake.finding f where f.batch_id = b.id and f.line = r.line and f.state = 'open'))";
        assert_eq!(self.number(listed).await, 0, "a held line that is on no worklist");
        self.database.remove().await;
    }

    /// One number from the database.
    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.expect(sql)
    }

    /// One text from the database.
    pub(crate) async fn text(&self, sql: &'static str) -> String {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.expect(sql)
    }

    /// Runs SQL.
    pub(crate) async fn run(&self, sql: &'static str) {
        sqlx::raw_sql(sql).execute(&self.pool).await.expect(sql);
    }

    /// Hands over every chunk in order; all must be acknowledged.
    pub(crate) async fn deliver(&self, file: &File) -> Batch {
        for message in file.messages() {
            assert_eq!(self.handler.handle(message).await, Outcome::Done);
        }
        self.batch(file).await
    }

    /// The batch of a file.
    pub(crate) async fn batch(&self, file: &File) -> Batch {
        self.intake.find(&file.delivery.to_string()).await.expect("the batch is there")
    }

    /// Name and amount of the posted items, in order.
    pub(crate) async fn items(&self) -> Vec<(String, i64)> {
        let sql = "select name, amount from toy.item order by batch_id, line";
        sqlx::query_as(sql).fetch_all(&self.pool).await.expect("the items are read")
    }
}

/// The shipped settings with one topic, and its folder, changed by the test as it likes.
fn toy_registry(folder: &Path, topic: &str) -> Registry {
    let shipped = include_str!("../../../queues.toml");
    let settings = shipped.split("[[topic]]").next().expect("settings");
    let queues = folder.join("queues.toml");
    let entry = include_str!("toy/queues_topic.toml");
    std::fs::write(&queues, format!("{settings}{entry}{topic}\n")).expect("queues.toml is written");
    let target = folder.join("integrations").join(TOPIC);
    std::fs::create_dir_all(&target).expect("a folder");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/intake/toy").join(TOPIC);
    for entry in std::fs::read_dir(source).expect("the toy folder") {
        let entry = entry.expect("an entry");
        std::fs::copy(entry.path(), target.join(entry.file_name())).expect("a copy");
    }
    let sources = Sources { queues: Some(queues), integrations: Some(folder.join("integrations")) };
    Registry::load_from(&sources).expect("the toy registry is sound")
}

/// A delivery as a producer publishes it.
pub(crate) struct File {
    pub(crate) delivery: Uuid,
    pub(crate) sha256: String,
    pub(crate) chunks: Vec<Vec<Value>>,
    pub(crate) records: u64,
    pub(crate) yen: i64,
    pub(crate) medium: Option<Medium>,
}

impl File {
    /// A file with these (name, amount) records, `per_chunk` of them in a chunk.
    pub(crate) fn new(records: &[(&str, i64)], per_chunk: usize) -> File {
        let rows: Vec<Value> = records
            .iter()
            .zip(2_i64..)
            .map(|((name, amount), line)| {
                json!({ "record": "item", "line": line, "offset": line * 20, "length": 18, "name": name, "day": "2026-10-01", "amount": amount })
            })
            .collect();
        let yen = records.iter().map(|(_, amount)| amount).sum();
        let sha256 = format!("{:0>64}", hex_of(&format!("{records:?}")));
        let chunks = rows.chunks(per_chunk).map(<[Value]>::to_vec).collect();
        File { delivery: Uuid::new_v4(), sha256, chunks, records: records.len() as u64, yen, medium: None }
    }

    /// The same file handed in once more.
    pub(crate) fn again(&self) -> File {
        let chunks = self.chunks.clone();
        File {
            delivery: Uuid::new_v4(),
            sha256: self.sha256.clone(),
            chunks,
            records: self.records,
            yen: self.yen,
            medium: self.medium.clone(),
        }
    }

    /// Its envelope on chunk `chunk`.
    pub(crate) fn envelope(&self, chunk: u32) -> Envelope {
        Envelope {
            medium: self.medium.clone(),
            delivery: self.delivery,
            topic: TOPIC.to_owned(),
            file: "toy.csv".to_owned(),
            sha256: self.sha256.clone(),
            bytes: 1000,
            layout: "layout".to_owned(),
            layout_digest: "d".repeat(64),
            archive: format!("blobs/{}", self.sha256),
            sender: "folder".to_owned(),
            origin: "partner.zip (blobs/x)".to_owned(),
            received_at: "2026-10-05T10:15:00+09:00".to_owned(),
            chunk,
            chunks: u32::try_from(self.chunks.len()).expect("few chunks"),
            records: self.records,
            yen: self.yen,
        }
    }

    /// Its messages in order.
    pub(crate) fn messages(&self) -> Vec<Incoming> {
        let chunks = self.chunks.iter().zip(0..);
        chunks
            .map(|(records, chunk)| {
                let mut message = message("records", &body(records));
                message.headers = self.envelope(chunk).to_headers();
                message.message_id = chunk_message_id(self.delivery, chunk).to_string();
                message
            })
            .collect()
    }

    /// An operator's order about it.
    pub(crate) fn order(&self, kind: &str, reason: &str) -> Incoming {
        let order = Order { delivery: self.delivery, actor: "sato".to_owned(), reason: reason.to_owned() };
        message(kind, &serde_json::to_value(order).expect("an order is JSON"))
    }
}

/// The body of a chunk: these records as a table, or these documents as they are.
fn body(records: &[Value]) -> Value {
    if records.iter().any(|record| record.get("line").is_none()) {
        return json!(records);
    }
    let row = |record: &Value| {
        let at = |key: &str| record[key].as_u64().unwrap_or(0);
        let value = |key: &str| match &record[key] {
            Value::Number(number) => json!(number.to_string()),
            other => other.clone(),
        };
        json!([0, at("line"), at("sub"), at("group"), at("offset"), at("length"), value("name"), value("day"), value("amount")])
    };
    json!({ "kinds": [{ "record": "item", "fields": ["name", "day", "amount"] }], "records": records.iter().map(row).collect::<Value>() })
}

/// A message without properties but its type.
pub(crate) fn message(kind: &str, body: &Value) -> Incoming {
    let message_id = Uuid::new_v4().to_string();
    Incoming { message_id, ..Incoming::plain(&format!("in.{TOPIC}"), kind, body.to_string()) }
}

/// Some hexadecimal digits that depend on the text.
fn hex_of(text: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, text.as_bytes()).simple().to_string()
}
