//! `renkei settlement`: what staff edit of 決算統計 (05). Every edit is a higher version with its author and reason.

use clap::{Args, Subcommand};
use renkei_consumers::ledger::{self, Share, Signed, SurveyRule};
use renkei_core::catalogue::Lang;

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
