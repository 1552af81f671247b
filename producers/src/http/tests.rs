//! Requests through the router, and through a real socket where the socket matters.

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::*;
use crate::testing::{BAD_CSV, MASTER, Memory, PAPERS, TOY, Toy, good_csv, paper, papers_csv, turn};

struct Server {
    toy: Toy,
    memory: Arc<Memory>,
    api: Arc<Api>,
    /// For the toy topic only, for everything, and of another sender.
    tokens: [String; 3],
}

fn server() -> Server {
    let (toy, memory) = (Toy::new(), Memory::new());
    let path = toy.dir.join("tokens.toml");
    let made =
        [("toys", TOY), ("all", "*"), ("other", TOY)].map(|(name, topic)| tokens::make(name, &[topic.to_owned()]).unwrap());
    std::fs::write(&path, made.iter().map(|made| made.entry.as_str()).collect::<String>()).unwrap();
    let config =
        HttpConfig { records_bytes_max: 1_000, uploads_max: 2, header_timeout_s: 1, idle_timeout_s: 1, ..HttpConfig::default() };
    let intake = toy.intake(memory.clone());
    let api = Api::new(intake, config, Tokens::load(&path).unwrap(), Arc::new(Semaphore::new(2)), BTreeMap::new());
    Server { toy, memory, api, tokens: made.map(|made| made.token) }
}

