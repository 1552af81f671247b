//! What the READMEs and the operations guide tell people to type is what the program knows.

use std::process::Command;

use crate::support::root;

/// The program as the READMEs call it.
const PROGRAM: &str = "target/debug/renkei ";

/// The commands of "Try it by hand", without their remarks.
fn commands(file: &str, heading: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(file)).unwrap();
    let (_, section) = text.split_once(heading).unwrap_or_else(|| panic!("{file} has no {heading:?}"));
    let block = section.split("```").nth(1).unwrap_or_else(|| panic!("{file}: no commands after {heading:?}"));
    let lines = block.lines().map(|line| line.split(" #").next().unwrap_or_default().trim().to_owned());
    lines.filter(|line| !line.is_empty()).collect()
}

/// Runs a command as the shell would, from the root of the checkout.
fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_renkei"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("RENKEI_")) {
        command.env_remove(name);
    }
    let output = command.current_dir(root()).args(arguments).output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code(), text)
}

#[test]
fn the_commands_of_the_readme_run() {
    let english = commands("README.md", "## Try it by hand");
    let programs: Vec<&str> = english.iter().filter_map(|line| line.strip_prefix(PROGRAM)).collect();
    assert!(programs.len() >= 5, "{english:?}");
    let mut ran = 0;
    for line in programs {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["check", ..] => {
                let (code, text) = run(&words);
                assert!(code == Some(3) && text.contains("FIELD_NOT_DIGITS"), "{line} ended with {code:?}\n{text}");
                ran += 1;
            }
            ["layout" | "topic", ..] => {
                let (code, text) = run(&words);
                assert!(code == Some(0) && text.lines().count() > 5, "{line} ended with {code:?}\n{text}");
                ran += 1;
            }
            // What needs servers is known at least.
            _ => {
                let (code, text) = run(&[&words[..], &["--help"]].concat());
                assert_eq!(code, Some(0), "{line}\n{text}");
            }
        }
    }
    assert!(ran >= 3, "the README shows too little that works without services");
}

#[test]
fn both_readmes_show_the_same_commands() {
    let mut english = commands("README.md", "## Try it by hand");
    english.retain(|line| line != "export RENKEI_LANG=en");
    assert_eq!(english, commands("README.ja.md", "## 手で試す"));
    for (file, lines_max) in [("README.md", 150), ("README.ja.md", 150)] {
        let lines = std::fs::read_to_string(root().join(file)).unwrap().lines().count();
        assert!(lines <= lines_max, "{file} has {lines} lines");
    }
}

/// The commands of every block of a guide, without their remarks.
fn guide(file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(file)).unwrap().replace(" \\\n    ", " ");
    let blocks = text.split("```").skip(1).step_by(2);
    let lines = blocks.flat_map(str::lines).map(|line| line.split(" #").next().unwrap_or_default().trim().to_owned());
    lines.filter(|line| !line.is_empty()).collect()
}

#[test]
fn the_consoles_guide_speaks_the_programs_language() {
    let plain = |file: &str| -> Vec<String> {
        // The names of people are Japanese in one and Latin in the other.
        guide(file).iter().map(|line| line.split('"').step_by(2).collect::<Vec<_>>().join("NAME")).collect()
    };
    let english = plain("docs/CONSOLE.md");
    assert_eq!(english, plain("docs/CONSOLE.ja.md"), "both guides show the same commands");
    for line in english.iter().filter_map(|line| line.strip_prefix("renkei ")) {
        let (code, text) = run(&[&line.split_whitespace().collect::<Vec<_>>()[..], &["--help"]].concat());
        assert_eq!(code, Some(0), "{line}\n{text}");
    }
}

#[test]
fn the_operations_guide_speaks_the_programs_language() {
    let mut english = Vec::new();
    for name in ["docs/OPERATIONS", "docs/RUNBOOKS"] {
        let commands = guide(&format!("{name}.md"));
        assert_eq!(commands, guide(&format!("{name}.ja.md")), "both guides show the same commands");
        for language in [".md", ".ja.md"] {
            let lines = std::fs::read_to_string(root().join(format!("{name}{language}"))).unwrap().lines().count();
            assert!(lines <= 600, "{name}{language} has {lines} lines");
        }
        english.extend(commands);
    }
    let commands: Vec<&String> = english.iter().filter(|line| line.starts_with("renkei ")).collect();
    assert!(commands.len() > 20, "{english:?}");
    for line in commands {
        // The shell splits the words. With --help after them the program looks at each, and does nothing.
        let script = format!("renkei() {{ \"$PROGRAM\" \"$@\" --help; }}\n{line}");
        let output = Command::new("bash").args(["-c", &script]).env("PROGRAM", env!("CARGO_BIN_EXE_renkei")).output().unwrap();
        assert!(output.status.success(), "{line}\n{}", String::from_utf8_lossy(&output.stderr));
    }
}
