//! Settings, topics that stand still, corrections of parked messages, samples.

use crate::support::files::{self, ASSESSMENTS};
use crate::support::world;
use crate::visitor::{Visitor, console};

const NOW: &str = "2026-10-06T09:30:00+09:00";

#[test]
fn settings_are_shown_to_all_and_changed_by_administrators() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut admin = Visitor::with_roles(world, &address, "kanri.1", &["administrator"]).await;
        let mut viewer = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        for path in [
            "",
            "/calendar",
            "/contract-numbers",
            "/survey",
            "/survey?role=nature&find=1",
            "/survey/shares",
            "/survey/tables",
            "/payroll",
            "/banks",
            "/banks/09_bank_transfers/mizuho_advanced",
            "/files",
        ] {
            viewer.get(&format!("/settings{path}")).await.expect(200).hides("name=\"reason\"");
            admin.get(&format!("/settings{path}")).await.expect(200);
        }
        let change =
            [("debit", "1102"), ("credit", "1201"), ("valid_from", "2026-11-01"), ("seen", "0"), ("reason", "指定口座の変更")];
        viewer.post("/settings/posting-rules/RECEIPT", &change).await.expect(403);
        admin.post("/settings/posting-rules/RECEIPT", &change).await.expect(409).shows("その勘定科目はありません");
        sqlx::query(
            "insert into ledger.account (code, name, name_en, class) values ('1102', '別段預金', 'Special deposits', 'asset')",
        )
        .execute(world.pool())
        .await
        .unwrap();
        let unsaid = &change[..4];
        admin.post("/settings/posting-rules/RECEIPT", unsaid).await.expect(400);
        let begun = change.map(|(name, value)| (name, if name == "valid_from" { "2026-10-06" } else { value }));
        admin.post("/settings/posting-rules/RECEIPT", &begun).await.expect(409).shows("適用開始日が今日以前です");
        admin.post("/settings/posting-rules/RECEIPT", &change).await.expect_to("/settings?done=saved");
        admin.post("/settings/posting-rules/RECEIPT", &change).await.expect(409).shows("別の職員がこの設定を変更しました");
        viewer.get("/settings").await.expect(200).shows("指定口座の変更").shows("kanri.1").shows("別段預金");
        // What counts today, and what is to come, each with its days.
        let page = viewer.get("/settings").await.expect(200);
        let (_, versions) = page.text.split_once("適用期間ごとの版").unwrap();
        assert!(
            versions.contains("<td>2026-11-01</td>") && versions.contains(">予定<") && versions.contains(">適用中<"),
            "{versions}"
        );
        assert!(versions.contains("<td>2026-10-31</td>"), "the version before ends on the day before\n{versions}");
        let rule = [
            ("collector", "1000000011"),
            ("valid_from", "2026-11-01"),
            ("start_at", "4"),
            ("length", "12"),
            ("reason", "桁の変更"),
        ];
        admin.post("/settings/contract-numbers", &rule).await.expect_to("/settings/contract-numbers?done=saved");
        viewer.get("/settings/contract-numbers").await.expect(200).shows("2026-10-31").shows("□□□■");
        let rule = [("role", "nature"), ("fund", ""), ("key", "10"), ("from_year", "2026"), ("item", "-"), ("reason", "見直し")];
        admin.post("/settings/survey", &rule).await.expect_to("/settings/survey?role=nature&done=saved");
        let section =
            [("name", "報酬等"), ("payee", "0000009001"), ("valid_from", "2026-11-01"), ("seen", "0"), ("reason", "名称変更")];
        admin.post("/settings/payroll/01", &section).await.expect_to("/settings/payroll?done=saved");
        viewer.get("/settings/payroll").await.expect(200).shows("適用期間ごとの版").shows("名称変更").shows(">予定<");
        // Money follows these: it is asked again who is there.
        sqlx::query("update access.session set proven_at = proven_at - interval '10 minutes'")
            .execute(world.pool())
            .await
            .unwrap();
        let holiday = [("day", "2027-06-01"), ("name", "臨時の休日"), ("reason", "法改正")];
        admin.post("/settings/calendar", &holiday).await.asks_who("/settings/calendar");
        let sql =
            "select count(*) from audit.event where action = 'setting.changed' and actor = 'kanri.1' and source = 'console'";
        assert_eq!(world.number(sql).await, 4);
    });
}

