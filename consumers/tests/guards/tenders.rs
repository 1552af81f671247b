//! Tenders before their opening: who may do what in which state, what it does to the budget, and that what is told cannot hold
//! a secret price.

use renkei_consumers::ledger::{self, LedgerError};
use serde_json::{Value, json};

use crate::scratch::Scratch;

const NOMINEES: [&str; 3] = ["0012345678", "0012345679", "0012345680"];

fn terms() -> Value {
    json!({
        "fiscal_year": 2026, "fund": "01", "budget_line": "0201030212", "organization": "05020000", "reserved": 6_050_000,
        "family": "2", "method": "3", "title": "庁舎清掃業務委託（別館）", "category": "0101", "grade_range": "AB", "place": "第二庁舎",
        "work_from": "2026-10-01", "work_to": "2027-03-31", "published_on": "2026-09-01", "closes_at": "2026-09-15T17:00:00+09:00",
        "opens_at": "2026-09-18T10:00:00+09:00", "has_floor": true, "contact": "経理課契約係",
        // Whoever sends prices along is not heard.
        "planned_excl": 5_500_000, "floor_excl": 4_400_000,
    })
}

fn vendors(numbers: &[&str]) -> Vec<String> {
    numbers.iter().map(|number| (*number).to_owned()).collect()
}

/// A draft with its nominees.
async fn draft() -> (Scratch, String) {
    let db = Scratch::new().await;
    let no = ledger::open_tender(&db.pool, &terms(), "kian", "2026-08-20").await.unwrap();
    ledger::nominate(&db.pool, &no, &vendors(&NOMINEES), "区内業者", "kian").await.unwrap();
    (db, no)
}

/// The code with which the ledger refused.
fn code<T: std::fmt::Debug>(result: Result<T, LedgerError>) -> String {
    match result.unwrap_err() {
        LedgerError::Coded { code, .. } => code,
        other => panic!("{other:?}"),
    }
}

async fn remaining(db: &Scratch) -> i64 {
    sqlx::query_scalar("select ledger.budget_remaining(2026, '01', '0201030212')").fetch_one(&db.pool).await.unwrap()
}

async fn actions(db: &Scratch, no: &str) -> Vec<String> {
    let sql = "select action || ' ' || actor from audit.event where object = 'tender' and object_id = $1 order by id";
    sqlx::query_scalar(sql).bind(no).fetch_all(&db.pool).await.unwrap()
}

#[tokio::test]
async fn the_view_that_is_told_reads_no_secret_column() {
    let db = Scratch::new().await;
    let sql = "select column_name::text from information_schema.view_column_usage
                where view_schema = 'ledger' and view_name = 'public_tender' and table_name = 'tender'";
    let read: Vec<String> = sqlx::query_scalar(sql).fetch_all(&db.pool).await.unwrap();
    assert!(read.contains(&"title".to_owned()));
    for secret in ["planned_excl", "floor_excl", "reserved", "commitment"] {
        assert!(!read.contains(&secret.to_owned()), "public_tender reads {secret}");
    }
}

#[tokio::test]
async fn an_opened_tender_binds_its_budget_and_gives_it_back() {
    let db = Scratch::new().await;
    let before = remaining(&db).await;
    let no = ledger::open_tender(&db.pool, &terms(), "kian", "2026-08-20").await.unwrap();
    assert_eq!(remaining(&db).await, before - 6_050_000);
    let prices: (Option<i64>, Option<i64>) = sqlx::query_as("select planned_excl, floor_excl from ledger.tender where no = $1")
        .bind(&no)
        .fetch_one(&db.pool)
        .await
        .unwrap();
    assert_eq!(prices, (None, None), "prices come with the result");
    ledger::cancel_tender(&db.pool, &no, "事業中止", "kian").await.unwrap();
    assert_eq!(remaining(&db).await, before);
    assert_eq!(code(ledger::cancel_tender(&db.pool, &no, "二度目", "kian").await), "SELECTION_STATE");
    assert_eq!(actions(&db, &no).await, ["tender.open kian", "tender.cancel kian"]);
}

#[tokio::test]
async fn what_cannot_be_opened_says_why() {
    let db = Scratch::new().await;
    let with = |key: &str, value: Value| {
        let mut terms = terms();
        terms[key] = value;
        terms
    };
    for (terms, expected) in [
        (with("budget_line", json!("2105010101")), "SELECTION_BUDGET_LINE"),
        (with("fiscal_year", json!(2031)), "SELECTION_BUDGET_LINE"),
        (with("reserved", json!(9_999_999_999_i64)), "SELECTION_OVER_BUDGET"),
        (with("organization", json!("05000000")), "SELECTION_ORGANIZATION"),
        (with("no", json!("2026-2-000456")), "SELECTION_NUMBER_TAKEN"),
        (with("opens_at", json!("2026-09-15T17:00:00+09:00")), "TENDER_DAYS_ORDER"),
    ] {
        assert_eq!(code(ledger::open_tender(&db.pool, &terms, "kian", "2026-08-20").await), expected);
    }
}

