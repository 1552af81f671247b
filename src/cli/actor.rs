//! Who acts. Commands take a name with `--as` (or RENKEI_ACTOR); whoever has signed in with `renkei login` need not say it, and where
//! `actor_by_name = false` nobody can.

use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command, CommandFactory, FromArgMatches};

use super::{Cli, login};
use crate::config::Config;

/// Stands for a name that was not given; no login id has such a sign.
const NOT_GIVEN: &str = "\u{1}";

/// Names are not taken here.
#[derive(Debug, thiserror::Error)]
#[error(
    "this installation takes no names (actor_by_name = false): sign in with `renkei login` and leave --as and RENKEI_ACTOR away"
)]
pub(super) struct NameRefused;

/// The command line, with the person behind the session as the one who acts where no name was given. Ends the process, as clap does,
/// when the command line cannot be read.
pub(super) fn read() -> (Cli, anyhow::Result<()>) {
    let matches = with_name(Cli::command(), NOT_GIVEN).get_matches();
    let Some(source) = source(&matches) else { return (cli(&matches), Ok(())) };
    let config = matches.get_one::<PathBuf>("config").cloned();
    if source != ValueSource::DefaultValue {
        let allowed = Config::load(config.as_deref()).map(|config| config.actor_by_name);
        let outcome = allowed.and_then(|allowed| if allowed { Ok(()) } else { Err(NameRefused.into()) });
        return (cli(&matches), outcome);
    }
    match login::person(config.as_deref()) {
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

/// Where the name of the innermost command came from, if it takes one.
fn source(matches: &ArgMatches) -> Option<ValueSource> {
    match matches.subcommand() {
        Some((_, inner)) => source(inner),
        None => matches.try_contains_id("actor").ok().and_then(|_| matches.value_source("actor")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every command with `--as` is found, also by the name of its argument.
    fn walk(command: &Command, path: &str, found: &mut Vec<String>) {
        for arg in command.get_arguments().filter(|arg| arg.get_long() == Some("as")) {
            assert_eq!(arg.get_id(), "actor", "{path}: --as must be the argument `actor`");
            found.push(path.to_owned());
        }
        for inner in command.get_subcommands() {
            walk(inner, &format!("{path} {}", inner.get_name()), found);
        }
    }

    #[test]
    fn a_session_stands_in_for_the_name_and_a_name_is_seen() {
        let mut found = Vec::new();
        walk(&Cli::command(), "renkei", &mut found);
        assert!(found.len() > 30, "{found:?}");
        let read = |name: &str, line: &[&str]| with_name(Cli::command(), name).try_get_matches_from(line).expect("a command");
        let given = read("kato.1", &["renkei", "access", "enable", "sato.2", "--as", "setup"]);
        assert_eq!(source(&given), Some(ValueSource::CommandLine));
        let missing = read("kato.1", &["renkei", "access", "enable", "sato.2"]);
        if std::env::var_os("RENKEI_ACTOR").is_none() {
            assert_eq!(source(&missing), Some(ValueSource::DefaultValue));
        }
        assert_eq!(source(&read("kato.1", &["renkei", "access", "list"])), None);
    }
}
