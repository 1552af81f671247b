//! A virtual host per test, a proxy that breaks connections, and a handler that records what it saw.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use renkei_core::broker::consume::{self, Line};
use renkei_core::broker::management::Management;
use renkei_core::broker::topology::{Names, QueueSpec, TopologySpec, apply};
use renkei_core::broker::{BrokerConfig, ConsumeOptions, Handler, Incoming, Outcome, Outgoing, Publisher};
use tokio::io::{AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Longest wait for something that must happen; a limit for a hung test, not a measurement.
const PATIENCE: Duration = Duration::from_secs(60);

/// Queue of the dead letters.
pub(crate) const DEAD: &str = "renkei.dead";
/// Queue of what no queue took.
pub(crate) const UNROUTED: &str = "renkei.unrouted";

/// The queue of a rung.
pub(crate) fn rung_queue(wait: Duration) -> String {
    Names::default().rung_queue(wait)
}

/// A virtual host of its own.
pub(crate) struct Broker {
    pub(crate) config: BrokerConfig,
    pub(crate) management: Management,
}

fn variable(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: these tests need a RabbitMQ; run `make test`, which starts one"))
}

impl Broker {
    /// Makes the virtual host.
    pub(crate) async fn start() -> Self {
        let config = BrokerConfig {
            amqp_uri: variable("RENKEI_AMQP_URI"),
            management_uri: variable("RENKEI_AMQP_MANAGEMENT"),
            vhost: format!("renkei-test-{}", Uuid::new_v4()),
            ca_file: None,
            names: Names::default(),
        };
        let management = Management::new(&config).unwrap();
        management.create_vhost().await.unwrap();
        Broker { config, management }
    }

    /// Makes the virtual host with these queues and a ladder of these milliseconds.
    pub(crate) async fn with(queues: Vec<QueueSpec>, ladder_ms: &[u64]) -> (Self, TopologySpec) {
        let broker = Self::start().await;
        let ladder = ladder_ms.iter().map(|ms| Duration::from_millis(*ms)).collect();
        let spec = TopologySpec { ladder, queues };
        apply(&broker.config, &spec).await.unwrap();
        (broker, spec)
    }

    /// A publisher that has put messages into a queue, numbered from 0.
    pub(crate) async fn filled(&self, queue: &str, messages: u32) -> Publisher {
        let publisher = Publisher::start(&self.config, "test").unwrap();
        for number in 0..messages {
            publisher.publish(message(queue, number)).await.unwrap();
        }
        publisher
    }

    /// Waiting messages of a queue.
    pub(crate) async fn ready(&self, queue: &str) -> u32 {
        renkei_core::broker::depth::ready_counts(&self.config, &[queue]).await.unwrap()[0]
    }

    /// Binds a queue to an exchange by its own name, as an operator could.
    pub(crate) async fn bind(&self, exchange: &str, queue: &str) {
        let base = self.config.management_uri.trim_end_matches('/');
        let url = format!("{base}/api/bindings/{}/e/{exchange}/q/{queue}", self.config.vhost);
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client.post(url).json(&serde_json::json!({"routing_key": queue})).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
    }

    /// Asserts that nothing waits in any of these queues.
    pub(crate) async fn assert_empty(&self, queues: &[&str]) {
        let counts = renkei_core::broker::depth::ready_counts(&self.config, queues).await.unwrap();
        assert!(counts.iter().all(|count| *count == 0), "left over: {queues:?} {counts:?}");
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let config = self.config.clone();
        // A runtime of its own on a thread of its own: drop cannot wait inside the test's runtime.
        let deleting = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async { Management::new(&config).unwrap().delete_vhost().await.unwrap() });
        });
        if deleting.join().is_err() {
            eprintln!("the virtual host {} was not deleted", self.config.vhost);
        }
    }
}

/// What the proxy does to the connections that exist.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    Cut,
    Freeze,
    CloseChannel,
}

/// A TCP proxy in front of the broker.
pub(crate) struct Proxy {
    pub(crate) config: BrokerConfig,
    faults: watch::Sender<(u64, Fault)>,
    pub(crate) accepted: Arc<AtomicU32>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Listens, and gives a configuration that goes through it.
    pub(crate) async fn start(config: &BrokerConfig) -> Self {
        let (scheme_user, host) = config.amqp_uri.rsplit_once('@').expect("the AMQP address names a user");
        let host = host.trim_end_matches('/').split('/').next().unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let amqp_uri = format!("{scheme_user}@{}", listener.local_addr().unwrap());
        let (faults, faulty) = watch::channel((0, Fault::Cut));
        let accepted = Arc::new(AtomicU32::new(0));
        let counted = accepted.clone();
        let accepting = tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                counted.fetch_add(1, Ordering::SeqCst);
                let (server, faulty) = (TcpStream::connect(host.clone()).await.unwrap(), faulty.clone());
                tokio::spawn(carry(client, server, faulty));
            }
        });
        Proxy { config: BrokerConfig { amqp_uri, ..config.clone() }, faults, accepted, accepting }
    }

    /// Cuts every connection that exists.
    pub(crate) fn cut(&self) {
        self.faults.send_modify(|(number, fault)| (*number, *fault) = (*number + 1, Fault::Cut));
    }

    /// Lets no byte through any more on the connections that exist; new ones work.
    pub(crate) fn freeze(&self) {
        self.faults.send_modify(|(number, fault)| (*number, *fault) = (*number + 1, Fault::Freeze));
    }
}

impl Proxy {
    /// Says in the broker's name, on every connection that exists, that channel 1 is closed over an error.
    pub(crate) fn close_channel(&self) {
        self.faults.send_modify(|(number, fault)| (*number, *fault) = (*number + 1, Fault::CloseChannel));
    }
}

