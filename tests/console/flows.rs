//! What operators and approvers do, each with a session of their own.

use crate::support::files::{self, ASSESSMENTS, BANKS, INVOICES, TRANSFERS};
use crate::support::root;
use crate::support::world::{self, World};
use crate::visitor::{PASSWORD, Visitor, console};

const NOW: &str = "2026-10-06T09:30:00+09:00";

pub(crate) fn sample(name: &str) -> Vec<u8> {
    std::fs::read(root().join("samples").join(name)).unwrap()
}

/// The number of the only batch in a state.
pub(crate) async fn batch(world: &mut World, state: &str) -> String {
    let found = world
        .until("the batch is decided", async |world| {
            let sql = "select id from intake.batch where state = $1 order by id desc limit 1";
            sqlx::query_scalar::<_, i64>(sql).bind(state).fetch_optional(world.pool()).await.unwrap()
        })
        .await;
    found.to_string()
}

/// How often it is written down that somebody saw names or accounts of a kind of thing.
async fn looked(world: &World, login: &str, object: &str, what: &str) -> i64 {
    let sql = "select count(*) from audit.event where action = 'personal.show' and actor = $1 and object = $2 and after ->> 'what' like $3";
    sqlx::query_scalar(sql).bind(login).bind(object).bind(what).fetch_one(world.pool()).await.unwrap()
}

#[test]
fn a_bad_file_is_handed_in_and_its_errors_are_read_over_the_bytes() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let name = "IF12_SKS_20261005100000_002_faulty.csv";
        let path = format!("/topics/{ASSESSMENTS}");
        let page = operator.get(&path).await.expect(200).shows("ファイルを渡す").shows("調定額");
        // How well the layout is known, and when a message is tried again, in words.
        page.shows("本番の前に相手先と合意してください").shows("10秒、1分、10分、1時間").hides("出典: ");
        let page = operator.upload(&format!("{path}/files"), name, &sample(name)).await.expect(303);
        let waits = page.leads().to_owned();
        assert!(waits.starts_with(&format!("{path}/files/")), "{waits}");
        let id = batch(world, "rejected").await;
        operator.get(&waits).await.expect_to(&format!("/batches/{id}"));
        let page = operator
            .get(&format!("/batches/{id}"))
            .await
            .expect(200)
            .shows("却下")
            .shows("調定額「6O000」に数字でない文字があります");
        let page =
            page.shows("6<mark class=\"fault\">O</mark>000").shows("画面 <code class=\"detail\">unyo.1</code>").shows("16進表示");
        page.hides("記帳前に確認する");
        // A file that is refused as a whole ends with all that was read, on its page and in the list; nobody is told that it was accepted.
        let read = world.number("select records_read from intake.batch").await;
        let ends = format!("<th scope=\"row\">却下</th><td class=\"number\"><span class=\"count\">{read}</span></td>");
        let page = operator.get(&format!("/batches/{id}?done=handed-in")).await.expect(200).hides("ファイルを受け付けました。");
        page.shows(&ends);
        let csv = operator.get(&format!("/batches/{id}/errors.csv")).await.expect(200).shows("FIELD_NOT_DIGITS");
        assert!(csv.text.starts_with('\u{feff}') && csv.text.contains("\"内容\""));
        operator.get(&format!("/batches/{id}/errors")).await.expect(200).shows("DATE_NO_SUCH_DAY").shows("月末日やうるう年");
        // On paper it says to whom it goes and who wrote it.
        let page = operator
            .get(&format!("/batches/{id}/errors"))
            .await
            .expect(200)
            .shows("<dt>宛先</dt><dd>市民活動推進課システム</dd>");
        page.shows("<dt>作成</dt>").shows("unyo.1");
        // A value may be a name or an account: who only watches sees its last signs, who sees all of it is written down.
        assert_eq!(looked(world, "unyo.1", "batch", "error list").await, 1);
        let mut viewer = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        let page = viewer.get(&format!("/batches/{id}")).await.expect(200).shows("調定額「＊＊＊00」に数字でない文字があります");
        page.hides("6O000").hides("16進表示").hides("値を伏せずに");
        for list in ["errors", "errors.csv"] {
            viewer.get(&format!("/batches/{id}/{list}")).await.expect(200).shows("FIELD_NOT_DIGITS").hides("6O000");
        }
        assert_eq!(looked(world, "mite.1", "batch", "%").await, 0);
        // English by the switch, Japanese by default.
        operator.get("/language/en").await.expect(303);
        operator.get(&format!("/batches/{id}")).await.expect(200).shows("lang=\"en\"").shows("Errors in the file");
    });
}

