//! A partner that answers rightly, late, wrongly and not at all; and what becomes of its files.

use renkei_core::catalogue::{self, Lang};
use renkei_core::verdict::Verdict;

use super::server::{Asked, Server, broken_off, file, status, with};
use super::state::sha256_of;
use super::*;
use crate::config::ProducerConfig;
use crate::delivery::{Delivery, Stage};
use crate::testing::{BAD_CSV, MASTER, Memory, TOY, Toy, good_csv, turn};

/// A producer with one topic that is fetched.
struct World {
    toy: Toy,
    memory: Arc<Memory>,
    intake: Arc<Intake>,
    puller: Puller,
    slug: &'static str,
}

fn world(slug: &'static str, config: PullConfig) -> World {
    let (toy, memory) = (Toy::new(), Memory::new());
    let faults: Vec<String> = config.faults();
    assert!(faults.is_empty(), "{faults:?}");
    let settings = ProducerConfig { pull: [(slug.to_owned(), config)].into(), ..toy.config() };
    let archive = renkei_core::archive::Archive::open(toy.dir.join("archive").to_str().unwrap()).unwrap();
    let intake = Intake::open(settings, toy.registry.clone(), archive, memory.clone(), Default::default()).unwrap();
    let puller = Puller::of(&intake, &toy.topic(slug), Arc::default()).unwrap().unwrap();
    World { toy, memory, intake, puller, slug }
}

impl World {
    async fn now(&self) -> Last {
        self.puller.now(None, false).await.unwrap()
    }

    fn state(&self) -> State {
        look(&self.intake.config.spool_dir, self.slug).unwrap().unwrap_or_default()
    }

    /// Carries what was handed in.
    async fn carried(&self) -> Vec<Delivery> {
        let outcomes = turn(&self.toy, &self.intake, self.slug).await.unwrap();
        outcomes.into_iter().map(|outcome| outcome.delivery).collect()
    }

    /// What lies beside state and lock.
    fn left(&self) -> Vec<String> {
        let dir = self.toy.dir.join("spool/pull").join(self.slug);
        let names = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| !matches!(name.as_str(), "lock" | "state.json")).collect()
    }
}

fn at(text: &str) -> ZonedDateTime {
    text.parse::<Timestamp>().unwrap().to_zoned_datetime(clock::tokyo())
}

/// Code and verdict of a failed try; its texts are whole in both languages.
fn failed(last: &Last) -> (&str, Verdict) {
    let fault = last.fault.as_ref().unwrap_or_else(|| panic!("it did not fail: {last:?}"));
    for lang in [Lang::Ja, Lang::En] {
        let text = format!("{} {}", catalogue::text(fault, lang), catalogue::remedy(fault, lang));
        assert!(catalogue::is_known(&fault.code) && !text.contains(['{', '}']), "{text}");
    }
    (&fault.code, last.verdict.unwrap())
}

fn outcomes(last: &Last) -> Vec<PulledOutcome> {
    assert_eq!(last.fault, None);
    last.files.iter().map(|file| file.outcome).collect()
}

use PulledOutcome::{HandedIn, Same, Unchanged};

#[tokio::test]
async fn a_new_file_is_handed_in_once_with_its_origin() {
    let server = Server::start(|asked| file(asked, "\"v1\"", good_csv().as_bytes())).await;
    let world = world(TOY, server.config("/v/%E6%A5%AD%E8%80%85.csv?key=s3cret"));
    assert_eq!(outcomes(&world.now().await), [HandedIn]);
    let delivery = world.carried().await.remove(0);
    assert_eq!((delivery.stage, delivery.file.as_str(), delivery.sender.as_str()), (Stage::Published, "業者.csv", "pull:90_toy"));
    let origin = delivery.origin.clone().unwrap();
    assert_eq!((origin.url, origin.etag.as_deref()), (format!("{}?…", server.url("/v/%E6%A5%AD%E8%80%85.csv")), Some("\"v1\"")));
    assert_eq!(world.memory.records(delivery.delivery).len(), 7);
    let again = world.now().await;
    assert_eq!(
        (outcomes(&again), again.files[0].delivery, again.outcome()),
        (vec![Unchanged], Some(delivery.delivery), "unchanged")
    );
    server.now(|asked| file(asked, "\"v2\"", good_csv().as_bytes()));
    let same = world.now().await;
    assert_eq!((outcomes(&same), same.files[0].delivery), (vec![Same], Some(delivery.delivery)), "another tag, the same bytes");
    assert!(world.carried().await.is_empty() && world.left().is_empty(), "{:?}", world.left());
    let asked = server.asked();
    let validators: Vec<&str> = asked.iter().map(|asked| asked.header("if-none-match")).collect();
    assert_eq!(validators, ["", "\"v1\"", "\"v1\""]);
    let forced = world.puller.now(None, true).await.unwrap();
    assert_eq!(outcomes(&forced), [HandedIn], "an operator may ask for it again");
    assert_ne!(world.carried().await[0].delivery, delivery.delivery);
    let state = std::fs::read_to_string(world.toy.dir.join("spool/pull/90_toy/state.json")).unwrap();
    assert!(!state.contains("s3cret"), "{state}");
}

