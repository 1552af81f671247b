//! What every page of the route table keeps: it fits an office's screen, speaks Japanese, labels what is to be filled in, and the
//! browser has nothing to complain of.

use renkei_console::routes::table;

use crate::driver::Driver;
use crate::sight::{WIDTHS, look, look_in_english};
use crate::support::console::console;
use crate::support::files::{ASSESSMENTS, BANKS, INVOICES, TRANSFERS};
use crate::support::pay;
use crate::support::root;
use crate::support::world::{self, World};

const NOW: &str = "2026-10-06T09:30:00+09:00";

/// Something of everything: batches in several states, held lines, a file to approve, a parked message.
async fn fill(world: &mut World) {
    world.start("consume").await;
    world.start("produce").await;
    let samples = root().join("samples");
    for (topic, name) in [
        (BANKS, "IF01_20261001_001.csv"),
        (INVOICES, "IF16_20261006_001.json"),
        (ASSESSMENTS, "IF12_SKS_20261005093000_001.csv"),
        (ASSESSMENTS, "IF12_SKS_20261005100000_002_faulty.csv"),
    ] {
        world.drop_file(topic, name, &std::fs::read(samples.join(name)).unwrap());
        let known =
            format!("select count(*)::text from intake.batch where file = '{name}' and state in ('posted', 'held', 'rejected')");
        world
            .until(name, async |world| {
                let found: String = sqlx::query_scalar(sqlx::AssertSqlSafe(known.clone())).fetch_one(world.pool()).await.unwrap();
                (found == "1").then_some(())
            })
            .await;
    }
    world.renkei(&["ledger", "approve", "--all", "--as", "kacho"]).expect(&[0]);
    world
        .renkei(&["export", "run", TRANSFERS, "--profile", "mizuho_advanced", "--param", "pay_date=2026-10-23", "--as", "sato"])
        .expect(&[4]);
    world.until_sql("select string_agg(state, ',') from export.file", "generated").await;
    pay::due(world).await;
    pay::came_back(world).await;
    let token = ["token", "issue", "einvoice", "--topic", INVOICES, "--through", "2027-03-31", "--reason", "電子請求の受付"];
    world.renkei(&[&token[..], &["--as", "kanri"]].concat()).expect(&[0]);
    sqlx::query(
        "insert into intake.failure (queue, routing_key, message_id, kind, headers, body, code, reason, attempts)
         values ('in.12_civic_assessments', 'in.12_civic_assessments', '00000000-0000-4000-8000-000000000001', 'records', '{}', '[]', 'BROKER_DELIVERY_LIMIT', 'the broker gave it up after 20 deliveries', 20)",
    )
    .execute(world.pool())
    .await
    .unwrap();
    for (queue, code) in [("renkei.unrouted", "UPSTREAM_UNROUTED"), ("in.12_civic_assessments", "INTAKE_MESSAGE_NOT_UNDERSTOOD")]
    {
        sqlx::query(
            "insert into intake.failure (queue, routing_key, message_id, kind, headers, body, code, reason, attempts)
             values ($1, 'in.12_civic', gen_random_uuid()::text, 'records', '{}', '[]', $2, 'said', 1)",
        )
        .bind(queue)
        .bind(code)
        .execute(world.pool())
        .await
        .unwrap();
    }
    // They stay, also where there is no browser to look at them.
    world.allow_parked(3);
    let task = "insert into work.task (kind, topic, key, file, from_whom, to_whom, since_at, due_at)
                values ('fetch', '12_civic_assessments', '2026-10-05', '', '福祉局', '会計', now(), '2026-10-05 17:00+09')";
    sqlx::query(task).execute(world.pool()).await.unwrap();
}

