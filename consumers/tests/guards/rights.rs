//! Each database role tries what it must not do. What it must be able to do, the end-to-end tests do with it.

use std::collections::BTreeSet;
use std::path::Path;

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use renkei_consumers::db;

use crate::scratch::Scratch;

/// SQLSTATE of a missing right.
const DENIED: &str = "42501";

/// How a statement ends for a role: its SQLSTATE, or empty. Nothing stays.
async fn tried(conn: &mut PgConnection, role: &str, sql: &str) -> String {
    let mut tx = conn.begin().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("set local role {role}"))).execute(&mut *tx).await.unwrap();
    let outcome = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *tx).await;
    tx.rollback().await.unwrap();
    outcome.err().map_or_else(String::new, |error| {
        error.as_database_error().and_then(|error| error.code()).unwrap_or_else(|| panic!("{sql}: {error}")).into_owned()
    })
}

#[tokio::test]
async fn no_role_can_do_what_is_not_its_work() {
    let db = Scratch::new().await;
    let mut conn = db.pool.acquire().await.unwrap();
    let nobody = [
        "truncate ledger.entry",
        "truncate access.attempt",
        "delete from ledger.entry",
        "update ledger.entry set reason = ''",
        "update ledger.posting set amount = 0",
        "delete from ledger.assessment",
        "delete from intake.batch",
        "update intake.record set line = 0",
        "delete from export.file",
        "update audit.event set actor = 'x'",
        "delete from audit.event",
        "update audit.link set hash = ''",
        "delete from audit.link",
        "delete from access.account",
        "delete from access.permission",
        "delete from access.sender_token",
        "insert into _sqlx_migrations select * from _sqlx_migrations",
        "update _sqlx_migrations set checksum = ''",
        "delete from _sqlx_migrations",
        "drop table ledger.entry",
        "alter table ledger.entry disable trigger all",
        "drop function audit.refuse_change() cascade",
        "create table ledger.mine (a int)",
        "create table public.mine (a int)",
        "create schema mine",
        "create role mine",
        "alter role renkei_auditor superuser",
        "set session_replication_role = replica",
        "copy ledger.entry to program 'true'",
    ];
    let consumer = [
        "select from access.account",
        "select from access.session",
        "insert into access.permission (login_id, role, given_by) values ('x', 'approver', 'y')",
        "select access.may_enter('x')",
        "select made_by from access.sender_token",
        "select access.issue_token('a', repeat('a', 64), '{*}', null, gen_random_uuid(), current_date, 'x', 'y')",
        "select access.revoke_token(1, 'x', 'y')",
    ];
    let console = [
        "delete from audit.unsealed",
        "insert into audit.link (position, event_id, hash) values (1, 1, sha256(''))",
        "insert into audit.seal (id, from_position, to_position, hash) values (1, 1, 1, sha256(''))",
    ];
    let auditor = [
        "select password_hash from access.account",
        "select totp_sealed from access.account",
        "select token_sha256 from access.session",
        "select csrf from access.session",
        "select sha256 from access.sender_token",
        "insert into audit.event (actor, action, object, object_id) values ('a', 'b', 'c', 'd')",
        "update intake.batch set state = 'posted'",
        "insert into ledger.holiday (day, name) values ('2026-12-31', 'x')",
        "update export.file set state = 'approved'",
        "insert into access.attempt (login, address, entered) values ('a', 'b', true)",
        "select nextval('ledger.payment_order_no')",
    ];
    for (role, own) in [("renkei_consumer", &consumer[..]), ("renkei_console", &console), ("renkei_auditor", &auditor)] {
        for sql in nobody.iter().chain(own) {
            let found = tried(&mut conn, role, sql).await;
            assert_eq!(found, DENIED, "{role}: {sql}");
        }
    }
    let may = [
        ("renkei_consumer", "select from ledger.entry; select from audit.event; create temp table a (b int) on commit drop"),
        ("renkei_consumer", "select audit.record('a', 'b', 'c', 'd', null, null, null); delete from audit.unsealed"),
        (
            "renkei_console",
            "select from ledger.entry; select from intake.batch; select from export.file; select from access.account",
        ),
        (
            "renkei_console",
            "select audit.record('a', 'b', 'c', 'd', null, null, null); select access.may_enter('x'); delete from access.attempt",
        ),
        ("renkei_consumer", "select login_id, topic from access.approving(); select ledger.open_approvals('2026-10-05')"),
        ("renkei_consumer", "select id, name, sha256, topics, valid_through from access.sender_token where revoked_at is null"),
        ("renkei_auditor", "select id, name, topics, made_by, why, revoked_by, revoked_why from access.sender_token"),
        (
            "renkei_auditor",
            "select from ledger.entry; select from intake.record; select from export.file; select from audit.link",
        ),
        ("renkei_auditor", "select login_id, display_name from access.account; select login_id, address from access.session"),
        ("renkei_auditor", "select from access.permission; select from access.attempt; select version from _sqlx_migrations"),
    ];
    for (role, sql) in may {
        assert_eq!(tried(&mut conn, role, sql).await, "", "{role}: {sql}");
    }
}