#[tokio::test]
async fn without_validators_the_bytes_are_compared() {
    let server = Server::start(|_| with(200, &[], good_csv().into())).await;
    let world = world(TOY, server.config("/a.csv"));
    assert_eq!(outcomes(&world.now().await), [HandedIn]);
    assert_eq!(outcomes(&world.now().await), [Same]);
    server.now(|_| with(200, &[("last-modified", "Mon, 05 Oct 2026 00:00:00 GMT")], "0001,100,a\r\n".into()));
    assert_eq!(outcomes(&world.now().await), [HandedIn]);
    server.now(|asked| match asked.header("if-modified-since") {
        "Mon, 05 Oct 2026 00:00:00 GMT" => status(304, &[]),
        other => panic!("{other}"),
    });
    assert_eq!(outcomes(&world.now().await), [Unchanged]);
    server.now(|_| with(200, &[], good_csv().into()));
    assert_eq!(outcomes(&world.now().await), [HandedIn], "what it was before the last is new again");
    assert_eq!(world.carried().await.len(), 3);
}

#[tokio::test]
async fn what_broke_off_goes_on_where_it_was() {
    let good = good_csv();
    let bytes = good.clone();
    let server = Server::start(move |_| broken_off("\"v1\"", bytes.as_bytes(), 40)).await;
    let world = world(TOY, server.config("/a.csv"));
    assert_eq!(failed(&world.now().await), ("PULL_UNREACHABLE", Verdict::Retry));
    assert_eq!(world.left().len(), 2, "a part, and of what");
    assert!(world.carried().await.is_empty(), "a part is never handed in");
    let strange = world.toy.dir.join("spool/pull").join(TOY).join("0123456789abcdef.part");
    std::fs::write(&strange, "of an address that is not asked any more").unwrap();
    let bytes = good.clone();
    server.now(move |asked| file(asked, "\"v1\"", bytes.as_bytes()));
    server.asked();
    let last = world.now().await;
    assert!(!strange.exists());
    assert_eq!((outcomes(&last), last.files[0].bytes), (vec![HandedIn], good.len() as u64 - 40));
    let asked = server.asked();
    assert_eq!((asked[0].header("range"), asked[0].header("if-range")), ("bytes=40-", "\"v1\""));
    let delivery = world.carried().await.remove(0);
    assert_eq!((delivery.stage, delivery.bytes, delivery.records), (Stage::Published, good.len() as u64, 7));
}

#[tokio::test]
async fn a_file_that_changed_meanwhile_is_begun_anew() {
    let good = good_csv();
    let bytes = good.clone();
    let server = Server::start(move |_| broken_off("\"v1\"", bytes.as_bytes(), 40)).await;
    let world = world(TOY, server.config("/a.csv"));
    let answers: [fn(&Asked) -> axum::response::Response; 3] = [
        // Another file: it is sent whole.
        |asked| file(asked, "\"v2\"", good_csv().as_bytes()),
        // A server that does not know the range.
        |asked| if asked.header("range").is_empty() { file(asked, "\"v3\"", BAD_CSV.as_bytes()) } else { status(416, &[]) },
        // One that sends another range than was asked for.
        |asked| match asked.header("range") {
            "" => file(asked, "\"v4\"", b"0001,100,a\r\n"),
            _ => with(206, &[("content-range", "bytes 0-3/12")], "0001".into()),
        },
    ];
    for answer in answers {
        assert!(world.left().is_empty());
        let bytes = good.clone();
        server.now(move |_| broken_off("\"v1\"", bytes.as_bytes(), 40));
        assert_eq!(failed(&world.now().await).0, "PULL_UNREACHABLE");
        assert_eq!(world.left().len(), 2, "a part, and of what");
        server.now(answer);
        assert_eq!(outcomes(&world.now().await), [HandedIn]);
    }
    let sizes: Vec<u64> = world.carried().await.iter().map(|delivery| delivery.bytes).collect();
    assert_eq!(sizes, [good.len() as u64, BAD_CSV.len() as u64, 12]);
}

