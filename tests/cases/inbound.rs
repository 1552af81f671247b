//! Files handed in: through the producers' intake, and message by message through the consumers'.

use std::path::Path;
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use renkei_consumers::inbound::{Batch, Blocker, Choice, Hop, Intake, IntakeError, State, TopicHandler};
use renkei_consumers::replies::Replies;
use renkei_core::archive::Archive;
use renkei_core::broker::{Handler, Incoming, Outcome, Outgoing, PublishError};
use renkei_core::fault::Fault;
use renkei_core::layout::Layout;
use renkei_core::message::{Medium, direct_delivery_id};
use renkei_core::registry::Registry;
use renkei_producers::intake::claim::HandedIn;
use renkei_producers::{Delivery, ProducerConfig, Publish, Stage};
use sqlx::postgres::PgPool;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::case::{Case, ChosenObject, Results};
use super::text;

/// The medium that carried the files of a topic that takes only those.
pub(crate) fn medium() -> Medium {
    Medium {
        id: "5A1B-22C3".to_owned(),
        label: "文書室USB".to_owned(),
        bearer: "bunsho".to_owned(),
        approver: "kakaricho".to_owned(),
        accepted_by: "kakari".to_owned(),
        accepted_at: "2026-10-05T09:00:00+09:00".to_owned(),
    }
}

/// Keeps what is published.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<Vec<Outgoing>>);

impl Kept {
    /// What was published since it was asked last, as the broker would hand it over.
    pub(crate) fn take(&self) -> Vec<Incoming> {
        std::mem::take(&mut *self.0.lock().unwrap()).into_iter().map(delivered).collect()
    }
}

/// A producer whose messages are kept.
pub(crate) fn producers(folder: &Path, registry: &Arc<Registry>, kept: &Arc<Kept>) -> Arc<renkei_producers::Intake> {
    let archive = Archive::open(folder.join("archive").to_str().unwrap()).unwrap();
    let config = ProducerConfig {
        inbox_dir: folder.join("inbox"),
        spool_dir: folder.join("spool"),
        folders: false,
        schedule: false,
        ..ProducerConfig::default()
    };
    renkei_producers::Intake::open(config, registry.clone(), archive, kept.clone(), CancellationToken::new()).unwrap()
}

impl Publish for Kept {
    fn publish(&self, message: Outgoing) -> BoxFuture<'_, Result<(), PublishError>> {
        self.0.lock().unwrap().push(message);
        Box::pin(std::future::ready(Ok(())))
    }
}

/// A message as the broker would hand it over.
fn delivered(message: Outgoing) -> Incoming {
    Incoming {
        message_id: message.message_id.to_string(),
        headers: message.headers,
        app_id: message.app_id,
        reply_to: message.reply_to,
        correlation_id: message.correlation_id,
        ..Incoming::plain(&message.routing_key, &message.kind, message.body)
    }
}

/// Runs a case of an inbound topic.
pub(crate) async fn run(case: &Case, registry: Arc<Registry>, pool: &PgPool, folder: &Path) -> Results {
    let slug = case.topic.slug.as_str();
    let before = text::last_entry(pool).await;
    let kept = Arc::new(Kept::default());
    let producers = producers(folder, &registry, &kept);
    let consumers = Arc::new(Intake::new(pool.clone(), registry.clone()).on_business_date(&case.given.business_date));
    let handler = TopicHandler::new(consumers.clone(), slug, Replies::none());

    let door = Door { case, producers, kept, handler };
    let mut inputs = Vec::new();
    for file in case.files() {
        inputs.extend(door.hand_in(file).await);
    }
    assert!(!inputs.is_empty(), "the case hands in nothing");
    if !case.given.again.is_empty() {
        case.meanwhile(pool, "before_again.sql").await;
        let nth = case.given.again_of.unwrap_or(inputs.len());
        let input = nth.checked_sub(1).and_then(|index| inputs.get(index)).expect("`again_of` counts the files from 1");
        match &case.given.again_on {
            Some(day) => again(case, &Intake::new(pool.clone(), registry.clone()).on_business_date(day), input).await,
            None => again(case, &consumers, input).await,
        }
    }
    if !case.given.choose.is_empty() {
        choose(case, &consumers, inputs.last().unwrap()).await;
    }
    if !case.given.give_up.is_empty() {
        let batch = consumers.find(&inputs.last().unwrap().delivery.to_string()).await.unwrap();
        let given_up = consumers.reject_held(batch.id, &case.given.give_up, "kakari", "誤送").await;
        given_up.unwrap_or_else(|error| panic!("give_up: {error:?}"));
    }
    let mut cancelled = String::new();
    if let Some(nth) = case.given.cancel {
        case.meanwhile(pool, "before_cancel.sql").await;
        let input = nth.checked_sub(1).and_then(|index| inputs.get(index)).expect("`cancel` counts the files from 1");
        cancelled = cancel(&consumers, input).await;
    }
    if !case.given.files_after.is_empty() {
        case.meanwhile(pool, "before_files_after.sql").await;
        for file in &case.given.files_after {
            inputs.extend(door.hand_in(file).await);
        }
    }
    text::assert_reversals(pool).await;
    let mut results = results(case, &consumers, &inputs, before).await;
    if !cancelled.is_empty() {
        results.insert("cancel.txt".to_owned(), cancelled.into_bytes());
    }
    results
}

