//! `renkei login`, `renkei logout`: the same accounts and sessions as the console's, for the command line. The token lies in a file
//! that its owner alone can read.

use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use renkei_console::access::Person;
use renkei_console::access::enter::{self, Entered, From};
use renkei_console::access::seal::Sealer;
use renkei_console::access::session::{self, Found};
use renkei_console::commands::Refused;
use renkei_consumers::db::PgPool;
use renkei_core::catalogue::Lang;

use super::print::say;
use super::{Exit, Global};
use crate::config::Config;
use crate::wiring;

/// `renkei login`
#[derive(Debug, Args)]
pub(crate) struct LoginArgs {
    /// Login id; its password, and the one-time code of those who use one, are asked for (or are lines of standard input)
    login: String,
}

/// Where the token lies.
fn file() -> anyhow::Result<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let path = folder("RENKEI_SESSION").or_else(|| folder("HOME").map(|home| home.join(".local/state/renkei/session")));
    path.context("there is no place for the session: set RENKEI_SESSION or HOME")
}

fn keep(token: &str) -> anyhow::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let path = file()?;
    let told = || format!("cannot write {}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(told)?;
    }
    // Anew, so that the rights of an older file do not stay.
    let _ = std::fs::remove_file(&path);
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).with_context(told)?;
    writeln!(file, "{token}").with_context(told)
}

fn token() -> Option<String> {
    let text = std::fs::read_to_string(file().ok()?).ok()?;
    Some(text.trim().to_owned()).filter(|token| token.len() == 64)
}

fn here() -> From {
    From { address: "command line".to_owned(), agent: "renkei login".to_owned() }
}

/// Asks on the terminal without showing what is typed, or takes the next line of standard input.
fn secret(prompt: &str) -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        let term = console::Term::stderr();
        term.write_str(&format!("{prompt}: "))?;
        return Ok(term.read_secure_line()?);
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Runs `renkei login`.
pub(crate) fn run(global: &Global, args: &LoginArgs) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    let lang = global.lang;
    wiring::runtime()?.block_on(async {
        let pool = wiring::database(&config).await?;
        let password = secret(say(lang, "パスワード", "password"))?;
        let wrong = || anyhow::anyhow!("the login id or the password is wrong; after several wrong attempts one has to wait");
        let Entered::Begun(mut begun) = enter::with_password(&pool, &args.login, &password, &here()).await? else {
            return Err(wrong());
        };
        if !begun.complete {
            let sealer = Sealer::from_file(&config.data.join("console.key"))?;
            let code = secret(say(lang, "認証アプリの6桁のコード", "six digits of your authenticator app"))?;
            let Some(Found::HalfWay(person)) = session::find(&pool, &begun.token, lang).await? else { return Err(wrong()) };
            match enter::with_code(&pool, &sealer, &person, &code, &here()).await? {
                Entered::Begun(whole) => begun = whole,
                Entered::Refused => bail!("the code is wrong or was used before"),
            }
        }
        match session::find(&pool, &begun.token, lang).await? {
            Some(Found::Whole(person)) if person.must_change => {
                enter::leave(&pool, &person, &here()).await?;
                bail!("the password was given by somebody else: choose your own in the console first")
            }
            Some(Found::Whole(person)) if person.clone().under(&config.console_codes_for).must_enrol => {
                enter::leave(&pool, &person, &here()).await?;
                return Err(Refused::NeedsCodes.into());
            }
            Some(Found::Whole(_)) => keep(&begun.token)?,
            _ => return Err(wrong()),
        }
        Ok(Exit::Done)
    })
}

/// Runs `renkei logout`.
pub(crate) fn leave(global: &Global) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    let Some(token) = token() else { return Ok(Exit::Done) };
    wiring::runtime()?.block_on(async {
        let pool = wiring::database(&config).await?;
        if let Some(Found::Whole(person) | Found::HalfWay(person)) = session::find(&pool, &token, global.lang).await? {
            enter::leave(&pool, &person, &here()).await?;
        }
        std::fs::remove_file(file()?).context("the file of the session cannot be removed")?;
        Ok(Exit::Done)
    })
}

/// Whether a session is kept here.
pub(super) fn is_there() -> bool {
    token().is_some()
}

/// The person behind the session that is kept here; `None` when there is none, an error when it is over.
pub(super) async fn person(pool: &PgPool, lang: Lang) -> anyhow::Result<Option<Person>> {
    let Some(token) = token() else { return Ok(None) };
    match session::find(pool, &token, lang).await? {
        Some(Found::Whole(person)) => Ok(Some(person)),
        _ => bail!("the session is over: sign in again with `renkei login`, or end it with `renkei logout`"),
    }
}
