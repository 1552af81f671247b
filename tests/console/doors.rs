use crate::support::program::Answer;
use crate::support::world::{self, World};
use crate::visitor::{PASSWORD, Page, Visitor, console};

const NOW: &str = "2026-10-06T09:30:00+09:00";

#[test]
fn nobody_learns_whether_an_account_exists() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        Visitor::with_roles(world, &address, "kato.1", &["viewer"]).await;
        let mut visitor = Visitor::new(&address);
        let wrong = visitor.enter("kato.1", "not the password").await.expect(401);
        let unknown = visitor.enter("nobody", "not the password").await.expect(401);
        assert_eq!(wrong.text.replace("kato.1", ""), unknown.text.replace("nobody", ""));
        // After five wrong attempts the right one has to wait, and is answered like a wrong one.
        for _ in 0..4 {
            visitor.enter("Kato.1", "not the password").await.expect(401);
        }
        let locked = visitor.enter("kato.1", PASSWORD).await.expect(401);
        assert_eq!(locked.text, wrong.text);
        // Whoever is in stays in; a login id nobody has is locked like any other, and its text is in no log that lasts.
        let sql = "select count(*) from audit.event where actor = 'unknown' and action = 'session.refuse'";
        assert_eq!(world.number(sql).await, 1);
        assert_eq!(world.number("select count(*) from audit.event where actor = 'nobody' or object_id = 'nobody'").await, 0);
        let sql = "select count(*) from audit.event where action = 'session.refuse' and reason = 'too many attempts'";
        assert!(world.number(sql).await >= 1);
        // That it began is an event, once for each, and the door says the same to a login id nobody has.
        for _ in 0..5 {
            visitor.enter("nobody", "not the password").await.expect(401);
        }
        let answer = visitor.enter("nobody", "not the password").await.expect(401);
        assert_eq!(answer.text.replace("nobody", ""), locked.text.replace("kato.1", ""));
        let sql = "select count(*) from audit.event where action = 'account.lockout' and object_id in ('kato.1', 'unknown')";
        assert_eq!(world.number(sql).await, 2);
        assert_eq!(
            world.number("select count(*) from audit.event where action = 'account.lockout' and object_id = 'kato.1'").await,
            1
        );
    });
}

#[test]
fn an_initial_password_opens_one_page() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let made = world.json(&["access", "add", "kato.1", "--name", "加藤", "--role", "viewer", "--as", "setup"], &[0]);
        let initial = made["initial_password"].as_str().unwrap();
        let mut visitor = Visitor::new(&address);
        let entered = visitor.enter("kato.1", initial).await.expect_to("/");
        let cookie = entered.headers.get("set-cookie").unwrap().to_str().unwrap().to_owned();
        assert!(
            cookie.starts_with("__Host-renkei=") && cookie.ends_with("; HttpOnly; SameSite=Strict; Secure; Path=/"),
            "{cookie}"
        );
        visitor.get("/").await.expect_to("/me");
        visitor.get("/batches").await.expect_to("/me");
        let page = visitor.get("/me").await.expect(200).shows("初期パスワードのままです");
        // No menu: every entry would lead back here.
        page.hides("<nav class=\"menu\"").hides("href=\"/batches\"").shows("ログアウト");
        let fields = [("current", initial), ("chosen", "aaaaaaaaaaaa"), ("again", "aaaaaaaaaaaa")];
        visitor.post("/me/password", &fields).await.expect(409).shows("繰返し");
        let fields = [("current", "wrong"), ("chosen", PASSWORD), ("again", PASSWORD)];
        visitor.post("/me/password", &fields).await.expect(409).shows("今のパスワードが正しくありません");
        let mut elsewhere = Visitor::new(&address);
        elsewhere.enter("kato.1", initial).await.expect_to("/");
        let fields = [("current", initial), ("chosen", PASSWORD), ("again", PASSWORD)];
        visitor.post("/me/password", &fields).await.expect_to("/me?done=password-changed");
        visitor.get("/").await.expect(200).shows("連携状況").shows("<nav class=\"menu\"");
        // The other session ended with the old password.
        elsewhere.get("/").await.expect_to("/enter?back=%2F");
        // Left is left: the cookie is good for nothing any more.
        let mut twin = visitor.twin();
        visitor.post("/leave", &[]).await.expect_to("/enter");
        twin.get("/").await.expect_to("/enter?back=%2F");
        assert_eq!(world.number("select count(*) from access.session where token_sha256 is null or ended_at is null").await, 0);
    });
}

