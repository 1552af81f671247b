//! Exports: made, made again, looked at with the approver's eyes; released, voided and followed by another where the case says so.

use std::path::Path;
use std::sync::Arc;

use renkei_consumers::outbound::{ComparedTotal, ExportFile, Exporter, FileState, OutboundError, Waiting};
use renkei_core::archive::{Archive, ArchiveKey};
use renkei_core::message::{ExportOrder, run_id};
use renkei_core::registry::Registry;
use serde_json::Value;
use sqlx::postgres::PgPool;

use super::case::{Brought, Case, Results};
use super::text;

/// Runs a case of an outbound topic.
pub(crate) async fn run(case: &Case, registry: Arc<Registry>, pool: &PgPool, folder: &Path) -> Results {
    let before = text::last_entry(pool).await;
    let archive = Archive::open(folder.join("archive").to_str().unwrap()).unwrap();
    let exporter = |day: &str| {
        Exporter::new(pool.clone(), archive.clone(), registry.clone(), folder.join("outbox"))
            .with_source("case")
            .with_business_date(day.parse().expect("business_date and reviewed_on are days"))
    };
    let made_on = case.given.business_date.as_str();
    let reviewer = exporter(case.given.reviewed_on.as_deref().unwrap_or(made_on));
    let maker = Maker { case, archive: archive.clone(), exporter: exporter(made_on), reviewer };
    let mut results = Results::new();
    let mut brought = maker.bring(&case.given.bring).await;
    let (mut files, seen) = maker.make("case", &mut results).await;
    let mut refused_step = String::new();
    if case.given.release {
        case.meanwhile(pool, "before_release.sql").await;
        for file in &mut files {
            match maker.release(file).await {
                Ok(released) => *file = released,
                Err(sentence) => refused_step = format!("\n払出の拒否  {sentence}\n"),
            }
        }
    }
    let others = files.split_off(1);
    let mut file = files.remove(0);
    if !case.given.accepted.is_empty() {
        case.meanwhile(pool, "before_accepted.sql").await;
        let noted = maker.exporter.accepted(file.id, "tsukuru", &case.given.accepted).await;
        file = noted.unwrap_or_else(|error| panic!("accepted: {error:?}"));
    }
    if case.given.void {
        case.meanwhile(pool, "before_void.sql").await;
        let voider = exporter(case.given.void_on.as_deref().unwrap_or(made_on));
        match voider.void(file.id, "tsukuru", "送信前に差替え", "相手方で未処理を確認").await {
            Ok(voided) => file = voided,
            Err(error) => refused_step = format!("\n無効化の拒否  {}\n", refused(error)),
        }
    }
    brought.push_str(&maker.bring(&case.given.bring_after).await);
    let mut state = String::new();
    for (file, seen) in std::iter::once(&file).chain(&others).zip(seen) {
        state.push_str(&format!("{}{}{seen}", if state.is_empty() { "" } else { "\n" }, lines_of(file, pool).await));
    }
    state.push_str(&refused_step);
    let mut left_out = refusals(pool, file.id).await;
    let book = if case.given.workbook { super::workbook::text(&maker.reviewer, &file).await } else { String::new() };
    if case.given.next {
        case.meanwhile(pool, "before_next.sql").await;
        let (next, seen) = maker.make("next", &mut results).await;
        for (file, seen) in next.iter().zip(seen) {
            state.push_str(&format!("\n■ 次のファイル\n{}{seen}", lines_of(file, pool).await));
        }
        let more = refusals(pool, next[0].id).await;
        if !more.is_empty() {
            left_out.push_str(&format!("\n■ 次のファイル\n{more}"));
        }
    }
    if case.given.anew {
        maker.remake_all(pool).await;
    }
    let texts = [
        ("brought.txt", brought),
        ("state.txt", state),
        ("refusals.txt", left_out),
        ("workbook.txt", book),
        ("journal.txt", text::journal(pool, before).await),
        ("ledger.txt", case.show(pool).await),
    ];
    results
        .extend(texts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name.to_owned(), text.into_bytes())));
    text::assert_reversals(pool).await;
    results
}

/// Who makes the files of a case.
struct Maker<'a> {
    case: &'a Case,
    archive: Archive,
    exporter: Exporter,
    /// The same on the day the approver looks.
    reviewer: Exporter,
}

