//! Pushed over HTTP: what a partner takes is delivered once, what nobody can know is never sent again by machine when it is money,
//! and a picture of a moment gives way to a later one.

use renkei_consumers::outbound::{DeliverConfig, Destinations, ExportFile, Exporter, FileState, Found};
use renkei_core::calendar::clock;
use renkei_core::catalogue::Lang;
use sha2::{Digest, Sha256};

use crate::partner::{Asked, Partner, Reply};
use crate::toy::{self, PUSHED, PUSHED_STATUS, Toy, sha};

fn to(toy: &Toy, topic: &str, config: DeliverConfig) -> Exporter {
    let registry = toy.registry();
    let destinations = Destinations::new([(topic.to_owned(), config)].into(), &registry).unwrap();
    toy.exporter.clone().with_destinations(destinations)
}

fn config(partner: &Partner) -> DeliverConfig {
    DeliverConfig { whole_timeout_s: 1, ..DeliverConfig::new(&partner.url("/in?key=secret")) }
}

/// What the program says keeps it.
fn said(file: &ExportFile) -> Option<&str> {
    file.problem.as_ref().map(|problem| problem.said.as_str())
}

/// A payment file, approved and released.
async fn released(toy: &Toy, exporter: &Exporter) -> ExportFile {
    toy.released_of(exporter, PUSHED, "a").await
}

/// A snapshot, made and released by machine.
async fn snapshot(exporter: &Exporter, key: &str) -> ExportFile {
    let topic = exporter.topic(PUSHED_STATUS).unwrap();
    let file = exporter.make(topic, &toy::order(PUSHED_STATUS, key, &[])).await.unwrap();
    exporter.release(file.id, &file.made_by).await.unwrap()
}

/// The waits are over.
async fn later(toy: &Toy) {
    toy.db.tamper("update export.delivery set next_try = clock_timestamp() where next_try is not null").await;
}

async fn steps(toy: &Toy, file: &ExportFile) -> String {
    let sql = "select string_agg(kind, ' ' order by id) from export.delivery where file_id = ";
    toy.db.one(&format!("{sql}{}", file.id)).await
}

#[tokio::test]
async fn a_file_is_pushed_with_what_the_partner_needs_to_take_it_once() {
    let toy = Toy::new().await;
    let partner = Partner::start(|_| Reply::status(201, "受付番号 42")).await;
    std::fs::write(toy.folder.path().join("token"), "s3cret\n").unwrap();
    let config = DeliverConfig { secret_file: toy.folder.path().join("token"), ..config(&partner) };
    let file = released(&toy, &to(&toy, PUSHED, config)).await;
    assert_eq!((file.state, toy.outbox()), (FileState::Delivered, Vec::<String>::new()));
    let [asked] = <[Asked; 1]>::try_from(partner.asked()).unwrap();
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/in?key=secret"));
    assert_eq!(hex::encode(Sha256::digest(&asked.body)), sha(&file));
    let run = file.run.to_string();
    for (name, value) in [
        ("authorization", "Bearer s3cret"),
        ("idempotency-key", run.as_str()),
        ("renkei-topic", PUSHED),
        ("renkei-sha256", sha(&file)),
        ("renkei-count", "3"),
        ("renkei-total", "321000"),
    ] {
        assert_eq!(asked.header(name), value, "{name}");
    }
    assert!(asked.header("content-digest").starts_with("sha-256=:"), "{asked:?}");
    let said: String = toy.db.one("select place || ' ' || detail from export.delivery where kind = 'delivered'").await;
    assert_eq!(said, format!("{} 201 Created: 受付番号 42", partner.url("/in?…")));
}