#[test]
fn one_time_codes_are_asked_for_and_good_once() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut visitor = Visitor::with_roles(world, &address, "kato.1", &["viewer"]).await;
        let page = visitor.get("/me").await.expect(200);
        let totp = totp_of(&page);
        visitor.post("/me/codes", &[("code", "000000")]).await.expect(409);
        let code = totp.generate_current().to_string();
        visitor.post("/me/codes", &[("code", &code)]).await.expect_to("/me?done=codes-on");
        // From now on the password is half of it, and the code that was used is used up.
        let mut other = Visitor::new(&address);
        other.enter("kato.1", PASSWORD).await.expect_to("/enter/code?back=%2F");
        other.get("/").await.expect_to("/enter/code");
        other.get("/enter/code").await.expect(200);
        other.post("/enter/code", &[("code", &code), ("back", "/")]).await.expect(401);
        other.get("/").await.expect_to("/enter/code");
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let next = totp.generate(now + 30).to_string();
        let half_way = other.twin();
        other.post("/enter/code", &[("code", &next), ("back", "/batches")]).await.expect_to("/batches");
        other.get("/batches").await.expect(200);
        // The token that was known before the code is not the one that is in.
        let mut before = half_way;
        before.get("/batches").await.expect_to("/enter?back=%2Fbatches");
        let sealed: Vec<u8> = sqlx::query_scalar("select totp_sealed from access.account").fetch_one(world.pool()).await.unwrap();
        assert!(sealed.len() > 20 + 12, "nonce, secret and tag: it is not stored as it is");
    });
}

#[test]
fn an_account_the_portal_disables_is_out_at_once() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        sqlx::raw_sql(
            "insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired)
             values ('01234567', '髙橋　花子', 'タカハシ　ハナコ', '01', 'in_service', '2015-04-01', '2015-04-01');
             insert into ledger.user_account (login_id, staff_no, display_name, family_name, given_name, active, version, last_modified, content, source, batch_id, line)
             values ('takahashi-h', '01234567', '髙橋　花子', '髙橋', '花子', true, 1, now(), '{}', 'csv', 1, 1);",
        )
        .execute(world.pool())
        .await
        .unwrap();
        let made = world
            .json(&["access", "add", "takahashi-h", "--name", "髙橋", "--portal", "--role", "viewer", "--as", "setup"], &[0]);
        let mut visitor = Visitor::new(&address);
        visitor.enter("takahashi-h", made["initial_password"].as_str().unwrap()).await.expect_to("/");
        visitor.get("/me").await.expect(200);
        sqlx::query("update ledger.user_account set active = false, disabled_since = now()").execute(world.pool()).await.unwrap();
        visitor.get("/me").await.expect_to("/enter?back=%2Fme");
    });
}