/// What was handed in, and what the door said to it.
struct Input {
    delivery: Uuid,
    file: String,
    door: &'static str,
    faults: Vec<Fault>,
}

impl Input {
    fn of(sent: &Delivery) -> Input {
        let door = match sent.stage {
            Stage::Rejected => "拒否",
            Stage::Published => "受理",
            other => panic!("the delivery ended as {}", other.as_str()),
        };
        Input { delivery: sent.delivery, file: sent.file.clone(), door, faults: sent.faults.clone() }
    }
}

/// The ways in.
struct Door<'a> {
    case: &'a Case,
    producers: Arc<renkei_producers::Intake>,
    kept: Arc<Kept>,
    handler: TopicHandler,
}

impl Door<'_> {
    /// What was handed in, and behind it what the program made of it: the urgent records of a refused file.
    async fn hand_in(&self, file: &str) -> Vec<Input> {
        let (inputs, messages) = if self.case.given.direct { self.publish(file) } else { self.send(file).await };
        // Twice, because a broker may: the second time changes nothing.
        for message in messages.iter().chain(&messages) {
            let outcome = self.handler.handle(message.clone()).await;
            assert_eq!(outcome, Outcome::Done, "{file}: a message was not handled");
        }
        inputs
    }

    /// As a file, through the producers.
    async fn send(&self, file: &str) -> (Vec<Input>, Vec<Incoming>) {
        let (case, slug) = (self.case, self.case.topic.slug.as_str());
        let with = HandedIn {
            sender: "case".to_owned(),
            variant: case.given.layout.clone(),
            documents: case.given.with.iter().map(|name| case.folder.join(name)).collect(),
            medium: (case.topic.medium && !case.given.without_medium).then(medium),
            received_at: Some(format!("{}T09:00:00+09:00", case.given.business_date)),
            ..HandedIn::default()
        };
        let sent = renkei_producers::send::send(&self.producers, slug, &case.folder.join(file), with, None).await;
        let mut sent = sent.unwrap_or_else(|error| panic!("{file}: {error:?}")).delivery;
        if let (Stage::Unpacked, [member]) = (sent.stage, sent.members.as_slice()) {
            // What the case shows is the file in the archive.
            sent = self.producers.find(member.delivery).unwrap().unwrap_or_else(|| panic!("{file}: its member has no record"));
        }
        let mut inputs = vec![Input::of(&sent)];
        for member in &sent.members {
            inputs.push(Input::of(&self.producers.find(member.delivery).unwrap().expect("it has a record")));
        }
        (inputs, self.kept.take())
    }

    /// As a message of an upstream system.
    fn publish(&self, file: &str) -> (Vec<Input>, Vec<Incoming>) {
        let body = std::fs::read(self.case.folder.join(file)).unwrap();
        let plain = Incoming::plain(&format!("in.{}", self.case.topic.slug), "", body);
        let message = Incoming { message_id: file.to_owned(), app_id: "case".to_owned(), ..plain };
        let delivery = direct_delivery_id(self.case.topic.slug.as_str(), "case", file);
        (vec![Input { delivery, file: file.to_owned(), door: "直接", faults: Vec::new() }], vec![message])
    }
}

