//! `renkei settlement`: what staff edit of 決算統計 (05). Every edit is a higher version with its author and reason.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use renkei_consumers::ledger::{self, FormLine, LedgerError, Share, Signed, SurveyRule};
use renkei_core::catalogue::Lang;
use renkei_core::charset::{self, Encoding};
use renkei_core::verdict::Classify as _;

use super::print::{say, table};
use super::{Exit, Global};
use crate::config::Config;
use crate::wiring;

/// `renkei settlement …`
#[derive(Debug, Subcommand)]
pub(crate) enum SettlementCommand {
    /// The rules (対応表) as they are in a fiscal year
    Rules {
        /// 会計年度
        #[arg(long)]
        year: i32,
        /// Only those of one role: fund, purpose, nature, revenue
        #[arg(long, value_parser = ["fund", "purpose", "nature", "revenue"])]
        role: Option<String>,
    },
    /// Rows and columns of the survey's tables as they are in a fiscal year, as CSV
    Form {
        /// 会計年度
        #[arg(long)]
        year: i32,
        /// One 表, two digits; all without it
        #[arg(long)]
        table: Option<String>,
    },
    /// Enter rows and columns of the survey's tables from a CSV such as `form` prints, all or none
    EnterForm {
        /// The file, UTF-8 or Shift_JIS
        file: PathBuf,
        #[command(flatten)]
        by: By,
    },
    /// Set what a 会計, the beginning of a 予算科目 or a 節 is in the survey, or take it back
    Rule {
        /// fund, purpose, nature or revenue
        #[arg(value_parser = ["fund", "purpose", "nature", "revenue"])]
        role: String,
        /// fund: the 会計; purpose, revenue: the beginning of the 予算科目; nature: the 節, or 0201030210/10 for one line
        key: String,
        /// What it is; without it the rule is taken back
        item: Option<String>,
        /// 会計 it holds for; all without it
        #[arg(long, default_value = "")]
        fund: String,
        /// First 会計年度
        #[arg(long)]
        from_year: i32,
        #[command(flatten)]
        by: By,
    },
    /// Set a figure the ledger cannot know
    Figure {
        /// carried_over: 翌年度に繰り越すべき財源
        #[arg(value_parser = ["carried_over"])]
        figure: String,
        /// 会計年度
        #[arg(long)]
        year: i32,
        /// Whole yen; 0 where there is none
        #[arg(long)]
        yen: i64,
        #[command(flatten)]
        by: By,
    },
    /// Say that part of what a line paid has another 性質別 than its 節
    Portion {
        #[command(flatten)]
        of: Of,
        /// 性質別
        #[arg(long)]
        nature: String,
        #[command(flatten)]
        by: By,
    },
    /// Say how much of what a line paid came from a source (特定財源の充当)
    Funding {
        #[command(flatten)]
        of: Of,
        /// 財源
        #[arg(long)]
        source: String,
        /// 性質別 of the portion it is for; without it, the part that has the one of its 節
        #[arg(long, default_value = "")]
        nature: String,
        #[command(flatten)]
        by: By,
    },
}

/// A budget line and yen.
#[derive(Debug, Args)]
pub(crate) struct Of {
    /// 予算科目
    budget_line: String,
    /// 会計
    #[arg(long, default_value = "01")]
    fund: String,
    /// 会計年度
    #[arg(long)]
    year: i32,
    /// Whole yen; 0 takes it back
    #[arg(long, allow_negative_numbers = true)]
    yen: i64,
}

/// Who and why.
#[derive(Debug, Args)]
pub(crate) struct By {
    /// Why
    #[arg(long)]
    reason: String,
    /// Who edits
    #[arg(long = "as", env = "RENKEI_ACTOR")]
    actor: String,
}

impl By {
    fn signed(&self) -> Signed<'_> {
        Signed { who: &self.actor, why: &self.reason }
    }
}

impl Of {
    fn share<'a>(&'a self, nature: &'a str, source: Option<&'a str>) -> Share<'a> {
        Share { year: self.year, fund: &self.fund, budget_line: &self.budget_line, nature, source, yen: self.yen }
    }
}