/// `renkei login` with these lines as standard input; whether it let one in, and what it said.
fn login(world: &World, login: &str, lines: &str) -> (bool, String) {
    use std::io::Write;
    use std::process::Stdio;
    let mut command = world.surroundings.command();
    let piped = command.args(["login", login]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn who_signs_in_at_the_command_line_acts_under_that_name() {
    use std::os::unix::fs::PermissionsExt;
    world::run(NOW, async |world| {
        let address = console(world).await;
        Visitor::with_roles(world, &address, "kato.1", &["operator"]).await;
        let session = world.path("state/session");
        world.surroundings.set("RENKEI_SESSION", session.to_str().unwrap());
        world.renkei(&["access", "add", "sato.2", "--name", "佐藤"]).expect(&[2]);
        assert!(!login(world, "kato.1", "not the password\n").0);
        assert!(!session.exists());
        assert_eq!(login(world, "kato.1", &format!("{PASSWORD}\n")), (true, String::new()));
        assert_eq!(std::fs::metadata(&session).unwrap().permissions().mode() & 0o777, 0o600);
        let made = world.json(&["access", "add", "sato.2", "--name", "佐藤"], &[0]);
        let sql = "select count(*) from access.account where login_id = 'sato.2' and created_by = 'kato.1'";
        assert_eq!(world.number(sql).await, 1);
        // A password that somebody else gave is good for choosing another, here too.
        let (entered, said) = login(world, "sato.2", made["initial_password"].as_str().unwrap());
        assert!(!entered && said.contains("choose your own"), "{said}");
        // Where names are not taken, the session is the only way.
        let plain = std::fs::read_to_string(world.path("renkei.toml")).unwrap();
        std::fs::write(world.path("renkei.toml"), format!("actor_by_name = false\n{plain}")).unwrap();
        let refused = world.renkei(&["access", "enable", "sato.2", "--as", "setup"]).expect(&[1]);
        assert!(refused.err.contains("renkei login"), "{}", refused.err);
        world.renkei(&["access", "enable", "sato.2"]).expect(&[0]);
        world.renkei(&["logout"]).expect(&[0]);
        world.renkei(&["access", "enable", "sato.2"]).expect(&[2]);
    });
}

#[test]
fn a_command_that_decides_asks_for_the_role_its_page_asks_for() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let session = world.path("state/session");
        world.surroundings.set("RENKEI_SESSION", session.to_str().unwrap());
        // Until there is an administrator, somebody must be able to make one.
        world.renkei(&["topic", "pause", "12", "--reason", "試験", "--as", "somebody"]).expect(&[0]);
        world.renkei(&["topic", "resume", "12", "--reason", "試験", "--as", "somebody"]).expect(&[0]);
        Visitor::with_roles(world, &address, "kanri.1", &["administrator"]).await;
        Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        Visitor::with_roles(world, &address, "ka.1", &[]).await;
        let pause = |topic, more: &[&'static str]| [&["--json", "topic", "pause", topic, "--reason", "試験"], more].concat();
        let code = |answer: &Answer| {
            let error: serde_json::Value =
                serde_json::from_str(answer.err.lines().last().unwrap_or_default()).unwrap_or_default();
            error["error"]["code"].as_str().unwrap_or_default().to_owned()
        };
        // From then on a name is not enough, and no name neither.
        for more in [&["--as", "unyo.1"][..], &[]] {
            let refused = world.renkei(&pause("12", more)).expect(&[3]);
            assert_eq!(code(&refused), "COMMAND_NEEDS_LOGIN", "{}", refused.err);
        }
        assert_eq!(world.number("select count(*) from work.paused_topic where resumed_at is null").await, 0);
        let refused = world.renkei(&["--lang", "ja", "access", "enable", "unyo.1", "--as", "kanri.1"]).expect(&[3]);
        assert!(refused.err.contains("renkei login でログインし"), "{}", refused.err);
        // Reading and handing in decide nothing.
        world.renkei(&["batch", "list"]).expect(&[0]);
        world.renkei(&["access", "list"]).expect(&[0]);
        assert!(login(world, "unyo.1", &format!("{PASSWORD}\n")).0);
        let refused = world.renkei(&pause("12", &["--as", "kanri.1"])).expect(&[3]);
        assert_eq!(code(&refused), "COMMAND_OF_ANOTHER");
        world.renkei(&pause("12", &["--as", "Unyo.1"])).expect(&[0]);
        let refused = world.renkei(&["--json", "access", "give", "ka.1", "operator"]).expect(&[3]);
        assert_eq!(code(&refused), "COMMAND_NOT_ALLOWED", "an operator gives no roles");
        let refused = world.renkei(&["--json", "ledger", "approve", "--all"]).expect(&[3]);
        assert_eq!(code(&refused), "COMMAND_NOT_ALLOWED", "an operator approves nothing");
        let sql = "select count(*) from audit.event where action = 'access.refused' and actor = 'unyo.1' and source = 'cli'";
        assert_eq!(world.number(sql).await, 2);
        world.renkei(&["logout"]).expect(&[0]);
        // Where nobody can sign in, the machine's administrator goes ahead, and the log says so.
        let give = ["access", "give", "ka.1", "operator", "--topic", "13", "--as", "shikyu"];
        world.renkei(&give).expect(&[3]);
        world.renkei(&[&give[..], &["--break-glass", " "]].concat()).expect(&[1]);
        world.renkei(&[&give[..], &["--break-glass", "管理者が不在"]].concat()).expect(&[0]);
        let sql = "select count(*) from audit.event where action = 'access.break_glass' and actor = 'shikyu' and object_id = 'access give'
                    and reason = '管理者が不在'";
        assert_eq!(world.number(sql).await, 1);
        // A role on one topic stays there, whatever way the topic is named.
        assert!(login(world, "ka.1", &format!("{PASSWORD}\n")).0);
        for topic in ["12", "012", "12_civic_assessments", "no such topic"] {
            let refused = world.renkei(&pause(topic, &[]));
            assert_eq!((refused.code, code(&refused).as_str()), (Some(3), "COMMAND_NOT_ALLOWED"), "{topic}: {}", refused.err);
        }
        world.renkei(&pause("13", &[])).expect(&[0]);
        for id in ["1", "01", "+1", "00000000-0000-4000-8000-000000000001"] {
            let refused = world.renkei(&["--json", "batch", "confirm", id]);
            assert_eq!(code(&refused), "COMMAND_NOT_ALLOWED", "{id}: {}", refused.err);
        }
        world.renkei(&["topic", "resume", "13", "--reason", "試験"]).expect(&[0]);
    });
}