/// A person posts held lines.
/// A person chooses the ledger objects of held lines; each line is checked again and posted when it passes.
async fn choose(case: &Case, consumers: &Intake, input: &Input) {
    let batch = consumers.find(&input.delivery.to_string()).await.unwrap();
    for ChosenObject { line, creditor, commitment } in &case.given.choose {
        let (object, chosen) = match (creditor, commitment) {
            (Some(creditor), None) => ("creditor", creditor),
            (None, Some(commitment)) => ("commitment", commitment),
            _ => panic!("`choose` names a creditor or a commitment"),
        };
        let choice = Choice { line: *line, object, chosen };
        let previewed = consumers.preview_choice(batch.id, choice).await.unwrap_or_else(|error| panic!("preview: {error:?}"));
        let done =
            consumers.choose(batch.id, choice, "kakari", "電話で確認").await.unwrap_or_else(|error| panic!("choose: {error:?}"));
        let seen = (previewed.records > 0, previewed.records_held > 0);
        assert_eq!(seen, (done.posted > 0, done.held > 0), "what was previewed is what was done");
    }
}

async fn again(case: &Case, consumers: &Intake, input: &Input) {
    let batch = consumers.find(&input.delivery.to_string()).await.unwrap();
    assert_eq!(batch.state, State::Held, "`again` needs a batch with held lines");
    let lines = if batch.held_whole { None } else { Some(case.given.again.as_slice()) };
    consumers.post_held(batch.id, lines, "kakari", "確認済み").await.unwrap_or_else(|error| panic!("again: {error:?}"));
}

/// A person cancels a file; what it says, or what refuses it.
async fn cancel(consumers: &Intake, input: &Input) -> String {
    let batch = consumers.find(&input.delivery.to_string()).await.unwrap();
    let said = match consumers.cancel(batch.id, "kakari", "誤送").await {
        Ok(_) => "取消  済み\n".to_owned(),
        Err(IntakeError::Blocked { blockers, .. }) => {
            let row = |blocker: Blocker| {
                let sentence = text::sentence(&blocker.code, blocker.line, None, None, blocker.detail.as_ref());
                let line = blocker.line.map(|line| line.to_string()).unwrap_or_default();
                let object = format!("{} {}", blocker.object, blocker.object_id.map(|id| id.to_string()).unwrap_or_default());
                vec![line, object.trim().to_owned(), blocker.code, sentence]
            };
            let rows: Vec<Vec<String>> = blockers.into_iter().map(row).collect();
            format!("取消  不可\n{}", text::table(&[">行", "対象", "コード", "説明"], &rows))
        }
        Err(error) => panic!("cancel: {error:?}"),
    };
    format!("■ {}\n{said}", input.file)
}

async fn results(case: &Case, consumers: &Intake, inputs: &[Input], before: i64) -> Results {
    let mut texts = [
        ("rejected.txt", String::new()),
        ("evidence.txt", String::new()),
        ("records.txt", String::new()),
        ("verdicts.txt", String::new()),
        ("state.txt", String::new()),
    ];
    for input in inputs {
        let batch = consumers.find(&input.delivery.to_string()).await.unwrap();
        let integration = case.topic.integration.as_ref().unwrap();
        let layout = integration.layout(&batch.layout).map(AsRef::as_ref);
        let parts = [
            rejected(case, consumers, input, &batch).await,
            evidence(consumers, &batch).await,
            records(consumers, &batch, layout).await,
            verdicts(consumers, &batch, layout).await,
            state(input, &batch),
        ];
        for ((_, whole), part) in texts.iter_mut().zip(parts).filter(|(_, part)| !part.is_empty()) {
            let gap = if whole.is_empty() { "" } else { "\n" };
            whole.push_str(&format!("{gap}■ {}\n{part}", input.file));
        }
    }
    let mut results: Results =
        texts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name.to_owned(), text.into_bytes())).collect();
    let ends =
        [("journal.txt", text::journal(consumers.pool(), before).await), ("ledger.txt", case.show(consumers.pool()).await)];
    results
        .extend(ends.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name.to_owned(), text.into_bytes())));
    results
}

