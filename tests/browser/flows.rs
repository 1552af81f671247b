use std::path::{Path, PathBuf};

use crate::driver::{Browser, Driver};
use crate::support::console::console;
use crate::support::files::{self, ASSESSMENTS, BANKS, INVOICES, TRANSFERS};
use crate::support::world::{self, World};
use crate::support::{orders, root};

const NOW: &str = "2026-10-06T09:30:00+09:00";

fn sample(name: &str) -> PathBuf {
    root().join("samples").join(name)
}

/// Hands a file in on the page of its topic; the page goes on to its batch by itself, which gets this state.
async fn hand_in(browser: &Browser, topic: &str, file: &Path, state: &str) -> String {
    browser.go(&format!("/topics/{topic}")).await;
    browser.write("#file", file.to_str().unwrap()).await;
    browser.press("検査して渡す").await;
    if state != "却下" {
        browser.until("the file was accepted", "ファイルを受け付けました。").await;
    }
    browser.until("the batch is shown", "送付者").await;
    browser.until_in("its batch is decided", "#batch dl.facts", state).await;
    let place = browser.place().await;
    place.trim_end_matches("?done=handed-in").rsplit('/').next().unwrap().to_owned()
}

async fn no_complaints(browser: &Browser) {
    let complaints = browser.complaints(true).await;
    assert!(complaints.is_empty(), "the browser complains: {complaints:#?}");
}

#[test]
fn an_operator_reads_errors_confirms_resolves_and_sends_again() {
    world::run(NOW, async |world| {
        let queues = world.path("queues.toml");
        std::fs::write(&queues, files::queues_with(ASSESSMENTS, "confirm = \"operator\"")).unwrap();
        world.surroundings.set("RENKEI_QUEUES", queues.to_str().unwrap());
        world.start("consume").await;
        let address = console(world).await;
        let Some(driver) = Driver::start(&address).await else { return };
        let operator = driver.with_roles(world, "unyo.1", "運用 花子", &["operator"]).await;
        let viewer = driver.with_roles(world, "mite.1", "参照 太郎", &["viewer"]).await;

        // A board that stays open shows what comes in, without being asked.
        viewer.go("/").await;
        viewer.js("document.body.dataset.mark = 'same page'").await;
        hand_in(&operator, ASSESSMENTS, &sample("IF12_SKS_20261005100000_002_faulty.csv"), "却下").await;
        operator.until("the errors are told", "調定額「6O000」に数字でない文字があります").await;
        operator.picture("batch-errors").await;
        viewer.until("the board has the batch", "却下").await;
        assert_eq!(viewer.js("return document.body.dataset.mark").await, "same page", "the board was loaded again as a whole");

        let id = hand_in(&operator, ASSESSMENTS, &sample("IF12_SKS_20261005093000_001.csv"), "確認待ち").await;
        assert_eq!(world.number("select count(*) from ledger.entry").await, 0, "nothing is posted before it is confirmed");
        operator.follow("記帳前に確認する").await;
        operator.until("the effect is shown", "保留になる").await;
        operator.picture("preview").await;
        operator.click("main form[action$='/confirm'] button[type=submit]").await;
        operator.until("it is posted", "記帳しました。").await;
        operator.until("one line is held", "保留あり").await;

        operator.go("/worklists").await;
        operator.picture("worklists").await;
        operator.click("main a[href^='/worklists/held/REVENUE_ORIGIN_UNKNOWN']").await;
        operator.until("the line is listed", "2026-CV-009999").await;
        operator.picture("worklist").await;
        operator.click("input[name=finding]").await;
        operator.write("#reason", "元の調定なし（所管課に確認済）").await;
        operator.press("選んだ行を却下").await;
        operator.until("it is given up", "保留の行を却下しました。").await;
        operator.go(&format!("/batches/{id}")).await;
        operator.until("the batch is done", "記帳済").await;
        operator.picture("batch").await;

        // What the role may not do is not offered, and is refused when it is asked for all the same.
        viewer.go(&format!("/batches/{id}")).await;
        assert!(!viewer.text().await.contains("取り消す…"));
        viewer.go(&format!("/batches/{id}/cancel")).await;
        viewer.until("it is refused", "この操作を行う権限がありません").await;
        no_complaints(&viewer).await;
        no_complaints(&operator).await;
        parked_messages(world, &operator).await;
    });
}