/// Runs it.
pub(crate) fn run(global: &Global, command: &SettlementCommand) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    wiring::runtime()?.block_on(async {
        let pool = wiring::database(&config).await?;
        let version = match command {
            SettlementCommand::Rules { year, role } => {
                let mut rules = ledger::survey_rules(&pool, *year).await?;
                rules.retain(|rule| role.as_ref().is_none_or(|role| rule.role == *role));
                print(global, &rules);
                return Ok(Exit::Done);
            }
            SettlementCommand::Form { year, table } => {
                print_form(global, &ledger::survey_form(&pool, *year, table.as_deref()).await?)?;
                return Ok(Exit::Done);
            }
            SettlementCommand::EnterForm { file, by } => {
                let lines = read_form(file)?;
                let entered = ledger::enter_survey_form(&pool, &lines, by.signed()).await?;
                return Ok(print_entered(global, file, &entered));
            }
            SettlementCommand::Rule { role, key, item, fund, from_year, by } => {
                ledger::set_survey_rule(&pool, (role, fund, key), *from_year, item.as_deref(), by.signed()).await?
            }
            SettlementCommand::Figure { figure, year, yen, by } => {
                ledger::set_survey_figure(&pool, *year, figure, *yen, by.signed()).await?
            }
            SettlementCommand::Portion { of, nature, by } => {
                ledger::set_survey_share(&pool, &of.share(nature, None), by.signed()).await?
            }
            SettlementCommand::Funding { of, source, nature, by } => {
                ledger::set_survey_share(&pool, &of.share(nature, Some(source)), by.signed()).await?
            }
        };
        if global.json {
            println!("{}", serde_json::json!({ "version": version }));
        } else {
            println!("{} {version}", say(global.lang, "登録しました。版", "entered, version"));
        }
        Ok(Exit::Done)
    })
}

fn print(global: &Global, rules: &[SurveyRule]) {
    if global.json {
        println!("{}", serde_json::json!(rules));
        return;
    }
    let headings = match global.lang {
        Lang::Ja => ["役割", "会計", "キー", "年度から", ">版", "区分", "名称", "登録", "理由"],
        Lang::En => ["role", "fund", "key", "from", ">version", "item", "name", "by", "why"],
    };
    let rows = rules.iter().map(|rule| {
        vec![
            rule.role.clone(),
            rule.fund.clone(),
            rule.key.clone(),
            rule.from_year.to_string(),
            rule.version.to_string(),
            rule.item.clone(),
            rule.name.clone(),
            rule.made_by.clone(),
            rule.why.clone(),
        ]
    });
    println!("{}", table(&headings, rows.collect()));
}

fn print_form(global: &Global, lines: &[FormLine]) -> anyhow::Result<()> {
    if global.json {
        println!("{}", serde_json::json!(lines));
        return Ok(());
    }
    let mut csv = csv::Writer::from_writer(std::io::stdout().lock());
    for line in lines {
        csv.serialize(line)?;
    }
    Ok(csv.flush()?)
}

/// The lines of a form; what is no line of one is told with its place.
fn read_form(path: &Path) -> anyhow::Result<Vec<FormLine>> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let bare = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let text = match std::str::from_utf8(bare) {
        Ok(text) => text.into(),
        Err(_) => charset::decode(Encoding::Cp932, &bytes)
            .with_context(|| format!("{} is neither UTF-8 nor Shift_JIS", path.display()))?,
    };
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let lines: Vec<FormLine> =
        reader.deserialize().collect::<Result<_, _>>().with_context(|| format!("{} is no form", path.display()))?;
    if lines.is_empty() {
        bail!("{} holds no line of a form", path.display());
    }
    Ok(lines)
}

fn print_entered(global: &Global, path: &Path, entered: &ledger::EnteredForm) -> Exit {
    let lang = global.lang;
    // The heading is the file's first line.
    let faults: Vec<(usize, String)> = entered.faults.iter().map(|(place, error)| (place + 2, in_words(lang, error))).collect();
    if global.json {
        let faults: Vec<_> = faults.iter().map(|(line, fault)| serde_json::json!({ "line": line, "fault": fault })).collect();
        println!("{}", serde_json::json!({ "changed": entered.changed, "unchanged": entered.unchanged, "faults": faults }));
    } else if faults.is_empty() {
        match lang {
            Lang::Ja => println!("登録しました。変更 {}、変更なし {}", entered.changed, entered.unchanged),
            Lang::En => println!("entered: {} changed, {} as they were", entered.changed, entered.unchanged),
        }
    } else {
        for (line, fault) in &faults {
            println!("{}: {} {line}: {fault}", path.display(), say(lang, "行", "line"));
        }
        println!("{}", say(lang, "登録していません。", "Nothing was entered."));
    }
    if faults.is_empty() { Exit::Done } else { Exit::Rejected }
}

fn in_words(lang: Lang, error: &LedgerError) -> String {
    match error.coded().and_then(|coded| Some((coded.words(lang)?, coded.code))) {
        Some(((text, remedy), code)) => format!("[{code}] {text} {remedy}"),
        None => error.to_string(),
    }
}