#[test]
fn what_a_bank_agreed_is_entered_by_one_and_approved_by_another() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut admin = Visitor::with_roles(world, &address, "kanri.1", &["administrator"]).await;
        let mut both = Visitor::with_roles(world, &address, "kanri.2", &["administrator", "approver"]).await;
        let mut approver = Visitor::with_roles(world, &address, "shonin.1", &["approver"]).await;
        let page = "/settings/banks/09_bank_transfers/mizuho_advanced";
        let shown = admin.get(page).await.expect(200).shows("みずほアバンスドバンク").shows("0123456");
        // Codes of the file by their names.
        let shown = shown.shows("受け付けない").shows("2 当座預金").hides("<code>refuse</code>");
        let mut change: Vec<(String, String)> = Vec::new();
        for part in shown.text.split("<input id=\"").skip(1) {
            let id = part.split('"').next().unwrap();
            if let Some(value) = part.split('>').next().unwrap().split("value=\"").nth(1) {
                change.push((id.to_owned(), value.split('"').next().unwrap().to_owned()));
            }
        }
        change
            .extend([("non_business_day", "refuse"), ("own_account_kind", "2")].map(|(name, value)| (name.into(), value.into())));
        let with = |own: &'static str, from: &'static str, seen: &'static str| {
            let mut fields: Vec<(&str, &str)> = change.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            fields.retain(|(name, _)| !["own_account", "valid_from", "seen", "reason"].contains(name));
            fields.extend([("own_account", own), ("valid_from", from), ("seen", seen), ("reason", "指定金融機関の口座変更")]);
            fields
        };
        approver.post(page, &with("7654321", "2026-11-01", "0")).await.expect(403);
        admin.post(page, &with("765432", "2026-11-01", "0")).await.expect(409).shows("正しい形ではありません");
        admin.post(page, &with("7654321", "2026-10-06", "0")).await.expect(409).shows("適用開始日が今日以前です");
        both.get(page).await.expect(200);
        both.post(page, &with("7654321", "2026-11-01", "0")).await.expect_to(&format!("{page}?done=proposed"));
        // Whoever entered it has no button, and is refused without one; an administrator approves nothing.
        both.get(page).await.expect(200).shows("承認待ち").shows("登録した人は承認できません。").hides("/approve\"");
        both.post(&format!("{page}/approve"), &[("version", "1")]).await.expect(409).shows("登録した人は承認できません");
        admin.post(&format!("{page}/approve"), &[("version", "1")]).await.expect(403);
        admin.post(&format!("{page}/refuse"), &[("version", "1"), ("reason", "x")]).await.expect(403);
        approver.get(page).await.expect(200).shows("0123456").shows("7654321").shows("/approve\"");
        sqlx::query("update access.session set proven_at = proven_at - interval '10 minutes'")
            .execute(world.pool())
            .await
            .unwrap();
        approver.post(&format!("{page}/approve"), &[("version", "1")]).await.asks_who(page);
        sqlx::query("update access.session set proven_at = now()").execute(world.pool()).await.unwrap();
        approver.post(&format!("{page}/approve"), &[("version", "1")]).await.expect_to(&format!("{page}?done=approved"));
        approver.get(page).await.expect(200).shows("承認済").shows("shonin.1");
        let sql =
            "select ledger.profile_values('09_bank_transfers', 'mizuho_advanced', '2026-11-01') ->> 'own_account' = '7654321'
                    and ledger.profile_values('09_bank_transfers', 'mizuho_advanced', '2026-10-31') = '{}'";
        assert!(sqlx::query_scalar::<_, bool>(sql).fetch_one(world.pool()).await.unwrap());
        // Taken back by the one who entered it.
        both.post(page, &with("1111111", "2026-12-01", "1")).await.expect_to(&format!("{page}?done=proposed"));
        both.post(&format!("{page}/refuse"), &[("version", "2"), ("reason", "")]).await.expect(400);
        both.post(&format!("{page}/refuse"), &[("version", "2"), ("reason", "誤り")])
            .await
            .expect_to(&format!("{page}?done=withdrawn"));
        both.get(page).await.expect(200).shows(">取下げ<").hides(">差戻し<");
        let sql = "select count(*) from audit.event where action in ('setting.approved', 'setting.withdrawn')";
        assert_eq!(world.number(sql).await, 2);
        // A section's viewer sees the profiles of its topic only.
        let mut section = Visitor::with_roles(world, &address, "ka.1", &[]).await;
        let give = ["access", "give", "ka.1", "viewer", "--topic", "12", "--as", "setup", "--break-glass", "試験"];
        world.renkei(&give).expect(&[0]);
        section.get("/settings/banks").await.expect(200).hides("mizuho_advanced");
        section.get(page).await.expect(404);
    });
}

