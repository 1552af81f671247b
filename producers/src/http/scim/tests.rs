//! The door as a portal and identity providers use it: real requests through the router, a broker made of memory, and the shipped
//! layout's look in small.

/// A door to ask.
mod door;

use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use tower::ServiceExt;

use self::door::{ENTERPRISE, OWN, USERS, api, door, user};
use crate::http::router;

#[tokio::test]
async fn a_user_is_created_found_and_read() {
    let door = door();
    assert_eq!(door.find(r#"userName eq "takahashi-h""#).await["totalResults"], 0, "asked first, as providers do");
    let made = door.create(user("takahashi-h", "01234567")).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(door.sent().len(), 1, "on its topic before it is answered");
    assert_eq!(door.last("account")["active"], "true");
    assert_eq!(door.last("enterprise")["department"], "12030000");
    assert!(made.body.get("phoneNumbers").is_none(), "what the layout does not name is not kept");
    assert_eq!((&made.body["active"], made.etag.as_str()), (&json!(true), made.body["meta"]["version"].as_str().unwrap()));
    let read = door.ask("GET", &made.id(), &[], Value::Null).await;
    assert_eq!((read.status, &read.body), (200, &made.body));
    assert_eq!(door.ask("GET", &made.id(), &[("if-none-match", &made.etag)], Value::Null).await.status, 304);
    for filter in [r#"userName eq "TAKAHASHI-H""#, r#"externalId eq "01234567""#, r#"USERNAME EQ "takahashi-h""#] {
        let found = door.find(filter).await;
        assert_eq!((&found["totalResults"], &found["Resources"][0]), (&json!(1), &made.body), "{filter}");
    }
    assert_eq!(door.find(r#"title co "x""#).await["scimType"], "invalidFilter");
    let page = door.ask("GET", "/Users?startIndex=1&count=1", &[], Value::Null).await.body;
    assert_eq!((&page["totalResults"], &page["itemsPerPage"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn login_ids_and_people_are_unique_for_ever() {
    let door = door();
    let made = door.create(user("takahashi-h", "01234567")).await;
    for (login, staff) in [("takahashi-h", "01234567"), ("Takahashi-H", "01234568"), ("other-name", "01234567")] {
        let again = door.create(user(login, staff)).await;
        assert_eq!((again.status, &again.body["scimType"]), (409, &json!("uniqueness")), "{login} {staff}");
    }
    assert_eq!(door.ask("DELETE", &made.id(), &[], Value::Null).await.status, 204);
    assert_eq!(door.last("account")["active"], "false", "deleted is disabled");
    assert_eq!(door.ask("GET", &made.id(), &[], Value::Null).await.status, 404);
    assert_eq!(door.ask("DELETE", &made.id(), &[], Value::Null).await.status, 404);
    assert_eq!(door.create(user("takahashi-h", "01234568")).await.status, 409, "never somebody else's");
    let back = door.create(user("takahashi-h", "01234567")).await;
    assert_eq!((back.status, back.id()), (201, made.id()), "the same person comes back");
    assert_eq!(door.sent().len(), 3);
}

#[tokio::test]
async fn a_user_is_replaced() {
    let door = door();
    let made = door.create(user("takahashi-h", "01234567")).await;
    let mut next = user("yamada-h", "01234567");
    next["name"]["familyName"] = "山田".into();
    next.as_object_mut().unwrap().remove("emails");
    let put = door.ask("PUT", &made.id(), &[("if-match", &made.etag)], next.clone()).await;
    assert_eq!((put.status, &put.body["userName"]), (200, &json!("yamada-h")), "{}", put.body);
    assert!(put.body.get("emails").is_none() && put.etag != made.etag);
    assert_eq!(door.ask("PUT", &made.id(), &[("if-match", &made.etag)], user("x-1", "01234567")).await.status, 412);
    assert_eq!(door.ask("PUT", &made.id(), &[], next).await.etag, put.etag, "the same again is no new version");
    assert_eq!(door.sent().len(), 2);
    assert_eq!(door.find(r#"userName eq "takahashi-h""#).await["totalResults"], 0);
    assert_eq!(door.create(user("takahashi-h", "01234568")).await.status, 409, "the former login id stays reserved");
    assert_eq!(door.ask("PUT", "/Users/none", &[], user("x-1", "1")).await.status, 404);
}

#[tokio::test]
async fn a_user_is_patched_in_every_dialect() {
    let door = door();
    let made = door.create(user("takahashi-h", "01234567")).await;
    let path = made.id();
    let off = door.patch(&path, json!([{ "op": "Replace", "path": "active", "value": "False" }])).await;
    assert_eq!((off.status, &off.body["active"]), (200, &json!(false)), "{}", off.body);
    assert_eq!(door.last("account")["active"], "false");
    let on = door.patch(&path, json!([{ "op": "replace", "value": { "active": "True", "name.givenName": "華子", format!("{ENTERPRISE}:department"): "05020000" } }])).await;
    assert_eq!(
        (&on.body["active"], &on.body["name"]["givenName"], &on.body[ENTERPRISE]["department"]),
        (&json!(true), &json!("華子"), &json!("05020000"))
    );
    let operations = json!([
        { "op": "Add", "path": format!("{ENTERPRISE}:department"), "value": "12030000" },
        { "op": "add", "path": "emails", "value": [{ "type": "home", "value": "b@example.jp" }] },
        { "op": "replace", "path": "emails[type eq \"work\"].value", "value": "c@example.jp" },
        { "op": "add", "path": "emails[type eq \"other\"].value", "value": "d@example.jp" },
        { "op": "remove", "path": "emails[type eq \"home\"]" },
        { "op": "add", "path": format!("{OWN}:roles"), "value": [{ "value": "draft" }] },
        { "op": "add", "path": format!("{OWN}:roles"), "value": ["read"] },
        { "op": "add", "path": "title", "value": "主任" },
        { "op": "add", "path": "nickName", "value": "passed over" },
    ]);
    let many = door.patch(&path, operations).await;
    assert_eq!(many.status, 200, "{}", many.body);
    assert_eq!(
        many.body["emails"],
        json!([{ "type": "work", "value": "c@example.jp" }, { "type": "other", "value": "d@example.jp" }])
    );
    assert_eq!(many.body[OWN]["roles"], json!([{ "value": "draft" }, { "value": "read" }]));
    let fewer = door
        .patch(
            &path,
            json!([{ "op": "remove", "path": "title" }, { "op": "remove", "path": format!("{OWN}:roles[value eq \"draft\"]") }]),
        )
        .await;
    assert!(fewer.body.get("title").is_none(), "{}", fewer.body);
    assert_eq!(fewer.body[OWN]["roles"], json!([{ "value": "read" }]));
    assert_eq!(door.sent().len(), 5, "one call, one message");
}

#[tokio::test]
async fn operations_that_cannot_be_meant_change_nothing() {
    let door = door();
    let made = door.create(user("takahashi-h", "01234567")).await;
    for (operations, scim_type) in [
        (json!([{ "op": "replace", "path": "emails[type eq \"none\"].value", "value": "x" }]), "noTarget"),
        (json!([{ "op": "remove" }]), "noTarget"),
        (json!([{ "op": "replace", "path": "emails[type", "value": "x" }]), "invalidPath"),
        (json!([{ "op": "move", "path": "title", "value": "x" }]), "invalidSyntax"),
        (json!([]), "invalidSyntax"),
        (
            json!([{ "op": "replace", "path": "title", "value": "部長" }, { "op": "remove", "path": "externalId" }]),
            "invalidValue",
        ),
        (json!([{ "op": "replace", "path": "name", "value": "x" }]), "invalidValue"),
    ] {
        let refused = door.patch(&made.id(), operations.clone()).await;
        assert_eq!((refused.status, &refused.body["scimType"]), (400, &json!(scim_type)), "{operations} {}", refused.body);
    }
    assert_eq!(door.sent().len(), 1);
    assert_eq!(door.ask("GET", &made.id(), &[], Value::Null).await.body, made.body);
}

#[tokio::test]
async fn what_is_wrong_is_said_in_the_words_of_the_catalogue() {
    let door = door();
    let mut wrong = user("taka hashi", "01234567");
    wrong.as_object_mut().unwrap().remove("name");
    let refused = door.create(wrong).await;
    assert_eq!(
        (refused.status, &refused.body["scimType"], &refused.body["status"]),
        (400, &json!("invalidValue"), &json!("400"))
    );
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.contains("userName「taka hashi」") && detail.contains("name"), "{detail}");
    let no_json = door.ask("POST", "/Users", &[("content-type", "text/csv")], user("yamada-h", "01234567")).await;
    assert_eq!(no_json.status, 415, "{}", no_json.body);
    assert_eq!(door.sent().len(), 0);
}

#[tokio::test]
async fn a_password_is_refused_and_kept_nowhere() {
    let door = door();
    let mut with = user("takahashi-h", "01234567");
    with["Password"] = "himitsu-1".into();
    let refused = door.create(with).await;
    assert_eq!((refused.status, &refused.body["scimType"]), (400, &json!("invalidValue")));
    assert!(refused.body["detail"].as_str().unwrap().contains("破棄"), "{}", refused.body);
    let made = door.create(user("takahashi-h", "01234567")).await;
    for operations in [
        json!([{ "op": "replace", "path": "password", "value": "himitsu-2" }]),
        json!([{ "op": "add", "value": { "urn:ietf:params:scim:schemas:core:2.0:User:password": "himitsu-3" } }]),
    ] {
        assert_eq!(door.patch(&made.id(), operations).await.status, 400);
    }
    // The general doors of the topic refuse it too, and keep nothing.
    let body = r#"{"userName":"a-b","password":"himitsu-4"}"#;
    let request = Request::builder().method("POST").uri(format!("/v1/topics/{USERS}/files"));
    let request = request.header("authorization", format!("Bearer {}", door.tokens[0])).body(Body::from(body)).unwrap();
    assert_eq!(router(door.api.clone()).oneshot(request).await.unwrap().status().as_u16(), 202);
    let outcomes = crate::testing::turn(&door.toy, &door.api.intake, USERS).await.unwrap();
    assert_eq!(outcomes[0].delivery.faults[0].code, "SECRET_REFUSED");
    let found = std::process::Command::new("grep").args(["-r", "himitsu"]).arg(&door.toy.dir).output().unwrap();
    assert!(found.stdout.is_empty(), "{}", String::from_utf8_lossy(&found.stdout));
}

#[tokio::test]
async fn a_call_without_answer_goes_on_with_the_same_delivery() {
    let door = door();
    door.memory.limit.store(1, Ordering::Relaxed);
    let first = door.create(user("takahashi-h", "01234567")).await;
    assert_eq!(first.status, 201);
    let down = door.patch(&first.id(), json!([{ "op": "replace", "path": "active", "value": false }])).await;
    assert_eq!(down.status, 503, "{}", down.body);
    assert_eq!(door.create(user("sato-i", "01234568")).await.status, 503);
    door.memory.limit.store(0, Ordering::Relaxed);
    let again = door.patch(&first.id(), json!([{ "op": "replace", "path": "active", "value": false }])).await;
    assert_eq!(again.status, 200, "{}", again.body);
    assert_eq!(door.create(user("sato-i", "01234568")).await.status, 201, "the same call again, not a twin");
    assert_eq!(door.memory.distinct().len(), 3);
    assert_eq!(door.sent().len(), 3, "each once, in order");
}

#[tokio::test]
async fn what_was_noted_before_a_crash_is_carried_on_by_the_next_start() {
    let door = door();
    door.memory.limit.store(1, Ordering::Relaxed);
    let made = door.create(user("takahashi-h", "01234567")).await;
    assert_eq!(door.ask("DELETE", &made.id(), &[], Value::Null).await.status, 503);
    // As if the program had died between noting the user and claiming the delivery.
    let processing = door.toy.dir.join("spool").join(USERS).join("processing");
    for entry in std::fs::read_dir(&processing).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        std::fs::remove_dir_all(entry.path()).unwrap();
    }
    door.memory.limit.store(0, Ordering::Relaxed);
    super::resume(api(&door.toy, &door.memory)).await;
    assert_eq!(door.last("account")["active"], "false");
    assert_eq!(door.sent().len(), 2);
    assert_eq!(door.ask("DELETE", &made.id(), &[], Value::Null).await.status, 404, "done already");
}

#[tokio::test]
async fn a_portal_that_counts_versions_is_held_to_them() {
    let door = door();
    let versioned = |version: &str, title: &str| {
        let mut user = user("takahashi-h", "01234567");
        user["meta"] = json!({ "version": version });
        user["title"] = title.into();
        user
    };
    let made = door.create(versioned("W/\"3\"", "主事")).await;
    assert_eq!(made.etag, "W/\"3\"");
    let put = async |version, title| door.ask("PUT", &made.id(), &[], versioned(version, title)).await;
    assert_eq!(put("W/\"2\"", "係長").await.status, 412, "older");
    assert_eq!(put("W/\"3\"", "係長").await.status, 409, "the same with another content");
    assert_eq!(put("W/\"3\"", "主事").await.status, 200, "the same again");
    assert_eq!(put("W/\"5\"", "係長").await.etag, "W/\"5\"");
    assert_eq!(door.last("meta")["version"], "W/\"5\"");
    assert_eq!(door.sent().len(), 2);
}

#[tokio::test]
async fn what_is_understood_is_told_from_the_layout() {
    let door = door();
    let get = async |path: &str| door.ask("GET", path, &[], Value::Null).await.body;
    assert_eq!(get("/ServiceProviderConfig").await["patch"]["supported"], true);
    assert_eq!(get("/ResourceTypes").await["Resources"][0]["endpoint"], "/Users");
    let schemas = get("/Schemas").await;
    let ids: Vec<&str> = schemas["Resources"].as_array().unwrap().iter().map(|schema| schema["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE, OWN]);
    let core = get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:User").await;
    let active = core["attributes"].as_array().unwrap().iter().find(|attribute| attribute["name"] == "active").unwrap();
    assert_eq!((&active["type"], &active["required"]), (&json!("boolean"), &json!(true)));
}

#[tokio::test]
async fn only_tokens_of_the_topic_open_it() {
    let door = door();
    let other = format!("Bearer {}", door.tokens[1]);
    let ask = async |token: &str| door.ask("GET", "/Users", &[("authorization", token)], Value::Null).await;
    assert_eq!((ask(&other).await.status, ask("Bearer rnk_none").await.status), (403, 401));
    assert_eq!(ask("Bearer rnk_none").await.body["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:Error");
    door.api.intake.stopping.cancel();
    assert_eq!(door.create(user("takahashi-h", "01234567")).await.status, 503);
}

#[tokio::test]
async fn the_document_names_every_path_of_the_door_and_no_other() {
    let door = door();
    let document = crate::http::openapi::document(&door.api.intake.registry);
    let paths: Vec<_> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .filter_map(|(path, methods)| Some((path.strip_prefix("/scim/v2")?, methods)))
        .collect();
    assert_eq!(paths.len(), 7);
    for (path, methods) in paths {
        let path = path.replace("{id}", "x").replace("{urn}", "urn:toy:1.0:User");
        for method in methods.as_object().unwrap().keys() {
            let token = [("authorization", "Bearer rnk_none")];
            let answer = door.ask(&method.to_uppercase(), &path, &token, json!({})).await;
            assert_eq!(answer.status, 401, "{method} {path}");
        }
    }
}