/// A cause is mended: one message is corrected and sent again, the others are discarded.
async fn parked_messages(world: &mut World, operator: &Browser) {
    for number in 1..=3 {
        sqlx::query(
            "insert into intake.failure (queue, routing_key, message_id, kind, headers, body, code, reason, attempts)
             values ('in.12_civic_assessments', 'in.12_civic_assessments', $1, 'records', '{}', '[{\"source_key\":\"2026-CV-000001\",\"amount\":\"1O00\"}]',
                     'BROKER_DELIVERY_LIMIT', 'the broker gave it up after 20 deliveries', 20)",
        )
        .bind(format!("00000000-0000-4000-8000-00000000000{number}"))
        .execute(world.pool())
        .await
        .unwrap();
    }
    let first = world.number("select min(id) from intake.failure").await;
    operator.go("/failures").await;
    operator.until("the group is listed", "BROKER_DELIVERY_LIMIT").await;
    operator.picture("failures").await;
    operator.go(&format!("/failures/{first}")).await;
    operator.follow("本文を訂正する").await;
    operator.rewrite("#body", "[{\"source_key\":\"2026-CV-000001\",\"amount\":\"1000\"}]").await;
    operator.write("#reason", "金額の英字を数字に訂正").await;
    operator.press("違いを確かめる").await;
    operator.until("the difference is shown", "+ ").await;
    operator.picture("failure-edit").await;
    operator.press("この内容で訂正する").await;
    operator.until("it is corrected", "訂正しました。").await;
    assert_eq!(world.number("select count(*) from intake.failure where body::text like '%'  and id in (select failure_id from intake.failure_version)").await, 1);
    operator.press("再送").await;
    operator.until("it is sent again", "再送しました。").await;
    // The consumer finds that it is not addressed as ours are, and refuses it as a batch with these bytes.
    world
        .until_sql(
            "select convert_from(body, 'UTF8') from intake.body order by batch_id desc limit 1",
            "[{\"source_key\":\"2026-CV-000001\",\"amount\":\"1000\"}]",
        )
        .await;
    let newest = world.number("select max(id) from intake.failure where state = 'open'").await;
    operator.go(&format!("/failures/groups/{newest}")).await;
    operator.rewrite("#messages", "1").await;
    operator.press("古い順に再送").await;
    operator.until("one is sent again", "再送しました。").await;
    operator.click("section.panel details:has(#discard-reason) summary").await;
    operator.write("#discard-reason", "試験").await;
    operator.click("input[name=all]").await;
    operator.press("破棄する").await;
    operator.until("the rest is discarded", "破棄しました。").await;
    no_complaints(operator).await;
}

