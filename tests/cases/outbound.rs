//! Exports: made, made again, looked at with the approver's eyes; released, voided and followed by another where the case says so.

use std::path::Path;
use std::sync::Arc;

use renkei_consumers::outbound::{ExportFile, Exporter};
use renkei_core::archive::{Archive, ArchiveKey};
use renkei_core::message::{ExportOrder, run_id};
use renkei_core::registry::Registry;
use serde_json::Value;
use sqlx::postgres::PgPool;

use super::case::{Case, Results};
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
    let (mut file, seen) = maker.make("case", &mut results).await;
    if case.given.release {
        file = maker.release(&file).await;
    }
    if !case.given.accepted.is_empty() {
        case.meanwhile(pool, "before_accepted.sql").await;
        let noted = maker.exporter.accepted(file.id, "tsukuru", &case.given.accepted).await;
        file = noted.unwrap_or_else(|error| panic!("accepted: {error:?}"));
    }
    if case.given.void {
        case.meanwhile(pool, "before_void.sql").await;
        let voided = maker.exporter.void(file.id, "tsukuru", "送信前に差替え", "相手方で未処理を確認").await;
        file = voided.unwrap_or_else(|error| panic!("void: {error:?}"));
    }
    let mut state = format!("{}{seen}", lines_of(&file, pool).await);
    let mut refused = refusals(pool, file.id).await;
    let book = if case.given.workbook { super::workbook::text(&maker.reviewer, &file).await } else { String::new() };
    if case.given.next {
        case.meanwhile(pool, "before_next.sql").await;
        let (next, seen) = maker.make("next", &mut results).await;
        state.push_str(&format!("\n■ 次のファイル\n{}{seen}", lines_of(&next, pool).await));
        let more = refusals(pool, next.id).await;
        if !more.is_empty() {
            refused.push_str(&format!("\n■ 次のファイル\n{more}"));
        }
    }
    let texts = [
        ("state.txt", state),
        ("refusals.txt", refused),
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
    /// Makes a file, and makes it again: its bytes among the results, and what its approver sees.
    async fn make(&self, run: &str, results: &mut Results) -> (ExportFile, String) {
        let (case, exporter) = (self.case, &self.exporter);
        let order = ExportOrder {
            run: run_id(case.topic.slug.as_str(), run),
            variant: case.given.profile.clone(),
            params: case.given.params.clone(),
            ordered_by: "tsukuru".to_owned(),
            ordered_at: format!("{}T09:00:00+09:00", case.given.business_date),
        };
        let made = exporter.make(&case.topic, &order).await.unwrap_or_else(|error| panic!("{}: {error:?}", case.name));
        let again = exporter.make(&case.topic, &order).await.unwrap();
        assert_eq!(made, again, "the same run asked again is the same file");
        let (Some(key), Some(name)) = (&made.archive, &made.file_name) else { return (made, String::new()) };
        let bytes = self.archive.get_bytes(&ArchiveKey::parse(key).unwrap()).await.unwrap();
        results.insert(format!("expected/{name}"), bytes.to_vec());
        let seen = review(&self.reviewer, &made).await;
        (made, seen)
    }

    /// Approves where the topic asks for it, and releases. A file that was not made is left as it is.
    async fn release(&self, file: &ExportFile) -> ExportFile {
        let Some(sha256) = &file.sha256 else { return file.clone() };
        if file.release_policy == "two_person" {
            let approved = self.exporter.approve(file.id, "shonin", sha256).await;
            approved.unwrap_or_else(|error| panic!("approve: {error:?}"));
        }
        self.exporter.release(file.id, "tsukuru").await.unwrap_or_else(|error| panic!("release: {error:?}"))
    }
}

/// What the approver sees, recomputed from the ledger.
async fn review(exporter: &Exporter, file: &ExportFile) -> String {
    let review = exporter.review(file.id).await.unwrap_or_else(|error| panic!("review: {error:?}"));
    let first = review.rows.first().expect("review.sql has a row");
    assert_eq!((Some(first.count), Some(first.yen)), (file.count, file.total), "the approver's totals are those of the file");
    let rows: Vec<Vec<String>> =
        review.rows.iter().map(|row| vec![row.label_ja.clone(), row.count.to_string(), text::yen(row.yen)]).collect();
    format!("\n承認者が見る合計（台帳から再計算）\n{}", text::table(&["区分", ">件数", ">円"], &rows))
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
    add("理由", file.problem.clone());
    add("ファイル", file.file_name.clone());
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
    let sql = "select object, object_id, code, severity, detail from export.refusal where file_id = $1 order by object, object_id, code";
    let rows: Vec<Row> = sqlx::query_as(sql).bind(file).fetch_all(pool).await.unwrap();
    if rows.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(object, id, code, severity, detail)| {
            let object = format!("{} {}", object.unwrap_or_default(), id.map(|id| id.to_string()).unwrap_or_default());
            let sentence = text::sentence(&code, None, None, None, Some(&detail));
            vec![object.trim().to_owned(), if severity == "stop" { "中止" } else { "除外" }.to_owned(), code, sentence]
        })
        .collect();
    text::table(&["対象", "扱い", "コード", "説明"], &rows)
}