/// A path of the table with what `fill` has made in its places. Several where a page has several faces.
fn filled(path: &str, ids: &Ids) -> Vec<String> {
    if path.starts_with("/settings/banks/{slug}") {
        return vec![format!("/settings/banks/{TRANSFERS}/mizuho_advanced")];
    }
    if path == "/worklists/pay/move" {
        // Nothing of that day is unsent; what is asked for is asked for all the same.
        return vec!["/worklists/pay/move?from=2026-10-15&kind=1".to_owned()];
    }
    if path == "/ledger/orders/approve" {
        return vec![format!("{path}?order={}", ids.draft)];
    }
    if path.starts_with("/ledger/orders/") {
        return vec![format!("{path}?order=2026P00000001")];
    }
    match path {
        "/ledger/lineage/{object}/{id}" => return vec!["/ledger/lineage/payment_order/1".to_owned()],
        "/ledger/budget-lines/{year}/{fund}/{code}" => return vec!["/ledger/budget-lines/2026/01/2105010101".to_owned()],
        // A line whose payee is not known: before one is looked for, and with what would come of one.
        "/batches/{id}/lines/{line}/choose/{object}" => {
            let choose = format!("/batches/{}/lines/{}/choose/creditor", ids.held.0, ids.held.1);
            return vec![format!("{choose}?find=砧"), format!("{choose}?to=0000000101"), choose];
        }
        _ => {}
    }
    let batches = path.starts_with("/batches/");
    let put = |id: i64| {
        let parts = path.split('/').map(|part| match part {
            "{id}" => id.to_string(),
            "{entry}" => ids.entry.to_string(),
            "{line}" => "2".to_owned(),
            "{slug}" => ASSESSMENTS.to_owned(),
            "{variant}" => "csv".to_owned(),
            "{code}" => "REVENUE_ORIGIN_UNKNOWN".to_owned(),
            "{list}" => "unallocated".to_owned(),
            "{event}" => "UNALLOCATED".to_owned(),
            // None such: its page waits for the batch.
            "{delivery}" => "00000000-0000-4000-8000-000000000000".to_owned(),
            other if other.contains('{') => panic!("the test does not know {other}"),
            other => other.to_owned(),
        });
        parts.collect::<Vec<_>>().join("/")
    };
    let ids: Vec<i64> = match path {
        _ if batches => ids.batches.clone(),
        _ if path.starts_with("/exports/") => vec![ids.file],
        _ if path.starts_with("/failures/") && path.ends_with("/edit") => vec![ids.failure],
        _ if path.starts_with("/failures/") => (ids.failure - 2..=ids.failure).collect(),
        _ if path.starts_with("/tasks/") => vec![ids.task],
        _ if path.starts_with("/worklists/pay/") => vec![1],
        _ => vec![0],
    };
    let mut paths: Vec<String> = ids.into_iter().map(put).collect();
    if path == "/topics/{slug}" {
        let folders = std::fs::read_dir(root().join("integrations")).unwrap().map(|entry| entry.unwrap().file_name());
        paths = folders.map(|name| format!("/topics/{}", name.to_str().unwrap())).filter(|path| path.contains('_')).collect();
        assert_eq!(paths.len(), 24);
    }
    paths
}

struct Ids {
    batches: Vec<i64>,
    entry: i64,
    lined: i64,
    file: i64,
    failure: i64,
    task: i64,
    /// Batch and line of an invoice of nobody's.
    held: (i64, i64),
    /// Number of an order that waits for its approval.
    draft: String,
}

/// What a browser saves instead of showing, what ends the session, what is no page, and what `fill` makes nothing for.
fn is_left_out(path: &str) -> bool {
    if ["/worklists/unallocated/{id}", "/worklists/overpayments/{id}", "/exports/{id}/cells/{cell}"].contains(&path) {
        return true;
    }
    let saved = path.contains(".csv") || path.contains("/layouts/") || path.contains("/samples/") || path.contains("/schemas/");
    let door = path.starts_with("/enter");
    saved || door || ["/assets/{name}", "/language/{lang}", "/pulse", "/batches/{id}/cancel"].contains(&path)
}

