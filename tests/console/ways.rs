//! The way to the other language leads to a page: also from the answer to a form, whose address nobody can open.

use renkei_console::routes::table;

use crate::matrix::filled;
use crate::support::files::TRANSFERS;
use crate::support::world;
use crate::visitor::{Page, Visitor, console};

const NOW: &str = "2026-10-06T09:30:00+09:00";

/// Whether an address is that of a page in the table.
fn is_page(address: &str) -> bool {
    let path: Vec<&str> = address.split('?').next().unwrap_or_default().split('/').collect();
    let fits = |route: &str| {
        let parts: Vec<&str> = route.split('/').collect();
        parts.len() == path.len() && parts.iter().zip(&path).all(|(there, here)| there == here || there.starts_with('{'))
    };
    !address.starts_with("/language") && table().iter().any(|route| route.method == "GET" && fits(route.path))
}

/// The way to the other language on a page.
#[derive(Debug, PartialEq)]
enum Switch {
    Link(String),
    /// It takes along what was typed: names and values.
    Form(String, Vec<(String, String)>),
}

impl Switch {
    fn of(page: &Page) -> Option<Switch> {
        let plain = |text: &str| text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let value = |text: &str| text.split('"').next().map(plain);
        if let Some((_, rest)) = page.text.split_once("<a class=\"language\" href=\"") {
            return Some(Switch::Link(value(rest)?));
        }
        let (_, rest) = page.text.split_once("<form class=\"language\" method=\"post\" action=\"")?;
        let inputs = rest.split("</form>").next()?.split("<input type=\"hidden\" name=\"").skip(1);
        let fields = inputs.filter_map(|input| Some((value(input)?, value(input.split_once(" value=\"")?.1)?)));
        Some(Switch::Form(value(rest)?, fields.collect()))
    }
}

/// Follows the way to the other language from an address of the browser; where it leads, which is a page.
async fn followed(visitor: &mut Visitor, way: Switch, stands: &str) -> String {
    let from = format!("http://{}{stands}", visitor.address());
    let link = match way {
        Switch::Link(link) => link,
        Switch::Form(action, fields) => {
            let back = fields.iter().find(|(name, _)| name == "back").expect("it leads back").1.clone();
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let page = visitor.post(&action, &fields).await;
            assert!(page.status == 200 || page.status == 303, "the language of {stands} answers {}", page.status);
            format!("{action}?back={back}")
        }
    };
    let leads = visitor.send(visitor.raw("GET", &link).header("referer", from)).await.expect(303).leads().to_owned();
    assert!(is_page(&leads), "the language of {stands} leads to {leads}");
    let page = visitor.get(&leads).await;
    assert!(page.status != 405 && page.status < 500, "the language of {stands} leads to {leads}: {}", page.status);
    leads
}

#[test]
fn from_the_answer_to_every_form_the_other_language_leads_to_a_page() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let everything = ["operator", "approver", "auditor", "administrator"];
        let mut visitor = Visitor::with_roles(world, &address, "subete.1", &everything).await;
        let mut answered = 0;
        for route in table().into_iter().filter(|route| route.method == "POST" && route.path != "/leave") {
            let path = filled(route.path);
            // As the browser tells it, where a link does not.
            followed(&mut visitor, Switch::Link("/language/ja".to_owned()), &path).await;
            let page = visitor.post(&path, &[]).await;
            if let Some(way) = Switch::of(&page) {
                answered += 1;
                followed(&mut visitor, way, &path).await;
            }
            visitor.get("/language/ja").await.expect(303);
            visitor.get("/me").await.expect(200);
        }
        assert!(answered > 40, "{answered} forms were answered by a page");
        // It leads to where the form stood, with what was looked for there.
        let calendar = "/settings/calendar";
        let form = visitor
            .raw("POST", &format!("{calendar}/own-days"))
            .header("referer", format!("http://{address}{calendar}?year=2027"));
        let csrf = visitor.get(calendar).await.hidden("csrf");
        let form = form.header("content-type", "application/x-www-form-urlencoded").body(format!("csrf={csrf}"));
        let page = visitor.send(form).await;
        let back = Switch::Link("/language/en?back=%2Fsettings%2Fcalendar%3Fyear%3D2027".to_owned());
        assert_eq!(Switch::of(&page), Some(back), "{}", page.text);
        // The question who is there knows the page that asked.
        sqlx::query("update access.session set proven_at = proven_at - interval '10 minutes'")
            .execute(world.pool())
            .await
            .unwrap();
        let page = visitor
            .post(calendar, &[("day", "2027-06-01"), ("name", "臨時の休日"), ("reason", "法改正")])
            .await
            .asks_who(calendar);
        let way = Switch::of(&page).unwrap();
        assert_eq!(followed(&mut visitor, way, calendar).await, calendar);
        let wrong = visitor.post("/prove", &[("back", calendar), ("secret", "wrong")]).await.expect(401);
        assert_eq!(followed(&mut visitor, Switch::of(&wrong).unwrap(), "/prove").await, calendar);
    });
}

#[test]
fn what_was_typed_goes_on_to_the_other_language() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut visitor = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let topic = format!("/topics/{TRANSFERS}");
        // A look at what would go, and its refusal.
        for (day, status) in [("2026-10-23", 200), ("明日\"<b>", 409)] {
            let asked = [("profile", "mizuho_eb"), ("param.pay_date", day), ("param.same_content_reason", "銀行の依頼")];
            let page = visitor.post(&format!("{topic}/dry-run"), &asked).await.expect(status).shows("送る");
            let Some(Switch::Form(action, fields)) = Switch::of(&page) else { panic!("nothing is taken along: {}", page.text) };
            assert_eq!(action, "/language/en");
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let page = visitor.post(&action, &fields).await.expect(200).shows("Look at what would go");
            let typed = day.replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
            let page = page.shows("value=\"銀行の依頼\"").shows(&format!("value=\"{typed}\""));
            let page = page.shows("<option value=\"mizuho_eb\" lang=\"ja\" selected>");
            // And back again.
            let Some(Switch::Form(action, fields)) = Switch::of(&page) else { panic!("nothing is taken along: {}", page.text) };
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            visitor.post(&action, &fields).await.expect(200).shows("送る内容を確認する").shows("value=\"銀行の依頼\"");
        }
        // What was decided is not asked again.
        let stop = [("reason", "点検")];
        visitor.post(&format!("{topic}/pause"), &stop).await.expect(303);
        let page = visitor.get(&topic).await.expect(200);
        assert_eq!(Switch::of(&page), Some(Switch::Link("/language/en".to_owned())));
        // A look at what would go says that nothing is made until it goes on.
        let asked = [("profile", "mizuho_eb"), ("param.pay_date", "2026-10-23")];
        let page =
            visitor.post(&format!("{topic}/dry-run"), &asked).await.expect(200).shows("再開するまでファイルはできません。");
        page.shows(" · 点検</p>");
    });
}