#[test]
fn portions_funding_and_rows_of_the_survey_are_entered_on_pages() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut admin = Visitor::with_roles(world, &address, "kanri.1", &["administrator"]).await;
        let mut viewer = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        let page = "/settings/survey/shares";
        let portion = [
            ("kind", "portion"),
            ("year", "2025"),
            ("fund", "01"),
            ("line", "1002010110"),
            ("nature", "maintenance"),
            ("yen", "1200000"),
            ("reason", "校舎の修繕"),
        ];
        viewer.get(page).await.expect(200).shows("この年度の登録はありません").hides("name=\"reason\"");
        viewer.post(page, &portion).await.expect(403);
        admin.get(page).await.expect(200);
        admin.post(page, &portion).await.expect_to(&format!("{page}?year=2025&done=saved"));
        let mut changed = portion;
        changed[5] = ("yen", "1100000");
        admin.post(page, &changed).await.expect_to(&format!("{page}?year=2025&done=saved"));
        let mut unknown = portion;
        unknown[3] = ("line", "9999999999");
        admin.post(page, &unknown).await.expect(409);
        let funding = [
            ("kind", "funding"),
            ("year", "2025"),
            ("fund", "01"),
            ("line", "0303010119"),
            ("nature", ""),
            ("source", "national"),
            ("yen", "9150000"),
            ("reason", "生活保護費負担金"),
        ];
        admin.post(page, &funding).await.expect_to(&format!("{page}?year=2025&done=saved"));
        let figure = [("kind", "figure"), ("year", "2025"), ("yen", "0"), ("reason", "繰り越す財源なし")];
        admin.post(page, &figure).await.expect_to(&format!("{page}?year=2025&done=saved"));
        viewer
            .get(&format!("{page}?year=2025"))
            .await
            .expect(200)
            .shows("1,100,000")
            .shows("旧版")
            .shows("生活保護費負担金")
            .shows("kanri.1");
        let page = "/settings/survey/tables";
        let row = [
            ("table", "02"),
            ("axis", "column"),
            ("no", "005"),
            ("within", ""),
            ("from_year", "2026"),
            ("name", "実質収支（新様式）"),
            ("role", "figure"),
            ("item", "real_balance"),
            ("grade", "A"),
            ("reason", "様式の改正"),
        ];
        viewer.post(page, &row).await.expect(403);
        admin.post(page, &row).await.expect_to(&format!("{page}?table=02&year=2026&done=saved"));
        admin.post(page, &row).await.expect(409).shows("今の設定と同じです");
        viewer.get(&format!("{page}?table=02&year=2025")).await.expect(200).shows("様式の改正").shows("収支の数値: 実質収支");
        let sql = "select count(*) from ledger.settlement_axis_of(2026) where name = '実質収支（新様式）'";
        assert_eq!(world.number(sql).await, 1);
        assert_eq!(
            world.number("select count(*) from ledger.settlement_axis_of(2025) where name = '実質収支（新様式）'").await,
            0
        );
        let sql = "select count(*) from audit.event where actor = 'kanri.1' and source = 'console'
                    and action in ('settlement.portion', 'settlement.funding', 'settlement.figure', 'setting.changed')";
        assert_eq!(world.number(sql).await, 5);
    });
}

