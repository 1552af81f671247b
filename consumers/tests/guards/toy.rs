//! Toy integrations in a temp folder: `91_toy_payments` (money, once only, two persons) and `92_toy_status` (automatic); the same
//! pushed to a partner (93, 94: a picture of a moment) and put into a bucket (95).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use renkei_consumers::outbound::{ExportFile, Exporter, FileState, OutboundError};
use renkei_core::archive::Archive;
use renkei_core::message::{ExportOrder, run_id};
use renkei_core::registry::{Registry, Sources};

use crate::scratch::Scratch;

pub(crate) const PAYMENTS: &str = "91_toy_payments";
pub(crate) const STATUS: &str = "92_toy_status";
pub(crate) const PUSHED: &str = "93_toy_push";
pub(crate) const PUSHED_STATUS: &str = "94_toy_pictures";
pub(crate) const BUCKET: &str = "95_toy_bucket";

const TOPICS: &str = "
[[topic]]
number = 91
slug = '91_toy_payments'
direction = 'out'
name = '支払'
name_en = 'Payments'
from = 'here'
to = 'there'
method = 'manual'
timing = 'on_demand'
status = 'active'
release = 'two_person'
once = true
delivery = 'outbox'
due = '15:00'
schedule = { cron = '0 9 * * *', days = 'business', missed = 'ask' }

[[topic]]
number = 92
slug = '92_toy_status'
direction = 'out'
name = '状況'
name_en = 'Status'
from = 'here'
to = 'there'
method = 'automatic'
timing = 'on_demand'
status = 'active'
release = 'automatic'
empty = 'file'
cut_off = '15:00'
delivery = 'outbox'
";

/// Topics that are like another one but for their slug and the way they are delivered: number, slug, like which, what is other.
const ALIKE: [(&str, &str, &str, &str); 3] = [
    ("93", PUSHED, PAYMENTS, "'http'"),
    ("94", PUSHED_STATUS, STATUS, "'http'\nstale_after_s = 300\nkeep_days = 7"),
    ("95", BUCKET, PAYMENTS, "'object_storage'"),
];

const FILES: [(&str, &str); 11] = [
    ("91_toy_payments/README.md", "toy"),
    ("91_toy_payments/layout.toml", include_str!("toy/payments.toml")),
    ("91_toy_payments/params.toml", include_str!("toy/params.toml")),
    ("91_toy_payments/select.sql", include_str!("toy/select.sql")),
    ("91_toy_payments/review.sql", include_str!("toy/review.sql")),
    ("91_toy_payments/release.sql", include_str!("toy/release.sql")),
    ("91_toy_payments/void.sql", include_str!("toy/void.sql")),
    ("92_toy_status/README.md", "toy"),
    ("92_toy_status/layout.toml", include_str!("toy/status.toml")),
    (
        "92_toy_status/select.sql",
        "create temp table outgoing_status as select 1::bigint as seq, 'open' as label, count(*) as number from toy.payment having count(*) > 0",
    ),
    ("92_toy_status/review.sql", "select '件数', 'count', count(*), 0 from toy.payment having count(*) > 0"),
];

/// A database with the toy's tables, an archive, an outbox, and an exporter over them.
pub(crate) struct Toy {
    pub(crate) db: Scratch,
    pub(crate) exporter: Exporter,
    pub(crate) folder: tempfile::TempDir,
}

impl Toy {
    /// Three approved payments of 1,000, 20,000 and 300,000 yen on 2026-11-30.
    pub(crate) async fn new() -> Toy {
        let db = Scratch::new().await;
        db.run(include_str!("toy/schema.sql")).await;
        db.run("insert into toy.payment (payee, amount) values ('山田 太郎', 1000), ('髙橋〜商店', 20000), ('ABC', 300000)")
            .await;
        let folder = tempfile::tempdir().expect("a temp folder");
        write_registry(folder.path());
        let exporter = exporter(db.pool.clone(), folder.path());
        Toy { db, exporter, folder }
    }

    /// Makes a file of the payments of 2026-11-30, ordered by 佐藤 under this key.
    pub(crate) async fn make(&self, key: &str) -> ExportFile {
        self.try_make(order(PAYMENTS, key, &[("pay_date", "2026-11-30")])).await.expect("the file is made")
    }

    /// Carries out an order of the payments topic.
    pub(crate) async fn try_make(&self, order: ExportOrder) -> Result<ExportFile, OutboundError> {
        let topic = self.exporter.topic(PAYMENTS).expect("the toy topic");
        self.exporter.make(topic, &order).await
    }

    /// Makes, approves (鈴木) and releases (佐藤) a file.
    pub(crate) async fn released(&self, key: &str) -> ExportFile {
        self.released_of(&self.exporter, PAYMENTS, key).await
    }

    /// The same of another topic of payments.
    pub(crate) async fn released_of(&self, exporter: &Exporter, topic: &str, key: &str) -> ExportFile {
        let order = order(topic, key, &[("pay_date", "2026-11-30")]);
        let file = exporter.make(exporter.topic(topic).expect("the toy topic"), &order).await.expect("the file is made");
        exporter.approve(file.id, "鈴木", sha(&file)).await.expect("approved");
        exporter.release(file.id, "佐藤").await.expect("released")
    }