/// What the producers' reading refused; of a direct message, what the consumers' did.
async fn rejected(case: &Case, consumers: &Intake, input: &Input, batch: &Batch) -> String {
    let stored = consumers.faults(batch.id).await.unwrap();
    let stored: Vec<Fault> =
        if input.faults.is_empty() { stored.iter().map(|fault| fault.as_fault()).collect() } else { Vec::new() };
    let told: String = input.faults.iter().chain(&stored).map(|fault| text::fault(&unnumbered(fault))).collect();
    // Where a document was looked for is another path on each machine.
    told.replace(&case.folder.display().to_string(), "（ファイルのある場所）")
}

/// Without the delivery it names, whose id is another each time.
fn unnumbered(fault: &Fault) -> Fault {
    let mut fault = fault.clone();
    fault.args.iter_mut().filter(|(name, _)| name == "delivery").for_each(|(_, id)| "〈受付番号〉".clone_into(id));
    fault
}

/// The documents that came with it.
async fn evidence(consumers: &Intake, batch: &Batch) -> String {
    let documents = consumers.documents(batch.id).await.unwrap();
    let named = |named: bool| if named { "あり" } else { "なし" }.to_owned();
    let rows: Vec<Vec<String>> = documents
        .into_iter()
        .map(|document| {
            assert!(document.archive.ends_with(&document.sha256), "a document lies under its hash");
            vec![
                document.name,
                document.kind,
                document.bytes.to_string(),
                document.sha256[..12].to_owned(),
                named(document.named),
            ]
        })
        .collect();
    if rows.is_empty() { String::new() } else { text::table(&["文書", "種類", ">バイト", "SHA-256", "名指し"], &rows) }
}

async fn records(consumers: &Intake, batch: &Batch, layout: Option<&Layout>) -> String {
    let mut out = String::new();
    for record in consumers.records(batch.id, 0, i64::MAX).await.unwrap() {
        let kind =
            layout.and_then(|layout| layout.kinds().iter().find(|kind| kind.id == record.kind)).expect("a kind of the layout");
        let place = |label: &str, number: i32| if number > 0 { format!("  {label} {number}") } else { String::new() };
        let amount = if kind.amount.is_some() { format!("  {}円", text::yen(record.yen)) } else { String::new() };
        let (group, sub) = (place("組", record.grp), place("明細", record.sub));
        out.push_str(&format!("行 {}{group}{sub}  {} {}{amount}\n", record.line, kind.name, kind.id));
        for field in &kind.fields {
            if let Some(value) = record.fields.get(&field.id) {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                out.push_str(&format!("    {} {} = {value}\n", field.name, field.id));
            }
        }
    }
    out
}

async fn verdicts(consumers: &Intake, batch: &Batch, layout: Option<&Layout>) -> String {
    let mut rows = Vec::new();
    for finding in consumers.findings(batch.id).await.unwrap() {
        let field = finding.field.as_deref();
        let sentence = text::sentence(&finding.code, finding.line, field, layout, finding.detail.as_ref());
        let line = finding.line.map_or("全体".to_owned(), |line| line.to_string());
        let field = field.map(|id| text::field_name(layout, id)).unwrap_or_default();
        rows.push(vec![line, finding.verdict, finding.state, finding.code, field, sentence]);
    }
    if rows.is_empty() {
        String::new()
    } else {
        text::table(&[">行", "判定", "状態", "コード", "項目", "説明"], &rows)
    }
}

fn state(input: &Input, batch: &Batch) -> String {
    let door = input.door;
    let reason = batch.reason.as_deref().map(|reason| format!("\n理由  {reason}")).unwrap_or_default();
    let layout = if batch.layout.is_empty() { String::new() } else { format!("  {}", batch.layout) };
    let hops = batch.hops();
    if !matches!(batch.state, State::Duplicate | State::AwaitingConfirmation) && door != "拒否" {
        let ends = |of: fn(&Hop) -> i64| hops[3..].iter().map(of).sum::<i64>();
        assert_eq!(batch.records_staged, ends(|hop| hop.records), "records of {}", batch.file);
        assert_eq!(batch.yen_staged, ends(|hop| hop.yen), "yen of {}", batch.file);
    }
    let rows = hops.map(|hop| vec![hop.ja.to_owned(), hop.records.to_string(), text::yen(hop.yen)]);
    format!("受付  {door}{layout}\n状態  {}{reason}\n{}", batch.state, text::table(&["段階", ">件数", ">円"], &rows))
}