/// `channel.close` of channel 1: 406 PRECONDITION_FAILED, about no method.
const CHANNEL_CLOSE: [u8; 23] = [1, 0, 1, 0, 0, 0, 15, 0, 20, 0, 40, 0x01, 0x96, 4, b't', b'e', b's', b't', 0, 0, 0, 0, 0xCE];

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn carry(mut client: TcpStream, mut server: TcpStream, mut faulty: watch::Receiver<(u64, Fault)>) {
    faulty.mark_unchanged();
    let fault = tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => return,
        _ = faulty.changed() => faulty.borrow().1,
    };
    if fault == Fault::CloseChannel {
        client.write_all(&CHANNEL_CLOSE).await.unwrap();
        let _ = copy_bidirectional(&mut client, &mut server).await;
    }
    if fault == Fault::Freeze {
        // Both ends stay open and hear nothing, as behind a dead router.
        tokio::time::sleep(PATIENCE * 10).await;
    }
}

type Script = Box<dyn Fn(&Incoming) -> Outcome + Send + Sync>;

/// Answers by a script and remembers.
pub(crate) struct Recorder {
    script: Script,
    pub(crate) seen: Mutex<Vec<Incoming>>,
    pub(crate) done: Mutex<Vec<Incoming>>,
    pub(crate) available: AtomicBool,
    /// How often it was asked whether it is ready.
    pub(crate) asked: AtomicU32,
    work: Duration,
}

impl Recorder {
    pub(crate) fn new(script: impl Fn(&Incoming) -> Outcome + Send + Sync + 'static) -> Arc<Self> {
        Self::slow(Duration::ZERO, script)
    }

    /// One that takes its time.
    pub(crate) fn slow(work: Duration, script: impl Fn(&Incoming) -> Outcome + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Recorder {
            script: Box::new(script),
            seen: Mutex::default(),
            done: Mutex::default(),
            available: AtomicBool::new(true),
            asked: AtomicU32::new(0),
            work,
        })
    }

    pub(crate) fn done_count(&self) -> usize {
        self.done.lock().unwrap().len()
    }

    /// How often each message id was done.
    pub(crate) fn done_ids(&self) -> BTreeMap<String, usize> {
        let mut ids = BTreeMap::new();
        for message in self.done.lock().unwrap().iter() {
            *ids.entry(message.message_id.clone()).or_insert(0) += 1;
        }
        ids
    }
}

impl Handler for Recorder {
    async fn handle(&self, message: Incoming) -> Outcome {
        self.seen.lock().unwrap().push(message.clone());
        if !self.work.is_zero() {
            tokio::time::sleep(self.work).await;
        }
        let outcome = (self.script)(&message);
        if outcome == Outcome::Done {
            self.done.lock().unwrap().push(message);
        }
        outcome
    }

    async fn ready(&self) -> bool {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.available.load(Ordering::SeqCst)
    }
}

/// A consumer in the background.
pub(crate) struct Consuming {
    cancel: CancellationToken,
    task: JoinHandle<Result<(), renkei_core::broker::ConsumeError>>,
    publisher: Publisher,
    again: (BrokerConfig, Line, ConsumeOptions, Arc<Recorder>),
}

impl Consuming {
    pub(crate) fn start(config: &BrokerConfig, options: ConsumeOptions, handler: &Arc<Recorder>) -> Self {
        let line = Line::new(config, &format!("consume {}", options.queue)).unwrap();
        Self::on(config, &line, options, handler)
    }

    /// On a line that others use too.
    pub(crate) fn on(config: &BrokerConfig, line: &Line, options: ConsumeOptions, handler: &Arc<Recorder>) -> Self {
        let again = (config.clone(), line.clone(), options.clone(), handler.clone());
        let publisher = Publisher::start(config, "test copies").unwrap();
        let cancel = CancellationToken::new();
        let (line, handler, stop) = (line.clone(), handler.clone(), cancel.clone());
        let copies = publisher.clone();
        let task = tokio::spawn(async move { consume::run(&line, options, copies, handler, stop).await });
        Consuming { cancel, task, publisher, again }
    }

    /// Ends it gracefully.
    pub(crate) async fn stop(self) {
        self.cancel.cancel();
        self.task.await.unwrap().unwrap();
        self.publisher.close().await;
    }

    /// Ends it when its queue is empty: what lost its acknowledgement, or was prefetched, comes again first.
    pub(crate) async fn drain(mut self, broker: &Broker) {
        let (config, line, options, handler) = self.again.clone();
        loop {
            eventually("the queue is empty", async || broker.ready(&options.queue).await == 0).await;
            self.stop().await;
            if broker.ready(&options.queue).await == 0 {
                return;
            }
            self = Consuming::on(&config, &line, options.clone(), &handler);
        }
    }
}

/// Options with these numbers and a ladder of these milliseconds.
pub(crate) fn options(queue: &str, prefetch: u16, parallel: u16, ladder_ms: &[u64]) -> ConsumeOptions {
    let ladder = ladder_ms.iter().map(|ms| Duration::from_millis(*ms)).collect();
    ConsumeOptions { prefetch, parallel, ladder, ..ConsumeOptions::new(queue, false) }
}

/// A small message with a number in it.
pub(crate) fn message(queue: &str, number: u32) -> Outgoing {
    Outgoing::to_queue(queue, Uuid::new_v4(), "records", number.to_string())
}

/// The number in a message.
pub(crate) fn number(message: &Incoming) -> u32 {
    std::str::from_utf8(&message.body).unwrap().parse().unwrap()
}

/// Waits until something is so.
pub(crate) async fn eventually(what: &str, mut so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "it never came to this: {what}");
}