#[test]
fn office_and_banks_close_on_days_of_their_own() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut admin = Visitor::with_roles(world, &address, "kanri.1", &["administrator"]).await;
        let mut viewer = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        let page = "/settings/calendar/own-days";
        let day =
            [("day", "2026-12-28"), ("calendar", "office"), ("what", "closed"), ("name", "条例の休日"), ("reason", "条例改正")];
        viewer.post(page, &day).await.expect(403);
        admin.get("/settings/calendar").await.expect(200);
        let mut nobody = day;
        nobody[1] = ("of", "office");
        admin.post(page, &nobody).await.expect(409).shows("庁舎か金融機関を選んでください");
        let mut past = day;
        past[0] = ("day", "2026-10-05");
        admin.post(page, &past).await.expect(409).shows("変更できません");
        admin.post(page, &day).await.expect_to("/settings/calendar?done=saved");
        viewer.get("/settings/calendar").await.expect(200).shows("2026-12-28").shows("条例の休日").shows("条例改正");
        // The command does the same, and the calendar that the schedule reads says it.
        let both = [
            "calendar",
            "day",
            "2026-12-12",
            "open",
            "--of",
            "office",
            "--of",
            "bank",
            "--name",
            "休日開庁",
            "--reason",
            "繁忙期",
        ];
        let named = ["--as", "setup", "--break-glass", "試験"];
        world.renkei(&[&both[..], &named[..]].concat()).expect(&[0]);
        let shown = world.json(&["calendar", "show", "--year", "2026"], &[0]);
        assert_eq!(shown["own_days"].as_array().unwrap().len(), 3, "{shown}");
        world.renkei(&["calendar", "check"]).expect(&[0]);
        let sql = "select string_agg(calendar || ' ' || day, ', ' order by day, calendar) from ledger.own_day where opens";
        assert_eq!(
            sqlx::query_scalar::<_, String>(sql).fetch_one(world.pool()).await.unwrap(),
            "bank 2026-12-12, office 2026-12-12"
        );
        let back = ["calendar", "day", "2026-12-12", "usual", "--of", "bank", "--reason", "取止め"];
        world.renkei(&[&back[..], &named[..]].concat()).expect(&[0]);
        assert_eq!(world.number("select count(*) from ledger.own_day where opens").await, 1);
        let calendar = renkei_core::calendar::file::read(&world.data("calendar.json")).unwrap();
        assert_eq!(calendar.own_days().count(), 2);
    });
}

#[test]
fn a_paused_topic_takes_nothing_until_it_goes_on() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let mut viewer = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        let page = format!("/topics/{ASSESSMENTS}");
        let why = [("reason", "相手先の障害")];
        viewer.get(&page).await.expect(200).hides("停止する");
        viewer.post(&format!("{page}/pause"), &why).await.expect(403);
        operator.get(&page).await.expect(200);
        operator.post(&format!("{page}/pause"), &[("reason", "")]).await.expect(400);
        operator.post(&format!("{page}/pause"), &why).await.expect_to(&format!("{page}?done=paused"));
        operator.post(&format!("{page}/pause"), &why).await.expect(409).shows("既に停止しています");
        viewer.get(&page).await.expect(200).shows("停止中").shows("相手先の障害").hides("/resume");
        // The consumer says when it has let the queue go; what comes in from then on waits there.
        world
            .until("the consumer stands still", async |world| {
                world.log_of("consume").contains("the topic is paused").then_some(())
            })
            .await;
        let (file, _) = files::assessments("2026-CV", 3, "1");
        operator.upload(&format!("{page}/files"), "IF12_SKS_20261006_001.csv", &file).await.expect(303);
        world.until("the message waits", async |world| (!world.vhost.waiting().await.is_empty()).then_some(())).await;
        assert_eq!(world.number("select count(*) from intake.batch").await, 0);
        // It survives the consumer, too; and the command line has the same key.
        world.stop("consume").await;
        world.start("consume").await;
        world.until("it stands still", async |world| world.log_of("consume").contains("the topic is paused").then_some(())).await;
        assert_eq!(world.number("select count(*) from intake.batch").await, 0);
        world.renkei(&["topic", "resume", "12", "--reason", "復旧", "--as", "unyo.1"]).expect(&[0]);
        world.renkei(&["topic", "resume", "12", "--reason", "復旧", "--as", "unyo.1"]).expect(&[3]);
        world.until_sql("select string_agg(state, ',') from intake.batch", "posted").await;
        assert_eq!(world.number("select count(*) from audit.event where action in ('topic.paused', 'topic.resumed')").await, 2);
    });
}

