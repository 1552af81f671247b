//! Measures intake without a broker: 200,000 records of a 24-field layout through the handler, in chunks of 1,000, staged by
//! several tasks at once, then posted to a plain table.
//!
//! `RENKEI_DATABASE_URL=… cargo run --release -p renkei-consumers --example measure_intake [records] [parallel]`
//!
//! Makes and drops a database of its own on that server. CPU is what this process used; the server's is its own.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use renkei_consumers::db;
use renkei_consumers::inbound::{Intake, TopicHandler};
use renkei_consumers::replies::Replies;
use renkei_core::broker::{Handler, Incoming, Outcome};
use renkei_core::message::{Envelope, chunk_message_id};
use renkei_core::registry::{Registry, Sources};
use sqlx::AssertSqlSafe;
use tokio::task::JoinSet;
use uuid::Uuid;

const TOPIC: &str = "12_measured";
const CHUNK_RECORDS: u64 = 1_000;

type Error = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let records: u64 = arguments.next().map_or(Ok(200_000), |text| text.parse())?;
    let parallel: usize = arguments.next().map_or(Ok(4), |text| text.parse())?;
    let admin = std::env::var("RENKEI_DATABASE_URL").map_err(|_| "RENKEI_DATABASE_URL names no server")?;
    let name = format!("renkei_measure_{}", std::process::id());
    let server = db::connect(&admin, 1).await?;
    sqlx::raw_sql(AssertSqlSafe(format!("create database {name}"))).execute(&server).await?;
    let (base, query) = admin.split_once('?').unwrap_or((admin.as_str(), ""));
    let url = format!("{}/{name}?{query}", base.rsplit_once('/').ok_or("the URL names no database")?.0);
    let measured = measure(&url, records, parallel).await;
    sqlx::raw_sql(AssertSqlSafe(format!("drop database {name} with (force)"))).execute(&server).await?;
    measured
}

async fn measure(url: &str, records: u64, parallel: usize) -> Result<(), Error> {
    let pool = db::connect(url, u32::try_from(parallel)? + 2).await?;
    db::migrate(&pool).await?;
    sqlx::raw_sql(include_str!("schema.sql")).execute(&pool).await?;
    let folder = tempfile::tempdir()?;
    let intake = Arc::new(Intake::new(pool.clone(), Arc::new(registry(folder.path())?)));
    let handler = Arc::new(TopicHandler::new(intake.clone(), TOPIC, Replies::none()));
    let mut messages = messages(records);
    let bytes: usize = messages.iter().map(|message| message.body.len()).sum();
    println!("{records} records, {} chunks, {} bytes a record, {parallel} tasks", messages.len(), bytes as u64 / records);

    let last = messages.pop().ok_or("no records")?;
    let (cpu, clock) = (cpu_time(), Instant::now());
    let mut tasks = JoinSet::new();
    let shared = Arc::new(tokio::sync::Mutex::new(messages));
    for _ in 0..parallel {
        let (handler, shared) = (handler.clone(), shared.clone());
        tasks.spawn(async move {
            while let Some(message) = { shared.lock().await.pop() } {
                assert_eq!(handler.handle(message).await, Outcome::Done);
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done?;
    }
    report("staged", records, clock.elapsed(), cpu_time().saturating_sub(cpu));
    let (cpu, clock) = (cpu_time(), Instant::now());
    assert_eq!(handler.handle(last).await, Outcome::Done);
    report("checked and posted", records, clock.elapsed(), cpu_time().saturating_sub(cpu));
    let posted: i64 = sqlx::query_scalar("select records_posted from intake.batch").fetch_one(&pool).await?;
    println!("posted: {posted} records");
    latency(&handler).await;
    pool.close().await;
    Ok(())
}

/// Deliveries of one record, one after the other.
async fn latency(handler: &TopicHandler) {
    const DELIVERIES: usize = 200;
    let mut micros = Vec::with_capacity(DELIVERIES);
    for nth in 0..DELIVERIES {
        let mut message = messages(1).remove(0);
        message.headers.insert("renkei-sha256".to_owned(), format!("{nth:064x}").replacen('0', "f", 1));
        let clock = Instant::now();
        assert_eq!(handler.handle(message).await, Outcome::Done);
        micros.push(clock.elapsed().as_micros());
    }
    micros.sort_unstable();
    println!("one record, staged to posted: p50 {} µs, p99 {} µs", micros[DELIVERIES / 2], micros[DELIVERIES * 99 / 100]);
}

fn report(what: &str, records: u64, wall: Duration, cpu: Duration) {
    let rate = u128::from(records) * 1_000_000 / wall.as_micros().max(1);
    println!("{what}: {} ms, {rate} records/s, own CPU {} ns a record", wall.as_millis(), cpu.as_nanos() / u128::from(records));
}

/// User and system time of this process; zero where /proc does not tell (ticks of 10 ms).
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, tail)| tail).split_whitespace().collect();
    let ticks = |nth: usize| fields.get(nth).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis((ticks(11) + ticks(12)) * 10)
}

const FIELDS: [(&str, &str); 23] = [
    ("source", "code"),
    ("source_key", "code"),
    ("action", "digits"),
    ("fy", "year"),
    ("account", "digits"),
    ("rev_line", "digits"),
    ("org", "digits"),
    ("assessed_on", "date"),
    ("due", "date"),
    ("reason", "text"),
    ("item_code", "code"),
    ("period", "month"),
    ("payer_type", "digits"),
    ("payer_no", "code"),
    ("payer_name", "text"),
    ("payer_kana", "text"),
    ("postal", "digits"),
    ("address", "text"),
    ("qty", "int"),
    ("unit", "yen"),
    ("tax_class", "digits"),
    ("method", "digits"),
    ("origin_key", "code"),
];

