//! Everything one test on the real servers has: a virtual host, a database, a folder, and the program in processes of their
//! own. When the test is over, nothing may be left: no message in any queue, no file on its way, no parked message, debits as
//! much as credits, every hop of every batch balanced.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;
use sqlx::postgres::PgPool;

use super::database::Database;
use super::program::{Answer, Role, Surroundings};
use super::setting;
use super::vhost::Vhost;

/// Longest wait for something to come true. Generous, because it is no measurement: it ends a test that would hang.
const WAIT: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// One test's surroundings.
#[derive(Debug)]
pub(crate) struct World {
    pub vhost: Vhost,
    pub database: Database,
    pub surroundings: Surroundings,
    roles: Vec<Role>,
    started: usize,
    folder: tempfile::TempDir,
    parked_allowed: usize,
}

/// Runs a test in a world of its own, on the day `now` (RFC 3339), and looks at what is left.
pub(crate) fn run(now: &str, test: impl AsyncFnOnce(&mut World)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut world = World::create(now).await;
        test(&mut world).await;
        world.end().await;
    });
}

impl World {
    async fn create(now: &str) -> World {
        let (vhost, database) = (Vhost::create().await, Database::create(5).await);
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("renkei.toml");
        std::fs::write(
            &config,
            "metrics_listen = \"\"\nconsole_listen = \"\"\nconsole_codes_for = []\n[produce]\npoll_ms = 30\nsettle_ms = 60\nretry_ms = 300\nschedule = false\n",
        )
        .unwrap();
        let data = folder.path().join("data");
        let mut surroundings = Surroundings { folder: folder.path().to_owned(), variables: Vec::new() };
        surroundings.set("RENKEI_CONFIG", config.to_str().unwrap());
        surroundings.set("RENKEI_AMQP_URI", &setting("RENKEI_AMQP_URI"));
        surroundings.set("RENKEI_AMQP_MANAGEMENT", &setting("RENKEI_AMQP_MANAGEMENT"));
        surroundings.set("RENKEI_AMQP_VHOST", &vhost.config.vhost);
        surroundings.set("RENKEI_DATABASE_URL", &database.url);
        surroundings.set("RENKEI_DATA", data.to_str().unwrap());
        surroundings.set("RENKEI_NOW", now);
        surroundings.set("RENKEI_LANG", "en");
        World { vhost, database, surroundings, roles: Vec::new(), started: 0, folder, parked_allowed: 0 }
    }

    /// The database.
    pub(crate) fn pool(&self) -> &PgPool {
        &self.database.pool
    }

    /// A path in the test's data folder.
    pub(crate) fn data(&self, path: &str) -> PathBuf {
        self.folder.path().join("data").join(path)
    }

    /// A path in the test's folder, outside the data folder.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Puts a file into a topic's inbox in one step, as a person's copy ends.
    pub(crate) fn drop_file(&self, slug: &str, name: &str, bytes: &[u8]) {
        let inbox = self.data("inbox").join(slug);
        std::fs::create_dir_all(&inbox).unwrap();
        let hidden = inbox.join(format!(".{name}.copying"));
        std::fs::write(&hidden, bytes).unwrap();
        std::fs::rename(hidden, inbox.join(name)).unwrap();
    }

    /// Runs a command.
    pub(crate) fn renkei(&self, arguments: &[&str]) -> Answer {
        self.surroundings.run(arguments)
    }

    /// Approves a file as one who has looked at it: with the SHA-256 it shows.
    pub(crate) fn approve(&self, file: &str, who: &str) -> Answer {
        let shown = self.json(&["export", "show", file], &[0, 4]);
        let sha256 = shown["file"]["sha256"].as_str().unwrap_or_default();
        self.renkei(&["export", "approve", file, "--sha256", &sha256[..12], "--as", who])
    }

    /// Starts a role and waits until it is ready.
    pub(crate) async fn start(&mut self, role: &str) {
        self.start_with(role, &[]).await;
        self.until("the role is ready", async |world| world.roles.last().unwrap().is_ready().then_some(())).await;
    }

