//! A registry with toy topics, written as files and read like the real one, and a broker made of memory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use renkei_core::archive::Archive;
use renkei_core::broker::{Outgoing, PublishError};
use renkei_core::registry::{Registry, Sources, Topic};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::config::ProducerConfig;
use crate::intake::{Intake, Outcome};
use crate::publish::Publish;

/// Unordered inbound topic with three shapes.
pub(crate) const TOY: &str = "90_toy";
/// Ordered inbound topic with one shape.
pub(crate) const MASTER: &str = "92_toy_master";
/// Unordered inbound topic whose files come with documents.
pub(crate) const PAPERS: &str = "93_toy_papers";
/// Inbound topic whose files come on a medium, with a stated total.
pub(crate) const CARRIED: &str = "94_toy_carried";
/// Inbound topic of which some records are urgent.
pub(crate) const URGENT: &str = "96_toy_urgent";
/// Outbound topic with a schedule.
const EXPORT: &str = "91_toy_export";

const QUEUES: &str = r#"
version = 1
exchange = "renkei"
[retry]
ladder_s = [10, 60]
[limits]
chunk_records_max = 3
chunk_bytes_max = 4096
file_bytes_max = 100_000
http_bytes_max = 2_000
faults_max = 5
queue_bytes_max = 1_000_000
delivery_limit = 10
delivery_limit_ordered = 100
zip_members_max = 5
[defaults]
prefetch = 8
parallel = 2
hold = "line"
confirm = "automatic"
[[topic]]
number = 90
slug = "90_toy"
direction = "in"
name = "おもちゃ"
name_en = "Toys"
from = "甲"
to = "乙"
method = "manual"
timing = "on_demand"
status = "active"
layouts = ["listed", "bare", "coded", "items"]
unpack = "zip"
[[topic]]
number = 91
slug = "91_toy_export"
direction = "out"
name = "おもちゃ出力"
name_en = "Toy export"
from = "乙"
to = "甲"
method = "manual"
timing = "daily"
status = "active"
release = "operator"
delivery = "outbox"
schedule = SCHEDULE
[[topic]]
number = 92
slug = "92_toy_master"
direction = "in"
name = "おもちゃ台帳"
name_en = "Toy master"
from = "甲"
to = "乙"
method = "manual"
timing = "monthly"
status = "active"
ordered = true
unpack = "zip"
[[topic]]
number = 93
slug = "93_toy_papers"
direction = "in"
name = "おもちゃ契約"
name_en = "Toy contracts"
from = "甲"
to = "乙"
method = "manual"
timing = "on_demand"
status = "active"
evidence = { field = "paper", sha256 = "hash", kinds = ["pdf"], required = true, bytes_max = 300_000 }
[[topic]]
number = 94
slug = "94_toy_carried"
direction = "in"
name = "持参おもちゃ"
name_en = "Carried toys"
from = "甲"
to = "乙"
method = "manual"
timing = "monthly"
status = "active"
medium = true
totals = "stated"
[[topic]]
number = 96
slug = "96_toy_urgent"
direction = "in"
name = "急ぎおもちゃ"
name_en = "Urgent toys"
from = "甲"
to = "乙"
method = "manual"
timing = "on_demand"
status = "active"
ordered = true
"#;

fn layout(format: &str, newline: &str, encoding: &str, more: &str, fields: &str) -> String {
    format!(
        "[layout]\nname = \"おもちゃ\"\nversion = \"1\"\nstatus = \"provisional\"\ngrade = \"D\"\nsource = \"test\"\n\
         format = \"{format}\"\nencoding = [\"{encoding}\"]\nnewline = \"{newline}\"\n{more}\n\
         [[record]]\nkind = \"toy\"\nname = \"玩具\"\noccurs = \"many\"\namount = \"amount\"\nfields = [\n{fields}\n]\n"
    )
}

const FIELDS: &str = r#" { id = "code", name = "番号", type = "digits", len = 4, must = true },
 { id = "amount", name = "金額", type = "yen", len = 9, must = true },
 { id = "memo", name = "摘要", type = "text", len = 20 },"#;
const FIXED_FIELDS: &str = r#" { id = "code", name = "番号", type = "digits", len = 4, must = true },
 { id = "amount", name = "金額", type = "yen", len = 9, must = true },"#;

const PAPER_FIELDS: &str = r#" { id = "code", name = "番号", type = "digits", len = 4, must = true },
 { id = "amount", name = "金額", type = "yen", len = 9, must = true },
 { id = "paper", name = "文書", type = "text", len = 120, must = true },
 { id = "hash", name = "ハッシュ", type = "code", len = 64 },"#;

/// A directory with everything a producer needs.
pub(crate) struct Toy {
    pub(crate) dir: PathBuf,
    pub(crate) registry: Arc<Registry>,
    /// Removes the directory with the last user of it.
    temp: Option<tempfile::TempDir>,
}

impl Toy {
    pub(crate) fn new() -> Toy {
        let temp = tempfile::tempdir().unwrap();
        let mut toy = Toy::at(temp.path(), "0 9 * * *");
        toy.temp = Some(temp);
        toy
    }

