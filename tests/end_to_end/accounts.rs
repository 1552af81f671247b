//! A staff portal keeps login ids by SCIM: created, disabled, and the program killed in between.

use serde_json::{Value, json};

use crate::support::world::{self, World};

const NOW: &str = "2026-10-06T09:30:00+09:00";
const MAY_ACT: &str = "select ledger.account_may_act('takahashi-h', date '2026-10-06')::text";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Somewhere nobody listens.
fn free_address() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// One call; the status and what was answered. `None`: the program went away.
async fn call(address: &str, token: &str, method: &str, path: &str, body: &Value) -> Option<(u16, Value)> {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.request(method.parse().unwrap(), format!("http://{address}/scim/v2{path}"));
    let request = request.bearer_auth(token).header("content-type", "application/scim+json");
    let request = if body.is_null() { request } else { request.body(body.to_string()) };
    let answer = request.send().await.ok()?;
    let status = answer.status().as_u16();
    let text = answer.text().await.ok()?;
    Some((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
}

async fn know_person(world: &World) {
    sqlx::query(
        "insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired)
         values ('01234567', '髙橋　花子', 'タカハシ　ハナコ', '01', 'in_service', '2015-04-01', '2015-04-01')",
    )
    .execute(world.pool())
    .await
    .unwrap();
}

/// A token for the topic, as an operator makes it.
fn token(world: &World) -> String {
    let made = world.json(&["token", "new", "portal", "--topic", "21_login_ids"], &[0]);
    std::fs::create_dir_all(world.data("")).unwrap();
    std::fs::write(world.data("tokens.toml"), made["entry"].as_str().unwrap()).unwrap();
    made["token"].as_str().unwrap().to_owned()
}

#[test]
fn a_disabled_account_may_not_act_whatever_crashes_between() {
    world::run(NOW, async |world| {
        know_person(world).await;
        let (token, address) = (token(world), free_address());
        let listen = [("RENKEI_HTTP_LISTEN", address.as_str())];
        world.start("consume").await;
        world.start_with("produce", &listen).await;
        world.until("the intake is ready", async |world| world.is_ready().then_some(())).await;

        let find = "/Users?filter=userName%20eq%20%22takahashi-h%22";
        assert_eq!(call(&address, &token, "GET", find, &Value::Null).await.unwrap().1["totalResults"], 0);
        let user = json!({
            "externalId": "01234567", "userName": "takahashi-h", "displayName": "髙橋　花子", "active": true,
            "name": { "familyName": "髙橋", "givenName": "花子" },
            ENTERPRISE: { "employeeNumber": "01234567", "department": "12030000" },
            "urn:renkei:finance:1.0:User": { "roles": [{ "value": "draft" }] },
        });
        let (status, made) = call(&address, &token, "POST", "/Users", &user).await.unwrap();
        assert_eq!(status, 201, "{made}");
        world.until_sql(MAY_ACT, "true").await;
        let with_password = json!({ "Operations": [{ "op": "replace", "path": "password", "value": "himitsu" }] });
        let path = format!("/Users/{}", made["id"].as_str().unwrap());
        assert_eq!(call(&address, &token, "PATCH", &path, &with_password).await.unwrap().0, 400);

        let off = json!({ "Operations": [{ "op": "Replace", "path": "active", "value": "False" }] });
        let on = json!({ "Operations": [{ "op": "replace", "value": { "active": true } }] });
        for point in ["producer.scim_noted", "producer.after_confirm", "producer.scim_confirmed"] {
            world.stop("produce").await;
            world.start_with("produce", &[listen[0], ("RENKEI_CRASH_AT", point)]).await;
            world.until("the intake is ready", async |world| world.is_ready().then_some(())).await;
            let flag = if point == "producer.after_confirm" { &on } else { &off };
            assert_eq!(call(&address, &token, "PATCH", &path, flag).await, None, "{point}");
            world.crashed("produce").await;
            world.start_with("produce", &listen).await;
            world.until("the intake is ready", async |world| world.is_ready().then_some(())).await;
            let (status, answer) = call(&address, &token, "PATCH", &path, flag).await.unwrap();
            assert_eq!(status, 200, "{point}: {answer}");
        }
        world.until_sql("select count(*)::text from intake.batch where state = 'posted'", "4").await;
        world.until_sql(MAY_ACT, "false").await;
        let history = "select string_agg(change, ' ' order by id) from ledger.account_change";
        world.until_sql(history, "created disabled enabled disabled").await;
        assert_eq!(world.number("select count(*) from ledger.user_account where disabled_since is not null").await, 1);
        assert_eq!(world.number("select count(*) from ledger.account_role").await, 0);
    });
}

#[test]
fn a_file_with_passwords_is_destroyed_and_told_about() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        world.start("produce").await;
        world.drop_file("21_login_ids", "ids.csv", "職員番号,パスワード\r\n01234567,himitsu\r\n".as_bytes());
        world.until_sql("select string_agg(code, ' ') from intake.fault", "SECRET_REFUSED").await;
        world.until_sql("select state from intake.batch", "rejected").await;
        let found = std::process::Command::new("grep").args(["-r", "himitsu"]).arg(world.data("")).output().unwrap();
        assert!(found.stdout.is_empty(), "{}", String::from_utf8_lossy(&found.stdout));
    });
}

#[test]
fn active_accounts_of_people_who_left_are_told_and_locked_where_that_is_said() {
    world::run(NOW, async |world| {
        know_person(world).await;
        sqlx::query(
            "insert into ledger.user_account (login_id, staff_no, display_name, family_name, given_name, active, version, last_modified, content,
                                              source, batch_id, line)
             values ('takahashi-h', '01234567', '髙橋　花子', '髙橋', '花子', true, 1, now(), '{\"active\": true}', 'csv', 1, 2)",
        )
        .execute(world.pool())
        .await
        .unwrap();
        let list = ["ledger", "orphaned-accounts"];
        assert_eq!(world.json(&list, &[0]), json!([]));
        sqlx::query("update ledger.staff set status = 'retired', status_since = '2016-04-01', left_on = '2016-03-31'")
            .execute(world.pool())
            .await
            .unwrap();
        assert_eq!(world.json(&list, &[0])[0]["login"], "takahashi-h");
        world.until_sql(MAY_ACT, "false").await;
        world.start("consume").await;
        world.until_sql("select count(*)::text from audit.event where action = 'account.orphaned'", "1").await;
        world.until_sql("select active::text from ledger.user_account", "true").await;
        world.stop("consume").await;
        std::fs::write(world.path("lock.toml"), "orphan_accounts = \"lock\"\n").unwrap();
        let config = world.path("lock.toml");
        world.start_with("consume", &[("RENKEI_CONFIG", config.to_str().unwrap())]).await;
        world.until_sql("select active::text from ledger.user_account", "false").await;
        world.until_sql("select change from ledger.account_change", "locked").await;
        assert_eq!(world.json(&list, &[0]), json!([]));
    });
}
