use serde_json::json;

use crate::support::world;
use crate::visitor::{Page, Visitor, console};

const NOW: &str = "2026-10-06T09:30:00+09:00";
const SENDERS: &str = "/accounts/senders";

/// What is shown once.
fn secret(page: &Page) -> String {
    let (_, rest) = page.text.split_once("<code class=\"secret\">").unwrap_or_else(|| panic!("no token\n{}", page.text));
    rest.split('<').next().unwrap().to_owned()
}

#[test]
fn a_token_is_issued_once_by_a_form_and_revoked_with_a_reason() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut admin = Visitor::with_roles(world, &address, "kanri.1", &["administrator"]).await;
        let page = admin.get(SENDERS).await.expect(200).shows("発行したトークンはまだありません");
        let form = page.hidden("form");
        let fields = |name: &'static str, through: &'static str, form: &str| {
            let form = form.to_owned();
            move |topics: &[&'static str]| {
                let mut all = vec![("form", form.clone()), ("name", name.to_owned()), ("through", through.to_owned())];
                all.push(("reason", "電子請求の受付".to_owned()));
                all.extend(topics.iter().map(|topic| ("topic", (*topic).to_owned())));
                all
            }
        };
        let post = async |admin: &mut Visitor, all: Vec<(&'static str, String)>| {
            let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
            admin.post(SENDERS, &all).await
        };
        // What cannot be is refused, and issues nothing.
        post(&mut admin, fields("Bad Name", "", &form)(&["16_invoices"])).await.expect(400);
        post(&mut admin, fields("einvoice", "", &form)(&[])).await.expect(409).shows("一つ以上選んで");
        post(&mut admin, fields("einvoice", "", &form)(&["09_nowhere"])).await.expect(409);
        post(&mut admin, fields("einvoice", "2026-10-05", &form)(&["16_invoices"])).await.expect(409).shows("期限が過ぎた日");
        post(&mut admin, fields("einvoice", "", "no number")(&["16_invoices"])).await.expect(400);
        assert_eq!(world.number("select count(*) from access.sender_token").await, 0);

        let shown = post(&mut admin, fields("einvoice", "2026-10-06", &form)(&["16_invoices", "16_invoices"])).await.expect(200);
        let token = secret(&shown);
        assert!(token.starts_with("rnk_") && token.len() == 68, "{token}");
        // The same form again shows no second token and makes none.
        let again = post(&mut admin, fields("einvoice", "2026-10-06", &form)(&["16_invoices"])).await.expect(409);
        again.shows("すでに発行しています").hides("rnk_");
        let page = admin.get(SENDERS).await.expect(200).shows("einvoice").shows("反映済み").shows("電子請求の受付").hides(&token);
        assert_ne!(page.hidden("form"), form);
        let written: serde_json::Value = serde_json::from_slice(&std::fs::read(world.data("senders.json")).unwrap()).unwrap();
        let sender = &written["senders"][0];
        assert_eq!((&sender["name"], &sender["topics"]), (&json!("einvoice"), &json!(["16_invoices"])));
        assert_eq!(sender["through"], "2026-10-06");
        assert!(!written.to_string().contains(&token), "the token itself is nowhere");

        let revoke = format!("{SENDERS}/{}/revoke", sender["id"]);
        admin.post(&revoke, &[("reason", "")]).await.expect(400);
        admin.post(&revoke, &[("reason", "漏れた疑い")]).await.expect_to("/accounts/senders?done=token-revoked");
        admin.post(&revoke, &[("reason", "もう一度")]).await.expect(409).shows("すでに失効しています");
        admin.get(SENDERS).await.expect(200).shows("漏れた疑い").hides("もう一度").shows("反映済み");
        let written = std::fs::read_to_string(world.data("senders.json")).unwrap();
        assert!(written.contains("\"senders\":[]"), "{written}");

        let sql = "select count(*) from audit.event where object = 'sender_token' and actor = 'kanri.1' and source = 'console'";
        assert_eq!(world.number(sql).await, 2);
        let sql = "select count(*) from audit.event where action = 'sender_token.revoked' and reason = '漏れた疑い' and before ->> 'name' = 'einvoice'";
        assert_eq!(world.number(sql).await, 1);
        // What was issued stays what it was.
        for sql in ["update access.sender_token set topics = '{*}'", "delete from access.sender_token"] {
            assert!(sqlx::query(sql).execute(world.pool()).await.is_err(), "{sql}");
        }
    });
}

#[test]
fn the_page_tells_what_counts_and_what_is_over() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut admin = Visitor::with_roles(world, &address, "kanri.1", &["administrator"]).await;
        admin.get(SENDERS).await.expect(200).shows("このサーバーには書出しファイルがありません");
        sqlx::raw_sql(
            "select access.issue_token('mukashi', repeat('a', 64), '{*}', '2026-09-30', gen_random_uuid(), '2026-09-01', '試行', 'kanri.1');
             select access.issue_token('ima', repeat('b', 64), '{16_invoices}', null, gen_random_uuid(), '2026-09-01', '本番', 'kanri.1');",
        )
        .execute(world.pool())
        .await
        .unwrap();
        let page = admin.get(SENDERS).await.expect(200).shows("期限切れ").shows("すべての連携");
        assert!(page.text.find(">ima<").unwrap() < page.text.find(">mukashi<").unwrap(), "what counts comes first");
        // Nobody has written it down yet; a token kept by hand counts, too, and says where it stands.
        world.renkei(&["token", "write"]).expect(&[0]);
        admin.get(SENDERS).await.expect(200).shows("反映済み").hides("設定ファイルのトークン");
        let made = world.json(&["token", "new", "tegaki", "--topic", "16_invoices"], &[0]);
        std::fs::write(world.data("tokens.toml"), made["entry"].as_str().unwrap()).unwrap();
        admin.get(SENDERS).await.expect(200).shows("設定ファイルのトークン").shows("tegaki");
        sqlx::query("select access.revoke_token(2, '切替え', 'kanri.1')").execute(world.pool()).await.unwrap();
        admin.get(SENDERS).await.expect(200).shows("反映待ち");
        std::fs::write(world.data("tokens.toml"), "[[token").unwrap();
        admin.get(SENDERS).await.expect(200).shows("tokens.toml が読めません");
        let listed = world.json(&["token", "list"], &[0]);
        let states: Vec<&str> = listed.as_array().unwrap().iter().map(|token| token["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["over", "revoked"]);
    });
}

#[test]
fn an_administrator_of_one_topic_keeps_no_accounts() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        Visitor::with_roles(world, &address, "kanri.1", &["administrator"]).await;
        let mut own = Visitor::with_roles(world, &address, "kanri.2", &["viewer"]).await;
        let give = ["access", "give", "kanri.2", "administrator", "--topic", "12_civic_assessments", "--as", "setup"];
        world.renkei(&[&give[..], &["--break-glass", "試験の準備"]].concat()).expect(&[0]);
        for path in ["/accounts", SENDERS] {
            own.get(path).await.expect(403);
        }
        own.get("/me").await.expect(200);
        own.post("/accounts/kanri.2/give", &[("role", "approver")]).await.expect(403);
        own.post("/accounts", &[("login", "kato.1"), ("name", "加藤")]).await.expect(403);
        own.post(SENDERS, &[("name", "x")]).await.expect(403);
        assert_eq!(world.number("select count(*) from access.permission where role = 'approver'").await, 0);
    });
}
