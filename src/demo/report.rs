//! What the tour prints: a line a step while it runs, then the table, a journal, the files, and what to try next. Under
//! `--json` nothing is printed before the end, and then one object.

use std::path::Path;
use std::time::Duration;

use renkei_consumers::inbound::{Batch, Finding};
use renkei_consumers::ledger::JournalLine;
use renkei_consumers::outbound::{ExportFile, Refusal};
use renkei_core::catalogue::Lang;
use renkei_core::fault::Fault;
use renkei_core::money::Yen;
use serde_json::{Value, json};

use crate::cli::print::{self, say, table};
use crate::cli::{Global, batch, export, ledger};

/// The running report.
pub(super) struct Report<'g> {
    global: &'g Global,
    rows: Vec<Vec<String>>,
    /// The same for scripts.
    steps: Vec<Value>,
    journal: Value,
    files: Vec<Value>,
}

impl<'g> Report<'g> {
    pub(super) fn new(global: &'g Global) -> Self {
        Report { global, rows: Vec::new(), steps: Vec::new(), journal: Value::Null, files: Vec::new() }
    }

    fn lang(&self) -> Lang {
        self.global.lang
    }

    fn print(&self, text: &str) {
        if !self.global.json {
            println!("{text}");
        }
    }

    pub(super) fn heading(&self, ja: &str, en: &str) {
        self.print(&format!("\n── {} ──", say(self.lang(), ja, en)));
    }

    pub(super) fn line(&self, ja: &str, en: &str) {
        self.print(&format!("  {}", say(self.lang(), ja, en)));
    }

    pub(super) fn batch(&mut self, batch: &Batch, took: Duration) {
        let state = batch::state_name(batch.state, self.lang());
        self.print(&format!("→ {} {}: {state}", batch.topic, batch.file));
        self.steps.push(json!({
            "topic": batch.topic, "file": batch.file, "batch": batch.id, "state": batch.state, "records": batch.records_read,
            "yen": batch.yen_read, "posted": batch.records_posted, "held": batch.records_held, "rejected": batch.records_rejected,
            "took_ms": took.as_millis() as u64,
        }));
        self.rows.push(vec![
            batch.topic.clone(),
            batch.file.clone(),
            state.to_owned(),
            batch.records_read.to_string(),
            Yen(batch.yen_read).to_string(),
            batch.records_posted.to_string(),
            batch.records_held.to_string(),
            batch.records_rejected.to_string(),
            format!("{} ms", took.as_millis()),
        ]);
    }

    pub(super) fn export(&mut self, file: &ExportFile, took: Duration) {
        let state = export::state_name(file.state, self.lang());
        self.print(&format!("← {} {}: {state}", file.topic, file.file_name.as_deref().unwrap_or("—")));
        if let Some(problem) = &file.problem {
            self.print(&format!("  {}", export::problem(self.lang(), problem)));
        }
        self.steps.push(json!({
            "topic": file.topic, "file": file.file_name, "export": file.id, "state": file.state, "records": file.count.unwrap_or(0),
            "yen": file.total.unwrap_or(0), "took_ms": took.as_millis() as u64,
        }));
        self.rows.push(vec![
            file.topic.clone(),
            file.file_name.clone().unwrap_or_default(),
            state.to_owned(),
            file.count.unwrap_or(0).to_string(),
            Yen(file.total.unwrap_or(0)).to_string(),
            String::new(),
            String::new(),
            String::new(),
            format!("{} ms", took.as_millis()),
        ]);
    }

    pub(super) fn finding(&self, finding: &Finding) {
        self.print(&indented(&batch::finding_text(self.lang(), finding)));
    }

    pub(super) fn fault(&self, fault: &Fault) {
        self.print(&indented(&print::fault(self.lang(), fault)));
    }

    pub(super) fn refusal(&self, refusal: &Refusal) {
        self.print(&indented(&print::refusal(self.lang(), refusal)));
    }

    pub(super) fn table(&self) {
        let headings = match self.lang() {
            Lang::Ja => ["トピック", "ファイル", "結果", ">件数", ">金額", ">記帳", ">保留", ">却下", ">時間"],
            Lang::En => ["topic", "file", "outcome", ">records", ">yen", ">posted", ">held", ">rejected", ">time"],
        };
        self.print(&format!("\n{}", table(&headings, self.rows.clone())));
    }

    pub(super) fn journal(&mut self, lines: &[JournalLine]) {
        self.journal = json!(lines);
        self.heading("調定ファイルから作られた仕訳（先頭）", "The journal the assessment file made (first lines)");
        if !self.global.json {
            ledger::journal(self.global, lines);
        }
    }

    pub(super) fn file(&mut self, file: &ExportFile, path: &Path) {
        let name = file.file_name.as_deref().unwrap_or_default();
        let (count, total, sha256) =
            (file.count.unwrap_or(0), file.total.unwrap_or(0), file.sha256.as_deref().unwrap_or_default());
        self.files.push(json!({"topic": file.topic, "file": name, "path": path, "count": count, "yen": total, "sha256": sha256}));
        self.print(&format!(
            "{} {name}: {count} {} · {} {} · sha256 {sha256}\n  {}",
            say(self.lang(), "払出ファイル", "released"),
            say(self.lang(), "件", "items"),
            Yen(total),
            say(self.lang(), "円", "yen"),
            path.display()
        ));
    }

    /// What to try next; for scripts everything.
    pub(super) fn end(&self) {
        if self.global.json {
            println!("{}", json!({"steps": self.steps, "journal": self.journal, "files": self.files}));
            return;
        }
        println!("\n{}", say(self.lang(), NEXT_JA, NEXT_EN));
    }
}

const NEXT_JA: &str = "つぎに試すこと:
  make demo                          もう一度: 同じファイルは重複、二度目の払出はなし
  eval \"$(compose/services env)\"
  target/debug/renkei batch list     届いたものとその結果
  target/debug/renkei export list    払い出したファイル
  target/debug/renkei audit verify   監査記録の連鎖を検証
  target/debug/renkei check samples/IF12_SKS_20261005100000_002_faulty.csv --topic 12";

const NEXT_EN: &str = "What to try next:
  make demo                          again: files are duplicates, nothing is released twice
  eval \"$(compose/services env)\"
  target/debug/renkei batch list     what came in and what became of it
  target/debug/renkei export list    what went out
  target/debug/renkei audit verify   walk the audit chain
  target/debug/renkei check samples/IF12_SKS_20261005100000_002_faulty.csv --topic 12";

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