#[tokio::test]
async fn what_was_not_taken_is_tried_again_and_arrives_once() {
    let toy = Toy::new().await;
    let partner = Partner::start(|_| Reply::Answer(503, vec![("retry-after".into(), "7200".into())], b"closed".to_vec())).await;
    let exporter = to(&toy, PUSHED_STATUS, config(&partner));
    let file = snapshot(&exporter, "a").await;
    assert_eq!((file.state, said(&file)), (FileState::Released, Some("503 Service Unavailable: closed")));
    let wait = "select (extract(epoch from next_try - at) > 7000) from export.delivery where kind = 'not_sent'";
    assert!(toy.db.one::<bool>(wait).await, "not before the partner wants it");
    assert!(exporter.deliver_pending().await.unwrap().is_empty());
    assert_eq!(partner.asked().len(), 1, "its time has not come");

    partner.now(|_| Reply::status(200, ""));
    later(&toy).await;
    let delivered = exporter.deliver_pending().await.unwrap();
    assert_eq!((delivered[0].state, said(&delivered[0])), (FileState::Delivered, None));
    assert_eq!((partner.asked().len(), steps(&toy, &file).await.as_str()), (1, "placing not_sent placing delivered"));
}

#[tokio::test]
async fn a_partner_that_is_not_reached_got_nothing() {
    let toy = Toy::new().await;
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/in", nobody.local_addr().unwrap());
    drop(nobody);
    let file = released(&toy, &to(&toy, PUSHED, DeliverConfig::new(&url))).await;
    assert_eq!((file.state, steps(&toy, &file).await.as_str()), (FileState::Released, "placing not_sent"));
}

#[tokio::test]
async fn what_the_partner_refuses_waits_for_a_person() {
    let toy = Toy::new().await;
    let partner = Partner::start(|_| Reply::status(422, "合計が一致しません")).await;
    let exporter = to(&toy, PUSHED, config(&partner));
    let file = released(&toy, &exporter).await;
    let problem = file.problem.as_ref().unwrap();
    assert_eq!(problem.said, "422 Unprocessable Entity: 合計が一致しません");
    let (text, _) = problem.words(Lang::Ja).unwrap();
    assert!(text.contains("受取りを断りました") && text.contains("合計が一致しません"), "{text}");
    later(&toy).await;
    assert!(exporter.deliver_pending().await.unwrap().is_empty());
    assert_eq!((partner.asked().len(), toy.state(file.id).await.as_str()), (1, "released"));

    partner.now(|_| Reply::status(204, ""));
    assert!(exporter.deliver_again(file.id, "鈴木", " ").await.is_err(), "a reason is needed");
    let again = exporter.deliver_again(file.id, "鈴木", "相手方の設定を直した").await.unwrap();
    assert_eq!((again.state, partner.asked().len()), (FileState::Delivered, 1));
    assert!(exporter.deliver_again(file.id, "鈴木", "もう一度").await.is_err(), "it has arrived");
}

/// The partner has certainly not taken it, and wants it later: for money a person lets it go again.
#[tokio::test]
async fn money_that_the_partner_puts_off_waits_for_a_person() {
    for status in [425, 429] {
        let toy = Toy::new().await;
        let partner = Partner::start(move |_| Reply::status(status, "later")).await;
        let exporter = to(&toy, PUSHED, config(&partner));
        let file = released(&toy, &exporter).await;
        later(&toy).await;
        assert!(exporter.deliver_pending().await.unwrap().is_empty());
        assert_eq!((file.state, partner.asked().len()), (FileState::Released, 1), "{status}");
        partner.now(|_| Reply::status(204, ""));
        let again = exporter.deliver_again(file.id, "鈴木", "相手先の受付が再開").await.unwrap();
        assert_eq!((again.state, said(&again)), (FileState::Delivered, None));
    }
}

/// Timeout, a broken line, 500, 502: money may have been taken. A machine never sends it a second time.
#[tokio::test]
async fn money_of_unclear_fate_is_never_sent_again_by_machine() {
    type Answering = fn(&Asked) -> Reply;
    let unclear: [Answering; 6] = [
        |_| Reply::Silence,
        |_| Reply::BreakOff,
        |_| Reply::status(500, "oops"),
        |_| Reply::status(502, ""),
        // A gateway says these of what the partner behind it may have taken.
        |_| Reply::status(503, "closed"),
        |_| Reply::status(408, ""),
    ];
    for answering in unclear {
        let toy = Toy::new().await;
        let partner = Partner::start(answering).await;
        let exporter = to(&toy, PUSHED, config(&partner));
        let file = released(&toy, &exporter).await;
        assert_eq!((file.state, steps(&toy, &file).await.as_str()), (FileState::Unknown, "placing unclear"));
        partner.now(|_| Reply::status(200, ""));
        later(&toy).await;
        assert!(exporter.deliver_pending().await.unwrap().is_empty());
        assert!(exporter.deliver_again(file.id, "鈴木", "x").await.is_err());
        assert_eq!(partner.asked().len(), 1);
        // Two persons and the partner's word let it leave once more.
        let found = exporter.resolve_unknown(file.id, "鈴木", Found::NotArrived, "照会", "未着と回答").await.unwrap();
        assert_eq!((found.state, partner.asked().len()), (FileState::Delivered, 1));
    }
}

