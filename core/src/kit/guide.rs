//! A page a topic, for those who build the sending side: the shape of its files and messages, and what can be refused.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::asyncapi::schema_file;
use crate::catalogue::{self, Lang};
use crate::layout::{Format, Layout, describe};
use crate::registry::{Hold, Topic};

/// What a page shows beside the layouts.
#[derive(Debug, Clone, Default)]
pub struct Extras {
    /// By layout variant: the sample file and a message made of it.
    pub samples: BTreeMap<String, (String, serde_json::Value)>,
    /// Codes the topic's checks against the ledger may give.
    pub codes: BTreeSet<String>,
}

/// The page.
pub fn page(topic: &Topic, extras: &Extras) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        let _ = writeln!(out, "{text}");
    };
    let (slug, number) = (topic.slug.as_str(), topic.number);
    line(&format!("# {number} {} ({})\n", topic.name, topic.name_en));
    line(&format!(
        "From {} to {}. Topic `{slug}`, routing key `{}`, HTTP `/v1/topics/{slug}`.",
        topic.from,
        topic.to,
        topic.queue()
    ));
    if let Some(due) = &topic.due {
        line(&format!("Due by {} (Asia/Tokyo).", due.written));
    }
    line(match topic.hold {
        Hold::Line => "A line that needs a person waits; the rest of the file is posted.",
        Hold::Batch => "A line that needs a person makes the whole file wait.",
    });
    if topic.medium {
        line("Its files come on a registered medium only, with bearer and approver on record: no other door takes them.");
    } else if !topic.takes_messages() {
        line("It comes as a file, with the documents the file names: never as a message of records.");
    }
    line(&format!(
        "\n`renkei check FILE --topic {number}` judges a file without any service; `renkei topic sample {number}` makes one."
    ));
    for (variant, layout) in topic.integration.iter().flat_map(|integration| &integration.layouts) {
        line(&format!("\n## Layout `{variant}`: {}\n", layout.name));
        line(&summary(slug, variant, layout));
        for kind in layout.kinds() {
            line(&format!("\n### {} `{}`\n", kind.name, kind.id));
            line("| # | name | id | type | length | required | rule | grade |\n|--|--|--|--|--|--|--|--|");
            for row in describe::rows(layout, kind, Lang::En) {
                let rule = row.rule().replace('|', "\\|");
                let (position, name, id) = (row.position, &row.name, &row.id);
                line(&format!(
                    "| {position} | {name} | {id} | {} | {} | {} | {rule} | {} |",
                    row.ty, row.length, row.required, row.grade
                ));
            }
        }
        if let Some((sample, message)) = extras.samples.get(variant) {
            line(&format!("\nSample file: `samples/{sample}`. A message of its first record:\n"));
            line(&format!("```json\n{}\n```", serde_json::to_string_pretty(message).unwrap_or_default()));
        }
    }
    if !extras.codes.is_empty() {
        line("\n## What the checks against the ledger may say\n");
        line("Beside the findings every file can have (`errors.md`).\n");
        line("| code | 内容 | meaning |\n|--|--|--|");
        for code in &extras.codes {
            let text = |lang| catalogue::template(code, lang).map(|(text, _)| cell(text)).unwrap_or_default();
            line(&format!("| `{code}` | {} | {} |", text(Lang::Ja), text(Lang::En)));
        }
    }
    out
}

fn summary(slug: &str, variant: &str, layout: &Layout) -> String {
    let encodings: Vec<&str> = layout.encodings.iter().map(|encoding| encoding.as_str()).collect();
    let format = match layout.format {
        Format::Csv => "CSV",
        Format::Fixed => "fixed length",
        Format::Json => "JSON",
        Format::Xml => "XML",
    };
    let file = schema_file(slug, variant);
    let schema = if layout.takes_messages() { format!("Message schema: [`{file}`]({file}).") } else { "Files only.".to_owned() };
    format!(
        "Version {}, {} (evidence {}{}). {format}; {}. {schema}",
        layout.version,
        layout.status,
        layout.grade.map_or("-", |grade| grade.as_str()),
        layout.source.as_ref().map(|source| format!(": {source}")).unwrap_or_default(),
        encodings.join(", "),
    )
}

/// Every code of the catalogue with its texts.
pub fn errors() -> String {
    let mut out = String::from(
        "# Error codes\n\nEvery finding has a code, a place (file, line, column, byte, field, value) and these texts; `{…}` are filled with its own values.\n\n\
         | code | 内容 | 対処 | meaning | remedy |\n|--|--|--|--|--|\n",
    );
    for code in catalogue::codes() {
        let texts = [Lang::Ja, Lang::En].into_iter().filter_map(|lang| catalogue::template(code, lang));
        let cells: Vec<String> = texts.flat_map(|(text, remedy)| [cell(text), cell(&remedy)]).collect();
        let _ = writeln!(out, "| `{code}` | {} |", cells.join(" | "));
    }
    out
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