impl Maker<'_> {
    /// Hands over files: what was taken of each, or why it was refused.
    async fn bring(&self, files: &[Brought]) -> String {
        let mut text = String::new();
        for file in files {
            let path = self.case.folder.join(&file.file);
            let brought = self.exporter.bring(&self.case.topic, &file.profile, &path, "jinji").await;
            let brought = brought.unwrap_or_else(|error| panic!("bring {}: {error:?}", file.file));
            text.push_str(&format!("{}  {}\n", file.file, if brought.taken() { "受付" } else { "不受理" }));
            for row in &brought.outcome {
                text.push_str(&format!("  {}  {}件  {}円\n", row.label_ja, row.count, text::yen(row.yen)));
            }
            for fault in &brought.faults {
                text.push_str(&format!(
                    "  {}  {}行目  {}\n",
                    fault.code,
                    fault.line.unwrap_or_default(),
                    fault.field_name.as_deref().unwrap_or_default()
                ));
            }
            for refusal in &brought.refusals {
                let sentence = text::sentence(&refusal.code, None, None, None, Some(&refusal.detail));
                text.push_str(&format!("  {}  {sentence}\n", refusal.code));
            }
        }
        text
    }

    /// Makes the files of an order, and makes them again: their bytes among the results, and what their approver sees.
    async fn make(&self, run: &str, results: &mut Results) -> (Vec<ExportFile>, Vec<String>) {
        let (case, exporter) = (self.case, &self.exporter);
        // What the folder's SQL is asked with here, an order may say; values that are refused at the door are cases of the SQL.
        let folder = case.topic.integration.as_ref().expect("a folder");
        let variant = folder.profile(&case.given.profile).map_or(case.given.profile.as_str(), |profile| profile.base.as_str());
        assert_eq!(folder.params.unknown(variant, &case.given.params), [], "{}: params.toml", case.name);
        let order = ExportOrder {
            run: run_id(case.topic.slug.as_str(), run),
            variant: case.given.profile.clone(),
            params: case.given.params.clone(),
            ordered_by: "tsukuru".to_owned(),
            ordered_at: format!("{}T{}+09:00", case.given.business_date, case.given.ordered_at.as_deref().unwrap_or("09:00:00")),
        };
        let made = exporter.make(&case.topic, &order).await.unwrap_or_else(|error| panic!("{}: {error:?}", case.name));
        let again = exporter.make(&case.topic, &order).await.unwrap();
        assert_eq!(made, again, "the same run asked again is the same file");
        let files = exporter.files_of_run(order.run).await.unwrap();
        assert_eq!(files.first(), Some(&made), "the first file stands for the order");
        if made.state == FileState::Empty {
            let waits = waiting(case, exporter, &order).await;
            if !waits.is_empty() {
                results.entry("waiting.txt".to_owned()).or_default().extend(waits.into_bytes());
            }
        }
        let mut seen = Vec::new();
        for file in &files {
            let (Some(key), Some(name)) = (&file.archive, &file.file_name) else {
                seen.push(String::new());
                continue;
            };
            let bytes = self.archive.get_bytes(&ArchiveKey::parse(key).unwrap()).await.unwrap();
            results.insert(format!("expected/{name}"), bytes.to_vec());
            let difference = compare(&self.reviewer, file).await;
            if !difference.is_empty() {
                let name = if run == "case" { "compare.txt".to_owned() } else { format!("compare_{run}.txt") };
                let told: &mut Vec<u8> = results.entry(name).or_default();
                if file.parts > 1 {
                    told.extend(format!("■ {}/{}\n", file.part, file.parts).into_bytes());
                }
                told.extend(difference.into_bytes());
            }
            seen.push(review(&self.reviewer, file).await);
        }
        (files, seen)
    }

    /// Selects every file anew.
    async fn remake_all(&self, pool: &PgPool) {
        let files: Vec<i64> =
            sqlx::query_scalar("select id from export.file where sha256 is not null order by id").fetch_all(pool).await.unwrap();
        for file in files {
            let remade = self.exporter.remake(file).await.unwrap_or_else(|error| panic!("file {file} made again: {error:?}"));
            assert!(remade.is_same(), "file {file} made again has other bytes");
        }
    }

    /// Approves where the topic asks for it, and releases; or the sentence with which `release.sql` refuses. A file that was not
    /// made is left as it is.
    async fn release(&self, file: &ExportFile) -> Result<ExportFile, String> {
        let Some(sha256) = &file.sha256 else { return Ok(file.clone()) };
        if file.release_policy == "two_person" {
            let approved = self.exporter.approve(file.id, "shonin", sha256).await;
            approved.unwrap_or_else(|error| panic!("approve: {error:?}"));
        }
        self.exporter.release(file.id, "tsukuru").await.map_err(refused)
    }
}

/// Why there is nothing to send, as whoever orders the file is told.
async fn waiting(case: &Case, exporter: &Exporter, order: &ExportOrder) -> String {
    let look = ExportOrder { run: run_id(case.topic.slug.as_str(), "dry run"), ..order.clone() };
    let dry = exporter.dry_run(&case.topic, &look).await.unwrap_or_else(|error| panic!("dry run: {error:?}"));
    assert!(dry.files.is_empty() && dry.problem.is_none(), "what makes no file shows none beforehand");
    let told = |waits: Waiting| format!("{}\n", text::sentence(&waits.code, None, None, None, Some(&waits.values())));
    dry.waiting.into_iter().flatten().map(told).collect()
}