#[test]
fn a_good_file_is_previewed_its_held_line_resolved_and_the_batch_cancelled() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let mut viewer = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        let name = "IF12_SKS_20261005093000_001.csv";
        operator.get(&format!("/topics/{ASSESSMENTS}")).await.expect(200);
        operator.upload(&format!("/topics/{ASSESSMENTS}/files"), name, &sample(name)).await.expect(303);
        let id = batch(world, "held").await;
        operator.get("/worklists").await.expect(200).shows("REVENUE_ORIGIN_UNKNOWN");
        // The board's figure is what was taken in, and says what of it is not posted.
        operator.get("/").await.expect(200).shows("<div class=\"held\">うち保留 <span class=\"count\">1</span></div>");
        let page = operator.get("/worklists/held/REVENUE_ORIGIN_UNKNOWN").await.expect(200).shows("2026-CV-009999");
        let (_, rest) = page.text.split_once("name=\"finding\" value=\"").unwrap();
        let finding = rest.split('"').next().unwrap().to_owned();
        let note = [("finding", finding.as_str()), ("act", "note"), ("owner", "unyo.1"), ("reason", "所管課に照会中")];
        operator.post("/worklists/held/REVENUE_ORIGIN_UNKNOWN", &note).await.expect(303);
        operator.get("/worklists/held/REVENUE_ORIGIN_UNKNOWN").await.expect(200).shows("所管課に照会中");
        // Nothing has changed: it stays held, and that is said; whoever looks after it still does, and it is told once.
        let post = [("finding", finding.as_str()), ("act", "post")];
        let page = operator.post("/worklists/held/REVENUE_ORIGIN_UNKNOWN", &post).await.expect(303);
        assert_eq!(page.leads(), "/worklists/held/REVENUE_ORIGIN_UNKNOWN?done=posted-held.0.0.1");
        let leads = page.leads().to_owned();
        let page = operator.get(&leads).await.expect(200).shows("記帳できませんでした。1行は保留のままです。");
        page.shows("所管課に照会中").shows("unyo.1 所管課に照会中");
        operator.post("/worklists/held/REVENUE_ORIGIN_UNKNOWN", &post).await.expect(409).shows("既に処理されています");
        let again = [("line", "11"), ("act", "post")];
        operator.post(&format!("/batches/{id}/held"), &again).await.expect_to(&format!("/batches/{id}?done=posted-held.0.0.1"));
        let page = operator.get(&format!("/batches/{id}?done=posted-held.0.0.1")).await.expect(200).hides("処理済");
        page.shows("1行は保留のままです");
        let csv = operator.get(&format!("/batches/{id}/errors.csv")).await.expect(200);
        assert_eq!(csv.text.matches("REVENUE_ORIGIN_UNKNOWN").count(), 1, "{}", csv.text);
        // What it would do: the same SQL, rolled back.
        operator.get(&format!("/batches/{id}/preview")).await.expect(200).shows("保留になる");
        assert_eq!(world.number("select records_held from intake.batch").await, 1);
        // A viewer sees the batch and its masked records, and cannot act.
        let page = viewer.get(&format!("/batches/{id}")).await.expect(200).hides("選んだ行を却下").hides("氏名・口座を表示");
        page.shows("class=\"masked\"");
        viewer.post(&format!("/batches/{id}/held"), &[("line", "11"), ("act", "reject"), ("reason", "x")]).await.expect(403);
        // Unmasking is an act, and is written down.
        let page = operator.post(&format!("/batches/{id}/records"), &[("line", "")]).await.expect(200).hides("class=\"masked\"");
        drop(page);
        let sql = "select count(*) from audit.event where action = 'personal.show' and actor = 'unyo.1' and source = 'console' and after ->> 'what' = 'records'";
        assert_eq!(world.number(sql).await, 1);
        let reject = [("line", "11"), ("act", "reject"), ("reason", "元の調定なし")];
        operator.post(&format!("/batches/{id}/held"), &[("line", "11"), ("act", "reject"), ("reason", "")]).await.expect(400);
        operator.post(&format!("/batches/{id}/held"), &reject).await.expect_to(&format!("/batches/{id}?done=rejected-held"));
        operator
            .get(&format!("/batches/{id}?done=rejected-held"))
            .await
            .expect(200)
            .shows("保留の行を却下しました。")
            .shows("記帳済");
        // A form that is sent twice does nothing twice.
        operator.post(&format!("/batches/{id}/held"), &reject).await.expect(409);
        // A text of the catalogue that speaks of the line knows it, on the page and in the list.
        let number: i64 = id.parse().unwrap();
        sqlx::query("insert into intake.finding (batch_id, line, verdict, code, detail, state) values ($1, 7, 'warn', 'ACCOUNT_ORGANIZATION_UNKNOWN', '{\"code\": \"12060000\"}', 'noted')")
            .bind(number)
            .execute(world.pool())
            .await
            .unwrap();
        for path in ["", "/errors", "/errors.csv"] {
            operator.get(&format!("/batches/{id}{path}")).await.expect(200).shows("7行目の所属コード12060000");
        }
        // Back from an entry to the bytes.
        operator.get("/ledger/entries/1").await.expect(200).shows(&format!("/batches/{id}"));
        operator.get("/ledger/entries/1/lines/2").await.expect(200).hides("class=\"masked\"").shows("412d153c542d");
        viewer.get("/ledger/entries/1/lines/2").await.expect(200).shows("class=\"masked\"").shows("412d153c542d");
        operator.get("/ledger").await.expect(200).shows("一致");
        operator.get("/ledger/assessments?find=2026-CV-000001").await.expect(200);
        operator.get(&format!("/batches/{id}/cancel")).await.expect(200).shows("反対仕訳").shows("納付書も無効になります");
        operator
            .post(&format!("/batches/{id}/cancel"), &[("reason", "誤送")])
            .await
            .expect_to(&format!("/batches/{id}?done=cancelled"));
        // What was posted is taken back and does not stand as if it agreed; every hop says when it was, and how long it took.
        let page = operator.get(&format!("/batches/{id}")).await.expect(200).shows("取消（反対仕訳）").hides(">一致<");
        page.shows("この受付で有効な記帳はありません").shows("全メッセージの受入完了").shows("<span class=\"hint\">+");
        operator.post(&format!("/batches/{id}/cancel"), &[("reason", "誤送")]).await.expect(409);
        // What a person must carry or fetch waits for somebody, too.
        sqlx::query(
            "insert into work.task (kind, topic, key, from_whom, to_whom, since_at, due_at)
             select 'fetch', $1, day, '福祉局', '会計', $2::timestamptz, day::timestamptz from unnest(array['2026-10-05', '2026-10-09']) day",
        )
        .bind(ASSESSMENTS)
        .bind(NOW)
        .execute(world.pool())
        .await
        .unwrap();
        let page = operator.get("/").await.expect(200);
        page.shows("<span class=\"badge bad\">期限超過</span> 1").shows("<span class=\"badge act\">作業</span> 1");
        // The board counts of today what was taken in: nothing, now.
        let page = operator.get("/").await.expect(200);
        let (_, row) = page.text.split_once(&format!("<a class=\"clip\" href=\"/topics/{ASSESSMENTS}\"")).unwrap();
        let numbers: Vec<&str> =
            row.split("<td class=\"number\" data-value=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(numbers[..2], ["0", "0"], "{row}");
        // What moves money asks again who is there.
        sqlx::query("update access.session set proven_at = proven_at - interval '10 minutes'")
            .execute(world.pool())
            .await
            .unwrap();
        operator
            .post(&format!("/batches/{id}/cancel"), &[("reason", "誤送")])
            .await
            .asks_who(&format!("/batches/{id}/cancel"))
            .shows("誤送");
        operator
            .post("/worklists/held/REVENUE_ORIGIN_UNKNOWN", &[("finding", "1"), ("act", "post")])
            .await
            .asks_who("/worklists/held/REVENUE_ORIGIN_UNKNOWN");
        assert_eq!(world.number("select sum(debit - credit)::bigint from ledger.line where account = '1201'").await, 0);
        let sql = "select count(*) from audit.event where actor = 'unyo.1' and action = 'batch.cancel' and reason = '誤送'";
        assert_eq!(world.number(sql).await, 1);
    });
}

