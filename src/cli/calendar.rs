//! `renkei calendar …`: the holidays everything is reckoned by. The ledger's database is the authority; producers read a file that is
//! written from it.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Subcommand;
use jiff::civil::Date;
use renkei_consumers::calendar::{self, Change, Import};
use renkei_consumers::ledger::settings::{self, By};
use renkei_core::calendar::holidays::{self, HolidayFaults, HolidayList};
use renkei_core::calendar::{BusinessCalendar, OwnDay, clock, file};
use renkei_core::catalogue::Lang;

use super::print::{say, table};
use super::{Exit, Global, times};
use crate::config::Config;
use crate::wiring;

/// `renkei calendar …`
#[derive(Debug, Subcommand)]
pub(crate) enum CalendarCommand {
    /// Take over the Cabinet Office's list of holidays (syukujitsu.csv), and say what it changes
    Import {
        /// The file, Shift_JIS or UTF-8
        file: PathBuf,
        /// Say what would change, change nothing
        #[arg(long)]
        dry_run: bool,
        /// Why days that are over become other days
        #[arg(long, default_value = "")]
        reason: String,
        /// Who imports
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// Close or open a day of the office or of the banks alone (条例の休日, 臨時休業, 休日開庁), or take that back
    Day {
        /// The day, from tomorrow on
        day: Date,
        /// Whose: office, bank; may be given twice
        #[arg(long = "of", required = true, value_parser = ["office", "bank"])]
        calendars: Vec<String>,
        /// closed, open, or usual: again what the rest of the calendar says
        #[arg(value_parser = ["closed", "open", "usual"])]
        what: String,
        /// What the day is called
        #[arg(long, default_value = "")]
        name: String,
        /// Why
        #[arg(long)]
        reason: String,
        /// Who changes it
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
    },
    /// The holidays of a year; default: this year and what is known after it
    Show {
        /// Year, e.g. 2027
        #[arg(long)]
        year: Option<i16>,
    },
    /// Up to which day holidays are known, and whether producers have the same calendar
    Check,
    /// Write the calendar file of the producers
    Write {
        /// Where to; default: the file of the settings
        #[arg(long)]
        to: Option<PathBuf>,
    },
}

/// Runs it.
pub(crate) fn run(global: &Global, command: &CalendarCommand) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    wiring::runtime()?.block_on(async {
        let pool = wiring::database(&config).await?;
        match command {
            CalendarCommand::Import { file, dry_run, reason, actor } => {
                let list = read(file)?;
                if *dry_run {
                    print_import(global, &calendar::preview(&pool, &list).await?, &list);
                    return Ok(Exit::Done);
                }
                if actor.trim().is_empty() {
                    bail!("--as must say who imports");
                }
                let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                let import = calendar::import(&pool, &list, &name, actor.trim(), reason).await?;
                calendar::write_down(&pool, &config.produce.calendar_file).await?;
                print_import(global, &import, &list);
                Ok(Exit::Done)
            }
            CalendarCommand::Day { day, calendars, what, name, reason, actor } => {
                let opens = match what.as_str() {
                    "open" => Some(true),
                    "closed" => Some(false),
                    _ => None,
                };
                let (day, today) = (day.to_string(), clock::today().to_string());
                let calendars: Vec<&str> = calendars.iter().map(String::as_str).collect();
                let by = By { actor, why: reason };
                settings::change_own_days(&pool, &calendars, &day, (opens, name), &today, by).await?;
                calendar::write_down(&pool, &config.produce.calendar_file).await?;
                show(global, &calendar::load(&pool).await?, day.get(..4).and_then(|year| year.parse().ok()));
                Ok(Exit::Done)
            }
            CalendarCommand::Show { year } => {
                show(global, &calendar::load(&pool).await?, *year);
                Ok(Exit::Done)
            }
            CalendarCommand::Check => Ok(check(global, &calendar::load(&pool).await?, &config.produce.calendar_file)),
            CalendarCommand::Write { to } => {
                let path = to.as_ref().unwrap_or(&config.produce.calendar_file);
                let changed = calendar::write_down(&pool, path).await?;
                if global.json {
                    println!("{}", serde_json::json!({"file": path, "changed": changed}));
                } else {
                    println!("{}: {}", say(global.lang, "書き出しました", "written"), path.display());
                }
                Ok(Exit::Done)
            }
        }
    })
}

/// The list of a file.
fn read(path: &Path) -> anyhow::Result<HolidayList> {
    let length = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?.len();
    if length > holidays::BYTES_MAX {
        let fault = format!("it has {length} bytes; the list of all years has some twenty thousand");
        return Err(HolidayFaults { faults: vec![fault] }.into());
    }
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    HolidayList::read(&bytes).with_context(|| path.display().to_string())
}

