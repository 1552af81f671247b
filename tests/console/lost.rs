//! What was typed is not lost: not over a refusal, and not over the question who is there. Passwords and codes are typed anew.

use crate::support::world;
use crate::visitor::{PASSWORD, Page, Visitor, console};

const NOW: &str = "2026-10-06T09:30:00+09:00";
const CALENDAR: &str = "/settings/calendar";

/// Value of a field as it stands on a page.
fn value(page: &Page, id: &str) -> String {
    let tag = page
        .text
        .split('<')
        .find(|tag| tag.contains(&format!("id=\"{id}\"")))
        .unwrap_or_else(|| panic!("no {id}\n{}", page.text));
    tag.split("value=\"").nth(1).unwrap_or_default().split('"').next().unwrap().to_owned()
}

#[test]
fn a_refused_form_comes_back_as_it_was_filled_in() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut admin = Visitor::with_roles(world, &address, "kanri.1", &["administrator"]).await;
        admin.get(CALENDAR).await.expect(200);
        // No reason; a quotation mark and a tag are typed, too.
        let typed = [("day", "2027-06-01"), ("name", "臨時の\"<休日>"), ("reason", "")];
        let page = admin.post(CALENDAR, &typed).await.expect(400).shows("理由を入力してください。").shows("<h1>設定</h1>");
        assert_eq!((value(&page, "day"), value(&page, "name")), ("2027-06-01".into(), "臨時の&quot;&lt;休日&gt;".into()));
        // It is a form that works.
        let csrf = page.hidden("csrf");
        let whole = [("csrf", csrf.as_str()), ("day", "2027-06-01"), ("name", "臨時の休日"), ("reason", "法改正")];
        admin.send_form(CALENDAR, &whole).await.expect_to(&format!("{CALENDAR}?done=saved"));
        // What is secret is not shown again, not even to its owner.
        let page =
            admin.post("/me/password", &[("current", "old secret"), ("chosen", "new secret 1"), ("again", "new secret 2")]).await;
        let page = page.expect(409).shows("2回の入力が一致しません").hides("old secret").hides("new secret");
        page.shows("action=\"/me/password\"");
        // Who may not do it gets no form for it, but the way back.
        let mut viewer = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        viewer.get(CALENDAR).await.expect(200);
        let page = viewer.post(CALENDAR, &whole[1..]).await.expect(403).shows("権限がありません").hides("臨時の休日");
        page.shows("href=\"/settings\">前の画面に戻る");
        // A form that only asks comes back where it stood.
        let mut approver = Visitor::with_roles(world, &address, "shonin.1", &["approver"]).await;
        let form = "/worklists/pay/move?from=2026-10-15&kind=1";
        let asked = approver.raw("GET", &format!("{form}&to=2026-10-18&reason=%E9%8A%80%E8%A1%8C%E3%81%AE%E4%BE%9D%E9%A0%BC"));
        let page = approver.send(asked.header("referer", format!("http://{address}{form}"))).await.expect(409);
        assert_eq!((value(&page, "to"), value(&page, "reason")), ("2026-10-18".into(), "銀行の依頼".into()));
        // A session that is over leads to the door, and from there to the page.
        let mut nobody = Visitor::new(&address);
        nobody.post(CALENDAR, &whole[1..]).await.expect(403).shows("/enter?back=%2Fsettings").shows("ログイン画面へ");
    });
}

#[test]
fn a_form_that_waits_for_a_proof_of_identity_goes_on_as_it_was_filled_in() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut admin = Visitor::with_roles(world, &address, "kanri.1", &["administrator"]).await;
        admin.get(CALENDAR).await.expect(200);
        sqlx::query("update access.session set proven_at = proven_at - interval '10 minutes'")
            .execute(world.pool())
            .await
            .unwrap();
        let typed = [("day", "2027-06-01"), ("name", "臨時の休日"), ("reason", "法改正")];
        let asked = admin.post(CALENDAR, &typed).await.asks_who(CALENDAR).shows("本人確認").shows("臨時の休日");
        assert_eq!(asked.leads(), "", "nothing of it is in an address");
        let carried = |page: &Page| {
            let names = ["waits-for", "typed.day", "typed.name", "typed.reason"];
            names.map(|name| (name.to_owned(), page.hidden(name))).to_vec()
        };
        let send = |secret: &str, page: &Page| {
            let mut fields = carried(page);
            fields.extend([("back".to_owned(), CALENDAR.to_owned()), ("secret".to_owned(), secret.to_owned())]);
            fields
        };
        async fn post(admin: &mut Visitor, fields: &[(String, String)]) -> Page {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            admin.post("/prove", &fields).await
        }
        // A wrong word loses nothing, and shows nothing of the word.
        let wrong = post(&mut admin, &send("not the password", &asked)).await.expect(401).shows("確認できませんでした");
        assert!(!wrong.text.contains("not the password"));
        assert_eq!(carried(&wrong), carried(&asked));
        let page = post(&mut admin, &send(PASSWORD, &wrong)).await.expect(200).shows("本人確認ができました。").hides(PASSWORD);
        assert_eq!(
            (value(&page, "day"), value(&page, "name"), value(&page, "reason-holiday")),
            ("2027-06-01".into(), "臨時の休日".into(), "法改正".into())
        );
        // Nothing has happened yet; now it does.
        assert_eq!(world.number("select count(*) from audit.event where action = 'setting.changed'").await, 0);
        let csrf = page.hidden("csrf");
        let whole: Vec<(&str, &str)> = [("csrf", csrf.as_str())].into_iter().chain(typed).collect();
        admin.send_form(CALENDAR, &whole).await.expect_to(&format!("{CALENDAR}?done=saved"));
        assert_eq!(world.number("select count(*) from audit.event where action = 'setting.changed'").await, 1);
    });
}