#[test]
fn whose_role_needs_codes_sets_them_up_before_anything_else() {
    world::run(NOW, async |world| {
        let plain = std::fs::read_to_string(world.path("renkei.toml")).unwrap();
        std::fs::write(world.path("renkei.toml"), plain.replace("console_codes_for = []\n", "")).unwrap();
        world.surroundings.set("RENKEI_SESSION", world.path("state/session").to_str().unwrap());
        let address = console(world).await;
        Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await.get("/").await.expect(200);
        for (login_id, role) in [("shonin.1", "approver"), ("kanri.1", "administrator")] {
            let mut person = Visitor::with_roles(world, &address, login_id, &[role]).await;
            for path in ["/", "/exports", "/accounts", "/audit", "/pulse", "/settings/banks"] {
                person.get(path).await.expect_to("/me");
            }
            person.post("/exports/1/approve", &[("sha256", "x")]).await.expect_to("/me");
            let (entered, said) = login(world, login_id, &format!("{PASSWORD}\n"));
            assert!(!entered && said.contains("one-time codes"), "{said}");
            let page = person
                .get("/me")
                .await
                .expect(200)
                .shows("ワンタイムコードの登録が必要です")
                .hides("<nav class=\"menu\"")
                .shows("<svg class=\"qr\" role=\"img\"");
            let totp = totp_of(&page);
            // Whoever finds the screen unlocked does not tie the account to a device of their own.
            sqlx::query("update access.session set proven_at = proven_at - interval '10 minutes'")
                .execute(world.pool())
                .await
                .unwrap();
            let code = totp.generate_current().to_string();
            person.post("/me/codes", &[("code", &code)]).await.asks_who("/me");
            person.post("/prove", &[("back", "/me"), ("secret", PASSWORD)]).await.expect_to("/me?done=proven");
            person.post("/me/codes", &[("code", &code)]).await.expect_to("/me?done=codes-on");
            person.get("/").await.expect(200);
        }
    });
}

/// What an authenticator app makes of the page that shows a new secret.
fn totp_of(page: &Page) -> totp_rs::Totp {
    let (_, rest) = page.text.split_once("<code class=\"secret\">").unwrap();
    let secret = totp_rs::Secret::try_from_base32(rest.split('<').next().unwrap()).unwrap();
    totp_rs::Builder::new().with_secret(secret).build().unwrap()
}

#[test]
fn a_proof_of_identity_changes_the_token_and_nothing_else_of_the_session() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut visitor = Visitor::with_roles(world, &address, "kato.1", &["operator"]).await;
        let mut before = visitor.twin();
        let begun = "select extract(epoch from begun_at)::bigint from access.session where ended_at is null";
        let first = world.number(begun).await;
        visitor.get("/prove?back=/batches").await.expect(200);
        visitor.post("/prove", &[("back", "/batches"), ("secret", "not the password")]).await.expect(401);
        visitor.post("/prove", &[("back", "/batches"), ("secret", PASSWORD)]).await.expect_to("/batches?done=proven");
        before.get("/batches").await.expect_to("/enter?back=%2Fbatches");
        visitor.get("/batches").await.expect(200);
        // It ends no later for it, and forms that are open still go through.
        assert_eq!(world.number(begun).await, first);
        visitor.post("/batches/0/confirm", &[]).await.expect(404);
    });
}