    /// Whether the newest role has said that it is ready.
    pub(crate) fn is_ready(&self) -> bool {
        self.roles.last().is_some_and(Role::is_ready)
    }

    /// Starts a role with further variables, ready or not.
    pub(crate) async fn start_with(&mut self, role: &str, extra: &[(&str, &str)]) {
        self.started += 1;
        // Long-running roles have the rights of their database role and no more; commands are an administrator's.
        let limited = |right: &str| format!("{}?options[role]={right}", self.database.url);
        let own = match role {
            "consume" => vec![("RENKEI_DATABASE_URL", limited("renkei_consumer"))],
            "console" => vec![("RENKEI_CONSOLE_DATABASE_URL", limited("renkei_console"))],
            _ => Vec::new(),
        };
        let mut variables: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
        variables.extend(extra);
        let role = self.surroundings.start(role, self.started, &variables);
        self.roles.push(role);
    }

    /// What a running role has printed and logged so far.
    pub(crate) fn log_of(&self, role: &str) -> String {
        self.roles.iter().rev().find(|known| known.name == role).unwrap_or_else(|| panic!("no {role} runs")).story()
    }

    fn take(&mut self, role: &str) -> Role {
        let index = self.roles.iter().rposition(|known| known.name == role).unwrap_or_else(|| panic!("no {role} runs"));
        self.roles.remove(index)
    }

    /// Kills a role without warning.
    pub(crate) fn kill(&mut self, role: &str) {
        self.take(role).kill();
    }

    /// Stops a role in order.
    pub(crate) async fn stop(&mut self, role: &str) {
        self.take(role).stop().await;
    }

    /// Waits until a role has died at its crash point.
    pub(crate) async fn crashed(&mut self, role: &str) {
        let mut role = self.take(role);
        let status = role.wait().await;
        assert!(!status.success(), "{} was to crash, but ended in order\n{}", role.name, role.story());
        assert!(role.story().contains("crash point"), "{} ended otherwise than at its crash point\n{}", role.name, role.story());
    }