impl Server {
    async fn ask(
        &self,
        method: Method,
        path: &str,
        token: Option<usize>,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> (u16, Value) {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {}", self.tokens[token]));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = router(self.api.clone()).oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    async fn post(&self, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> (u16, Value) {
        self.ask(Method::POST, path, Some(0), headers, body).await
    }

    /// Waits until the delivery has come to its end.
    async fn ended(&self, answer: &Value) -> Value {
        let url = answer["status_url"].as_str().unwrap().to_owned();
        for _ in 0..500 {
            let (status, state) = self.ask(Method::GET, &url, Some(0), &[], Body::empty()).await;
            assert_eq!(status, 200, "{state}");
            if matches!(state["status"].as_str(), Some("published" | "rejected")) {
                return state;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{answer} did not end");
    }
}

const FILES: &str = "/v1/topics/90_toy/files";
const RECORDS: &str = "/v1/topics/90_toy/records";
const JSON: (&str, &str) = ("content-type", "application/json; charset=utf-8");

#[tokio::test]
async fn a_file_is_taken_published_and_told_about() {
    let server = server();
    let (status, answer) = server.post(FILES, &[("x-file-name", "%E8%AA%BF%E5%AE%9A.csv")], good_csv()).await;
    assert_eq!(status, 202, "{answer}");
    let state = server.ended(&answer).await;
    assert_eq!((&state["status"], &state["records"], &state["yen"]), (&"published".into(), &7.into(), &2_800.into()));
    assert_eq!(state["file"], "調定.csv");
    let message = &server.memory.messages()[0];
    assert_eq!((message.headers["renkei-sender"].as_str(), message.headers["renkei-file"].as_str()), ("http:toys", "調定.csv"));
    let url = answer["status_url"].as_str().unwrap();
    let (status, _) = server.ask(Method::GET, url, Some(2), &[], Body::empty()).await;
    assert_eq!(status, 404, "another sender is not told");
}

#[tokio::test]
async fn wrong_content_is_taken_and_the_status_says_what_is_wrong() {
    let server = server();
    let (status, answer) = server.post(FILES, &[], BAD_CSV).await;
    assert_eq!(status, 202);
    let state = server.ended(&answer).await;
    assert_eq!(state["status"], "rejected");
    let first = &state["faults"][0];
    assert!(first["message_ja"].as_str().is_some_and(|text| !text.is_empty()), "{first}");
    assert!(first["message_en"].as_str().is_some_and(|text| !text.is_empty()), "{first}");
    let (_, answer) = server.post(FILES, &[("x-control-sum", "2801")], good_csv()).await;
    assert_eq!(server.ended(&answer).await["faults"][0]["code"], "CONTROL_SUM");
}

#[tokio::test]
async fn records_are_taken_one_or_many() {
    let server = server();
    let one = r#"{"code":"0001","amount":500,"memo":"玩具"}"#;
    let (status, answer) = server.post(RECORDS, &[JSON], one).await;
    assert_eq!(status, 202, "{answer}");
    let state = server.ended(&answer).await;
    assert_eq!((&state["status"], &state["records"], &state["yen"]), (&"published".into(), &1.into(), &500.into()), "{state}");
    let (_, answer) = server.post(RECORDS, &[JSON], format!("[{one},{one}]")).await;
    assert_eq!(server.ended(&answer).await["yen"], 1_000);
    let (status, answer) = server.post(RECORDS, &[JSON], r#"[{"code":"x"}"#).await;
    assert_eq!(status, 202);
    assert_eq!(server.ended(&answer).await["status"], "rejected");
}

#[tokio::test]
async fn tokens_scope_and_paths_are_guarded() {
    let server = server();
    let master = "/v1/topics/92_toy_master/files";
    let status = async |path: &str, token| server.ask(Method::POST, path, token, &[], good_csv()).await.0;
    assert_eq!(status(FILES, None).await, 401);
    assert_eq!(status(master, Some(0)).await, 403);
    assert_eq!(status("/v1/topics/99_none/files", Some(0)).await, 403, "what is not yours is not told about");
    assert_eq!(status("/v1/topics/99_none/files", Some(1)).await, 404);
    assert_eq!(status("/v1/topics/91_toy_export/files", Some(1)).await, 404, "outbound topics take nothing");
    assert_eq!(status("/v1/else", Some(1)).await, 404);
    assert_eq!(server.ask(Method::GET, FILES, Some(0), &[], Body::empty()).await.0, 405);
    assert_eq!(server.post(&format!("{FILES}?layout=none"), &[], good_csv()).await.0, 400);
    let (status, problem) = server.ask(Method::POST, FILES, None, &[("authorization", "Bearer rnk_wrong")], good_csv()).await;
    assert_eq!((status, &problem["type"]), (401, &"urn:renkei:problem:unauthorized".into()));
    assert!(problem["title_ja"].as_str().is_some_and(|text| text.contains("トークン")));
    assert_eq!(server.memory.messages().len(), 0);
}

#[tokio::test]
async fn sizes_and_kinds_are_limited() {
    let server = server();
    let large = vec![b'x'; 2_001];
    assert_eq!(server.post(FILES, &[("content-length", "2001")], large.clone()).await.0, 413);
    let unannounced = Body::from_stream(futures_util::stream::iter(
        large.chunks(500).map(|part| Ok::<_, std::io::Error>(part.to_vec())).collect::<Vec<_>>(),
    ));
    assert_eq!(server.post(FILES, &[], unannounced).await.0, 413);
    assert_eq!(server.post(RECORDS, &[JSON], vec![b' '; 1_001]).await.0, 413);
    assert_eq!(server.post(RECORDS, &[("content-type", "text/csv")], "[]").await.0, 415);
    assert_eq!(server.post(FILES, &[("content-type", "multipart/form-data")], "x").await.0, 400, "a form without boundary");
    let spool = server.toy.dir.join("spool/90_toy/processing");
    let left = std::fs::read_dir(spool).unwrap().count();
    assert_eq!(left, 0, "refused uploads leave nothing");
}

#[tokio::test]
async fn a_repeated_key_is_the_same_delivery_and_another_body_is_refused() {
    let server = server();
    let key = [("idempotency-key", "2026-10-05/1")];
    let (_, first) = server.post(FILES, &key, good_csv()).await;
    let (status, while_running) = server.post(FILES, &key, good_csv()).await;
    assert_eq!((status, &while_running["delivery"]), (202, &first["delivery"]));
    server.ended(&first).await;
    let (status, after) = server.post(FILES, &key, good_csv()).await;
    assert_eq!((status, &after["delivery"], &after["status"]), (202, &first["delivery"], &"published".into()));
    assert_eq!(server.memory.messages().len(), 3, "published once");
    assert_eq!(server.post(FILES, &key, "other").await.0, 422);
    let (_, other) = server.ask(Method::POST, FILES, Some(2), &key, good_csv()).await;
    assert_ne!(other["delivery"], first["delivery"], "a key belongs to its sender");
}

#[tokio::test]
async fn ordered_topics_are_left_to_their_worker() {
    let server = server();
    let mut ids = Vec::new();
    for number in 0..3 {
        let key = format!("{number}");
        let (status, answer) =
            server.ask(Method::POST, "/v1/topics/92_toy_master/files", Some(1), &[("idempotency-key", &key)], good_csv()).await;
        assert_eq!(status, 202);
        ids.push(answer["delivery"].as_str().unwrap().to_owned());
    }
    assert_eq!(server.memory.messages().len(), 0);
    let outcomes = turn(&server.toy, &server.api.intake, MASTER).await.unwrap();
    let order: Vec<String> = outcomes.iter().map(|outcome| outcome.delivery.delivery.to_string()).collect();
    assert_eq!(order, ids, "in the order they came, whatever their ids");
}

#[tokio::test]
async fn uploads_beyond_the_limit_are_told_to_come_back() {
    let server = server();
    let _held = server.api.uploads.clone().acquire_many_owned(2).await.unwrap();
    let (status, problem) = server.post(FILES, &[], good_csv()).await;
    assert_eq!((status, &problem["type"]), (503, &"urn:renkei:problem:busy".into()));
}

#[tokio::test]
async fn health_is_told_and_a_stopping_program_is_not_ready() {
    let server = server();
    let get = async |path: &str| server.ask(Method::GET, path, None, &[], Body::empty()).await.0;
    assert_eq!((get("/healthz").await, get("/readyz").await), (200, 200));
    server.api.intake.stopping.cancel();
    assert_eq!((get("/healthz").await, get("/readyz").await), (200, 503));
    assert_eq!(server.post(FILES, &[], good_csv()).await.0, 503);
}

#[tokio::test]
async fn a_real_socket_takes_files_cuts_the_slow_and_drains() {
    let server = server();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stopping = CancellationToken::new();
    let serving = tokio::spawn(serve(server.api.clone(), listener, None, stopping.clone()));
    let talk = async |request: String| {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let (body, token) = (good_csv(), &server.tokens[0]);
    let head = format!("POST {FILES} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nconnection: close\r\n");
    let answer = talk(format!("{head}content-length: {}\r\n\r\n{body}", body.len())).await;
    assert!(answer.starts_with("HTTP/1.1 202") && answer.contains("location: /v1/deliveries/"), "{answer}");
    let slow_body = talk(format!("{head}content-length: 999\r\n\r\nonly this")).await;
    assert!(slow_body.starts_with("HTTP/1.1 408"), "{slow_body}");
    let slow_head = talk("GET /healthz HTTP/1.1\r\nhost".to_owned()).await;
    assert!(!slow_head.contains("200"), "the connection is closed: {slow_head}");
    stopping.cancel();
    serving.await.unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "no more connections");
}

/// A form of parts: name, file name, content.
fn form(parts: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = if file.is_empty() { String::new() } else { format!("; filename=\"{file}\"") };
        body.extend_from_slice(format!("--b0\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--b0--\r\n");
    body
}

const FORM: (&str, &str) = ("content-type", "multipart/form-data; boundary=b0");

#[tokio::test]
async fn a_form_brings_a_file_and_its_documents() {
    let server = server();
    let path = format!("/v1/topics/{PAPERS}/files");
    let (bytes, hash) = paper("one");
    let csv = papers_csv(&[("契約 1.pdf", &hash)]);
    let key = ("idempotency-key", "k1");
    let body = form(&[("evidence", "契約 1.pdf", &bytes), ("file", "契約.csv", csv.as_bytes())]);
    let ask = |headers: Vec<(&'static str, &'static str)>, body: Vec<u8>| {
        let (server, path) = (&server, &path);
        async move { server.ask(Method::POST, path, Some(1), &headers, body).await }
    };
    let (status, answer) = ask(vec![FORM, key], body.clone()).await;
    assert_eq!(status, 202, "{answer}");
    let ended = loop {
        let (_, state) = server.ask(Method::GET, answer["status_url"].as_str().unwrap(), Some(1), &[], Body::empty()).await;
        if state["status"] == "published" {
            break state;
        }
        assert_ne!(state["status"], "rejected", "{state}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert_eq!((&ended["file"], &ended["evidence"][0]["name"]), (&"契約.csv".into(), &"契約 1.pdf".into()));
    assert_eq!(ended["evidence"][0]["sha256"], hash.as_str());
    assert_eq!(ask(vec![FORM, key], body).await.0, 202, "the same form again is the same delivery");
    let other = form(&[("evidence", "契約 1.pdf", &paper("two").0), ("file", "契約.csv", csv.as_bytes())]);
    assert_eq!(ask(vec![FORM, key], other).await.0, 422, "another document under the same key");
    for (parts, wrong) in [
        (vec![("evidence", "a.pdf", &bytes[..])], "no part called file"),
        (vec![("file", "a.csv", &b"x"[..]), ("file", "b.csv", b"x")], "two parts"),
        (vec![("file", "a.csv", &b"x"[..]), ("paper", "a.pdf", b"x")], "a part is called"),
        (vec![("file", "a.csv", &b"x"[..]), ("evidence", "", b"x")], "no filename"),
    ] {
        let (status, problem) = ask(vec![FORM], form(&parts)).await;
        assert!(status == 400 && problem["detail"].as_str().unwrap().contains(wrong), "{wrong}: {problem}");
    }
    let left = std::fs::read_dir(server.toy.dir.join(format!("spool/{PAPERS}/processing"))).unwrap().count();
    assert_eq!(left, 0, "refused forms leave nothing");
}

#[tokio::test]
async fn every_path_of_the_document_answers_and_its_schemas_are_there() {
    let server = server();
    let (status, document) = server.ask(Method::GET, "/v1/openapi.json", None, &[], "").await;
    assert_eq!(status, 200);
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.contains_key(&format!("/v1/topics/{TOY}/files")), "{paths:?}");
    for (path, methods) in paths {
        let path = path.replace("{id}", "0199a000-0000-7000-8000-000000000000");
        for method in methods.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let (status, answer) = server.ask(method.clone(), &path, None, &[], "").await;
            let open = matches!(path.as_str(), "/healthz" | "/readyz");
            assert_eq!(status, if open { 200 } else { 401 }, "{method} {path}: {answer}");
        }
    }
    let variant = paths[&format!("/v1/topics/{TOY}/files")]["post"]["parameters"][0]["schema"]["enum"][0].as_str().unwrap();
    let file = format!("{TOY}.{variant}.schema.json");
    assert!(document.to_string().contains(&format!("./schemas/{file}")));
    let schema = format!("/v1/schemas/{file}");
    let (status, schema) = server.ask(Method::GET, &schema, None, &[], "").await;
    assert_eq!(status, 200);
    assert!(schema["$defs"].is_object(), "{schema}");
    assert_eq!(server.ask(Method::GET, "/v1/schemas/none.schema.json", None, &[], "").await.0, 404);
}

#[tokio::test]
async fn with_a_certificate_the_door_speaks_tls_and_nothing_else() {
    let server = server();
    let key = rcgen::KeyPair::generate().unwrap();
    let cert = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let (cert_file, key_file) = (server.toy.dir.join("cert.pem"), server.toy.dir.join("key.pem"));
    std::fs::write(&cert_file, cert.pem()).unwrap();
    std::fs::write(&key_file, key.serialize_pem()).unwrap();
    let tls = renkei_core::tls::acceptor(&cert_file, &key_file).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, stopping) = (listener.local_addr().unwrap().port(), CancellationToken::new());
    let serving = tokio::spawn(serve(server.api.clone(), listener, tls, stopping.clone()));
    let believed = reqwest::Certificate::from_pem(cert.pem().as_bytes()).unwrap();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([believed]).build().unwrap();
    let answer = client.get(format!("https://localhost:{port}/healthz")).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (200, "ok\n"));
    assert!(client.get(format!("http://localhost:{port}/healthz")).send().await.is_err(), "no plain text");
    let stranger = reqwest::Client::builder().no_proxy().build().unwrap();
    assert!(stranger.get(format!("https://localhost:{port}/healthz")).send().await.is_err(), "nobody vouches for it");
    drop(client);
    stopping.cancel();
    serving.await.unwrap();
}
