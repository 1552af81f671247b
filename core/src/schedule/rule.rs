//! What `queues.toml` says about time: `schedule` of topics that go out, `due` of both.

use std::fmt;

use jiff::civil::Time;
use serde::{Serialize, Serializer};

use super::Clockwork;
use crate::calendar::DayRule;

/// Where an instant goes whose day is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shift {
    /// Nowhere: there is none.
    Skip,
    /// To the next business day, at the same time.
    Next,
    /// To the business day before, at the same time.
    Previous,
}

impl Shift {
    /// The name in TOML.
    pub const fn as_str(self) -> &'static str {
        match self {
            Shift::Skip => "skip",
            Shift::Next => "next",
            Shift::Previous => "previous",
        }
    }
}

/// Which days of a cron expression count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Days {
    /// All; no calendar is needed.
    Every,
    /// Business days of a calendar.
    Business {
        /// Whose days.
        calendar: DayRule,
        /// What becomes of the others.
        shift: Shift,
    },
}

/// When.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// At the instants of a cron expression.
    Cron {
        /// The expression.
        cron: Clockwork,
        /// The days that count.
        days: Days,
    },
    /// On the n-th business day of a month.
    NthBusinessDay {
        /// 1 = the first, -1 = the last; never 0.
        nth: i8,
        /// 1 to 12, rising; all when empty.
        months: Vec<i8>,
        /// Time of day.
        at: Time,
        /// Whose days.
        calendar: DayRule,
    },
}

/// A rule of instants, in Tokyo time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// When.
    pub when: When,
}

impl Rule {
    /// Every business day of the office at a time of day.
    pub fn daily(at: Time) -> Option<Rule> {
        let cron = Clockwork::parse(&format!("{} {} * * *", at.minute(), at.hour())).ok()?;
        let days = Days::Business { calendar: DayRule::Office, shift: Shift::Skip };
        Some(Rule { when: When::Cron { cron, days } })
    }

    /// The last business day of the office of each month, at a time of day.
    pub fn month_end(at: Time) -> Rule {
        Rule { when: When::NthBusinessDay { nth: -1, months: Vec::new(), at, calendar: DayRule::Office } }
    }

    /// Whether it cannot be answered without a calendar.
    pub fn needs_calendar(&self) -> bool {
        self.calendar().is_some()
    }

    /// Whose days it counts; `None`: every day.
    pub fn calendar(&self) -> Option<DayRule> {
        match &self.when {
            When::Cron { days: Days::Every, .. } => None,
            When::Cron { days: Days::Business { calendar, .. }, .. } | When::NthBusinessDay { calendar, .. } => Some(*calendar),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.when {
            When::Cron { cron, days: Days::Every } => f.write_str(cron.expression()),
            When::Cron { cron, days: Days::Business { calendar, shift } } => {
                write!(f, "{} · {} days · {}", cron.expression(), calendar.as_str(), shift.as_str())
            }
            When::NthBusinessDay { nth, months, at, calendar } => {
                write!(f, "{} day {nth}", calendar.as_str())?;
                if !months.is_empty() {
                    let months: Vec<String> = months.iter().map(i8::to_string).collect();
                    write!(f, " of {}", months.join(","))?;
                }
                write!(f, " · {}", at.strftime("%H:%M"))
            }
        }
    }
}

/// What is done about an instant that no scheduler saw in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// On its own day the run is made up for, late; of an earlier day a person is asked.
    #[default]
    Today,
    /// The latest is made up for, late, whenever that is; it stands for those before it.
    Once,
    /// Nothing; it is written down.
    Skip,
    /// A person is asked, by a task.
    Ask,
}

impl Missed {
    /// The name in TOML.
    pub const fn as_str(self) -> &'static str {
        match self {
            Missed::Today => "today",
            Missed::Once => "once",
            Missed::Skip => "skip",
            Missed::Ask => "ask",
        }
    }
}

/// `schedule`: when exports are ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// When.
    pub rule: Rule,
    /// What is done about a missed run.
    pub missed: Missed,
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} · missed: {}", self.rule, self.missed.as_str())
    }
}

/// `due`: by when a file must have come, or be carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// As written: `HH:MM`, or the rule.
    pub written: String,
    /// When; `None` where there is no day by which it could be late (on demand).
    pub rule: Option<Rule>,
}

impl Serialize for Schedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Due {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.written)
    }
}
