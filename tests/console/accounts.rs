//! Accounts as administrators keep them, on the page and at the command line.

use crate::support::world;
use crate::visitor::{PASSWORD, Visitor, console};

const NOW: &str = "2026-10-06T09:30:00+09:00";

#[test]
fn accounts_are_kept_by_administrators_and_never_by_oneself() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut admin = Visitor::with_roles(world, &address, "kanri.1", &["administrator"]).await;
        admin.get("/accounts").await.expect(200).shows("kanri.1").shows("自分の権限は変更できません");
        let page = admin.post("/accounts", &[("login", "kato.1"), ("name", "加藤")]).await.expect(200).shows("初期パスワード");
        let (_, rest) = page.text.split_once("<code class=\"secret\">").unwrap();
        let initial = rest.split('<').next().unwrap().to_owned();
        admin
            .post("/accounts/kato.1/give", &[("role", "operator"), ("topic", "12_civic_assessments")])
            .await
            .expect_to("/accounts?done=role-given&who=kato.1");
        admin.post("/accounts/kato.1/give", &[("role", "emperor")]).await.expect(400);
        admin.post("/accounts/kanri.1/give", &[("role", "approver")]).await.expect(409);
        admin.post("/accounts/KANRI.1/disable", &[("reason", "x")]).await.expect(409);
        let mut kato = Visitor::new(&address);
        kato.enter("kato.1", &initial).await.expect_to("/");
        admin.post("/accounts/kato.1/disable", &[("reason", "")]).await.expect(400);
        admin.post("/accounts/kato.1/disable", &[("reason", "異動")]).await.expect_to("/accounts?done=disabled&who=kato.1");
        kato.get("/me").await.expect_to("/enter?back=%2Fme");
        kato.enter("kato.1", &initial).await.expect(401);
        // The command line obeys the same rules; the last administrator cannot go.
        world.renkei(&["access", "give", "kato.1", "approver", "--as", "kato.1", "--break-glass", "試験"]).expect(&[3]);
        let refused = world
            .renkei(&["--lang", "ja", "access", "take", "kanri.1", "administrator", "--as", "setup", "--break-glass", "試験"])
            .expect(&[3]);
        assert!(refused.err.contains("最後の管理者"), "{}", refused.err);
        let sql = "select count(*) from audit.event where object = 'account' and object_id = 'kato.1' and action in ('account.add', 'account.give', 'account.disable')";
        assert_eq!(world.number(sql).await, 3);
    });
}

#[test]
fn a_role_is_taken_away_with_a_reason_and_the_answer_names_the_person() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut admin = Visitor::with_roles(world, &address, "kanri.1", &["administrator"]).await;
        Visitor::with_roles(world, &address, "kato.1", &["operator"]).await;
        admin.get("/accounts").await.expect(200).shows("権限を取り消す");
        admin.post("/accounts/kato.1/take", &[("role", "operator")]).await.expect(400);
        assert_eq!(world.number("select count(*) from audit.event where action = 'account.take'").await, 0);
        let fields = [("role", "operator"), ("reason", "異動")];
        admin.post("/accounts/kato.1/take", &fields).await.expect_to("/accounts?done=role-taken&who=kato.1");
        admin.get("/accounts?done=role-taken&who=kato.1").await.expect(200).shows("試験 花子（kato.1）：権限を取り消しました。");
        let sql = "select count(*) from audit.event where action = 'account.take' and object_id = 'kato.1' and reason = '異動'";
        assert_eq!(world.number(sql).await, 1);
        admin.post("/accounts/kato.1/end-sessions", &[]).await.expect_to("/accounts?done=sessions-ended&who=kato.1");
        // An address puts no text of its own on the page.
        let page = admin.get("/accounts?done=disabled&who=call.0300000000").await.expect(200).hides("call.0300000000");
        page.shows("無効にしました。");
    });
}

