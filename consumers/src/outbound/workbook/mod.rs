//! The review workbook of a file (確認用ブック): what it holds, the totals beside it and what was refused, for people who check in
//! Excel. The sheets of its contents are those the folder's `workbook.sql` (or that of its layout) makes, or the records read back from its bytes.

mod book;
mod records;
mod sheet;

use renkei_core::archive::ArchiveKey;
use renkei_core::catalogue::{self, Lang};
use renkei_core::fault::Fault;
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, Postgres, Transaction};

use self::sheet::{Cell, Sheet, Style, Value};
use super::approve::Review;
use super::error::OutboundError;
use super::generate::Job;
use super::model::{ExportFile, Refusal};
use super::stage::Stage;
use super::store::{find_file, record};
use super::{Exporter, folder, shape};

/// A row of `workbook.sql`: sheet, row, column, style, text, number.
type Declared = (String, i32, i32, String, Option<String>, Option<i64>);

/// A workbook, ready to be saved.
#[derive(Debug, Clone)]
pub struct Workbook {
    /// A name for it: that of the file, ending in `.xlsx`.
    pub name: String,
    /// Names of its sheets, in order.
    pub sheets: Vec<String>,
    /// The bytes; the same for the same file, ledger and language.
    pub bytes: Vec<u8>,
}

impl Exporter {
    /// Makes the workbook of a file, released or not. A refused file has none of its contents, but the list of what refused it.
    pub async fn workbook(&self, id: i64, lang: Lang, actor: &str) -> Result<Workbook, OutboundError> {
        let mut tx = self.snapshot().await?;
        self.set_session(&mut tx).await?;
        let file = find_file(&mut tx, id).await?;
        let topic = self.topic(&file.topic)?;
        let integration = folder(topic)?;
        let job = Job { topic, folder: integration, shape: shape(topic, integration, &file.profile)? };
        let mut sheets = Vec::new();
        if file.sha256.is_some() {
            sheets = match integration.sql_for("workbook", job.shape.variant) {
                Some(sql) => self.declared(&mut tx, &job, &file, sql).await?,
                None => self.read_back(&job, &file).await?,
            };
        }
        let refusals = sqlx::query_as(include_str!("../sql/refusals.sql"))
            .bind(id)
            .fetch_all(&mut *tx)
            .await
            .map_err(OutboundError::database("read what was refused"))?;
        record(&mut tx, actor, "export.workbook", id, &json!({ "sha256": file.sha256 })).await?;
        tx.commit().await.map_err(OutboundError::database("commit a workbook"))?;
        if file.sha256.is_some() {
            sheets.push(totals(&file, &self.review(id).await?, lang));
        }
        sheets.push(refused(&refusals, lang));
        let title = file.file_name.clone().unwrap_or_else(|| format!("{}_{id}", file.topic));
        let bytes = book::bytes(&sheets, &title, day(&file.business_date))
            .map_err(|source| OutboundError::Workbook { file: id, source: Box::new(source) })?;
        let stem = title.rsplit_once('.').map_or(title.as_str(), |(stem, _)| stem);
        Ok(Workbook { name: format!("{stem}.xlsx"), sheets: sheets.into_iter().map(|sheet| sheet.name).collect(), bytes })
    }

    /// The sheets that `workbook.sql` makes.
    async fn declared(
        &self,
        tx: &mut Transaction<'_, Postgres>,
        job: &Job<'_>,
        file: &ExportFile,
        sql: &str,
    ) -> Result<Vec<Sheet>, OutboundError> {
        let slug = job.topic.slug.as_str();
        let today = self.today();
        let number = file.seq_of_day.unwrap_or(0);
        Stage { file, actor: &file.made_by, number, today: &today, layout: job.shape.layout }.set(tx).await?;
        let wrapped = format!(
            "select sheet::text, row::int, col::int, style::text, text::text, number::bigint
               from (\n{}\n) as cells (sheet, row, col, style, text, number)",
            sql.trim_end().trim_end_matches(';')
        );
        let cells: Vec<Declared> = sqlx::query_as(AssertSqlSafe(wrapped))
            .persistent(false)
            .fetch_all(&mut **tx)
            .await
            .map_err(|source| OutboundError::Folder { topic: slug.to_owned(), file: "workbook.sql", source })?;
        let mut sheets: Vec<Sheet> = Vec::new();
        for (sheet, row, column, style, text, number) in cells {
            let contract = |what: String| OutboundError::Contract { topic: slug.to_owned(), file: "workbook.sql", what };
            let style = Style::parse(&style).ok_or_else(|| contract(format!("knows no style {style:?}")))?;
            let (Ok(row), Ok(column)) = (u32::try_from(row), u16::try_from(column)) else {
                return Err(contract(format!("puts a cell on row {row}, column {column}")));
            };
            let value = match (number, text) {
                (Some(number), None) => Value::Number(number),
                (None, Some(text)) => Value::Text(text),
                (None, None) => continue,
                _ => return Err(contract(format!("{sheet}, row {row}: a cell is either text or number"))),
            };
            if sheets.last().is_none_or(|last| last.name != sheet) {
                sheets.push(Sheet::new(&sheet));
            }
            if let Some(last) = sheets.last_mut() {
                last.cells.push(Cell { row, column, style, value });
            }
        }
        Ok(sheets)
    }