#[tokio::test]
async fn a_vendor_is_known_and_nominated_once() {
    let (db, no) = draft().await;
    let nominate = async |numbers: &[&str]| code(ledger::nominate(&db.pool, &no, &vendors(numbers), "", "kian").await);
    assert_eq!(nominate(&["9999999999"]).await, "SELECTION_VENDOR_UNKNOWN");
    assert_eq!(nominate(&["0012345678"]).await, "SELECTION_NOMINATED_ALREADY");
    ledger::strike_nominees(&db.pool, &no, &vendors(&NOMINEES[..2]), "辞退", "kian").await.unwrap();
    assert_eq!(nominate(&["0012345678", "0012345678"]).await, "SELECTION_NOMINATED_ALREADY");
    let strike = ledger::strike_nominees(&db.pool, &no, &vendors(&NOMINEES[..1]), "", "kian").await;
    assert_eq!(code(strike), "SELECTION_NOT_NOMINATED");
    let (_, nominees, faults) = ledger::tender(&db.pool, &no).await.unwrap().unwrap();
    assert_eq!(nominees.len(), 1);
    assert_eq!(faults.iter().map(|fault| fault.code.as_str()).collect::<Vec<_>>(), ["NOMINEES_TOO_FEW"]);
}

#[tokio::test]
async fn a_second_person_approves_what_breaks_no_rule() {
    let (db, no) = draft().await;
    assert_eq!(code(ledger::approve_tender(&db.pool, &no, "ＫＩＡＮ", "2026-08-24").await), "SELECTION_MAKER_APPROVES");
    // Whoever changed it has made it, too.
    ledger::change_tender(&db.pool, &no, &json!({"place": "第三庁舎", "reserved": 1}), "henko").await.unwrap();
    assert_eq!(code(ledger::approve_tender(&db.pool, &no, "henko", "2026-08-24").await), "SELECTION_MAKER_APPROVES");
    db.run(
        "insert into ledger.vendor_suspension (vendor, starts_on, updated_at, action, ends_on, reason, content_hash)
            values ('0012345679', '2026-09-10', '2026-08-21 09:00+09', '1', '2026-09-11', '契約違反', '')",
    )
    .await;
    let barred = ledger::approve_tender(&db.pool, &no, "kacho", "2026-08-24").await.unwrap();
    assert_eq!(barred.len(), 1);
    assert_eq!((barred[0].code.as_str(), barred[0].vendor.as_deref()), ("NOMINEE_SUSPENDED", Some("0012345679")));
    ledger::strike_nominees(&db.pool, &no, &vendors(&["0012345679"]), "指名停止", "kian").await.unwrap();
    db.run("update ledger.tender_method set nominees_min = 2 where code = '3'").await;
    // 締切 is an hour: from 17:00 of the day on nobody can bid any more.
    let late = ledger::approve_tender(&db.pool, &no, "kacho", "2026-09-15T17:00:00+09:00").await.unwrap();
    assert_eq!(late.iter().map(|fault| fault.code.as_str()).collect::<Vec<_>>(), ["SELECTION_CLOSED"]);
    assert!(ledger::approve_tender(&db.pool, &no, "kacho", "2026-08-24").await.unwrap().is_empty());
    let (state, reserved): (String, i64) =
        sqlx::query_as("select state, reserved from ledger.tender where no = $1").bind(&no).fetch_one(&db.pool).await.unwrap();
    assert_eq!((state.as_str(), reserved), ("approved", 6_050_000), "what is bound does not change by a change of words");
    assert_eq!(code(ledger::change_tender(&db.pool, &no, &json!({"place": "第四庁舎"}), "kian").await), "SELECTION_STATE");
    assert_eq!(
        actions(&db, &no).await,
        ["tender.open kian", "tender.nominate kian", "tender.change henko", "tender.strike kian", "tender.approve kacho"]
    );
}

#[tokio::test]
async fn what_is_told_is_cancelled_by_the_joint_service_only() {
    let (db, no) = draft().await;
    ledger::approve_tender(&db.pool, &no, "kacho", "2026-08-24").await.unwrap();
    // Opened again before anybody was told: the first version never leaves.
    assert_eq!(ledger::reopen_tender(&db.pool, &no, "仕様の変更", "kian").await.unwrap(), 2);
    ledger::approve_tender(&db.pool, &no, "kacho", "2026-08-24").await.unwrap();
    db.run("insert into export.file (run, topic, profile, params, release_policy, once, business_date, made_by, ordered_at)
            values ('00000000-0000-4000-8000-000000000001', 'toy', '', '{}', 'operator', true, '2026-08-27', 'maker', '2026-08-27 09:00+09')")
        .await;
    let tell = |at: &str| {
        format!(
            "select ledger.tell_tenders(array(select id from ledger.tender_notice where state = 'queued'), 1, 'tanto', '{at}')"
        )
    };
    let late = sqlx::query(sqlx::AssertSqlSafe(tell("2026-09-15T17:00:00+09:00"))).execute(&db.pool).await;
    assert!(late.unwrap_err().to_string().contains("SELECTION_CLOSED"), "the hour of 締切 is past, its day is not");
    db.run(&tell("2026-09-15T16:59:59+09:00")).await;
    let notices: Vec<(i32, String)> =
        sqlx::query_as("select version, state from ledger.tender_notice where tender_no = $1 order by 1")
            .bind(&no)
            .fetch_all(&db.pool)
            .await
            .unwrap();
    assert_eq!(notices, [(1, "withdrawn".to_owned()), (2, "told".to_owned())]);
    assert_eq!(code(ledger::cancel_tender(&db.pool, &no, "中止", "kian").await), "SELECTION_STATE");
    ledger::reopen_tender(&db.pool, &no, "変更", "kian").await.unwrap();
    assert_eq!(code(ledger::cancel_tender(&db.pool, &no, "中止", "kian").await), "SELECTION_CANCEL_TOLD");
}