#[test]
fn a_parked_message_is_corrected_beside_its_original() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let mut viewer = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        sqlx::query(
            "insert into intake.failure (queue, routing_key, message_id, kind, headers, body, code, reason, attempts) values
             ('in.12_civic_assessments', 'in.12_civic_assessments', '00000000-0000-4000-8000-000000000001', 'records', '{}', '[{\"amount\":\"1O00\"}]', 'CONSUMER_CRASHED', 'x', 11),
             ('in.12_civic_assessments', 'in.12_civic_assessments', '00000000-0000-4000-8000-000000000002', 'records', '{\"renkei-sha256\":\"ab\"}', '[]', 'CONSUMER_CRASHED', 'x', 11)",
        )
        .execute(world.pool())
        .await
        .unwrap();
        let id = world.number("select min(id) from intake.failure").await;
        let page = format!("/failures/{id}");
        viewer.get(&format!("{page}/edit")).await.expect(403);
        operator.get(&format!("/failures/{}/edit", id + 1)).await.expect(409).shows("画面では訂正できません");
        operator.get(&page).await.expect(200).shows("本文を訂正する");
        operator.get(&format!("{page}/edit")).await.expect(200).shows("&quot;amount&quot;: &quot;1O00&quot;");
        let typed = "[\r\n  {\r\n    \"amount\": \"1000\"\r\n  }\r\n]";
        let fields = [("version", "1"), ("body", typed), ("reason", "英字を数字に")];
        // What came was JSON: a correction that is none is refused with its place, and what was typed stays.
        let cut = typed.replace("\"1000\"", "\"1000\",");
        let broken = [("version", "1"), ("body", cut.as_str()), ("reason", "英字を数字に")];
        let refused = operator.post(&format!("{page}/edit"), &broken).await.expect(409);
        let refused = refused.shows("訂正した本文がJSONになっていません（4行目の3文字目）").shows("key must be a string");
        refused.shows("value=\"英字を数字に\"").shows("&quot;1000&quot;,");
        operator.post(&format!("{page}/versions"), &broken).await.expect(409).shows("JSONになっていません（4行目の3文字目）");
        let shown = operator.post(&format!("{page}/edit"), &fields).await.expect(200).shows("<del>").shows("<ins>");
        assert_eq!(world.number("select count(*) from intake.failure_version").await, 0, "looking keeps nothing\n{}", shown.text);
        operator.post(&format!("{page}/versions"), &fields).await.expect_to(&format!("{page}?done=corrected"));
        operator.post(&format!("{page}/versions"), &fields).await.expect(409).shows("別の職員がこの本文を訂正しました");
        operator.get(&page).await.expect(200).shows("英字を数字に").shows("1O00");
        operator.post(&format!("{page}/retry"), &[("reason", "")]).await.expect(303);
        operator.get(&format!("{page}/edit")).await.expect(409);
        // What was no JSON when it came need not become any.
        sqlx::query(
            "insert into intake.failure (queue, routing_key, message_id, kind, headers, body, code, reason, attempts)
             select queue, routing_key, '00000000-0000-4000-8000-000000000003', kind, '{}', 'SKS,1O00', code, reason, attempts
               from intake.failure where id = $1",
        )
        .bind(id)
        .execute(world.pool())
        .await
        .unwrap();
        let plain = format!("/failures/{}", world.number("select max(id) from intake.failure").await);
        let text = [("version", "1"), ("body", "SKS,1000"), ("reason", "英字を数字に")];
        operator.post(&format!("{plain}/versions"), &text).await.expect_to(&format!("{plain}?done=corrected"));
        operator.post(&format!("{plain}/discard"), &[("reason", "試験")]).await.expect(303);
        let sql = "select count(*) from audit.event where action = 'failure.retried' and after ->> 'version' = '2'";
        assert_eq!(world.number(sql).await, 1);
        operator.post(&format!("/failures/{}/discard", id + 1), &[("reason", "試験")]).await.expect(303);
        // What is sent is the correction: the consumer keeps its bytes with the refusal.
        world.start("consume").await;
        world.until_sql("select count(*)::text from intake.batch where state = 'rejected'", "1").await;
        let sent: Vec<u8> = sqlx::query_scalar("select body from intake.body").fetch_one(world.pool()).await.unwrap();
        assert_eq!(String::from_utf8(sent).unwrap(), typed.replace("\r\n", "\n"));
    });
}

#[test]
fn a_partner_gets_a_sample_and_a_schema() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut viewer = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        let layout = files::layout(ASSESSMENTS);
        let page = viewer
            .get(&format!("/topics/{ASSESSMENTS}"))
            .await
            .expect(200)
            .shows("見本のファイルを保存")
            .shows("JSONスキーマを保存");
        let (_, rest) = page.text.split_once("/samples/").unwrap();
        let variant = rest.split('"').next().unwrap();
        let sample = viewer.get(&format!("/topics/{ASSESSMENTS}/samples/{variant}")).await.expect(200);
        let name = sample.headers.get("content-disposition").unwrap().to_str().unwrap();
        assert!(name.starts_with("attachment; filename=\"IF12_") && !sample.text.is_empty(), "{name}");
        let schema = viewer.get(&format!("/topics/{ASSESSMENTS}/schemas/{variant}")).await.expect(200);
        let schema: serde_json::Value = serde_json::from_str(&schema.text).unwrap();
        assert_eq!(schema["title"], layout.name.as_str());
        viewer.get(&format!("/topics/{ASSESSMENTS}/samples/nothing")).await.expect(404);
    });
}