    /// The records of the file as it lies in the archive.
    async fn read_back(&self, job: &Job<'_>, file: &ExportFile) -> Result<Vec<Sheet>, OutboundError> {
        if job.shape.layout.spread().is_some() {
            let what = "is missing: a table whose columns are data cannot be read back without it".to_owned();
            return Err(OutboundError::Contract { topic: file.topic.clone(), file: "workbook.sql", what });
        }
        if let Some(at) = &file.purged_at {
            return Err(OutboundError::Purged { file: file.id, at: at.clone() });
        }
        let records = u64::try_from(file.records.unwrap_or(0)).unwrap_or(0);
        let (true, Some(archive)) = (records <= records::RECORDS_MAX, &file.archive) else {
            return Err(OutboundError::TooLongForWorkbook { file: file.id, records, limit: records::RECORDS_MAX });
        };
        let bytes = self.archive.get_bytes(&ArchiveKey::parse(archive)?).await?;
        records::sheets(job.shape.layout, &bytes)
            .map_err(|source| OutboundError::Workbook { file: file.id, source: Box::new(source) })
    }
}

/// What the approver compares the file with.
fn totals(file: &ExportFile, review: &Review, lang: Lang) -> Sheet {
    let say = |ja: &'static str, en: &'static str| if lang == Lang::Ja { ja } else { en };
    let mut sheet = Sheet::new(say("合計", "Totals"));
    sheet.text(0, 0, Style::Title, say("台帳から数え直した合計", "Totals recounted from the ledger"));
    sheet.heads(1, &[say("区分", "what"), say("件数", "count"), say("金額（円）", "yen")]);
    sheet.text(2, 0, Style::Label, say("このファイル", "this file"));
    sheet.number(2, 1, Style::Total, file.count.unwrap_or(0));
    sheet.number(2, 2, Style::Total, file.total.unwrap_or(0));
    for (row, counted) in (3..).zip(&review.rows) {
        sheet.text(row, 0, Style::Label, if lang == Lang::Ja { &counted.label_ja } else { &counted.label_en });
        sheet.number(row, 1, Style::Amount, counted.count);
        sheet.number(row, 2, Style::Amount, counted.yen);
    }
    sheet
}

/// What could not go, and what to do about it.
fn refused(refusals: &[Refusal], lang: Lang) -> Sheet {
    let say = |ja: &'static str, en: &'static str| if lang == Lang::Ja { ja } else { en };
    let mut sheet = Sheet::new(say("除外・中止", "Refused"));
    let title = if refusals.is_empty() {
        say("除外したものはありません", "Nothing was left out")
    } else {
        say("載せられないもの", "What cannot go")
    };
    sheet.text(0, 0, Style::Title, title);
    sheet.heads(
        1,
        &[
            say("扱い", "severity"),
            say("対象", "item"),
            say("コード", "code"),
            say("説明", "what is wrong"),
            say("対処", "what to do"),
        ],
    );
    for (row, refusal) in (2..).zip(refusals) {
        let fault = fault(refusal);
        let severity = match refusal.severity.as_str() {
            "stop" => say("中止", "stop"),
            "bar" => say("払出不可", "never released"),
            _ => say("除外・注意", "item"),
        };
        let item = format!(
            "{} {}",
            refusal.object.as_deref().unwrap_or(""),
            refusal.object_id.map(|id| id.to_string()).unwrap_or_default()
        );
        sheet.text(row, 0, Style::Text, severity);
        sheet.text(row, 1, Style::Text, item.trim());
        sheet.text(row, 2, Style::Text, &refusal.code);
        sheet.text(row, 3, Style::Alert, catalogue::text(&fault, lang));
        sheet.text(row, 4, Style::Alert, catalogue::remedy(&fault, lang));
    }
    sheet
}

fn fault(refusal: &Refusal) -> Fault {
    let detail = refusal.detail.as_object().into_iter().flatten();
    detail.fold(Fault::new(&refusal.code), |fault, (name, value)| match value {
        Json::String(text) => fault.arg(name, text),
        other => fault.arg(name, other),
    })
}

/// `2026-11-30` in parts.
fn day(text: &str) -> (u16, u8, u8) {
    let date = text.parse::<jiff::civil::Date>().unwrap_or_default();
    let part = |part: i8| u8::try_from(part).unwrap_or(1);
    (u16::try_from(date.year()).unwrap_or(1900).max(1900), part(date.month()), part(date.day()))
}