    /// In a directory that lasts; made when it is new.
    pub(crate) fn at(dir: &Path, schedule: &str) -> Toy {
        let put = |name: &str, text: &str| {
            let path = dir.join("integrations").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        std::fs::create_dir_all(dir).unwrap();
        let schedule = if schedule.starts_with('{') { schedule.to_owned() } else { format!("{schedule:?}") };
        std::fs::write(dir.join("queues.toml"), QUEUES.replace("SCHEDULE", &schedule)).unwrap();
        let csv = |header: &str| layout("csv", "crlf", "utf-8", &format!("[csv]\nheader = \"{header}\""), FIELDS);
        for slug in [TOY, MASTER, PAPERS, CARRIED, URGENT] {
            for name in ["README.md", "check.sql", "post.sql"] {
                put(&format!("{slug}/{name}"), "-- toy\n");
            }
        }
        put(&format!("{TOY}/layouts/listed.toml"), &csv("names"));
        put(&format!("{TOY}/layouts/bare.toml"), &csv("none"));
        put(&format!("{TOY}/layouts/coded.toml"), &layout("fixed", "crlf", "utf-8", "[fixed]\nrecord_bytes = 13", FIXED_FIELDS));
        put(&format!("{TOY}/layouts/items.toml"), &layout("json", "any", "utf-8", "", FIELDS));
        put(&format!("{MASTER}/layout.toml"), &csv("names"));
        put(&format!("{PAPERS}/layout.toml"), &layout("csv", "crlf", "utf-8", "[csv]\nheader = \"names\"", PAPER_FIELDS));
        let named = csv("names").replace("newline =", "file_name = \"T94_{yyyymmdd}.csv\"\nnewline =");
        put(&format!("{CARRIED}/layout.toml"), &named);
        let urgent =
            csv("names").replace("amount = \"amount\"", "urgent = { field = \"code\", in = [\"0009\"] }\namount = \"amount\"");
        put(&format!("{URGENT}/layout.toml"), &urgent);
        for name in ["README.md", "select.sql", "review.sql"] {
            put(&format!("{EXPORT}/{name}"), "-- toy\n");
        }
        put(&format!("{EXPORT}/layout.toml"), &csv("names"));
        Toy { dir: dir.to_owned(), registry: load(dir), temp: None }
    }

    /// After its files were changed.
    pub(crate) fn read_again(self) -> Toy {
        Toy { registry: load(&self.dir), ..self }
    }

    pub(crate) fn config(&self) -> ProducerConfig {
        ProducerConfig {
            inbox_dir: self.dir.join("inbox"),
            spool_dir: self.dir.join("spool"),
            settle_ms: 0,
            publish_window: 2,
            ..ProducerConfig::default()
        }
    }

    pub(crate) fn intake(&self, publisher: Arc<dyn Publish>) -> Arc<Intake> {
        let archive = Archive::open(self.dir.join("archive").to_str().unwrap()).unwrap();
        Intake::open(self.config(), self.registry.clone(), archive, publisher, CancellationToken::new()).unwrap()
    }

    pub(crate) fn topic(&self, slug: &str) -> Arc<Topic> {
        self.registry.topic(slug).unwrap().clone()
    }

    /// Puts a file into the watched folder of a topic.
    pub(crate) fn drop_file(&self, slug: &str, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.dir.join("inbox").join(slug).join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Paths below a folder of a watched folder, relative to it.
    pub(crate) fn files(&self, slug: &str, folder: &str) -> Vec<String> {
        let root = self.dir.join("inbox").join(slug).join(folder);
        let mut found = walk(&root);
        found.retain(|path| !path.starts_with('.'));
        found.sort();
        found
    }
}

fn load(dir: &Path) -> Arc<Registry> {
    let sources = Sources { queues: Some(dir.join("queues.toml")), integrations: Some(dir.join("integrations")) };
    Arc::new(Registry::load_from(&sources).unwrap_or_else(|error| panic!("{error}")))
}

fn walk(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() && !entry.path().is_symlink() {
            found.extend(walk(&entry.path()).into_iter().map(|inner| format!("{name}/{inner}")));
        } else {
            found.push(name);
        }
    }
    found
}

/// The outbound toy topic.
pub(crate) fn outbound_topic(schedule: &str) -> Arc<Topic> {
    let temp = tempfile::tempdir().unwrap();
    Toy::at(temp.path(), schedule).topic(EXPORT)
}

/// A good file of 7 records and 2,800 yen: three chunks.
pub(crate) fn good_csv() -> String {
    let mut text = "番号,金額,摘要\r\n".to_owned();
    for number in 1..=7 {
        text.push_str(&format!("{number:04},{},\"玩具, {number}\"\r\n", number * 100));
    }
    text
}

/// A document and its SHA-256.
pub(crate) fn paper(text: &str) -> (Vec<u8>, String) {
    use sha2::{Digest, Sha256};
    let bytes = format!("%PDF-1.7\n% {text}\n").into_bytes();
    let sha256 = hex::encode(Sha256::digest(&bytes));
    (bytes, sha256)
}

/// A file of the topic with documents: each row names one and states its hash.
pub(crate) fn papers_csv(rows: &[(&str, &str)]) -> String {
    let mut text = "番号,金額,文書,ハッシュ\r\n".to_owned();
    for (number, (name, hash)) in rows.iter().enumerate() {
        text.push_str(&format!("{:04},100,{name},{hash}\r\n", number + 1));
    }
    text
}

/// A file with four faults on three lines.
pub(crate) const BAD_CSV: &str = "番号,金額,摘要\r\n0001,100,a\r\n00O2,6,0O0\r\n0003,,=1+1\r\n12345,x,b\r\n";

/// A zip archive of stored members.
pub(crate) fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let (at, bytes) = (out.len() as u32, content.len() as u32);
        let mut both = [20_u16, 1 << 11, 0, 0, 0].map(u16::to_le_bytes).concat();
        both.extend([crc32(content), bytes, bytes].map(u32::to_le_bytes).concat());
        both.extend([name.len() as u16, 0].map(u16::to_le_bytes).concat());
        out.extend([b"PK\x03\x04", both.as_slice(), name.as_bytes(), content].concat());
        directory.extend([b"PK\x01\x02\x14\x00", both.as_slice(), &[0; 10], &at.to_le_bytes(), name.as_bytes()].concat());
    }
    let (at, bytes, count) = (out.len() as u32, directory.len() as u32, members.len() as u16);
    out.extend(directory);
    out.extend([b"PK\x05\x06\0\0\0\0", [count, count].map(u16::to_le_bytes).concat().as_slice()].concat());
    out.extend([bytes, at].map(u32::to_le_bytes).concat());
    out.extend([0, 0]);
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(crc & 1)))
    })
}