/// The sentence with which the folder's SQL, or a rule about the file, refuses a step. Any other error fails the case.
fn refused(error: OutboundError) -> String {
    assert!(matches!(error, OutboundError::StepRefused { .. } | OutboundError::Rule { .. }), "{error:?}");
    error.to_string()
}

/// What the approver sees, recomputed from the ledger.
async fn review(exporter: &Exporter, file: &ExportFile) -> String {
    let review = exporter.review(file.id).await.unwrap_or_else(|error| panic!("review: {error:?}"));
    let first = review.rows.first().expect("review.sql has a row");
    assert_eq!((Some(first.count), Some(first.yen)), (file.count, file.total), "the approver's totals are those of the file");
    let rows: Vec<Vec<String>> = review
        .rows
        .iter()
        .chain(&review.beside)
        .map(|row| vec![row.label_ja.clone(), row.count.to_string(), text::yen(row.yen)])
        .collect();
    format!("\n承認者が見る合計（台帳から再計算）\n{}", text::table(&["区分", ">件数", ">円"], &rows))
}

/// What is different from last time, and what is worth a second look.
async fn compare(exporter: &Exporter, file: &ExportFile) -> String {
    let comparison = exporter.compare(file.id, u32::MAX).await.unwrap_or_else(|error| panic!("compare: {error:?}"));
    let mut told = String::new();
    if !comparison.totals.is_empty() {
        let cells = |t: &ComparedTotal| {
            let part = format!("{} {}", t.part_ja, t.label_ja);
            vec![part, t.count.to_string(), text::yen(t.yen), t.count_before.to_string(), text::yen(t.yen_before)]
        };
        let rows: Vec<Vec<String>> = comparison.totals.iter().map(cells).collect();
        told.push_str(&text::table(&["内訳", ">件数", ">円", ">前回の件数", ">前回の円"], &rows));
    }
    for mark in comparison.notable {
        told.push_str(&format!("\n要確認 {}  {}件  {}円\n", mark.code, mark.count, text::yen(mark.yen)));
        for item in mark.items {
            told.push_str(&format!("  {}\n", text::sentence(&mark.code, None, None, None, Some(&item.detail))));
        }
    }
    told
}

async fn lines_of(file: &ExportFile, pool: &PgPool) -> String {
    let mut text = format!("状態  {}\n", file.state);
    let mut add = |label: &str, value: Option<String>| {
        if let Some(value) = value {
            text.push_str(&format!("{label}  {value}\n"));
        }
    };
    let claims: (i64, i64, i64) = sqlx::query_as(
        "select count(*), count(*) filter (where live), coalesce(sum(yen), 0)::bigint from export.claim where file_id = $1",
    )
    .bind(file.id)
    .fetch_one(pool)
    .await
    .unwrap();
    add("理由", file.problem.as_ref().map(|problem| problem.said.clone()));
    add("ファイル", file.file_name.clone());
    add("分割", (file.parts > 1).then(|| format!("{}/{}", file.part, file.parts)));
    add("プロファイル", (!file.profile.is_empty()).then(|| file.profile.clone()));
    add("件数", file.count.map(|count| count.to_string()));
    add("金額", file.total.map(text::yen));
    add("レコード", file.records.map(|records| records.to_string()));
    add("バイト", file.bytes.map(|bytes| bytes.to_string()));
    add("明細", Some(format!("{}件（うち他のファイルに載せられないもの{}件）  {}円", claims.0, claims.1, text::yen(claims.2))));
    text
}

async fn refusals(pool: &PgPool, file: i64) -> String {
    type Row = (Option<String>, Option<i64>, String, String, Value);
    let sql = "select object, object_id, code, severity, detail from export.refusal where file_id = $1 order by object, object_id, code, detail::text";
    let rows: Vec<Row> = sqlx::query_as(sql).bind(file).fetch_all(pool).await.unwrap();
    if rows.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(object, id, code, severity, detail)| {
            let object = format!("{} {}", object.unwrap_or_default(), id.map(|id| id.to_string()).unwrap_or_default());
            let sentence = text::sentence(&code, None, None, None, Some(&detail));
            vec![
                object.trim().to_owned(),
                match severity.as_str() {
                    "stop" => "中止",
                    "bar" => "払出不可",
                    _ => "除外",
                }
                .to_owned(),
                code,
                sentence,
            ]
        })
        .collect();
    text::table(&["対象", "扱い", "コード", "説明"], &rows)
}