#[tokio::test]
async fn what_nobody_can_know_to_be_whole_is_not_handed_in() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    // Ended by closing the connection: no length, no chunks.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut line, _)) = listener.accept().await {
            let mut head = [0; 4096];
            let _ = line.read(&mut head).await;
            line.write_all(b"HTTP/1.0 200 OK\r\n\r\n0001,100,a\r\n").await.unwrap();
        }
    });
    let world_of = |config| world(TOY, config);
    let config = PullConfig::new(&format!("http://{address}/a.csv"), "0 6 * * *");
    assert_eq!(failed(&world_of(config).now().await), ("PULL_ANSWER", Verdict::Hold));
    let wrong = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";
    let server = Server::start(move |_| with(200, &[("repr-digest", wrong)], good_csv().into())).await;
    let world = world_of(server.config("/a.csv"));
    assert_eq!(failed(&world.now().await), ("PULL_MISMATCH", Verdict::Retry));
    server.now(|_| with(200, &[("content-encoding", "gzip")], good_csv().into()));
    assert_eq!(failed(&world.now().await), ("PULL_ANSWER", Verdict::Hold));
    server.now(|_| with(200, &[], vec![b'x'; 100_001].into()));
    assert_eq!(failed(&world.now().await), ("PULL_TOO_LARGE", Verdict::Hold));
    assert!(world.carried().await.is_empty() && world.left().is_empty(), "{:?}", world.left());
}

#[tokio::test]
async fn a_checksum_beside_the_file_must_fit() {
    let sha = sha256_of(&good_csv());
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/a.csv" => file(asked, "\"v1\"", good_csv().as_bytes()),
        "/a.csv.sha256" => with(200, &[], format!("{sha}  a.csv\n").into()),
        _ => status(404, &[]),
    })
    .await;
    let with_suffix = |path, suffix: &str| world(TOY, PullConfig { sha256_suffix: suffix.into(), ..server.config(path) });
    assert_eq!(outcomes(&with_suffix("/a.csv", ".sha256").now().await), [HandedIn]);
    assert_eq!(failed(&with_suffix("/a.csv", ".md5").now().await), ("PULL_REFUSED", Verdict::Hold), "it is not there");
    server.now(|asked| with(200, &[], if asked.path == "/a.csv" { good_csv() } else { "<html>".to_owned() }.into()));
    assert_eq!(failed(&with_suffix("/a.csv", ".sha256").now().await), ("PULL_ANSWER", Verdict::Hold));
}

#[tokio::test]
async fn what_will_pass_is_tried_again_and_what_will_not_is_told() {
    let server = Server::start(|_| status(503, &[])).await;
    let world = world(TOY, server.config("/a.csv"));
    world.puller.turn(&at("2026-10-05T05:00:00+09:00")).await.unwrap();
    assert!(server.asked().is_empty(), "before the first instant nothing is due");
    let six = at("2026-10-05T06:00:00+09:00");
    world.puller.turn(&six).await.unwrap();
    let run = world.state().run.unwrap();
    assert_eq!((run.attempts, run.next_try), (1, at("2026-10-05T06:01:00+09:00").timestamp()));
    assert_eq!(run.id, run_id(TOY, "2026-10-05T06:00:00+09:00"), "every scheduler makes the same run");
    world.puller.turn(&at("2026-10-05T06:00:59+09:00")).await.unwrap();
    assert_eq!(server.asked().len(), 1, "not before its time");
    server.now(|_| status(429, &[("retry-after", "1800")]));
    world.puller.turn(&at("2026-10-05T06:01:00+09:00")).await.unwrap();
    let run = world.state().run.unwrap();
    assert_eq!((run.attempts, run.next_try), (2, at("2026-10-05T06:31:00+09:00").timestamp()), "the server's wish is longer");
    assert_eq!(failed(&world.state().last.unwrap()), ("PULL_BUSY", Verdict::Retry));
    for (answer, code) in
        [(401, "PULL_DENIED"), (403, "PULL_DENIED"), (404, "PULL_REFUSED"), (410, "PULL_REFUSED"), (400, "PULL_REFUSED")]
    {
        server.now(move |_| status(answer, &[]));
        let last = world.now().await;
        assert_eq!(failed(&last), (code, Verdict::Hold), "{answer}");
        assert_eq!(last.outcome(), "operator");
    }
    assert!(world.state().run.is_some(), "what failed by hand does not end the run of the schedule");
    world.puller.turn(&at("2026-10-05T06:31:00+09:00")).await.unwrap();
    assert_eq!(world.state().run, None, "an operator is waited for");
    world.puller.turn(&at("2026-10-06T06:00:00+09:00")).await.unwrap();
    assert_eq!(failed(&world.state().last.unwrap()).0, "PULL_REFUSED", "and the next instant asks again");
}

