//! Who acts, and whether they may. From the first administrator on, a command that decides needs somebody who signed in with
//! `renkei login` and whose role allows it (docs/decisions/0020). Before, and with `--break-glass`, it takes a name by `--as` or
//! RENKEI_ACTOR, unless `actor_by_name = false`.

use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command, CommandFactory, FromArgMatches};
use renkei_console::access::{Person, enter};
use renkei_console::commands::{self, Deciding, Refused};
use renkei_consumers::db::PgPool;
use renkei_core::catalogue::Lang;
use renkei_core::registry::Registry;
use tracing::warn;

use super::{Cli, login};
use crate::config::Config;
use crate::wiring;

/// Stands for a name that was not given; no login id has such a sign.
const NOT_GIVEN: &str = "\u{1}";

/// Names are not taken here.
#[derive(Debug, thiserror::Error)]
#[error(
    "this installation takes no names (actor_by_name = false): sign in with `renkei login` and leave --as and RENKEI_ACTOR away"
)]
pub(super) struct NameRefused;

/// The passing by of the roles, without a name.
#[derive(Debug, thiserror::Error)]
#[error("--break-glass needs the name of who acts (--as) and a reason")]
pub(super) struct GlassWithoutName;

/// The command line, with the person behind the session as the one who acts where no name was given. Ends the process, as clap does,
/// when the command line cannot be read.
pub(super) fn read() -> (Cli, anyhow::Result<()>) {
    let matches = with_name(Cli::command(), NOT_GIVEN).get_matches();
    let (words, innermost) = innermost(&matches);
    if source(innermost).is_none() {
        return (cli(&matches), Ok(()));
    }
    match who(&words, innermost, &matches) {
        Ok(Some(login)) => (cli(&with_name(Cli::command(), &login).get_matches()), Ok(())),
        // As if there were no sessions: clap says what is missing.
        Ok(None) => (cli(&Cli::command().get_matches()), Ok(())),
        Err(error) => (cli(&matches), Err(error)),
    }
}

fn cli(matches: &ArgMatches) -> Cli {
    Cli::from_arg_matches(matches).unwrap_or_else(|error| error.exit())
}

/// The commands with this name wherever `--as` is missing.
fn with_name(command: Command, name: &str) -> Command {
    let default = name.to_owned();
    let command = command.mut_args(|arg| {
        if arg.get_long() == Some("as") {
            arg.required(false).default_value(default.clone()).hide_default_value(true)
        } else {
            arg
        }
    });
    command.mut_subcommands(|command| with_name(command, name))
}

/// The innermost command, and its words.
fn innermost(matches: &ArgMatches) -> (String, &ArgMatches) {
    let (mut words, mut at) = (Vec::new(), matches);
    while let Some((word, inner)) = at.subcommand() {
        words.push(word);
        at = inner;
    }
    (words.join(" "), at)
}

/// Where the name of a command came from, if it takes one.
fn source(innermost: &ArgMatches) -> Option<ValueSource> {
    innermost.try_contains_id("actor").ok().and_then(|_| innermost.value_source("actor"))
}