#[test]
fn who_is_locked_out_is_shown_and_let_try_again_by_an_administrator() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut admin = Visitor::with_roles(world, &address, "kanri.1", &["administrator"]).await;
        let mut operator = Visitor::with_roles(world, &address, "kato.1", &["operator"]).await;
        admin.get("/accounts").await.expect(200).hides("ログイン停止");
        let mut visitor = Visitor::new(&address);
        for _ in 0..5 {
            visitor.enter("kato.1", "not the password").await.expect(401);
        }
        visitor.enter("kato.1", PASSWORD).await.expect(401);
        let sql = "select to_char(max(at) + interval '15 minutes', 'YYYY') from access.attempt";
        let year: String = sqlx::query_scalar(sql).fetch_one(world.pool()).await.unwrap();
        let page = admin.get("/accounts?find=kato.1").await.expect(200).shows(">ログイン停止中<").shows("まで</span>");
        page.shows(&format!("<time datetime=\"{year}-")).shows("/accounts/kato.1/unlock");
        let told = world.renkei(&["--lang", "ja", "access", "list"]).expect(&[0]);
        assert!(told.out.contains("ログイン停止中"), "{}", told.out);
        // A reason, an administrator, and nobody for themselves.
        operator.get("/me").await.expect(200);
        operator.post("/accounts/kato.1/unlock", &[("reason", "急ぐ")]).await.expect(403);
        admin.post("/accounts/kato.1/unlock", &[("reason", " ")]).await.expect(400);
        admin.post("/accounts/KANRI.1/unlock", &[("reason", "急ぐ")]).await.expect(409);
        let alone = ["access", "unlock", "kato.1", "--as", "Kato.1", "--reason", "急ぐ", "--break-glass", "試験"];
        let told = world.renkei(&[&["--lang", "ja"], &alone[..]].concat()).expect(&[3]);
        assert!(told.err.contains("自分のログイン停止は解除できません"), "{}", told.err);
        visitor.enter("kato.1", PASSWORD).await.expect(401);
        let fields = [("reason", "本人に電話で確認")];
        admin.post("/accounts/kato.1/unlock", &fields).await.expect_to("/accounts?done=unlocked&who=kato.1");
        admin.get("/accounts?done=unlocked&who=kato.1").await.expect(200).hides(">ログイン停止中<").shows("解除しました");
        admin.post("/accounts/kato.1/unlock", &fields).await.expect(409).shows("停止していません");
        let sql = "select count(*) from audit.event where action = 'account.unlock' and object_id = 'kato.1' and actor = 'kanri.1' and reason = '本人に電話で確認' and before ? 'until'";
        assert_eq!(world.number(sql).await, 1);
        visitor.enter("kato.1", PASSWORD).await.expect_to("/");
        admin.get("/audit").await.expect(403);
        // A new lock is a new event; a new password ends it.
        for _ in 0..6 {
            Visitor::new(&address).enter("kato.1", "not the password").await.expect(401);
        }
        assert_eq!(world.number("select count(*) from audit.event where action = 'account.lockout'").await, 2);
        let page = admin.post("/accounts/kato.1/reset", &[]).await.expect(200);
        let (_, rest) = page.text.split_once("<code class=\"secret\">").unwrap();
        visitor.enter("kato.1", rest.split('<').next().unwrap()).await.expect_to("/");
    });
}

#[test]
fn a_new_account_is_told_beside_its_password() {
    world::run(NOW, async |world| {
        let add = ["--lang", "ja", "access", "add", "kanri.1", "--name", "管理 花子", "--role", "administrator", "--as", "setup"];
        let made = world.renkei(&add).expect(&[0]);
        // Scripts take standard output: the password and nothing else.
        let password = made.out.trim_end();
        assert!(password.len() == 23 && !password.contains(char::is_whitespace), "{}", made.out);
        assert!(made.err.contains("ログインID：kanri.1") && made.err.contains("権限：管理（すべての連携）"), "{}", made.err);
        assert!(!made.err.contains(password));
    });
}