    /// Waits until the newest consumer dies at its crash point (true), or until a query gives at least `number` (false).
    pub(crate) async fn crashed_or(&mut self, sql: &'static str, number: i64) -> bool {
        let begun = Instant::now();
        loop {
            if self.roles.last_mut().is_some_and(|role| role.ended().is_some()) {
                self.crashed("consume").await;
                return true;
            }
            if self.number(sql).await >= number {
                return false;
            }
            assert!(begun.elapsed() < WAIT, "neither a crash nor {sql}\n{}", self.story().await);
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Files that lie in the outbox of a topic, without their manifests.
    pub(crate) fn outbox_files(&self, slug: &str) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for delivery in std::fs::read_dir(self.data("outbox").join(slug)).into_iter().flatten().flatten() {
            if delivery.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            let inside = std::fs::read_dir(delivery.path()).unwrap().map(|entry| entry.unwrap().path());
            files.extend(inside.filter(|path| path.file_name().is_some_and(|name| name != "manifest.json")));
        }
        files.sort();
        files
    }

    /// Looks again and again until there is an answer.
    pub(crate) async fn until<T>(&mut self, what: &str, mut look: impl AsyncFnMut(&mut World) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = look(self).await {
                return found;
            }
            let dead = self.roles.iter_mut().any(|role| role.ended().is_some());
            if dead || begun.elapsed() > WAIT {
                let why = if dead { "a role ended" } else { "waited too long" };
                panic!("{why} before {what}\n{}", self.story().await);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until a query gives `expected`; the query has one value as text.
    pub(crate) async fn until_sql(&mut self, sql: &'static str, expected: &str) {
        let mut last = String::new();
        let begun = Instant::now();
        while last != expected {
            assert!(begun.elapsed() < WAIT, "{sql}\ngives {last:?}, not {expected:?}\n{}", self.story().await);
            let dead = self.roles.iter_mut().any(|role| role.ended().is_some());
            assert!(!dead, "a role ended before {sql} gave {expected:?}\n{}", self.story().await);
            // The database may be on its way up again.
            match sqlx::query_scalar::<_, Option<String>>(sql).fetch_one(self.pool()).await {
                Ok(found) => last = found.unwrap_or_default(),
                Err(error) => last = error.to_string(),
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// A number the database gives.
    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(self.pool()).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// So many messages may be parked at the end.
    pub(crate) fn allow_parked(&mut self, messages: usize) {
        self.parked_allowed = messages;
    }

    /// Logs of the processes, batches and queues: what to read when a test fails.
    async fn story(&self) -> String {
        let batches: Vec<Option<String>> = sqlx::query_scalar("select to_jsonb(b)::text from intake.batch b order by id")
            .fetch_all(self.pool())
            .await
            .unwrap_or_default();
        let batches: Vec<String> = batches.into_iter().flatten().collect();
        let logs: Vec<String> = self.roles.iter().map(Role::story).collect();
        let waiting = self.vhost.management.queue_depths().await.map(|depths| format!("{depths:?}"));
        format!("{}\n{}\n{}", logs.join("\n"), batches.join("\n"), waiting.unwrap_or_else(|error| error.to_string()))
    }

    /// Waits until no message waits anywhere. Unacknowledged ones come to light when the roles have stopped.
    async fn quiet(&mut self) {
        self.until("every queue is empty", async |world| world.vhost.waiting().await.is_empty().then_some(())).await;
    }

    /// Waits until nothing waits in a consumer's hands either: what it had taken and not looked at, it gives back when it stops, and the
    /// next one looks at it. Behind a broker that was killed, chunks that came twice may be there when their file is posted.
    pub(crate) async fn nothing_in_hand(&mut self) {
        for _ in 0..5 {
            self.quiet().await;
            self.stop("consume").await;
            let given_back = self.vhost.waiting().await;
            self.start("consume").await;
            if given_back.is_empty() {
                return;
            }
        }
        panic!("messages are given back again and again\n{}", self.story().await);
    }

    /// Stops everything and looks at what is left.
    async fn end(mut self) {
        if !self.roles.is_empty() {
            self.quiet().await;
        }
        for role in std::mem::take(&mut self.roles) {
            role.stop().await;
        }
        assert_eq!(self.vhost.waiting().await, [], "messages are left in queues");
        self.nothing_on_its_way();
        self.everything_balances().await;
        let World { vhost, database, .. } = self;
        vhost.remove().await;
        database.remove().await;
    }

    fn nothing_on_its_way(&self) {
        let mut left = Vec::new();
        for kind in ["inbox", "spool", "demo/inbox", "demo/spool"] {
            for topic in std::fs::read_dir(self.data(kind)).into_iter().flatten().flatten() {
                left.extend(visible(&topic.path().join("processing")));
            }
        }
        assert!(left.is_empty(), "files are left on their way: {left:?}");
    }

    async fn everything_balances(&self) {
        let wrong: Vec<String> = sqlx::query_scalar(include_str!("left_over.sql")).fetch_all(self.pool()).await.unwrap();
        let parked = wrong.iter().filter(|text| text.starts_with("parked")).count();
        let other: Vec<&String> = wrong.iter().filter(|text| !text.starts_with("parked")).collect();
        assert!(other.is_empty(), "the database does not balance: {other:#?}");
        assert_eq!(parked, self.parked_allowed, "parked messages: {wrong:#?}");
    }

    /// The one value of a command's JSON.
    pub(crate) fn json(&self, arguments: &[&str], codes: &[i32]) -> Value {
        let mut all = vec!["--json"];
        all.extend(arguments);
        self.renkei(&all).expect(codes).json()
    }
}

/// Entries that are no lock files. A claim that was killed before it had a name and a file is swept away later, by its age.
fn visible(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| path.file_name().is_some_and(|name| name != ".order") && !is_unborn(path)).collect()
}

/// A hidden claim without a file of a partner in it.
fn is_unborn(claim: &Path) -> bool {
    let hidden = claim.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".new-"));
    let mut inside = std::fs::read_dir(claim).into_iter().flatten().flatten().map(|entry| entry.file_name());
    hidden && inside.all(|name| ["lock", "delivery.json", "delivery.part"].iter().any(|ours| name == *ours))
}