/// The shipped settings with one topic whose folder is made here.
fn registry(folder: &std::path::Path) -> Result<Registry, Error> {
    let settings = include_str!("../../../queues.toml").split("[[topic]]").next().unwrap_or_default();
    let entry = format!(
        "[[topic]]\nnumber = 12\nslug = \"{TOPIC}\"\ndirection = \"in\"\nname = \"計測\"\nname_en = \"Measured\"\nfrom = \"計測\"
to = \"計測\"\nmethod = \"manual\"\ntiming = \"on_demand\"\nstatus = \"active\"\n"
    );
    let mut layout = String::from(
        "[layout]\nname = \"計測\"\nversion = \"1\"\nstatus = \"provisional\"\nformat = \"csv\"\nencoding = [\"utf-8\"]
newline = \"lf\"\n[csv]\nheader = \"names\"\n[[record]]\nkind = \"assessment\"\nname = \"調定\"\noccurs = \"many\"\namount = \"amount\"\nfields = [\n",
    );
    for (id, ty) in FIELDS {
        let form = if ty == "date" { "forms = [\"yyyymmdd\"]" } else { "len = 40" };
        let form = if matches!(ty, "year" | "month") { "" } else { form };
        let comma = if form.is_empty() { "" } else { ", " };
        writeln!(layout, " {{ id = \"{id}\", name = \"{id}\", type = \"{ty}\"{comma}{form} }},")?;
    }
    layout.push_str(" { id = \"amount\", name = \"金額\", type = \"yen\", len = 11 },\n]\n");
    let layout = layout
        .replace("type = \"int\", len = 40", "type = \"int\", len = 5")
        .replace("type = \"yen\", len = 40", "type = \"yen\", len = 11");
    let target = folder.join("integrations").join(TOPIC);
    std::fs::create_dir_all(&target)?;
    let queues = folder.join("queues.toml");
    std::fs::write(&queues, format!("{settings}{entry}"))?;
    for (name, text) in [
        ("layout.toml", layout.as_str()),
        ("README.md", "# Measured\n"),
        ("check.sql", include_str!("check.sql")),
        ("post.sql", include_str!("post.sql")),
    ] {
        std::fs::write(target.join(name), text)?;
    }
    Ok(Registry::load_from(&Sources { queues: Some(queues), integrations: Some(folder.join("integrations")) })?)
}

fn messages(records: u64) -> Vec<Incoming> {
    let delivery = Uuid::new_v4();
    let chunks = records.div_ceil(CHUNK_RECORDS);
    let yen = (0..records).map(|nth| 1_000 + nth as i64 % 977).sum();
    let envelope = |chunk| Envelope {
        medium: None,
        delivery,
        topic: TOPIC.to_owned(),
        file: "measured.csv".to_owned(),
        sha256: "0".repeat(64),
        bytes: records * 260,
        layout: "layout".to_owned(),
        layout_digest: String::new(),
        archive: String::new(),
        sender: "measurement".to_owned(),
        origin: String::new(),
        received_at: "2026-10-05T10:15:00+09:00".to_owned(),
        chunk,
        chunks: chunks as u32,
        records,
        yen,
    };
    let message = |chunk: u64| {
        let to = records.min((chunk + 1) * CHUNK_RECORDS);
        let body = body(chunk * CHUNK_RECORDS..to);
        Incoming {
            message_id: chunk_message_id(delivery, chunk as u32).to_string(),
            headers: envelope(chunk as u32).to_headers(),
            app_id: "measurement".to_owned(),
            ..Incoming::plain(&format!("in.{TOPIC}"), "records", body)
        }
    };
    (0..chunks).rev().map(message).collect()
}

/// The body of a chunk of the records with these numbers.
fn body(numbers: std::ops::Range<u64>) -> String {
    let fields: Vec<&str> = FIELDS.iter().map(|(id, _)| *id).chain(["amount"]).collect();
    let rows: Vec<String> = numbers.map(row).collect();
    format!(r#"{{"kinds":[{{"record":"assessment","fields":{fields:?}}}],"records":[{}]}}"#, rows.join(","))
}

fn row(nth: u64) -> String {
    let fixed: BTreeMap<&str, &str> = [
        ("source", "SKS"),
        ("action", "1"),
        ("fy", "2026"),
        ("account", "01"),
        ("rev_line", "2105010101"),
        ("org", "12030000"),
        ("assessed_on", "2026-10-05"),
        ("due", "2026-10-30"),
        ("reason", "市民大学受講料(後期)"),
        ("item_code", "C-2026-015"),
        ("payer_type", "1"),
        ("payer_name", "世田谷　次郎"),
        ("payer_kana", "セタガヤ　ジロウ"),
        ("postal", "1430001"),
        ("address", "東京都大田区東馬込一丁目2番3号"),
        ("qty", "1"),
        ("tax_class", "0"),
        ("method", "4"),
    ]
    .into();
    let (key, payer, yen) = (format!("2026A{nth:08}"), format!("P{nth:08}"), (1_000 + nth % 977).to_string());
    let value = |id: &str| match id {
        "source_key" => Some(key.as_str()),
        "payer_no" => Some(payer.as_str()),
        "unit" | "amount" => Some(yen.as_str()),
        id => fixed.get(id).copied(),
    };
    let mut text = format!("[0,{},0,0,{},258", nth + 2, nth * 260);
    for id in FIELDS.iter().map(|(id, _)| *id).chain(["amount"]) {
        text.push_str(&value(id).map_or(",null".to_owned(), |value| format!(",\"{value}\"")));
    }
    text + "]"
}
