//! The public register of invoice issuers: only what the ledger knows, the newest word, all or nothing.

use renkei_consumers::ledger::issuers::{RegisterError, RegisterLoaded, load_register};

use crate::scratch::Scratch;

/// A row as published: 24 columns.
fn row(number: &str, latest: &str, registered: &str, revoked: &str, expired: &str, name: &str) -> String {
    format!(
        "\"1\",\"{number}\",\"01\",\"0\",\"2\",\"1\",\"{latest}\",\"{registered}\",\"2026-10-01\",\"{revoked}\",\"{expired}\",\"東京都世田谷区\",\"13\",\"112\",\"\",\"\",\"\",\"\",\"{name}\",\"\",\"\",\"\",\"\",\"\"\n"
    )
}

async fn load(db: &Scratch, rows: &[String], day: &str) -> Result<RegisterLoaded, RegisterError> {
    load_register(&db.pool, std::io::Cursor::new(rows.concat().into_bytes()), day, "kakari").await
}

async fn numbers(db: &Scratch) -> (String, String) {
    let sql = "select min(invoice_number), max(invoice_number) from ledger.creditor where invoice_number is not null";
    sqlx::query_as(sql).fetch_one(&db.pool).await.unwrap()
}

#[tokio::test]
async fn a_published_register_is_kept_for_the_numbers_the_ledger_knows() {
    let db = Scratch::new().await;
    let (one, other) = numbers(&db).await;
    let rows = [
        row("T9999999999999", "1", "2023-10-01", "", "", "知らない会社"),
        row(&one, "0", "2023-10-01", "", "", "旧商号"),
        row(&one, "1", "2023-10-01", "", "", "新商号"),
        row(&other, "1", "2023-10-01", "2026-09-30", "2026-12-31", "取消された会社"),
    ];
    let loaded = load(&db, &rows, "2026-10-05").await.unwrap();
    assert_eq!(loaded, RegisterLoaded { read: 4, known: 2, changed: 2, ended: 1 });
    let kept: Vec<(String, String, Option<String>, Option<String>)> =
        sqlx::query_as("select number, name, ended_on::text, disposal from ledger.qualified_issuer order by number")
            .fetch_all(&db.pool)
            .await
            .unwrap();
    let ended = (other.clone(), "取消された会社".to_owned(), Some("2026-09-30".to_owned()), Some("revoked".to_owned()));
    assert_eq!(kept, [(one.clone(), "新商号".to_owned(), None, None), ended]);

    // The same again says nothing new; a file fetched earlier does not overwrite.
    assert_eq!(load(&db, &rows, "2026-10-05").await.unwrap().changed, 0);
    let older = [row(&other, "1", "2023-10-01", "", "", "古い記載")];
    assert_eq!(load(&db, &older, "2026-10-01").await.unwrap().changed, 0);
    let name: String = sqlx::query_scalar("select name from ledger.qualified_issuer where number = $1")
        .bind(&other)
        .fetch_one(&db.pool)
        .await
        .unwrap();
    assert_eq!(name, "取消された会社");
}

#[tokio::test]
async fn a_file_that_is_not_as_published_changes_nothing() {
    let db = Scratch::new().await;
    let (one, _) = numbers(&db).await;
    let rows = [row(&one, "1", "2023-10-01", "", "", "正しい行"), row(&one, "1", "令和5年10月1日", "", "", "日付の違う行")];
    let Err(RegisterError::Faulty(1, faults)) = load(&db, &rows, "2026-10-05").await else { panic!("it was taken") };
    assert_eq!((faults[0].line, faults[0].field_name.as_deref()), (Some(2), Some("登録年月日")));
    let kept: i64 = sqlx::query_scalar("select count(*) from ledger.qualified_issuer").fetch_one(&db.pool).await.unwrap();
    assert_eq!(kept, 0);
}