#[tokio::test]
async fn a_long_running_part_takes_the_rights_of_its_role_and_no_more() {
    let db = Scratch::new().await;
    let (limited, pool) = db::connect_with_rights_of("renkei_consumer", &db.url, 2, "consumer").await.unwrap();
    let who: String = sqlx::query_scalar("select current_user::text").fetch_one(&pool).await.unwrap();
    assert_eq!((limited, who.as_str()), (true, "renkei_consumer"));
    let denied = sqlx::raw_sql("drop table ledger.entry").execute(&pool).await.unwrap_err();
    assert_eq!(denied.as_database_error().and_then(|error| error.code()).as_deref(), Some(DENIED));
    pool.close().await;
    // Where there is no such role, the login's own rights do, and nothing is left of the attempt.
    let (limited, pool) = db::connect_with_rights_of("renkei_nobody", &db.url, 2, "consumer").await.unwrap();
    assert!(!limited);
    sqlx::raw_sql("create table public.mine (a int); drop table public.mine").execute(&pool).await.unwrap();
    pool.close().await;
}

/// Tables that some SQL of the schema or of a folder deletes from.
fn deleted_from() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders = std::fs::read_dir(root.join("integrations")).unwrap().map(|entry| entry.unwrap().path());
    let folders = folders.filter(|path| path.is_dir()).chain([root.join("migrations")]);
    let files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    let texts = files.filter(|path| path.extension().is_some_and(|ending| ending == "sql"));
    let mut tables = BTreeSet::new();
    for text in texts.map(|path| std::fs::read_to_string(path).unwrap()) {
        for rest in text.split("delete from ").skip(1) {
            let table: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "._".contains(*c)).collect();
            if !table.starts_with("pg_temp.") {
                tables.insert(table);
            }
        }
    }
    tables
}

/// A lock of a whole table asks for rights that nobody has on what is append-only.
#[tokio::test]
async fn what_the_sql_locks_may_be_locked() {
    let db = Scratch::new().await;
    let mut conn = db.pool.acquire().await.unwrap();
    for role in ["renkei_consumer", "renkei_console"] {
        for sql in [
            "select count(*) from ledger.organization_blockers(1)",
            "select ledger.change_own_day('office', '2026-12-25', false, '休業', '2026-10-06', '条例', 'kakari')",
        ] {
            assert_ne!(tried(&mut conn, role, sql).await, DENIED, "{role}: {sql}");
        }
        let carrier = "select ledger.name_carrier('nowhere', '05020000', '廃止', 'kakari', '2026-10-06')";
        assert_eq!(tried(&mut conn, role, carrier).await, "RK031", "{role} comes as far as to the question which organization");
    }
}

#[tokio::test]
async fn what_the_sql_deletes_may_be_deleted() {
    let db = Scratch::new().await;
    let tables = deleted_from();
    assert!(tables.len() > 10, "{tables:?}");
    for table in tables {
        for role in ["renkei_consumer", "renkei_console"] {
            let may: bool = db.one(&format!("select has_table_privilege('{role}', '{table}', 'delete')")).await;
            assert!(may, "{role} runs SQL that deletes from {table}: consumers/src/db/rights.sql must say so");
        }
    }
}

#[tokio::test]
async fn rights_are_given_again_from_nothing_and_a_current_schema_needs_none() {
    let db = Scratch::new().await;
    db.run("grant delete on ledger.entry to renkei_console; grant select on access.account to renkei_auditor").await;
    db::migrate(&db.pool).await.unwrap();
    let mut conn = db.pool.acquire().await.unwrap();
    assert_eq!(tried(&mut conn, "renkei_console", "delete from ledger.entry").await, DENIED);
    assert_eq!(tried(&mut conn, "renkei_auditor", "select password_hash from access.account").await, DENIED);
    // A process with the console's rights begins its work, for there is nothing to change.
    let separator = if db.url.contains('?') { '&' } else { '?' };
    let url = format!("{}{separator}options[role]=renkei_console", db.url);
    let pool = db::connect(&url, 1).await.unwrap();
    let role: String = sqlx::query_scalar("select current_user::text").fetch_one(&pool).await.unwrap();
    assert_eq!(role, "renkei_console");
    db::prepare(&pool).await.unwrap();
    assert!(db::migrate(&pool).await.is_err(), "it cannot change the schema");
    pool.close().await;
}
