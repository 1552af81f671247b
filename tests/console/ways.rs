//! The way to the other language leads to a page: also from the answer to a form, whose address nobody can open.

use renkei_console::routes::table;

use crate::matrix::filled;
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

/// The address of the other language on a page.
fn switch(page: &Page) -> Option<String> {
    let (_, rest) = page.text.split_once("<a class=\"language\" href=\"")?;
    Some(rest.split('"').next()?.replace("&amp;", "&"))
}

/// Follows the way to the other language from an address of the browser; where it leads, which is a page.
async fn followed(visitor: &mut Visitor, link: &str, stands: &str) -> String {
    let from = format!("http://{}{stands}", visitor.address());
    let leads = visitor.send(visitor.raw("GET", link).header("referer", from)).await.expect(303).leads().to_owned();
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
            followed(&mut visitor, "/language/ja", &path).await;
            let page = visitor.post(&path, &[]).await;
            if let Some(link) = switch(&page) {
                answered += 1;
                followed(&mut visitor, &link, &path).await;
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
        assert_eq!(switch(&page).as_deref(), Some("/language/en?back=%2Fsettings%2Fcalendar%3Fyear%3D2027"), "{}", page.text);
        // The question who is there knows the page that asked.
        sqlx::query("update access.session set proven_at = proven_at - interval '10 minutes'")
            .execute(world.pool())
            .await
            .unwrap();
        let page = visitor
            .post(calendar, &[("day", "2027-06-01"), ("name", "臨時の休日"), ("reason", "法改正")])
            .await
            .asks_who(calendar);
        let link = switch(&page).unwrap();
        assert_eq!(followed(&mut visitor, &link, calendar).await, calendar);
        let wrong = visitor.post("/prove", &[("back", calendar), ("secret", "wrong")]).await.expect(401);
        assert_eq!(followed(&mut visitor, &switch(&wrong).unwrap(), "/prove").await, calendar);
    });
}
