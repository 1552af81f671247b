//! `renkei export remake`, and where the control file of a download goes.

use std::path::{Path, PathBuf};

use renkei_consumers::outbound::Remade;

use super::super::print::say;
use super::super::{Exit, Global};

/// `<file>.ctl`
pub(super) fn control_path(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".ctl");
    PathBuf::from(name)
}

/// Whether the ledger still gives the bytes of the file.
pub(super) fn print(global: &Global, remade: &Remade) -> Exit {
    let (same, made) = (remade.is_same(), remade.file.sha256.as_deref().unwrap_or_default());
    if global.json {
        println!("{}", serde_json::json!({"file": remade.file.id, "same": same, "sha256": made, "remade": remade.sha256}));
    } else if same {
        println!("{} {made}", say(global.lang, "台帳から作り直しても同じ内容です", "the ledger gives the same bytes"));
    } else {
        println!("{}", say(global.lang, "台帳から作り直すと内容が異なります", "the ledger gives other bytes now"));
        println!("  {made}\n  {}", remade.sha256);
    }
    if same { Exit::Done } else { Exit::Rejected }
}
