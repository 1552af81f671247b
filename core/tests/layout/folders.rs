//! The layouts that ship: every one is read without fault, with every profile beside it, and can be described.

use std::path::{Path, PathBuf};

use renkei_core::catalogue::Lang;
use renkei_core::layout::{Layout, describe};
use renkei_core::registry::{Registry, Sources};

fn toml_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).collect()
}

#[test]
fn every_shipped_layout_is_read_and_described() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../integrations");
    let mut wrong = Vec::new();
    for folder in std::fs::read_dir(&root).into_iter().flatten().map(|entry| entry.expect("a readable folder").path()) {
        let mut layouts = toml_files(&folder.join("layouts"));
        layouts.extend(Some(folder.join("layout.toml")).filter(|path| path.exists()));
        let mut sound = Vec::new();
        for path in layouts {
            let text = std::fs::read_to_string(&path).expect("a readable layout");
            let layout = match Layout::parse(&text, &path.display().to_string()) {
                Ok(layout) => layout,
                Err(errors) => {
                    wrong.push(errors.to_string());
                    continue;
                }
            };
            for lang in [Lang::Ja, Lang::En] {
                let sheet = describe::sheet(&layout, lang);
                let fields = layout.kinds().iter().flat_map(|kind| &kind.fields);
                fields.for_each(|field| assert!(sheet.contains(&field.id), "{}: {}", path.display(), field.id));
            }
            sound.push(layout);
        }
        // Profiles lie over the first layout that queues.toml names; here it is enough that they fit one.
        for profile in toml_files(&folder.join("profiles")) {
            let text = std::fs::read_to_string(&profile).expect("a readable profile");
            let errors: Vec<String> =
                sound.iter().filter_map(|layout| Some(layout.with_profile(&text).err()?.to_string())).collect();
            if errors.len() == sound.len() {
                wrong.push(format!("{}: {}", profile.display(), errors.join("\n")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_layout_that_cannot_write_is_refused_for_an_outbound_topic() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders = tempfile::tempdir().expect("a folder");
    let outbound = folders.path().join("17_eltax_payment_slips");
    std::fs::create_dir_all(&outbound).expect("a folder");
    for name in ["README.md", "select.sql", "review.sql"] {
        std::fs::write(outbound.join(name), "select 1").expect("a file");
    }
    std::fs::write(outbound.join("layout.toml"), crate::xml::ORDERS).expect("a file");
    let sources = Sources { queues: Some(root.join("queues.toml")), integrations: Some(folders.path().to_owned()) };
    let errors = Registry::load_from(&sources).expect_err("the layout cannot be written").to_string();
    let wanted = "17_eltax_payment_slips/layout.toml: format = \"xml\" is for reading only";
    assert!(errors.contains(wanted), "{errors}");
}