#[tokio::test]
async fn a_picture_of_unclear_fate_is_sent_again_under_its_key() {
    let toy = Toy::new().await;
    let partner = Partner::start(|_| Reply::BreakOff).await;
    let exporter = to(&toy, PUSHED_STATUS, config(&partner));
    let file = snapshot(&exporter, "a").await;
    assert_eq!(file.state, FileState::Released);
    partner.now(|_| Reply::status(200, ""));
    later(&toy).await;
    assert_eq!(exporter.deliver_pending().await.unwrap()[0].state, FileState::Delivered);
    let keys: Vec<String> = partner.asked().iter().map(|asked| asked.header("idempotency-key").to_owned()).collect();
    assert_eq!(keys, [file.run.to_string(), file.run.to_string()]);
}

#[tokio::test]
async fn an_older_picture_is_never_sent_behind_a_later_one() {
    let toy = Toy::new().await;
    let partner = Partner::start(|_| Reply::status(503, "")).await;
    let exporter = to(&toy, PUSHED_STATUS, config(&partner));
    let (first, second) = (snapshot(&exporter, "a").await, snapshot(&exporter, "b").await);
    partner.now(|_| Reply::status(200, ""));
    let third = snapshot(&exporter, "c").await;
    assert_eq!(third.state, FileState::Delivered);
    later(&toy).await;
    let ended: Vec<_> = exporter.deliver_pending().await.unwrap().into_iter().map(|file| (file.id, file.state)).collect();
    assert_eq!(ended, [(first.id, FileState::Superseded), (second.id, FileState::Superseded)]);
    let keys: Vec<String> = partner.asked().iter().map(|asked| asked.header("idempotency-key").to_owned()).collect();
    assert_eq!(keys, [first.run, second.run, third.run].map(|run| run.to_string()), "each once, in their order");
    // Nothing about it changes any more, and what leaves once is never left out.
    let back = format!("update export.file set state = 'released' where id = {}", first.id);
    assert_eq!(toy.db.refused(&back).await, "file_step_known");
}

/// Orders that waited while every consumer was down do not become files.
#[tokio::test]
async fn bytes_of_overtaken_pictures_are_given_up_after_their_days_and_no_others() {
    let toy = Toy::new().await;
    let partner = Partner::start(|_| Reply::status(200, "")).await;
    let exporter = to(&toy, PUSHED_STATUS, config(&partner));
    let money = toy.released("a").await;
    let first = snapshot(&exporter, "1").await;
    toy.db.run("insert into toy.payment (payee, amount) values ('D', 1)").await;
    let last = snapshot(&exporter, "2").await;
    assert_eq!((first.state, last.state), (FileState::Delivered, FileState::Delivered));
    let days = |days: i64| clock::now().saturating_add(jiff::SignedDuration::from_hours(24 * days));
    assert_eq!(exporter.purge(&days(6)).await.unwrap(), 0);
    assert_eq!(exporter.purge(&days(8)).await.unwrap(), 1);
    assert_eq!(exporter.purge(&days(900)).await.unwrap(), 0, "the last one, and what leaves once, stay");
    let gone = exporter.download(first.id, "佐藤").await.unwrap_err();
    assert_eq!(gone.code(), "EXPORT_PURGED");
    for kept in [&money, &last] {
        assert!(!exporter.download(kept.id, "佐藤").await.unwrap().bytes.is_empty());
    }
    let purge = |id: i64| format!("update export.file set purged_at = now() where id = {id}");
    assert_eq!(toy.db.refused(&purge(money.id)).await, "file_purged_is_no_once_only");
    let why = "select count(*) from audit.event where action = 'export.purged'";
    assert_eq!(toy.db.one::<i64>(why).await, 1);
}

