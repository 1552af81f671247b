use renkei_console::access::role::{Action, ROLES};
use renkei_console::routes::{Need, table};

use crate::support::world;
use crate::visitor::{Visitor, console};

const NOW: &str = "2026-10-06T09:30:00+09:00";

/// A path of the table with something in its places that is not there.
pub(crate) fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{id}" | "{entry}" | "{line}" => "0",
        "{slug}" => "12_civic_assessments",
        "{variant}" => "layout",
        "{event}" => "NO_SUCH_EVENT",
        "{section}" => "99",
        "{code}" => "NO_SUCH_CODE",
        "{list}" => "unallocated",
        "{object}" => "payment_order",
        "{cell}" => "0",
        "{year}" => "2026",
        "{fund}" => "01",
        "{login}" => "nobody",
        "{delivery}" => "00000000-0000-4000-8000-000000000000",
        "{name}" => "console.css",
        "{lang}" => "ja",
        other if other.contains('{') => panic!("the test does not know {other}"),
        other => other,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Routes that end what the walk needs.
fn is_left_out(path: &str) -> bool {
    ["/leave", "/enter", "/enter/code", "/pulse"].contains(&path)
}

#[test]
fn every_route_is_denied_to_who_may_not() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        // An administrator must exist before others can be given roles by the command line.
        for role in ROLES {
            let login = format!("{role}.1");
            let mut visitor = Visitor::with_roles(world, &address, &login, &[role.as_str()]).await;
            for route in table().into_iter().filter(|route| !is_left_out(route.path)) {
                let path = filled(route.path);
                let page = if route.method == "GET" { visitor.get(&path).await } else { visitor.post(&path, &[]).await };
                let denied = page.status == 403 && page.text.contains("この操作を行う権限がありません");
                let may = route.need.met(|action| role.may(action)).unwrap_or(true);
                // A page may ask for more than its route does, never for less.
                assert!(may || denied, "{role} was not denied {} {path}: {}\n{}", route.method, page.status, page.text);
                assert_ne!(page.status, 500, "{} {path} fails\n{}", route.method, page.text);
                if may && route.method == "GET" {
                    assert!(!denied, "{role} was denied {path}");
                }
            }
        }
    });
}

#[test]
fn who_is_not_in_sees_the_door_and_nothing_else() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut nobody = Visitor::new(&address);
        for route in table().into_iter().filter(|route| route.need != Need::Open) {
            let path = filled(route.path);
            if route.method == "GET" {
                let page = nobody.get(&path).await;
                assert!(page.leads().starts_with("/enter?back="), "{path} answers {} to nobody", page.status);
            } else {
                let page = nobody.send_form(&path, &[("csrf", "x")]).await;
                assert_eq!(page.status, 403, "{path} takes a form of nobody");
            }
        }
        nobody.get("/no-such-page").await.expect(404);
        nobody.get("/assets/../Cargo.toml").await.expect(404);
        // A way back leads into the house only.
        nobody.get("/enter?back=//evil.example/").await.expect(200).shows("name=\"back\" value=\"/\"");
    });
}

#[test]
fn what_is_served_nowhere_is_said_on_a_page_of_ours() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut visitor = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let mut nobody = Visitor::new(&address);
        for (path, status, said) in [
            ("/nope", 404, "該当するものはありません。"),
            ("/batches/abc", 404, "該当するものはありません。"),
            ("/ledger/entries/1/lines/x", 404, "該当するものはありません。"),
            ("/batches/1/confirm", 405, "このアドレスは直接開けません。"),
        ] {
            visitor
                .get(path)
                .await
                .expect(status)
                .shows(said)
                .shows("試験 花子")
                .shows("href=\"/worklists\"")
                .hides("cannot parse");
        }
        // Nobody learns which numbers there are, and is told in the language that was chosen.
        nobody.get("/nope").await.expect(404).shows("該当するものはありません。").hides("href=\"/worklists\"");
        nobody.get("/batches/1/confirm").await.expect(405).shows("このアドレスは直接開けません。");
        nobody.get("/language/en").await.expect(303);
        nobody.get("/nope").await.expect(404).shows("There is no such thing.").shows("lang=\"en\"");
        visitor.get("/me").await.expect(200);
        visitor.post("/batches/abc/confirm", &[]).await.expect(400).shows("読み取れません").shows("試験 花子");
        visitor.post("/nope", &[]).await.expect(404).shows("該当するものはありません。");
    });
}

#[test]
fn a_form_needs_the_token_of_its_session_and_our_own_origin() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut visitor = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let mut other = Visitor::with_roles(world, &address, "unyo.2", &["operator"]).await;
        let foreign = other.get("/me").await.hidden("csrf");
        for route in table().into_iter().filter(|route| route.method == "POST" && route.need == Need::Role(Action::Operate)) {
            let path = filled(route.path);
            for fields in [vec![], vec![("csrf", "")], vec![("csrf", foreign.as_str())]] {
                let page = visitor.send_form(&path, &fields).await;
                assert!(page.status == 403 && page.text.contains("画面を開き直して"), "{path} {fields:?}: {}", page.status);
            }
        }
        let own = visitor.get("/me").await.hidden("csrf");
        let cross = visitor.raw("POST", "/batches/0/confirm").header("origin", "https://evil.example");
        let cross = cross.header("content-type", "application/x-www-form-urlencoded").body(format!("csrf={own}"));
        visitor.send(cross).await.expect(403).shows("画面を開き直して");
        // With everything right, the answer is about the batch.
        visitor.post("/batches/0/confirm", &[]).await.expect(404);
    });
}

#[test]
fn every_answer_has_the_headers_of_a_careful_house() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut visitor = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        for path in ["/", "/enter", "/batches/0", "/no-such-page", "/assets/console.css"] {
            let page = visitor.get(path).await;
            let header = |name: &str| page.headers.get(name).map_or("", |value| value.to_str().unwrap());
            let policy = header("content-security-policy");
            assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
            assert!(!policy.contains("unsafe"), "{path}: {policy}");
            assert_eq!((header("x-content-type-options"), header("x-frame-options")), ("nosniff", "DENY"), "{path}");
            let store = if path.starts_with("/assets") { "private, max-age=300" } else { "no-store" };
            assert_eq!(header("cache-control"), store, "{path}");
            // What the policy forbids would not work: there is none of it.
            assert!(
                !page.text.contains("<script>") && !page.text.contains("style=\"") && !page.text.contains("onclick"),
                "{path}"
            );
        }
    });
}