#[test]
fn two_persons_make_and_release_a_bank_file_once() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        world.start("produce").await;
        let address = console(world).await;
        let Some(driver) = Driver::start(&address).await else { return };
        let operator = driver.with_roles(world, "unyo.1", "運用 花子", &["operator"]).await;
        let approver = driver.with_roles(world, "shonin.1", "承認 次郎", &["approver"]).await;
        for (topic, name) in [(BANKS, "IF01_20261001_001.csv"), (INVOICES, "IF16_20261006_001.json")] {
            world.drop_file(topic, name, &std::fs::read(sample(name)).unwrap());
            let sql = "select count(*)::text from intake.batch where state in ('posted', 'held')";
            world.until_sql(sql, if topic == BANKS { "1" } else { "2" }).await;
        }
        approver.go("/ledger/orders").await;
        approver.until("the drafts are listed", "選んだ命令を決裁する…").await;
        approver.js("for (const box of document.querySelectorAll('input[name=order]')) box.checked = true").await;
        approver.press("選んだ命令を決裁する…").await;
        approver.until("what it comes to is shown first", "決裁すると").await;
        approver.picture("orders-approve").await;
        approver.press("決裁する").await;
        approver.until("the orders are approved", "決裁しました。").await;
        // Another day for one of them is looked at, and left.
        approver.go("/ledger/orders?state=approved").await;
        approver.picture("orders-approved").await;
        approver.click("input[name=order]").await;
        approver.press("支払日を変更する…").await;
        approver.until("a day is asked for", "影響を確認する").await;
        approver.js("document.querySelector('#to').value = '2026-10-26'").await;
        approver.js("document.querySelector('#reason').value = '銀行の依頼'").await;
        approver.press("影響を確認する").await;
        approver.until("the effect is shown", "→ 2026-10-26").await;
        approver.picture("orders-day").await;

        operator.go(&format!("/topics/{TRANSFERS}")).await;
        operator.js("document.querySelector('#profile').value = 'mizuho_advanced'").await;
        // A day that is over stops it; the form is still there, and one word of it is changed.
        operator.js("document.getElementById('param.pay_date').value = '2026-10-01'").await;
        operator.press("送る内容を確認する").await;
        operator.until("the day is over", "支払日2026-10-01は過ぎています。").await;
        operator.picture("dry-run-stopped").await;
        operator.js("document.getElementById('param.pay_date').value = '2026-10-23'").await;
        operator.press("送る内容を確認する").await;
        operator.until("the file is looked at", "3,437,832").await;
        operator.picture("dry-run").await;
        operator.press("この内容で作成を指示する").await;
        world.until_sql("select string_agg(state, ',') from export.file", "generated").await;
        let id = world.number("select id from export.file").await;
        let page = format!("/exports/{id}");
        operator.go(&page).await;
        operator.until("the recount agrees", "ファイルと一致").await;
        let offered = operator.text().await;
        assert!(!offered.contains("承認する") && !offered.contains("払い出す"), "the maker is offered to approve\n{offered}");

        // Both have the page open; the second release of two is refused.
        approver.go(&page).await;
        approver.picture("export").await;
        approver.press("承認する").await;
        approver.until("it is approved", "承認しました。").await;
        let second = driver.with_roles(world, "shonin.2", "承認 三郎", &["approver"]).await;
        second.go(&page).await;
        approver.press("払い出す").await;
        approver.until("it is released", "払い出しました。").await;
        second.press("払い出す").await;
        second.until("the second release is refused", "二度は払い出せません").await;
        assert_eq!(world.outbox_files(TRANSFERS).len(), 1);

        // From an entry of the file to the bytes of the invoice it pays.
        let entry = world.number("select max(id) from ledger.entry where file_id is not null").await;
        operator.go(&format!("/ledger/entries/{entry}")).await;
        operator.click("main tbody a[href*='/lines/']").await;
        operator.until("the file is shown", "AB_SOGO_20261006_001.txt").await;
        for browser in [&operator, &approver, &second] {
            no_complaints(browser).await;
        }
    });
}

/// What has the focus, and whether its mark is drawn and no box around it cuts the mark off.
const FOCUS: &str = "const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
  const width = parseFloat(s.outlineWidth), out = width + parseFloat(s.outlineOffset);
  let seen = s.outlineStyle !== 'none' && width >= 2;
  for (let box = e.parentElement; box && box !== document.body; box = box.parentElement) {
    if (getComputedStyle(box).overflowX === 'visible') continue;
    const b = box.getBoundingClientRect();
    seen &&= r.left - out >= b.left - 1 && r.top - out >= b.top - 1 && r.right + out <= b.right + 1 && r.bottom + out <= b.bottom + 1;
  }
  return [e.textContent.trim(), seen]";

