//! `renkei access …`: who may enter the console. On the page an administrator does the same; this is for the first of them, and for
//! scripts.

use clap::{Subcommand, ValueEnum};
use renkei_console::access::accounts::{self, Account, By};
use renkei_console::access::role::{ROLES, Role};
use renkei_consumers::db::PgPool;
use renkei_core::registry::Registry;

use super::print::{say, table};
use super::{Exit, Global};
use crate::config::Config;
use crate::wiring;

/// `renkei access …`
#[derive(Debug, Subcommand)]
pub(crate) enum AccessCommand {
    /// Accounts, their roles and sessions
    List,
    /// Add an account; prints its initial password, once and alone, and for people whose it is on standard error
    Add {
        /// Login id
        login: String,
        /// Name of the person
        #[arg(long)]
        name: String,
        /// It is a login id of the staff portal: disabled there (21), it cannot enter here
        #[arg(long)]
        portal: bool,
        /// Roles to begin with: viewer, operator, approver, auditor, administrator; may be given several times
        #[arg(long = "role")]
        roles: Vec<RoleName>,
        #[command(flatten)]
        by: Who,
    },
    /// Give a role, on all topics or on one
    Give {
        /// Login id
        login: String,
        /// viewer, operator, approver, auditor, administrator
        role: RoleName,
        /// Number or slug; all topics without it
        #[arg(long)]
        topic: Option<String>,
        #[command(flatten)]
        by: Who,
    },
    /// Take a role away
    Take {
        /// Login id
        login: String,
        /// viewer, operator, approver, auditor, administrator
        role: RoleName,
        /// Number or slug, as it was given
        #[arg(long)]
        topic: Option<String>,
        #[command(flatten)]
        by: Who,
    },
    /// Give a new initial password and end all sessions
    Reset {
        /// Login id
        login: String,
        /// Take the one-time codes away, too: the device is lost
        #[arg(long)]
        codes: bool,
        #[command(flatten)]
        by: Who,
    },
    /// Disable an account and end its sessions
    Disable {
        /// Login id
        login: String,
        #[command(flatten)]
        by: Who,
    },
    /// Let an account that is locked after wrong attempts try again at once
    Unlock {
        /// Login id
        login: String,
        /// Who lifts the lock: never oneself
        #[arg(long = "as", env = "RENKEI_ACTOR")]
        actor: String,
        /// Why
        #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
        reason: String,
    },
    /// Let a disabled account in again
    Enable {
        /// Login id
        login: String,
        #[command(flatten)]
        by: Who,
    },
}

/// Who changes it, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Who {
    /// Who changes it
    #[arg(long = "as", env = "RENKEI_ACTOR")]
    actor: String,
    /// Why
    #[arg(long, default_value = "")]
    reason: String,
}

impl Who {
    fn by(&self) -> By<'_> {
        By { actor: &self.actor, reason: &self.reason }
    }
}

/// A role as it is typed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RoleName(Role);

impl ValueEnum for RoleName {
    fn value_variants<'a>() -> &'a [Self] {
        &[RoleName(ROLES[0]), RoleName(ROLES[1]), RoleName(ROLES[2]), RoleName(ROLES[3]), RoleName(ROLES[4])]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.as_str()))
    }
}

/// Runs it.
pub(crate) fn run(global: &Global, command: &AccessCommand) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    let registry = Registry::load()?;
    let slug = |topic: &Option<String>| -> anyhow::Result<Option<String>> {
        topic.as_ref().map(|name| Ok(super::topic::find(&registry, name)?.slug.to_string())).transpose()
    };
    wiring::runtime()?.block_on(async {
        let pool = wiring::database(&config).await?;
        match command {
            AccessCommand::List => return list(global, &pool).await,
            AccessCommand::Add { login, name, portal, roles, by } => {
                let initial = accounts::add(&pool, login, name, *portal, by.by()).await?;
                for role in roles {
                    accounts::give(&pool, login, role.0, None, by.by()).await?;
                }
                let roles: Vec<&str> = roles.iter().map(|role| role.0.name(global.lang)).collect();
                whose(global, login, Some((name, &roles)));
                password(global, login, &initial);
            }
            AccessCommand::Give { login, role, topic, by } => {
                accounts::give(&pool, login, role.0, slug(topic)?.as_deref(), by.by()).await?;
            }
            AccessCommand::Take { login, role, topic, by } => {
                if !accounts::take(&pool, login, role.0, slug(topic)?.as_deref(), by.by()).await? {
                    anyhow::bail!("{login} does not have the role {}", role.0);
                }
            }
            AccessCommand::Reset { login, codes, by } => {
                let initial = accounts::reset(&pool, login, *codes, by.by()).await?;
                whose(global, login, None);
                password(global, login, &initial);
            }
            AccessCommand::Disable { login, by } => accounts::disable(&pool, login, true, by.by()).await?,
            AccessCommand::Unlock { login, actor, reason } => {
                accounts::unlock(&pool, login, By { actor, reason }).await?;
            }
            AccessCommand::Enable { login, by } => accounts::disable(&pool, login, false, by.by()).await?,
        }
        Ok(Exit::Done)
    })
}

/// Whose password follows, and what they may do, on standard error: standard output holds nothing but the password.
fn whose(global: &Global, login: &str, made: Option<(&str, &[&str])>) {
    let lang = global.lang;
    let line = |name: &str, value: &str| eprintln!("{name}{}{value}", say(lang, "：", ": "));
    line(say(lang, "ログインID", "login id"), login);
    if let Some((name, roles)) = made {
        let none = say(lang, "なし（renkei access give で付与）", "none (renkei access give)");
        let every = say(lang, "（すべての連携）", " (every topic)");
        let roles = if roles.is_empty() { none.to_owned() } else { format!("{}{every}", roles.join(say(lang, "、", ", "))) };
        line(say(lang, "氏名", "name"), name);
        line(say(lang, "権限", "roles"), &roles);
    }
    line(say(lang, "初期パスワード（再表示できません）", "initial password (never shown again)"), "");
}

fn password(global: &Global, login: &str, initial: &str) {
    if global.json {
        println!("{}", serde_json::json!({"login": login, "initial_password": initial}));
    } else {
        println!("{initial}");
    }
}

async fn list(global: &Global, pool: &PgPool) -> anyhow::Result<Exit> {
    let known = accounts::list(pool).await?;
    if global.json {
        println!("{}", serde_json::json!(known));
        return Ok(Exit::Done);
    }
    let lang = global.lang;
    let headings = [
        say(lang, "ログインID", "login id"),
        say(lang, "氏名", "name"),
        say(lang, "状態", "state"),
        say(lang, "権限", "roles"),
        say(lang, "最終利用", "last used"),
    ];
    let rows = known.into_iter().map(|account| {
        let Account { login_id, display_name, roles, last_seen, may_enter, locked_until, .. } = account;
        let state = match (may_enter, locked_until) {
            (false, _) => say(lang, "無効", "disabled").to_owned(),
            (true, None) => say(lang, "有効", "active").to_owned(),
            (true, Some(until)) => format!("{} ({until})", say(lang, "ログイン停止中", "sign-in locked until")),
        };
        vec![login_id, display_name, state, roles.join(" "), last_seen.unwrap_or_default()]
    });
    println!("{}", table(&headings, rows.collect()));
    Ok(Exit::Done)
}
