//! What the tour prints: a line a step while it runs, then the table, a journal, the files, and what to try next.

use std::path::Path;
use std::time::Duration;

use renkei_consumers::inbound::{Batch, Finding};
use renkei_consumers::ledger::JournalLine;
use renkei_consumers::outbound::{ExportFile, Refusal};
use renkei_core::catalogue::Lang;
use renkei_core::fault::Fault;
use renkei_core::money::Yen;

use crate::cli::print::{self, say, table};
use crate::cli::{Global, batch, export, ledger};

/// The running report.
pub(super) struct Report<'g> {
    global: &'g Global,
    rows: Vec<Vec<String>>,
}

impl<'g> Report<'g> {
    pub(super) fn new(global: &'g Global) -> Self {
        Report { global, rows: Vec::new() }
    }

    fn lang(&self) -> Lang {
        self.global.lang
    }

    pub(super) fn heading(&self, ja: &str, en: &str) {
        println!("\n── {} ──", say(self.lang(), ja, en));
    }

    pub(super) fn line(&self, ja: &str, en: &str) {
        println!("  {}", say(self.lang(), ja, en));
    }

    pub(super) fn batch(&mut self, batch: &Batch, took: Duration) {
        let state = batch::state_name(batch.state, self.lang());
        println!("→ {} {}: {state}", batch.topic, batch.file);
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
        println!("← {} {}: {state}", file.topic, file.file_name.as_deref().unwrap_or("—"));
        if let Some(problem) = &file.problem {
            println!("  {problem}");
        }
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
        println!("{}", indented(&batch::finding_text(self.lang(), finding)));
    }

    pub(super) fn fault(&self, fault: &Fault) {
        println!("{}", indented(&print::fault(self.lang(), fault)));
    }

    pub(super) fn refusal(&self, refusal: &Refusal) {
        println!("{}", indented(&print::refusal(self.lang(), refusal)));
    }

    pub(super) fn table(&self) {
        let headings = match self.lang() {
            Lang::Ja => ["トピック", "ファイル", "結果", ">件数", ">金額", ">記帳", ">保留", ">却下", ">時間"],
            Lang::En => ["topic", "file", "outcome", ">records", ">yen", ">posted", ">held", ">rejected", ">time"],
        };
        println!("\n{}", table(&headings, self.rows.clone()));
    }

    pub(super) fn journal(&self, lines: &[JournalLine]) {
        self.heading("調定ファイルから作られた仕訳（先頭）", "The journal the assessment file made (first lines)");
        ledger::journal(self.global, lines);
    }

    pub(super) fn file(&self, file: &ExportFile, outbox: &Path) {
        let name = file.file_name.as_deref().unwrap_or_default();
        println!(
            "{} {name}: {} {} · {} {} · sha256 {}\n  {}",
            say(self.lang(), "払出ファイル", "released"),
            file.count.unwrap_or(0),
            say(self.lang(), "件", "items"),
            Yen(file.total.unwrap_or(0)),
            say(self.lang(), "円", "yen"),
            file.sha256.as_deref().unwrap_or_default(),
            outbox.join(&file.topic).display()
        );
    }

    pub(super) fn next_steps(&self) {
        println!(
            "\n{}",
            say(
                self.lang(),
                "つぎに試すこと:\n  make demo                          もう一度: 同じファイルは重複、二度目の払出はなし\n  eval \"$(compose/services env)\"\n  target/debug/renkei batch list     届いたものとその結果\n  target/debug/renkei export list    払い出したファイル\n  target/debug/renkei audit verify   監査記録の連鎖を検証\n  target/debug/renkei check samples/IF12_SKS_20261005100000_002_faulty.csv --topic 12",
                "What to try next:\n  make demo                          again: files are duplicates, nothing is released twice\n  eval \"$(compose/services env)\"\n  target/debug/renkei batch list     what came in and what became of it\n  target/debug/renkei export list    what went out\n  target/debug/renkei audit verify   walk the audit chain\n  target/debug/renkei check samples/IF12_SKS_20261005100000_002_faulty.csv --topic 12"
            )
        );
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}