fn print_import(global: &Global, import: &Import, list: &HolidayList) {
    if global.json {
        println!(
            "{}",
            serde_json::json!({"import": import, "days": list.holidays.len(), "years": [list.years.start(), list.years.end()]})
        );
        return;
    }
    let lang = global.lang;
    // A first import brings seventy years; what matters is what lies ahead, and what changes a day that was known.
    let known = |change: &&Change| change.before.is_some() || (change.day >= import.before.0 && change.day <= import.before.1);
    let (known, new): (Vec<&Change>, Vec<&Change>) = import.changes.iter().partition(known);
    for change in known.iter().chain(new.iter().filter(|change| change.day > import.before.1)) {
        println!("{}", line(lang, change));
    }
    let older = new.iter().filter(|change| change.day < import.before.0).count();
    if older > 0 {
        match lang {
            Lang::Ja => println!("＋ {}より前の {older} 日", import.before.0),
            Lang::En => println!("+ {older} day(s) before {}", import.before.0),
        }
    }
    if import.is_empty() {
        println!("{}", say(lang, "変更はありません", "nothing changes"));
    }
    let (since, through) = import.after;
    println!("{}: {since} – {through}", say(lang, "登録済みの期間", "known"));
}

fn line(lang: Lang, change: &Change) -> String {
    let day = times::day(lang, change.day);
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("= {day} {before} → {after}"),
        (Some(before), None) => format!("- {day} {before}"),
        (None, after) => format!("+ {day} {}", after.as_deref().unwrap_or_default()),
    }
}

fn show(global: &Global, calendar: &BusinessCalendar, year: Option<i16>) {
    let from = year.unwrap_or(clock::today().year());
    let wanted = |day: Date| if year.is_some() { day.year() == from } else { day.year() >= from };
    let days: Vec<(Date, &str)> = calendar.holidays().filter(|(day, _)| wanted(*day)).collect();
    let own: Vec<OwnDay> = calendar.own_days().filter(|own| wanted(own.day)).collect();
    if global.json {
        let days: Vec<_> = days.iter().map(|(day, name)| serde_json::json!({"day": day, "name": name})).collect();
        let (since, through) = (calendar.since(), calendar.horizon());
        println!("{}", serde_json::json!({"since": since, "through": through, "holidays": days, "own_days": own}));
        return;
    }
    let lang = global.lang;
    let headings = [say(lang, "日", "day"), say(lang, "祝日", "holiday")];
    println!("{}", table(&headings, days.iter().map(|(day, name)| vec![times::day(lang, *day), (*name).to_owned()]).collect()));
    if !own.is_empty() {
        let headings = [say(lang, "日", "day"), say(lang, "対象", "whose"), say(lang, "内容", "what"), say(lang, "名称", "name")];
        let what = |own: &OwnDay| if own.opens { say(lang, "開業", "open") } else { say(lang, "休業", "closed") };
        let row = |own: &OwnDay| {
            vec![times::day(lang, own.day), times::calendar(lang, own.calendar).into(), what(own).into(), own.name.clone()]
        };
        println!("{}", table(&headings, own.iter().map(row).collect()));
    }
    println!("{}: {} – {}", say(lang, "登録済みの期間", "known"), calendar.since(), calendar.horizon());
}

fn check(global: &Global, calendar: &BusinessCalendar, path: &Path) -> Exit {
    let left = calendar.days_left(clock::today());
    let same = file::read(path).map(|written| written == *calendar);
    let soon = times::ends_soon(global.lang, calendar);
    let exit = if soon.is_none() && matches!(same, Ok(true)) { Exit::Done } else { Exit::Held };
    if global.json {
        let (same, problem) = match &same {
            Ok(same) => (*same, None),
            Err(error) => (false, Some(error.to_string())),
        };
        let through = calendar.horizon();
        println!(
            "{}",
            serde_json::json!({"since": calendar.since(), "through": through, "days_left": left, "ends_soon": soon.is_some(),
                               "file": path, "file_is_same": same, "problem": problem})
        );
        return exit;
    }
    let lang = global.lang;
    println!("{}: {} – {}", say(lang, "登録済みの期間", "known"), calendar.since(), calendar.horizon());
    println!("{}: {left}", say(lang, "残り日数", "days left"));
    let file = match &same {
        Ok(true) => say(lang, "台帳と同じです", "like the ledger").to_owned(),
        Ok(false) => say(lang, "台帳と違います: renkei calendar write", "not like the ledger: renkei calendar write").to_owned(),
        Err(error) => error.to_string(),
    };
    println!("{} {}: {file}", say(lang, "暦ファイル", "calendar file"), path.display());
    if let Some(warning) = soon {
        println!("{warning}");
    }
    exit
}
