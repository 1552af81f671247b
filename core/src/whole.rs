use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Writes a file whole or not at all; `false` when it says the same already. An error names the step that failed.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<bool, (&'static str, io::Error)> {
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(false);
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|source| ("making the folder of", source))?;
    }
    // Of this process alone: two that write at once each rename a whole file.
    let mut hidden = path.as_os_str().to_owned();
    hidden.push(format!(".{}.part", std::process::id()));
    let hidden = PathBuf::from(hidden);
    fs::write(&hidden, bytes).and_then(|()| fs::rename(&hidden, path)).map_err(|source| ("writing", source))?;
    Ok(true)
}