#[test]
fn a_bank_file_is_made_approved_and_released_once_by_two_persons() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        world.start("produce").await;
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let mut approver = Visitor::with_roles(world, &address, "shonin.1", &["approver"]).await;
        world.drop_file(BANKS, "IF01_20261001_001.csv", &sample("IF01_20261001_001.csv"));
        batch(world, "posted").await;
        world.drop_file(INVOICES, "IF16_20261006_001.json", &sample("IF16_20261006_001.json"));
        batch(world, "held").await;
        // 決裁 of the drafts, on the page; the board says that they wait.
        let drafts = world.number("select count(*) from ledger.payment_order where state = 'draft'").await;
        let waits = format!("<a href=\"/ledger/orders\"><span class=\"badge act\">決裁</span> {drafts}</a>");
        approver.get("/").await.expect(200).shows(&waits);
        let page = approver.get("/ledger/orders").await.expect(200).shows("決裁する");
        let numbers: Vec<String> =
            page.text.split("name=\"order\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
        let fields: Vec<(&str, &str)> = numbers.iter().map(|number| ("order", number.as_str())).collect();
        operator.get("/ledger/orders").await.expect(200).hides("決裁する");
        operator.post("/ledger/orders/approve", &fields).await.expect(403);
        // What it comes to is shown before it is signed, and nothing is done by looking.
        let look = format!("/ledger/orders/approve?order={}&order={}", numbers[0], numbers[1]);
        operator.get(&look).await.expect(403);
        let page = approver.get(&look).await.expect(200).shows("支出命令の決裁（2）").shows("起票 → <strong>決裁済</strong>");
        page.shows("作成される仕訳").shows("未払金").shows("3,437,832").shows(">決裁する</button>");
        assert_eq!(world.number("select count(*) from ledger.payment_order where state = 'draft'").await, drafts);
        approver.post("/ledger/orders/approve", &fields).await.expect_to("/ledger/orders?done=orders-approved.order.2026.2.1");
        assert_eq!(looked(world, "shonin.1", "payment_order", "payees").await, 1, "whom they pay was shown");
        assert_eq!(looked(world, "unyo.1", "payment_order", "%").await, 0);
        approver.get("/").await.expect(200).hides("badge act\">決裁<");

        let slug = TRANSFERS;
        operator.get(&format!("/topics/{slug}")).await.expect(200).shows("ファイルを作る");
        // What the folder declares is what the form asks for, each as its type.
        operator
            .get(&format!("/topics/{slug}"))
            .await
            .expect(200)
            .shows("id=\"param.pay_date\" name=\"param.pay_date\" type=\"date\"");
        // A form that is not understood comes back as it was filled in; what to type at a command line helps nobody here.
        let wrong = [("profile", "mizuho_advanced"), ("param.pay_date", "明日")];
        let page = operator.post(&format!("/topics/{slug}/dry-run"), &wrong).await.expect(409);
        page.shows("日付（2026-11-30）ではありません").shows("value=\"明日\"").hides("topic show");
        let missing = [("profile", "mizuho_advanced"), ("param.same_content_reason", "銀行の依頼")];
        for step in ["dry-run", "order"] {
            let page = operator.post(&format!("/topics/{slug}/{step}"), &missing).await.expect(409).hides("--param");
            let page = page.shows("条件「支払日」がありません").shows("<option value=\"mizuho_advanced\" lang=\"ja\" selected>");
            page.shows("value=\"銀行の依頼\"").shows("支払日（様式により必須）");
        }
        // What every file of a topic needs, the browser insists on.
        let page = operator.get("/topics/24_facility_balances").await.expect(200);
        let (_, rest) = page.text.split_once("<input id=\"param.as_of\"").unwrap();
        assert!(rest.split('>').next().unwrap().contains("required"), "{rest}");
        // What another layout of the topic has is called by its name, too.
        let foreign = [("profile", "mizuho_account_check"), ("param.pay_date", "2026-10-23")];
        let page = operator.post(&format!("/topics/{slug}/dry-run"), &foreign).await.expect(409);
        page.shows("条件「支払日」は、この連携・様式にはありません");
        // What cannot be made is told over the form as it was filled in: one word of it is changed.
        let passed = [("profile", "mizuho_advanced"), ("param.pay_date", "2026-10-01")];
        let page = operator.post(&format!("/topics/{slug}/dry-run"), &passed).await.expect(200).hides("name=\"key\"");
        let page = page.shows("支払日2026-10-01は過ぎています。").hides("近すぎます").shows("value=\"2026-10-01\"");
        page.shows("<option value=\"mizuho_advanced\" lang=\"ja\" selected>");
        // Whom it would pay, as its approver will see it.
        let order = [("profile", "mizuho_advanced"), ("param.pay_date", "2026-10-23")];
        let page = operator.post(&format!("/topics/{slug}/dry-run"), &order).await.expect(200).shows("3,437,832");
        let page = page
            .shows("<dt>支払日</dt><dd>2026-10-23</dd>")
            .shows("支払先（金額の大きい順）")
            .shows("<td>0001-201-1-1234567</td>");
        assert_eq!(looked(world, "unyo.1", "topic", "dry run").await, 1, "whom it pays was shown");
        let key = page.hidden("key");
        assert_eq!(world.number("select count(*) from export.file").await, 0, "a look makes nothing");
        let mut keyed = order.to_vec();
        keyed.push(("key", key.as_str()));
        operator.post(&format!("/topics/{slug}/order"), &keyed).await.expect(303);
        // A second click is the same run.
        operator.post(&format!("/topics/{slug}/order"), &keyed).await.expect(303);
        world.until_sql("select string_agg(state, ',') from export.file", "generated").await;
        let id = world.number("select id from export.file").await;
        let sha256: String = sqlx::query_scalar("select sha256 from export.file").fetch_one(world.pool()).await.unwrap();

        // The maker sees no approval, and gets none; the approver looks at the recount and approves these very bytes.
        operator.get(&format!("/exports/{id}")).await.expect(200).shows("ファイルと一致").hides(">承認する<");
        operator.post(&format!("/exports/{id}/approve"), &[("sha256", &sha256)]).await.expect(403);
        operator.post(&format!("/exports/{id}/release"), &[]).await.expect(403);
        approver.get(&format!("/exports/{id}")).await.expect(200).shows(">承認する<").shows("0001-201-1-1234567");
        let mut viewer = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        viewer.get(&format!("/exports/{id}")).await.expect(200).shows("初めての振込").hides("0001-201-1-1234567");
        // It is a while since the approver said who they are.
        sqlx::query("update access.session set proven_at = proven_at - interval '10 minutes'")
            .execute(world.pool())
            .await
            .unwrap();
        let asked = format!("/prove?back=/exports/{id}");
        approver.post(&format!("/exports/{id}/approve"), &[("sha256", &sha256)]).await.asks_who(&format!("/exports/{id}"));
        approver.get(&asked).await.expect(200).shows("本人確認");
        approver.post("/prove", &[("secret", "wrong"), ("back", &format!("/exports/{id}"))]).await.expect(401);
        approver
            .post("/prove", &[("secret", PASSWORD), ("back", &format!("/exports/{id}"))])
            .await
            .expect_to(&format!("/exports/{id}?done=proven"));
        approver.post(&format!("/exports/{id}/approve"), &[("sha256", "0000000000000000")]).await.expect(409);
        approver
            .post(&format!("/exports/{id}/approve"), &[("sha256", &sha256)])
            .await
            .expect_to(&format!("/exports/{id}?done=approved"));
        approver.post(&format!("/exports/{id}/release"), &[]).await.expect_to(&format!("/exports/{id}?done=released"));
        approver.get(&format!("/exports/{id}")).await.expect(200).shows("引渡済").hides(">払い出す<");
        approver.post(&format!("/exports/{id}/release"), &[]).await.expect(409).shows("二度は払い出せません");
        assert_eq!(world.outbox_files(TRANSFERS).len(), 1);
        // A page that is open renews how the file stands; what was decided by is not counted anew.
        let renewed = approver.raw("GET", &format!("/exports/{id}")).header("x-part", "live");
        approver.send(renewed).await.expect(200).shows("引渡済").hides("ファイルと一致");
        // Who carries it: the file leads to the task, and the task says how its file stands.
        let task = format!("/tasks/{}/end", world.number("select id from work.task where kind = 'carry'").await);
        operator.get(&format!("/exports/{id}")).await.expect(200).shows(&format!("href=\"{task}\""));
        approver.get(&format!("/exports/{id}")).await.expect(200).shows("2026-10-22 12:00").hides(&task);
        operator.get(&task).await.expect(200).shows(&format!("href=\"/exports/{id}\"")).shows(">引渡済</span>");
        let again = operator.post(&format!("/exports/{id}/download"), &[]).await.expect(200);
        assert!(again.headers.get("content-disposition").unwrap().to_str().unwrap().starts_with("attachment; filename=\""));
        assert_eq!(world.number("select count(*) from export.delivery where kind = 'download' and actor = 'unyo.1'").await, 1);
        // Forward from an entry of a paid order to the file.
        let entry = world.number("select max(id) from ledger.entry where file_id is not null").await;
        operator.get(&format!("/ledger/entries/{entry}")).await.expect(200).shows(&format!("/exports/{id}"));
        operator.get("/settings").await.expect(200).shows("最後の仕訳").shows(&format!("href=\"/ledger/entries/{entry}\""));
        approver.post(&format!("/exports/{id}/void"), &[("reason", "誤り"), ("confirmation", "")]).await.expect(409);
    });
}

