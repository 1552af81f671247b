//! Sound files of the inbound topics, each with its layout.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use renkei_core::kit;
use renkei_core::layout::Layout;
use renkei_core::registry::{Direction, Registry};

/// A layout and a file that is sound under it.
pub(crate) struct Seed {
    pub(crate) name: String,
    pub(crate) layout: Arc<Layout>,
    pub(crate) file: Vec<u8>,
}

/// The samples and the files of ordinary cases, under each layout they are sound under.
pub(crate) fn seeds() -> Vec<Seed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let registry = Registry::load().unwrap_or_else(|errors| panic!("{errors}"));
    let mut seeds = Vec::new();
    for topic in registry.active(Direction::In) {
        let Some(integration) = &topic.integration else { continue };
        let mut files = inputs(&root.join("samples"), |name| kit::is_named_for(topic.number, &integration.layouts, name));
        let cases = root.join("integrations").join(&topic.folder).join("cases");
        for case in children(&cases) {
            if case.file_name().is_some_and(|name| name.to_string_lossy().starts_with("ordinary")) {
                files.extend(inputs(&case, |_| true));
            }
        }
        for path in files {
            let Ok(file) = std::fs::read(&path) else { continue };
            for (variant, layout) in &integration.layouts {
                if kit::is_sound(layout, &file) {
                    let name = format!("{} as {variant}", path.strip_prefix(&root).unwrap_or(&path).display());
                    seeds.push(Seed { name, layout: layout.clone(), file: file.clone() });
                }
            }
        }
    }
    seeds
}

/// Files that were handed in. (Our own results are texts with small letters only.)
fn inputs(folder: &Path, is_wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let ours = [".toml", ".sql", ".ctl", ".records.json", ".md"];
    let is_result = |name: &str| name.strip_suffix(".txt").is_some_and(|stem| stem.bytes().all(|byte| byte.is_ascii_lowercase()));
    let wanted = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        path.is_file() && is_wanted(&name) && !is_result(&name) && !ours.iter().any(|ending| name.ends_with(ending))
    };
    children(folder).into_iter().filter(wanted).collect()
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}
