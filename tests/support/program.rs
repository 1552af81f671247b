//! The program as processes of their own: roles that run until they are stopped, killed or crash, and commands.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Longest wait for a process to end or to say that it is ready.
const PROCESS_WAIT: Duration = Duration::from_secs(90);

/// What every process of a test is told.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    pub folder: PathBuf,
    pub variables: Vec<(String, String)>,
}

impl Surroundings {
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_renkei"));
        // What the shell has set belongs to another installation.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("RENKEI_")) {
            command.env_remove(name);
        }
        command.current_dir(&self.folder).stdin(Stdio::null()).envs(self.variables.iter().map(|(n, v)| (n, v)));
        command
    }

    /// Sets a variable for the processes started from now on.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Answer {
        let output = self.command().args(arguments).output().expect("the program starts");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Answer { arguments: arguments.join(" "), code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Starts a role. `number` tells its logs from those of other processes of the test.
    pub(crate) fn start(&self, role: &str, number: usize, extra: &[(&str, &str)]) -> Role {
        let log = self.folder.join(format!("{number:02}_{role}.log"));
        let out = self.folder.join(format!("{number:02}_{role}.out"));
        let mut command = self.command();
        command.arg(role).envs(extra.iter().copied());
        command.stdout(File::create(&out).unwrap()).stderr(File::create(&log).unwrap());
        let child = command.spawn().expect("the program starts");
        Role { name: role.to_owned(), child, out, log, ended: None }
    }
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Answer {
    pub arguments: String,
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Answer {
    /// Fails unless the command ended with one of these exit codes.
    pub(crate) fn expect(self, codes: &[i32]) -> Answer {
        let code = self.code.unwrap_or(-1);
        assert!(codes.contains(&code), "renkei {} ended with {code}\n{}\n{}", self.arguments, self.out, self.err);
        self
    }

    /// What a command with `--json` printed.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("renkei {}: {error}\n{}\n{}", self.arguments, self.out, self.err))
    }
}

/// A running role.
#[derive(Debug)]
pub(crate) struct Role {
    pub name: String,
    child: Child,
    out: PathBuf,
    log: PathBuf,
    ended: Option<ExitStatus>,
}

impl Role {
    /// Whether it has ended, and how.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().unwrap();
        }
        self.ended
    }

    /// Whether it has said that it is ready.
    pub(crate) fn is_ready(&self) -> bool {
        std::fs::read_to_string(&self.out).is_ok_and(|text| text.contains("ready"))
    }

    /// SIGKILL: no goodbye, as if the power went out.
    pub(crate) fn kill(mut self) {
        let _ = self.child.kill();
        self.child.wait().unwrap();
        self.ended = Some(ExitStatus::default());
    }

    /// SIGTERM, and waits for an orderly end.
    pub(crate) async fn stop(mut self) {
        if self.ended().is_none() {
            let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
            assert!(told.success(), "{} could not be told to stop", self.name);
        }
        let status = self.wait().await;
        assert!(status.success(), "{} ended with {status}\n{}", self.name, self.story());
    }

    /// Waits for its end.
    pub(crate) async fn wait(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.ended() {
                return status;
            }
            assert!(begun.elapsed() < PROCESS_WAIT, "{} does not end\n{}", self.name, self.story());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The end of its log.
    pub(crate) fn story(&self) -> String {
        let text = [tail(&self.out), tail(&self.log)].join("\n");
        format!("── {} ──\n{text}", self.log.file_name().unwrap().to_string_lossy())
    }
}

impl Drop for Role {
    fn drop(&mut self) {
        if self.ended.is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn tail(path: &Path) -> String {
    let text = std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}