#[test]
fn an_auditor_reads_the_log_and_walks_the_chain() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        let address = console(world).await;
        let mut auditor = Visitor::with_roles(world, &address, "kansa.1", &["auditor"]).await;
        sqlx::query("select audit.record('folder:12', 'batch.reject', 'batch', '1', null, null, 'FIELD_NOT_DIGITS')")
            .execute(world.pool())
            .await
            .unwrap();
        let page = auditor.get("/audit").await.expect(200).shows("ログイン").shows("kansa.1");
        page.shows("数字でない文字があります").shows("<code class=\"detail\">FIELD_NOT_DIGITS</code>");
        auditor.get("/audit?actor=nobody").await.expect(200).shows("該当する記録はありません。");
        // Two kinds of one name are one choice, which finds both.
        let page = auditor.get("/audit?object=export.file").await.expect(200);
        assert_eq!(page.text.matches(">送出ファイル</option>").count(), 1, "{}", page.text);
        page.shows("<option value=\"export.file,export_file\" selected>");
        // An action stands among those about the same.
        let page = auditor.get("/audit?action=batch.reject").await.expect(200).shows("数字でない文字があります");
        page.shows("<optgroup label=\"送出ファイル\">").shows("<option value=\"batch.reject\" selected>却下</option>");
        auditor.get("/audit?object=account,login").await.expect(200).hides("該当する記録はありません。");
        auditor.get("/audit.csv?object=account").await.expect(200).shows("account.add");
        auditor.get("/audit?from=2026-13-01").await.expect(400);
        world.until_sql("select count(*)::text from audit.unsealed", "0").await;
        auditor.post("/audit/verify", &[]).await.expect(200).shows("正しくつながっています");
        // Somebody with the keys of the database changes what was written.
        sqlx::raw_sql("alter table audit.event disable trigger user; update audit.event set actor = 'somebody' where id = (select min(id) from audit.event); alter table audit.event enable trigger user;")
            .execute(world.pool())
            .await
            .unwrap();
        auditor.post("/audit/verify", &[]).await.expect(200).shows("改変されています").shows("連鎖の位置1：");
    });
}