/// Keeps what is published.
#[derive(Default)]
pub(crate) struct Memory {
    messages: Mutex<Vec<Outgoing>>,
    /// Messages taken before it refuses; 0 = no limit.
    pub(crate) limit: AtomicUsize,
}

impl Memory {
    pub(crate) fn new() -> Arc<Memory> {
        Arc::new(Memory::default())
    }

    pub(crate) fn messages(&self) -> Vec<Outgoing> {
        self.messages.lock().unwrap().clone()
    }

    /// Distinct messages; the same id with other bytes is a failure.
    pub(crate) fn distinct(&self) -> BTreeMap<Uuid, Outgoing> {
        let mut distinct = BTreeMap::new();
        for message in self.messages() {
            if let Some(before) = distinct.insert(message.message_id, message.clone()) {
                assert_eq!(before, message, "the same id with another content");
            }
        }
        distinct
    }

    /// All records of a delivery in order of its chunks.
    pub(crate) fn records(&self, delivery: Uuid) -> Vec<Value> {
        let mut chunks: Vec<(u32, Vec<Value>)> = self
            .distinct()
            .into_values()
            .filter(|message| message.kind == "records" && message.headers["renkei-delivery"] == delivery.to_string())
            .map(|message| (message.headers["renkei-chunk"].parse().unwrap(), records_of(&message)))
            .collect();
        chunks.sort_by_key(|(chunk, _)| *chunk);
        chunks.into_iter().flat_map(|(_, records)| records).collect()
    }
}

/// The records of a chunk by the names of their fields, with their kind and line.
pub(crate) fn records_of(message: &Outgoing) -> Vec<Value> {
    let chunk: Value = serde_json::from_slice(&message.body).unwrap();
    let named = |row: &Value| {
        let row = row.as_array().unwrap();
        let kind = &chunk["kinds"][usize::try_from(row[0].as_u64().unwrap()).unwrap()];
        let fields = kind["fields"].as_array().unwrap().iter().map(|field| field.as_str().unwrap().to_owned());
        let values = fields.zip(row[6..].iter().cloned()).filter(|(_, value)| !value.is_null());
        values.chain([("record".to_owned(), kind["record"].clone()), ("line".to_owned(), row[1].clone())]).collect()
    };
    chunk["records"].as_array().unwrap().iter().map(named).collect()
}

impl Publish for Memory {
    fn publish(&self, message: Outgoing) -> BoxFuture<'_, Result<(), PublishError>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            let mut messages = self.messages.lock().unwrap();
            let limit = self.limit.load(Ordering::Relaxed);
            if limit > 0 && messages.len() >= limit {
                return Err(PublishError::Closed { message_id: message.message_id });
            }
            messages.push(message);
            Ok(())
        })
    }
}

/// One turn of a topic's worker.
pub(crate) async fn turn(toy: &Toy, intake: &Arc<Intake>, slug: &str) -> Result<Vec<Outcome>, crate::IntakeError> {
    let places = Arc::new(tokio::sync::Semaphore::new(2));
    let mut worker = crate::folder::Worker::new(intake.clone(), toy.topic(slug), places, Arc::default());
    worker.turn().await
}