#[tokio::test]
async fn a_run_ends_with_its_day() {
    let server = Server::start(|_| status(500, &[])).await;
    let world = world(TOY, server.config("/{yyyy}/{mm}{dd}.csv"));
    world.puller.turn(&at("2026-10-05T05:59:00+09:00")).await.unwrap();
    // The process slept over the instant: it is made up for on the same day.
    world.puller.turn(&at("2026-10-05T23:55:00+09:00")).await.unwrap();
    assert_eq!(server.asked()[0].path, "/2026/1005.csv");
    world.puller.turn(&at("2026-10-06T00:05:00+09:00")).await.unwrap();
    assert!(server.asked().is_empty());
    let state = world.state();
    assert_eq!((failed(&state.last.unwrap()), state.run), (("PULL_GIVEN_UP", Verdict::Hold), None));
    // A day on which nobody fetched is told, not made up for; by hand it can be.
    server.now(|asked| file(asked, "\"v\"", good_csv().as_bytes()));
    world.puller.turn(&at("2026-10-08T07:00:00+09:00")).await.unwrap();
    assert_eq!(server.asked().iter().map(|asked| asked.path.as_str()).collect::<Vec<_>>(), ["/2026/1008.csv"]);
    world.puller.now(Some(jiff::civil::date(2026, 10, 6)), false).await.unwrap();
    let asked = server.asked();
    assert_eq!((asked[0].path.as_str(), asked[0].header("if-none-match")), ("/2026/1006.csv", ""), "a tag is of its own address");
}

#[tokio::test]
async fn a_file_that_is_not_there_yet_is_waited_for_where_that_is_known() {
    let server = Server::start(|_| status(404, &[])).await;
    let world = world(TOY, PullConfig { missing_is_early: true, ..server.config("/a.csv") });
    assert_eq!(failed(&world.now().await), ("PULL_EARLY", Verdict::Retry));
    assert!(world.state().run.is_some(), "the role tries again what was asked for by hand");
    world.puller.now(Some(jiff::civil::date(2026, 1, 5)), false).await.unwrap();
    assert!(world.state().run.is_some(), "another day is another matter");
}

#[tokio::test]
async fn credentials_go_to_the_partner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("token");
    std::fs::write(&secret, "s3cret\n").unwrap();
    let other = Server::start(|asked| file(asked, "\"o\"", good_csv().as_bytes())).await;
    let elsewhere = other.url("/a.csv");
    let home = Server::start(move |asked| match asked.path.as_str() {
        "/here" => status(302, &[("location", "/moved/a.csv")]),
        "/there" => status(307, &[("location", &elsewhere)]),
        "/open" => status(301, &[("location", "http://partner.example/a.csv")]),
        "/circle" => status(301, &[("location", "/circle")]),
        _ => file(asked, "\"h\"", good_csv().as_bytes()),
    })
    .await;
    let config = |path: &str| PullConfig { secret_file: secret.clone(), ..home.config(path) };
    assert_eq!(outcomes(&world(TOY, config("/here")).now().await), [HandedIn]);
    let bearers: Vec<String> = home.asked().iter().map(|asked| asked.header("authorization").to_owned()).collect();
    assert_eq!(bearers, ["Bearer s3cret", "Bearer s3cret"]);
    // Both are this machine, but another port is another server; as a host it can be named.
    assert_eq!(failed(&world(TOY, config("/there")).now().await), ("PULL_ASTRAY", Verdict::Hold));
    assert!(other.asked().is_empty());
    let named = PullConfig { hosts: vec!["127.0.0.1".to_owned()], ..config("/there") };
    assert_eq!(outcomes(&world(TOY, named).now().await), [HandedIn]);
    assert_eq!(other.asked()[0].header("authorization"), "");
    assert_eq!(failed(&world(TOY, config("/open")).now().await).0, "PULL_ASTRAY");
    assert_eq!(failed(&world(TOY, config("/circle")).now().await).0, "PULL_ANSWER");
    home.asked();
    let basic = PullConfig { user: "ward".into(), ..config("/a.csv") };
    assert_eq!(outcomes(&world(TOY, basic).now().await), [HandedIn]);
    assert_eq!(home.asked()[0].header("authorization"), "Basic d2FyZDpzM2NyZXQ=");
    std::fs::write(&secret, "\n").unwrap();
    assert_eq!(failed(&world(TOY, config("/a.csv")).now().await), ("PULL_SETTING", Verdict::Hold));
    let unset = PullConfig { secret_env: "RENKEI_TEST_NOT_SET".into(), ..home.config("/a.csv") };
    assert_eq!(failed(&world(TOY, unset).now().await).0, "PULL_SETTING");
    assert!(home.asked().is_empty(), "without its secret nothing is asked");
}