#[test]
fn every_page_fits_speaks_its_readers_language_and_labels_its_fields() {
    world::run(NOW, async |world| {
        fill(world).await;
        let address = console(world).await;
        let Some(driver) = Driver::start(&address).await else { return };
        let everything = ["operator", "approver", "auditor", "administrator"];
        let browser = driver.with_roles(world, "kanri.1", "管理 一郎", &everything).await;
        let ids = Ids {
            batches: sqlx::query_scalar("select id from intake.batch order by id").fetch_all(world.pool()).await.unwrap(),
            entry: world.number("select min(id) from ledger.entry").await,
            lined: world.number("select min(e.id) from ledger.entry e join intake.batch b on b.id = e.batch_id where b.topic = '12_civic_assessments'").await,
            file: world.number("select max(id) from export.file").await,
            failure: world.number("select max(id) from intake.failure").await,
            task: world.number("select min(id) from work.task where outcome is null and kind = 'fetch'").await,
            held: sqlx::query_as("select batch_id, line from intake.finding where code = 'CREDITOR_UNKNOWN' and state = 'open' limit 1")
                .fetch_one(world.pool())
                .await
                .unwrap(),
            draft: sqlx::query_scalar("select min(no) from ledger.payment_order where state = 'draft'")
                .fetch_one(world.pool())
                .await
                .unwrap(),
        };
        // What the partners' data says stays as it is: names of files, keys, senders, slugs.
        let known: Vec<String> = sqlx::query_scalar(
            "select file from intake.batch union select coalesce(file_name, '') from export.file
             union select source_key from ledger.assessment union select login_id from access.account
             union select v.value from intake.record_fields r cross join jsonb_each_text(r.fields) v where v.value ~ '[a-z]'",
        )
        .fetch_all(world.pool())
        .await
        .unwrap();
        let mut wrong = Vec::new();
        let mut walked = Vec::new();
        for route in table().into_iter().filter(|route| route.method == "GET" && !is_left_out(route.path)) {
            for path in filled(route.path, &ids) {
                if path.ends_with("/preview") {
                    continue;
                }
                wrong.extend(look(&browser, &path, &known).await);
                walked.push(path);
            }
        }
        for (path, name) in [
            ("/", "board"),
            ("/batches", "batches"),
            ("/audit", "audit"),
            ("/accounts", "accounts"),
            ("/accounts/senders", "senders"),
            ("/worklists/pay", "pay"),
            ("/worklists/pay/returned/1", "pay-returned"),
            ("/settings", "settings"),
            ("/settings/calendar", "settings-calendar"),
            ("/settings/contract-numbers", "settings-contract-numbers"),
            ("/settings/survey/shares", "settings-survey-shares"),
            ("/settings/survey/tables", "settings-survey-tables"),
            ("/settings/banks/09_bank_transfers/mizuho_advanced", "settings-bank"),
            ("/me", "me"),
            ("/topics/09_bank_transfers", "topic-order"),
            ("/tasks", "tasks"),
            (format!("/tasks/{}/end", ids.task).as_str(), "task-end"),
            (format!("/failures/{}", ids.failure).as_str(), "failure-message"),
            (format!("/failures/{}", ids.failure - 1).as_str(), "failure-unrouted"),
            (format!("/failures/groups/{}", ids.failure - 2).as_str(), "failure-group"),
            (format!("/batches/{}", ids.batches[3]).as_str(), "batch-refused"),
            (format!("/batches/{}", ids.held.0).as_str(), "batch-held"),
            ("/worklists", "worklists-all"),
            ("/worklists/slips", "worklist-slips"),
            ("/topics/12_civic_assessments/files/00000000-0000-4000-8000-000000000000", "handed-in"),
            ("/prove?back=/", "prove"),
            ("/ledger", "ledger"),
            (format!("/ledger/entries/{}/lines/2", ids.lined).as_str(), "lineage"),
            (format!("/batches/{}/lines/{}/choose/creditor?to=0000000101", ids.held.0, ids.held.1).as_str(), "choose"),
            ("/topics/12_civic_assessments", "topic"),
        ] {
            browser.go(path).await;
            browser.picture(name).await;
        }
        browser.go("/").await;
        let height = browser.js("return document.documentElement.scrollHeight").await;
        if height.as_u64().is_none_or(|height| height > 768) {
            wrong.push(format!("the 24 rows of the board do not stand on one screen: {height}"));
        }
        browser.go("/tasks").await;
        let row = browser
            .js("return Math.max(...[...document.querySelectorAll('main tbody tr')].map((row) => row.offsetHeight))")
            .await;
        if row.as_u64().is_none_or(|row| row > 60) {
            wrong.push(format!("a row of the tasks is {row} high"));
        }
        // The form of the board and the list for a section, as they come out of a printer.
        browser.on_paper(true).await;
        for (path, name) in [("/print", "print-board"), (format!("/batches/{}/errors", ids.batches[3]).as_str(), "print-errors")]
        {
            browser.go(path).await;
            browser.picture(name).await;
            let widths = browser.js(WIDTHS).await;
            if widths[0].as_u64() > widths[1].as_u64() {
                wrong.push(format!("{path} is wider than its paper: {widths}"));
            }
            let shown = browser.js("return document.querySelector('header.top, button[data-print]').checkVisibility()").await;
            if shown != false {
                wrong.push(format!("{path} prints its menu"));
            }
        }
        browser.on_paper(false).await;
        browser.go("/language/en").await;
        for path in &walked {
            wrong.extend(look_in_english(&browser, path).await);
        }
        for (path, name) in [
            ("/", "board-en"),
            ("/topics/09_bank_transfers", "topic-order-en"),
            ("/tasks", "tasks-en"),
            (format!("/tasks/{}/end", ids.task).as_str(), "task-end-en"),
            (format!("/failures/{}", ids.failure).as_str(), "failure-message-en"),
            (format!("/failures/{}", ids.failure - 1).as_str(), "failure-unrouted-en"),
            (format!("/failures/groups/{}", ids.failure - 2).as_str(), "failure-group-en"),
            (format!("/batches/{}", ids.batches[3]).as_str(), "batch-refused-en"),
            (format!("/batches/{}", ids.held.0).as_str(), "batch-held-en"),
            ("/worklists", "worklists-all-en"),
        ] {
            browser.go(path).await;
            browser.picture(name).await;
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn settings_are_changed_with_a_reason_and_a_history() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let Some(driver) = Driver::start(&address).await else { return };
        let admin = driver.with_roles(world, "kanri.1", "管理 一郎", &["administrator"]).await;
        let viewer = driver.with_roles(world, "mite.1", "参照 太郎", &["viewer"]).await;
        admin.go("/settings/calendar").await;
        // What is refused stands in its form again, and only what was wrong is typed anew.
        admin.js("document.querySelector('#day').value = '2026-06-01'").await;
        admin.write("#name", "臨時の休日").await;
        admin.write("#reason-holiday", "施行令の改正").await;
        admin.press("変更する").await;
        admin.until("a day that is over is refused", "DB_HOLIDAY_IS_AHEAD").await;
        admin.picture("refused").await;
        admin.js("document.querySelector('#day').value = '2027-06-01'").await;
        admin.press("変更する").await;
        admin.until("it is saved", "保存しました。").await;
        let shown = admin.text().await;
        assert!(shown.contains("施行令の改正") && shown.contains("kanri.1"), "{shown}");
        // A posting rule: what has the account on its other side is named first.
        admin.go("/settings/posting-rules/UNALLOCATED").await;
        admin.js("document.querySelector('#credit').value = '2205'").await;
        admin.js("document.querySelector('input[name=valid_from]').value = '2027-04-01'").await;
        admin.write("input[name=reason]", "科目の統合").await;
        admin.press("影響を確認する").await;
        admin.until("the other side is named", "ALLOCATION_OUT").await;
        admin.picture("posting-rule").await;
        admin.press("変更する").await;
        admin.until("it is saved", "2027-04-01から: 2205").await;
        admin.picture("posting-rules").await;
        viewer.go("/settings/calendar").await;
        let shown = viewer.text().await;
        assert!(shown.contains("臨時の休日") && !shown.contains("祝日の追加・取消"), "{shown}");
        assert!(admin.complaints(true).await.is_empty());
    });
}

#[test]
fn a_bank_profile_goes_from_one_window_to_another() {
    world::run(NOW, async |world| {
        // As it is delivered: who gives roles or moves money has one-time codes.
        let plain = std::fs::read_to_string(world.path("renkei.toml")).unwrap();
        std::fs::write(world.path("renkei.toml"), plain.replace("console_codes_for = []\n", "")).unwrap();
        let address = console(world).await;
        let Some(driver) = Driver::start(&address).await else { return };
        let admin = driver.with_roles(world, "kanri.1", "管理 一郎", &["administrator"]).await;
        let approver = driver.with_roles(world, "shonin.1", "承認 次郎", &["approver"]).await;
        for person in [&admin, &approver] {
            person.go("/").await;
            person.until("the codes come first", "ワンタイムコードの登録が必要です").await;
            person.picture("codes-first").await;
            let secret = person.js("return document.querySelector('code.secret').textContent").await;
            let secret = totp_rs::Secret::try_from_base32(secret.as_str().unwrap()).unwrap();
            let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
            person.write("#code", &totp.generate_current().to_string()).await;
            person.press("登録する").await;
            person.until("the codes are in use", "ワンタイムコードを登録しました。").await;
        }
        let page = format!("/settings/banks/{TRANSFERS}/mizuho_advanced");
        admin.go(&page).await;
        admin.rewrite("#own_account", "7654321").await;
        admin.js("document.querySelector('#valid_from').value = '2026-11-02'").await;
        admin.write("#reason-bank", "指定金融機関の口座変更").await;
        admin.press("登録する（承認待ちになります）").await;
        admin.until("it waits", "承認待ちの変更").await;
        assert!(admin.text().await.contains("登録した人は承認できません。"));
        admin.go("/settings/banks").await;
        admin.until("the list says so", "承認待ち").await;
        approver.go(&page).await;
        approver.until("what changes is shown", "0123456 → 7654321").await;
        approver.picture("bank-approval").await;
        approver.press("承認する").await;
        approver.until("it is approved", "承認しました。").await;
        let shown = approver.text().await;
        assert!(shown.contains("承認済") && shown.contains("shonin.1"), "{shown}");
        assert!(admin.complaints(false).await.is_empty() && approver.complaints(false).await.is_empty());
    });
}