#[test]
fn one_sees_ones_own_sessions_and_ends_the_others() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut here = Visitor::with_roles(world, &address, "kato.1", &["viewer"]).await;
        here.get("/me").await.expect(200).shows("この画面").hides("ほかのセッションを終了する");
        let mut there = Visitor::new(&address);
        there.enter("kato.1", PASSWORD).await.expect_to("/");
        here.get("/me").await.expect(200).shows("127.0.0.1").shows("ほかのセッションを終了する");
        here.post("/me/end-others", &[]).await.expect_to("/me?done=sessions-ended");
        there.get("/").await.expect_to("/enter?back=%2F");
        here.get("/").await.expect(200);
        // One of them alone; never the one of the page, and none of somebody else.
        let (mut third, mut fourth) = (Visitor::new(&address), Visitor::new(&address));
        third.enter("kato.1", PASSWORD).await.expect_to("/");
        let page = here.get("/me").await.expect(200);
        let third_is = page.hidden("session");
        assert_eq!(page.text.matches("action=\"/me/end-one\"").count(), 1);
        fourth.enter("kato.1", PASSWORD).await.expect_to("/");
        third.get("/me").await.expect(200).hides(&third_is);
        let mut other = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        other.post("/me/end-one", &[("session", &third_is)]).await.expect(409);
        third.post("/me/end-one", &[("session", &third_is)]).await.expect(409);
        here.post("/me/end-one", &[("session", &third_is)]).await.expect_to("/me?done=session-ended");
        here.get("/me?done=session-ended").await.expect(200).shows("セッションを終了しました");
        third.get("/").await.expect_to("/enter?back=%2F");
        fourth.get("/").await.expect(200);
        let sql = "select count(*) from audit.event where action = 'session.end_one' and actor = 'kato.1'";
        assert_eq!(world.number(sql).await, 1);
        let sql = "select count(*) from audit.event where action = 'session.end_others' and actor = 'kato.1'";
        assert_eq!(world.number(sql).await, 1);
    });
}

#[test]
fn an_initial_password_that_nobody_used_is_good_for_nothing_after_a_week() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let made = world.json(&["access", "add", "kato.1", "--name", "加藤", "--role", "viewer", "--as", "setup"], &[0]);
        let initial = made["initial_password"].as_str().unwrap();
        let age = |days: &str| format!("update access.account set password_set_at = now() - interval '{days}'");
        sqlx::raw_sql(sqlx::AssertSqlSafe(age("8 days"))).execute(world.pool()).await.unwrap();
        Visitor::new(&address).enter("kato.1", initial).await.expect(401);
        let sql =
            "select count(*) from audit.event where action = 'session.refuse' and reason = 'the initial password is too old'";
        assert_eq!(world.number(sql).await, 1);
        sqlx::raw_sql(sqlx::AssertSqlSafe(age("6 days"))).execute(world.pool()).await.unwrap();
        let mut visitor = Visitor::new(&address);
        visitor.enter("kato.1", initial).await.expect_to("/");
        visitor.get("/me").await.expect(200);
        let fields = [("current", initial), ("chosen", PASSWORD), ("again", PASSWORD)];
        visitor.post("/me/password", &fields).await.expect_to("/me?done=password-changed");
        // One's own does not grow old.
        sqlx::raw_sql(sqlx::AssertSqlSafe(age("400 days"))).execute(world.pool()).await.unwrap();
        Visitor::new(&address).enter("kato.1", PASSWORD).await.expect_to("/");
    });
}

#[test]
fn a_password_on_the_list_of_the_house_is_refused() {
    world::run(NOW, async |world| {
        let plain = std::fs::read_to_string(world.path("renkei.toml")).unwrap();
        let list = world.path("known.txt");
        std::fs::write(&list, "toshima-kaikei\n").unwrap();
        std::fs::write(world.path("renkei.toml"), format!("console_known_passwords = {list:?}\n{plain}")).unwrap();
        let address = console(world).await;
        let mut visitor = Visitor::with_roles(world, &address, "kato.1", &["viewer"]).await;
        let fields = [("current", PASSWORD), ("chosen", "Toshima-Kaikei2026"), ("again", "Toshima-Kaikei2026")];
        visitor.post("/me/password", &fields).await.expect(409).shows("よく使われる");
    });
}

#[test]
fn who_is_refused_for_want_of_a_right_stands_in_the_audit_log() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut viewer = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        viewer.get("/accounts").await.expect(403);
        let sql = "select count(*) from audit.event where action = 'access.refused' and actor = 'mite.1' and after ->> 'asked' = 'GET /accounts'";
        assert_eq!(world.number(sql).await, 1);
    });
}