#[test]
fn who_has_one_topic_sees_one_topic() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        world.start("produce").await;
        let address = console(world).await;
        let (file, _) = files::assessments("2026-CV", 2, "1");
        world.drop_file(ASSESSMENTS, "IF12_SKS_20261006_001.csv", &file);
        let id = batch(world, "posted").await;
        let mut section = Visitor::with_roles(world, &address, "ka.1", &[]).await;
        section.get("/").await.expect(403);
        world.renkei(&["access", "give", "ka.1", "operator", "--topic", "13", "--as", "setup"]).expect(&[0]);
        // What would refuse them is not in their menu.
        section.get("/").await.expect(200).shows("13_welfare_assessments").hides(ASSESSMENTS).hides("href=\"/ledger\"");
        section.get("/batches").await.expect(200).shows("該当する受付はありません。");
        section.get(&format!("/batches/{id}")).await.expect(404);
        section.get(&format!("/topics/{ASSESSMENTS}")).await.expect(404);
        section.post(&format!("/batches/{id}/cancel"), &[("reason", "x")]).await.expect(404);
        section.get("/ledger").await.expect(403);
        section.get("/worklists/unallocated").await.expect(403);
        section.get("/topics/13_welfare_assessments").await.expect(200);
        world.renkei(&["access", "give", "ka.1", "viewer", "--topic", "12", "--as", "setup"]).expect(&[0]);
        section.get(&format!("/batches/{id}")).await.expect(200).hides("取り消す");
        section.post(&format!("/batches/{id}/cancel"), &[("reason", "x")]).await.expect(403);
    });
}