#[tokio::test]
async fn only_the_last_of_many_orders_becomes_a_picture() {
    let toy = Toy::new().await;
    let now = jiff::Timestamp::now();
    let exporter = toy.exporter_of_today();
    let topic = exporter.topic(PUSHED_STATUS).unwrap();
    let mut states = Vec::new();
    for back in (0..12).rev() {
        let ordered_at = now - jiff::SignedDuration::from_mins(5 * back);
        let order = renkei_core::message::ExportOrder {
            ordered_at: ordered_at.to_string(),
            ..toy::order(PUSHED_STATUS, &format!("run {back}"), &[])
        };
        states.push(exporter.make(topic, &order).await.unwrap().state);
    }
    assert_eq!(states.pop(), Some(FileState::Generated));
    assert!(states.iter().all(|state| *state == FileState::Superseded), "{states:?}");
    let bytes = "select count(*) from export.file where state = 'superseded' and sha256 is null";
    assert_eq!(toy.db.one::<i64>(bytes).await, i64::try_from(states.len()).unwrap());
}

#[tokio::test]
async fn without_an_address_the_file_lies_in_the_outbox() {
    let toy = Toy::new().await;
    let file = toy.released_of(&toy.exporter, PUSHED, "a").await;
    assert_eq!(file.state, FileState::Delivered);
    let folder = toy.folder.path().join("outbox").join(PUSHED).join("20261125-001");
    let manifest: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    assert_eq!((manifest["to"].as_str(), manifest["sha256"].as_str()), (Some("there"), file.sha256.as_deref()));
}

#[test]
fn an_address_must_fit_its_topic() {
    let registry = toy::registry_in(tempfile::tempdir().unwrap().path());
    let refused = |slug: &str, url: &str| {
        Destinations::new([(slug.to_owned(), DeliverConfig::new(url))].into(), &registry).map(|_| ()).unwrap_err()
    };
    assert!(refused(PUSHED, "s3://bucket").contains("queues.toml says delivery = \"http\""));
    assert!(refused(toy::PAYMENTS, "https://bank.example/").contains("delivery = \"outbox\""));
    assert!(refused("99_nobody", "https://a.example/").contains("no outbound topic"));
    assert!(refused(PUSHED, "http://bank.example/").contains("must begin with https"));
}

/// Certificates made for the test: an authority of our own is believed; to a stranger nothing is said.
#[tokio::test]
async fn only_a_partner_with_a_certificate_of_the_authority_gets_anything() {
    let ours = Authority::new();
    let partner = Partner::start_tls(Some(ours.acceptor()), |_| Reply::status(200, "")).await;
    let url = format!("https://localhost:{}/in", partner.port());
    for (authority, state) in [(&ours, FileState::Delivered), (&Authority::new(), FileState::Released)] {
        let toy = Toy::new().await;
        let ca_file = toy.folder.path().join("ca.pem");
        std::fs::write(&ca_file, authority.issuer.pem()).unwrap();
        let file = released(&toy, &to(&toy, PUSHED, DeliverConfig { ca_file, ..DeliverConfig::new(&url) })).await;
        assert_eq!(
            (file.state, partner.asked().len()),
            (state, usize::from(state == FileState::Delivered)),
            "{:?}",
            file.problem
        );
    }
}

struct Authority {
    issuer: rcgen::CertifiedIssuer<'static, rcgen::KeyPair>,
}

impl Authority {
    fn new() -> Authority {
        let mut params = rcgen::CertificateParams::default();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        Authority { issuer: rcgen::CertifiedIssuer::self_signed(params, key).unwrap() }
    }

    /// Speaks TLS as localhost.
    fn acceptor(&self) -> tokio_rustls::TlsAcceptor {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let chain = vec![params.signed_by(&key, &self.issuer).unwrap().der().clone()];
        let key = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der()).into();
        let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = builder.with_no_client_auth().with_single_cert(chain, key).unwrap();
        std::sync::Arc::new(config).into()
    }
}