/// What an argument was given as: one word of the command line.
fn typed(innermost: &ArgMatches, id: &str) -> String {
    let raw = innermost.try_get_raw(id).ok().flatten().and_then(|mut values| values.next());
    raw.map(|value| value.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Who acts: the name that was given, or the login id of the session; `None` when there is neither. An error when it may not be.
fn who(words: &str, innermost: &ArgMatches, matches: &ArgMatches) -> anyhow::Result<Option<String>> {
    let config = Config::load(matches.get_one::<PathBuf>("config").map(PathBuf::as_path))?;
    let named = (source(innermost) != Some(ValueSource::DefaultValue)).then(|| typed(innermost, "actor"));
    if named.is_some() && !config.actor_by_name {
        return Err(NameRefused.into());
    }
    let Some(command) = commands::deciding(words) else {
        // Handing in decides nothing, and its machine may have no database.
        return match named {
            Some(name) => Ok(Some(name)),
            None => wiring::runtime()?.block_on(async {
                if !login::is_there() {
                    return Ok(None);
                }
                let pool = wiring::database(&config).await?;
                Ok(login::person(&pool, Lang::En).await?.map(|person| person.login))
            }),
        };
    };
    let argument = command.about.argument().map(|id| typed(innermost, id)).unwrap_or_default();
    let glass = innermost.get_one::<String>("break_glass").or_else(|| matches.get_one::<String>("break_glass"));
    wiring::runtime()?.block_on(async {
        if named.is_none() && !login::is_there() && glass.is_none() {
            let pool = wiring::database(&config).await;
            // Without a database nobody knows whether there are accounts: clap says that the name is missing.
            return match pool {
                Ok(pool) if commands::roles_count(&pool).await? => Err(Refused::NeedsLogin.into()),
                _ => Ok(None),
            };
        }
        let pool = wiring::database(&config).await?;
        if let Some(why) = glass {
            return broken(&pool, words, named, why).await.map(Some);
        }
        if !commands::roles_count(&pool).await? {
            return match named {
                Some(name) => Ok(Some(name)),
                None => Ok(login::person(&pool, Lang::En).await?.map(|person| person.login)),
            };
        }
        let Some(person) = login::person(&pool, Lang::En).await? else { return Err(Refused::NeedsLogin.into()) };
        let person = person.under(&config.console_codes_for);
        allowed(&pool, command, &argument, &person, named.as_deref()).await?;
        Ok(Some(person.login))
    })
}

/// The roles are passed by: the log says who, on which account of the machine, and why.
async fn broken(pool: &PgPool, words: &str, named: Option<String>, why: &str) -> anyhow::Result<String> {
    let name = named.filter(|name| !name.trim().is_empty() && !why.trim().is_empty()).ok_or(GlassWithoutName)?;
    let user = std::env::var("USER").unwrap_or_default();
    warn!(command = words, "the roles are passed by (--break-glass)");
    // Where no accounts are known yet there is no log either: nothing is passed by.
    if commands::roles_count(pool).await? {
        commands::note_broken_glass(pool, &name, words, &user, why.trim()).await?;
    }
    Ok(name)
}

/// Refuses what the roles of a person do not allow, and writes that down.
async fn allowed(pool: &PgPool, command: Deciding, argument: &str, person: &Person, named: Option<&str>) -> anyhow::Result<()> {
    if named.is_some_and(|name| !name.eq_ignore_ascii_case(&person.login)) {
        return Err(Refused::OfAnother.into());
    }
    if person.must_enrol {
        return Err(Refused::NeedsCodes.into());
    }
    if !command.allows(pool, &Registry::load()?, person, argument).await? {
        enter::note_refusal(pool, &person.login, &format!("renkei {}", command.words)).await?;
        return Err(Refused::NotAllowed.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands in a file, which decides nothing, and needs no database.
    const HAND_IN: [&str; 2] = ["send", "medium accept"];

    /// Every command with `--as` is found, also by the name of its argument, and knows what it asks for.
    fn walk(command: &Command, words: &str, found: &mut Vec<String>) {
        let takes = |id: &str| command.get_arguments().any(|arg| arg.get_id() == id);
        for _ in command.get_arguments().filter(|arg| arg.get_long() == Some("as")) {
            assert!(takes("actor"), "{words}: --as must be the argument `actor`");
            match commands::deciding(words) {
                Some(deciding) => {
                    let argument = deciding.about.argument();
                    assert!(argument.is_none_or(takes), "{words} has no argument {argument:?}");
                }
                None => assert!(HAND_IN.contains(&words), "console/src/commands.rs must say what `renkei {words}` needs"),
            }
            found.push(words.to_owned());
        }
        for inner in command.get_subcommands() {
            walk(inner, format!("{words} {}", inner.get_name()).trim_start(), found);
        }
    }

    #[test]
    fn a_session_stands_in_for_the_name_and_a_name_is_seen() {
        let mut found = Vec::new();
        walk(&Cli::command(), "", &mut found);
        assert!(found.len() > 30, "{found:?}");
        let read = |name: &str, line: &[&str]| with_name(Cli::command(), name).try_get_matches_from(line).expect("a command");
        let given = read("kato.1", &["renkei", "access", "enable", "sato.2", "--as", "setup"]);
        assert_eq!(innermost(&given).0, "access enable");
        assert_eq!(source(innermost(&given).1), Some(ValueSource::CommandLine));
        assert_eq!((typed(innermost(&given).1, "actor"), typed(innermost(&given).1, "login")), ("setup".into(), "sato.2".into()));
        let missing = read("kato.1", &["renkei", "access", "enable", "sato.2"]);
        if std::env::var_os("RENKEI_ACTOR").is_none() {
            assert_eq!(source(innermost(&missing).1), Some(ValueSource::DefaultValue));
        }
        assert_eq!(source(innermost(&read("kato.1", &["renkei", "access", "list"])).1), None);
    }

    #[test]
    fn whoever_decides_says_so_by_name() {
        // What the table knows is a command, so that none is left behind when a command gets another name.
        let mut found = Vec::new();
        walk(&Cli::command(), "", &mut found);
        for words in commands::all() {
            assert!(found.iter().any(|known| known == words), "there is no `renkei {words}`");
        }
    }

    #[test]
    fn what_a_remedy_tells_to_do_is_a_command() {
        for told in renkei_core::catalogue::act::all_commands() {
            let all = Cli::command();
            let mut found = &all;
            for word in told.split(' ') {
                match found.find_subcommand(word) {
                    Some(inner) => found = inner,
                    None => break,
                }
            }
            assert!(found.get_subcommands().next().is_none(), "there is no `renkei {told}`");
        }
    }
}