#[test]
fn a_table_is_sorted_and_a_page_is_walked_by_keyboard() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let Some(driver) = Driver::start(&address).await else { return };
        let viewer = driver.with_roles(world, "mite.1", "参照 太郎", &["viewer"]).await;
        viewer.go("/").await;
        viewer.picture("board-empty").await;
        // A window that is new may not have the keyboard yet.
        viewer.until_true("the window has the keyboard", "return document.hasFocus()").await;
        // Tab leads first to the way past the menu, then through the page, and what has the focus is marked.
        let mut met = Vec::new();
        for _ in 0..40 {
            viewer.key("\u{e004}").await;
            let found = viewer.js(FOCUS).await;
            let name = found[0].as_str().unwrap_or_default().to_owned();
            assert_eq!(found[1], true, "the focus behind {met:?} on {name:?} cannot be seen");
            met.push(name);
        }
        assert_eq!(met[0], "本文へ");
        for place in ["受付", "帳簿", "設定", "ログアウト", "番号", "連携"] {
            assert!(met.iter().any(|name| name == place), "Tab does not lead to {place}: {met:?}");
        }
        viewer.js("[...document.querySelectorAll('button.sort')].find((b) => b.textContent === '番号').focus()").await;
        let order = "return [...document.querySelectorAll('table.board tbody tr td:first-child')].map((cell) => Number(cell.textContent))";
        viewer.key("\u{e007}").await;
        assert_eq!(viewer.js("return document.querySelector('th[aria-sort]').getAttribute('aria-sort')").await, "ascending");
        assert_eq!(viewer.js(order).await[0], 1);
        viewer.key("\u{e007}").await;
        assert_eq!(viewer.js("return document.querySelector('th[aria-sort]').getAttribute('aria-sort')").await, "descending");
        assert_eq!(viewer.js(order).await[0], 24);
        // A form asks for what it needs before it is sent, and is sent once.
        viewer.go("/me").await;
        viewer.click("form[action='/me/password'] button[type=submit]").await;
        assert_eq!(viewer.place().await, "/me", "an empty form was sent");
        assert!(viewer.complaints(false).await.is_empty());
    });
}

/// A batch that is open on one desk while another decides: every part of the page goes on, but the one in which something is typed.
#[test]
fn an_open_batch_goes_on_by_itself_and_loses_nothing_that_is_typed() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        let address = console(world).await;
        let Some(driver) = Driver::start(&address).await else { return };
        let decides = driver.with_roles(world, "unyo.1", "運用 花子", &["operator"]).await;
        let looks = driver.with_roles(world, "unyo.2", "運用 次郎", &["operator"]).await;
        let id = hand_in(&decides, ASSESSMENTS, &sample("IF12_SKS_20261005093000_001.csv"), "保留あり").await;
        looks.go(&format!("/batches/{id}")).await;
        looks.js("document.body.dataset.mark = 'same page'").await;
        looks.until_in("the held line is open", "#findings", "未処理").await;
        looks.write("#held-reason", "所管課に照会中").await;
        looks.js("document.activeElement.blur()").await;
        decides.click("#act input[name=whole]").await;
        decides.write("#held-reason", "元の調定なし").await;
        decides.press("選んだ行を却下").await;
        decides.until("it is given up", "保留の行を却下しました。").await;
        looks.until_in("the state goes on", "#batch dl.facts", "記帳済").await;
        looks.until_in("the findings go on", "#findings", "処理済").await;
        let typed = "return document.querySelector('#held-reason')?.value ?? 'gone'";
        assert_eq!(looks.js(typed).await, "所管課に照会中", "what was typed is lost");
        // Who gives it up sees what there is to do now.
        looks.js("const field = document.querySelector('#held-reason'); field.focus(); field.value = ''; field.blur()").await;
        world
            .until("the form of a batch that is decided is gone", async |_| (looks.js(typed).await == "gone").then_some(()))
            .await;
        assert_eq!(looks.js("return document.body.dataset.mark").await, "same page", "the page was loaded again as a whole");
        no_complaints(&looks).await;
    });
}

#[test]
fn a_large_file_is_looked_at_before_it_is_counted() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        let address = console(world).await;
        let Some(driver) = Driver::start(&address).await else { return };
        orders::in_a_file(world, 2_001).await;
        let approver = driver.with_roles(world, "shonin.1", "承認 次郎", &["approver"]).await;
        approver.go("/exports/1").await;
        approver.until("it is recounted by itself", "ファイルと一致").await;
        approver.press("承認する").await;
        approver.until("it is approved", "承認済").await;
        no_complaints(&approver).await;
    });
}