#[tokio::test]
async fn the_files_of_a_list_come_oldest_first_and_once() {
    let third = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let seen = third.clone();
    let server = Server::start(move |asked| {
        let sha = sha256_of(&good_csv());
        let newest = if seen.load(std::sync::atomic::Ordering::Relaxed) { r#"{"url":"3.csv"},"# } else { "" };
        match asked.path.as_str() {
            "/list" => {
                with(200, &[], format!(r#"{{"files":[{newest}{{"url":"2.csv"}},{{"url":"1.csv","sha256":"{sha}"}}]}}"#).into())
            }
            "/1.csv" => file(asked, "\"1\"", good_csv().as_bytes()),
            "/2.csv" => file(asked, "\"2\"", BAD_CSV.as_bytes()),
            _ => file(asked, "\"3\"", good_csv().replace("100", "300").as_bytes()),
        }
    })
    .await;
    let config = PullConfig { list: true, ..server.config("/list") };
    let world = world(MASTER, config.clone());
    assert_eq!(outcomes(&world.now().await), [HandedIn, HandedIn]);
    let ends: Vec<_> = world.carried().await.into_iter().map(|delivery| (delivery.file, delivery.stage)).collect();
    assert_eq!(
        ends,
        [("1.csv".to_owned(), Stage::Published), ("2.csv".to_owned(), Stage::Rejected)],
        "a wrong file is refused as ever"
    );
    server.asked();
    third.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(outcomes(&world.now().await), [Unchanged, Unchanged, HandedIn]);
    let paths: Vec<String> = server.asked().into_iter().map(|asked| asked.path).collect();
    assert_eq!(paths, ["/list", "/2.csv", "/3.csv"], "what the list says to be the same is not asked for");
    assert_eq!(world.carried().await.len(), 1);
    server.now(|_| with(200, &[], r#"[{"url":"http://169.254.169.254/latest/meta-data"}]"#.into()));
    assert_eq!(failed(&world.now().await), ("PULL_ASTRAY", Verdict::Hold), "a list cannot lead where it likes");
    server.now(|_| with(200, &[], "<html>".into()));
    assert_eq!(failed(&world.now().await).0, "PULL_ANSWER");
    assert_eq!(world.state().files.len(), 3);
}

#[tokio::test]
async fn two_machines_make_one_delivery_of_an_instant() {
    let server = Server::start(|asked| file(asked, "\"v1\"", good_csv().as_bytes())).await;
    let mut made = Vec::new();
    for _ in ["east", "west"] {
        let world = world(TOY, server.config("/a.csv"));
        world.puller.turn(&at("2026-10-05T05:00:00+09:00")).await.unwrap();
        world.puller.turn(&at("2026-10-05T06:00:03+09:00")).await.unwrap();
        made.extend(world.carried().await.into_iter().map(|delivery| delivery.delivery));
    }
    assert!(made.len() == 2 && made[0] == made[1], "{made:?}: the ledger drops what it has");
}

#[tokio::test]
async fn one_process_fetches_at_a_time() {
    let server = Server::start(|asked| file(asked, "\"v1\"", good_csv().as_bytes())).await;
    let world = world(TOY, server.config("/a.csv"));
    let held = world.puller.place.lock().unwrap().unwrap();
    assert!(matches!(world.puller.now(None, false).await, Err(PullError::Taken { .. })));
    assert_eq!(world.puller.turn(&at("2026-10-05T06:00:00+09:00")).await.unwrap(), OWN_PAUSE);
    assert!(server.asked().is_empty());
    drop(held);
    assert_eq!(outcomes(&world.now().await), [HandedIn]);
}

#[tokio::test]
async fn a_partner_that_says_nothing_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let config = PullConfig { idle_timeout_s: 1, ..PullConfig::new(&format!("http://{address}/a.csv"), "0 6 * * *") };
    assert_eq!(failed(&world(TOY, config.clone()).now().await), ("PULL_UNREACHABLE", Verdict::Retry));
    drop(listener);
    let last = world(TOY, config).now().await;
    assert_eq!(failed(&last), ("PULL_UNREACHABLE", Verdict::Retry), "nobody listens");
    let reason = catalogue::text(&last.fault.unwrap(), Lang::Ja);
    assert!(reason.contains("refused"), "{reason}");
}
