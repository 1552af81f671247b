//! Files as they stand: the table, what a person should know, and their bytes.

use std::path::Path;

use anyhow::Context;
use renkei_consumers::outbound::{ExportFile, Exporter, FileState, ListFilter, Workbook};
use renkei_core::catalogue::{self, Lang};
use renkei_core::money::Yen;
use renkei_core::registry::Registry;

use super::remade;
use crate::cli::print::{say, table};
use crate::cli::{Exit, Global, topic};

/// The newest files.
pub(super) async fn list(
    global: &Global,
    registry: &Registry,
    exporter: &Exporter,
    wanted: &Option<String>,
    limit: u32,
) -> anyhow::Result<Exit> {
    let topic = wanted.as_ref().map(|name| topic::find(registry, name).map(|topic| topic.slug.to_string())).transpose()?;
    let files = exporter.list(&ListFilter { topic, rows_max: limit, ..ListFilter::default() }).await?;
    if global.json {
        println!("{}", serde_json::json!(files));
    } else {
        println!("{}", file_table(global.lang, &files));
    }
    Ok(Exit::Done)
}

/// The same bytes again, with the control file where the partner gets one.
pub(super) async fn download(global: &Global, exporter: &Exporter, file: i64, to: &Path, actor: &str) -> anyhow::Result<Exit> {
    let download = exporter.download(file, actor).await?;
    std::fs::write(to, &download.bytes).with_context(|| format!("cannot write {}", to.display()))?;
    let file = exporter.show(file).await?.file;
    if let Some((_, text)) = exporter.control_file(&file) {
        let beside = remade::control_path(to);
        std::fs::write(&beside, text).with_context(|| format!("cannot write {}", beside.display()))?;
    }
    print_file(global, &file);
    Ok(exit_of(file.state))
}

/// Saves a workbook, and says what is in it.
pub(super) fn save(global: &Global, book: &Workbook, to: &Path) -> anyhow::Result<Exit> {
    let path = if to.is_dir() { to.join(&book.name) } else { to.to_owned() };
    std::fs::write(&path, &book.bytes).with_context(|| format!("cannot write {}", path.display()))?;
    if global.json {
        println!("{}", serde_json::json!({ "workbook": path, "sheets": book.sheets }));
    } else {
        println!("{}  {}", path.display(), book.sheets.join(" / "));
    }
    Ok(Exit::Done)
}

/// The state of a file in the reader's language.
pub(crate) fn state_name(state: FileState, lang: Lang) -> &'static str {
    catalogue::word("file_state", state.as_str(), lang).unwrap_or(state.as_str())
}

/// Files as a table.
pub(super) fn file_table(lang: Lang, files: &[ExportFile]) -> String {
    let headings = match lang {
        Lang::Ja => [">番号", "トピック", "ファイル", "状態", ">件数", ">金額", "sha256", "作成者", "払出者"],
        Lang::En => [">file", "topic", "name", "state", ">count", ">yen", "sha256", "made by", "released by"],
    };
    let rows = files.iter().map(|file| {
        vec![
            file.id.to_string(),
            file.topic.clone(),
            name_and_part(file),
            state_name(file.state, lang).to_owned(),
            file.count.map(|count| count.to_string()).unwrap_or_default(),
            file.total.map(|total| Yen(total).to_string()).unwrap_or_default(),
            file.sha256.as_deref().unwrap_or_default().chars().take(12).collect(),
            file.made_by.clone(),
            file.released_by.clone().unwrap_or_default(),
        ]
    });
    table(&headings, rows.collect())
}

/// The name of a file, and which of its order's files it is where the order made several.
fn name_and_part(file: &ExportFile) -> String {
    let name = file.file_name.clone().unwrap_or_default();
    if file.parts > 1 { format!("{name} ({}/{})", file.part, file.parts) } else { name }
}

/// One file.
pub(super) fn print_file(global: &Global, file: &ExportFile) {
    print_files(global, std::slice::from_ref(file));
}

/// The files of an order; under `--json` a line each.
pub(super) fn print_files(global: &Global, files: &[ExportFile]) {
    if global.json {
        files.iter().for_each(|file| println!("{}", serde_json::json!(file)));
        return;
    }
    println!("{}", file_table(global.lang, files));
    if let [_, _, ..] = files {
        let ja = "1ファイルに載せられる件数・金額を超えるため分割しました。1ファイルずつ承認し、払い出してください。";
        let en = "split, because the partner takes no more in one file: approve and release each of them";
        println!("{}", say(global.lang, ja, en));
    }
    for file in files {
        tell(global, file);
    }
}

/// What a person should know about the state of a file.
fn tell(global: &Global, file: &ExportFile) {
    if file.state == FileState::Released {
        let ja = "払い出しましたが、まだ引き渡していません。相手先または送信フォルダーに届くようになれば自動で引き渡します。";
        let en = "released, but not delivered yet: it is delivered by itself once the partner or the outbox can be reached";
        println!("{}", say(global.lang, ja, en));
    }
    if let (FileState::Released | FileState::Delivered, Some(by)) = (file.state, &file.needed_by) {
        println!("{}: {by}", say(global.lang, "相手先の期限", "the partner needs it by"));
    }
    if let Some(problem) = &file.problem {
        println!("{}", super::show::problem(global.lang, problem));
    }
}

/// What the state of a file says to a script.
pub(super) fn exit_of(state: FileState) -> Exit {
    match state {
        FileState::Generated | FileState::Approved | FileState::Unknown | FileState::Ordered | FileState::Released => Exit::Held,
        FileState::Refused => Exit::Rejected,
        FileState::Failed => Exit::Failed,
        _ => Exit::Done,
    }
}
