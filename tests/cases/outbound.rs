//! Exports: made, made again, looked at with the approver's eyes, and released where the case says so.

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
    let day = case.given.business_date.parse().expect("business_date is a day");
    let exporter =
        Exporter::new(pool.clone(), archive.clone(), registry, folder.join("outbox")).with_source("case").with_business_date(day);
    let order = ExportOrder {
        run: run_id(case.topic.slug.as_str(), "case"),
        variant: case.given.profile.clone(),
        params: case.given.params.clone(),
        ordered_by: "tsukuru".to_owned(),
        ordered_at: format!("{}T09:00:00+09:00", case.given.business_date),
    };
    let made = exporter.make(&case.topic, &order).await.unwrap_or_else(|error| panic!("{}: {error:?}", case.name));
    let again = exporter.make(&case.topic, &order).await.unwrap();
    assert_eq!(made, again, "the same run asked again is the same file");

    let mut results = Results::new();
    let mut state = String::new();
    let mut file = made;
    if let (Some(key), Some(name), Some(sha256)) = (file.archive.clone(), file.file_name.clone(), file.sha256.clone()) {
        let bytes = archive.get_bytes(&ArchiveKey::parse(&key).unwrap()).await.unwrap();
        results.insert(format!("expected/{name}"), bytes.to_vec());
        state = review(&exporter, &file).await;
        if case.given.release {
            if file.release_policy == "two_person" {
                exporter.approve(file.id, "shonin", &sha256).await.unwrap_or_else(|error| panic!("approve: {error:?}"));
            }
            file = exporter.release(file.id, "tsukuru").await.unwrap_or_else(|error| panic!("release: {error:?}"));
        }
    }
    results.insert("state.txt".to_owned(), format!("{}{state}", lines_of(&file, pool).await).into_bytes());
    let texts = [
        ("refusals.txt", refusals(pool, file.id).await),
        ("journal.txt", text::journal(pool, before).await),
        ("ledger.txt", case.show(pool).await),
    ];
    results
        .extend(texts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name.to_owned(), text.into_bytes())));
    text::assert_balance(pool).await;
    results
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