    /// The toy's topics.
    pub(crate) fn registry(&self) -> Arc<Registry> {
        registry(self.folder.path())
    }

    /// An exporter that works by the clock.
    pub(crate) fn exporter_of_today(&self) -> Exporter {
        let archive = self.folder.path().join("archive");
        let archive = Archive::open(archive.to_str().expect("a UTF-8 path")).expect("an archive");
        Exporter::new(self.db.pool.clone(), archive, self.registry(), self.folder.path().join("outbox"))
    }

    /// Makes and approves a file and releases it while the outbox is out of reach: it waits for its delivery.
    pub(crate) async fn waiting(&self, key: &str) -> ExportFile {
        let outbox = self.folder.path().join("outbox");
        std::fs::write(&outbox, "not a folder").expect("an outbox that cannot be used");
        let file = self.released(key).await;
        assert_eq!(file.state, FileState::Released);
        std::fs::remove_file(&outbox).expect("the outbox is back");
        file
    }

    /// The toy's exporter as on another day.
    pub(crate) fn on(&self, day: jiff::civil::Date) -> Exporter {
        self.exporter.clone().with_business_date(day)
    }

    /// The rule that refused.
    pub(crate) fn rule(error: &OutboundError) -> &str {
        match error {
            OutboundError::Rule { constraint, .. } => constraint,
            other => panic!("{other}"),
        }
    }

    pub(crate) async fn state(&self, id: i64) -> String {
        self.db.one(&format!("select state from export.file where id = {id}")).await
    }

    pub(crate) async fn claims(&self) -> i64 {
        self.db.one("select count(*) from export.live_claim").await
    }

    /// The visible delivery folders of the payments topic.
    pub(crate) fn outbox(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.outbox_folder()) else { return Vec::new() };
        let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"));
        let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
        names.sort();
        names
    }

    pub(crate) fn outbox_folder(&self) -> PathBuf {
        self.folder.path().join("outbox").join(PAYMENTS)
    }

    /// The bytes of the file in the outbox.
    pub(crate) fn delivered_bytes(&self, file: &ExportFile) -> Vec<u8> {
        let folder = self.outbox_folder().join(format!("20261125-{:03}", file.seq_of_day.expect("numbered")));
        std::fs::read(folder.join(file.file_name.as_ref().expect("named"))).expect("the file lies in the outbox")
    }
}

pub(crate) fn sha(file: &ExportFile) -> &str {
    file.sha256.as_deref().expect("the file has bytes")
}

/// An order by 佐藤.
pub(crate) fn order(topic: &str, key: &str, params: &[(&str, &str)]) -> ExportOrder {
    ExportOrder {
        run: run_id(topic, key),
        variant: String::new(),
        params: params.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        ordered_by: "佐藤".to_owned(),
        ordered_at: "2026-11-25T10:00:00+09:00".to_owned(),
    }
}

/// The toys as `queues.toml` has them.
pub(crate) fn registry(folder: &Path) -> Arc<Registry> {
    let sources = Sources { queues: Some(folder.join("queues.toml")), integrations: Some(folder.join("integrations")) };
    Arc::new(Registry::load_from(&sources).unwrap_or_else(|faults| panic!("{faults}")))
}

/// An exporter over an existing folder, working on 2026-11-25.
pub(crate) fn exporter(pool: sqlx::PgPool, folder: &Path) -> Exporter {
    let registry = registry(folder);
    let archive = Archive::open(folder.join("archive").to_str().expect("a UTF-8 path")).expect("an archive");
    Exporter::new(pool, archive, registry, folder.join("outbox")).with_business_date(jiff::civil::date(2026, 11, 25))
}

/// The toy's topics, written into a folder.
pub(crate) fn registry_in(folder: &Path) -> Arc<Registry> {
    write_registry(folder);
    registry(folder)
}

fn write_registry(folder: &Path) {
    let shipped = include_str!("../../../queues.toml");
    let head = shipped.split_once("[[topic]]").expect("queues.toml has topics").0;
    let mut topics = TOPICS.to_owned();
    for (number, slug, like, way) in ALIKE {
        let entry = TOPICS.split("[[topic]]").find(|entry| entry.contains(like)).expect("the topic it is like");
        let entry = entry.replace(like, slug).replace(&format!("number = {}", &like[..2]), &format!("number = {number}"));
        topics.push_str(&format!("[[topic]]{}", entry.replace("'outbox'", way)));
    }
    std::fs::write(folder.join("queues.toml"), format!("{head}{topics}")).expect("write queues.toml");
    let alike = |name: &str| {
        ALIKE
            .iter()
            .filter(|(_, _, like, _)| name.starts_with(like))
            .map(|(_, slug, like, _)| name.replace(like, slug))
            .collect::<Vec<_>>()
    };
    for (name, text) in FILES {
        for name in std::iter::once(name.to_owned()).chain(alike(name)) {
            let path = folder.join("integrations").join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("make a folder");
            std::fs::write(path, text).expect("write a file");
        }
    }
}
