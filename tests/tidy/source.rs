//! Walking the checkout.

use std::path::{Path, PathBuf};

/// A text file: its path from the root of the checkout, and what it says.
pub(crate) struct Source {
    pub path: String,
    pub text: String,
}

/// Folders that are made, not written.
const MADE: [&str; 5] = [".services", "target", "var", "data", "__pycache__"];

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below `folder` whose name ends in `ending`, in order of path. What is not UTF-8 (sample files) is left out.
pub(crate) fn files(folder: &str, ending: &str) -> Vec<Source> {
    let mut found = Vec::new();
    walk(&root().join(folder), ending, &mut found);
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn walk(folder: &Path, ending: &str, found: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let kind = entry.file_type().unwrap();
        // A linked worktree has a file of this name.
        if name == ".git" {
            continue;
        }
        if kind.is_dir() && !MADE.contains(&name.as_str()) {
            walk(&path, ending, found);
        } else if kind.is_file()
            && name.ends_with(ending)
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            let path = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            found.push(Source { path, text });
        }
    }
}

/// The Rust of the product: no test files, no test modules, no comments. Line numbers stay.
pub(crate) fn product() -> Vec<Source> {
    let mut sources = Vec::new();
    for folder in ["core/src", "producers/src", "consumers/src", "console/src", "src"] {
        sources.extend(files(folder, ".rs"));
    }
    sources.retain(|source| !source.path.ends_with("/tests.rs") && !source.path.contains("/tests/"));
    for source in &mut sources {
        source.text = without_tests_and_comments(&source.text);
    }
    assert!(sources.len() > 20, "the walk found {} files of the product", sources.len());
    sources
}

fn without_tests_and_comments(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with("#[cfg(test)]") {
            break;
        }
        lines.push(if line.trim_start().starts_with("//") { "" } else { line });
    }
    lines.join("\n")
}

/// `path:line` of every line that holds `word`.
pub(crate) fn places(sources: &[Source], word: &str) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        for (index, line) in source.text.lines().enumerate() {
            if line.contains(word) {
                found.push(format!("{}:{}: {}", source.path, index + 1, line.trim()));
            }
        }
    }
    found
}

/// Fails with every place named.
pub(crate) fn none(places: &[String], rule: &str) {
    assert!(places.is_empty(), "{rule}; broken at\n{}", places.join("\n"));
}

#[test]
fn comments_and_test_modules_are_no_product() {
    let text = "// a\nfn f() {}\n    /// b\n#[cfg(test)]\nmod tests { fn g() {} }";
    assert_eq!(without_tests_and_comments(text), "\nfn f() {}\n");
}
