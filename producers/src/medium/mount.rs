//! What is mounted, and what it calls itself. Linux says it in `/proc/self/mountinfo` and `/dev/disk/by-uuid`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A mounted medium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mounted {
    /// Where it is mounted.
    pub path: PathBuf,
    /// UUID of its file system.
    pub id: String,
    /// Nothing can be written to it through this mount.
    pub read_only: bool,
}

/// Knows what is mounted. The system does; tests say what they like.
pub trait Mounts: Send + Sync {
    /// What is mounted exactly there; `None` when nothing is.
    fn at(&self, path: &Path) -> io::Result<Option<Mounted>>;
}

/// The media mounted at a directory or in one of its folders, by path.
pub(super) fn look(dir: &Path, mounts: &dyn Mounts) -> io::Result<Vec<Mounted>> {
    let mut places = vec![dir.to_owned()];
    match fs::read_dir(dir) {
        Ok(entries) => {
            for entry in entries {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    places.push(entry.path());
                }
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    }
    places.sort();
    let mut found = Vec::new();
    for place in places {
        found.extend(mounts.at(&place)?);
    }
    Ok(found)
}

/// What Linux says.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemMounts;

impl Mounts for SystemMounts {
    fn at(&self, path: &Path) -> io::Result<Option<Mounted>> {
        let table = fs::read_to_string("/proc/self/mountinfo")?;
        let Some((source, read_only)) = mounted_at(&table, path) else { return Ok(None) };
        let id = uuid_of(&source, Path::new("/dev/disk/by-uuid"))?;
        Ok(id.map(|id| Mounted { path: path.to_owned(), id, read_only }))
    }
}

/// Device and read-only flag of the last mount at a path. Fields: id, parent, device number, root, mount point, options, then
/// optional fields up to a hyphen, then type, source and the options of the file system.
fn mounted_at(table: &str, path: &Path) -> Option<(PathBuf, bool)> {
    table.lines().rev().find_map(|line| {
        let (mount, system) = line.split_once(" - ")?;
        let mount: Vec<&str> = mount.split(' ').collect();
        let system: Vec<&str> = system.split(' ').collect();
        if Path::new(&unescaped(mount.get(4)?)) != path {
            return None;
        }
        let is_ro = |options: &str| options.split(',').any(|option| option == "ro");
        let read_only = is_ro(mount.get(5)?) || system.get(2).is_some_and(|options| is_ro(options));
        Some((PathBuf::from(unescaped(system.get(1)?)), read_only))
    })
}

/// The kernel writes blanks and backslashes in octal.
fn unescaped(text: &str) -> String {
    text.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\")
}

fn uuid_of(source: &Path, by_uuid: &Path) -> io::Result<Option<String>> {
    let Ok(device) = fs::canonicalize(source) else { return Ok(None) };
    let entries = match fs::read_dir(by_uuid) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let path = entry?.path();
        if fs::canonicalize(&path).is_ok_and(|found| found == device) {
            return Ok(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_tells_device_and_read_only() {
        let table = "29 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n\
                     90 29 8:17 / /media/renkei/my\\040stick ro,nosuid,noexec shared:7 - vfat /dev/sdb1 rw,fmask=0022\n\
                     91 29 8:33 / /media/renkei/b rw,nosuid - vfat /dev/sdc1 ro\n\
                     92 29 8:49 / /media/renkei/c rw - vfat /dev/sdd1 rw,errors=remount-ro\n";
        let at = |path: &str| mounted_at(table, Path::new(path));
        assert_eq!(at("/media/renkei/my stick"), Some(("/dev/sdb1".into(), true)));
        assert_eq!(at("/media/renkei/b"), Some(("/dev/sdc1".into(), true)));
        assert_eq!(at("/media/renkei/c"), Some(("/dev/sdd1".into(), false)));
        assert_eq!(at("/media/renkei"), None);
    }

    #[test]
    fn a_device_is_known_by_the_link_that_leads_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let (device, links) = (folder.path().join("sdb1"), folder.path().join("by-uuid"));
        fs::write(&device, "").unwrap();
        fs::create_dir(&links).unwrap();
        std::os::unix::fs::symlink(&device, links.join("5A1B-22C3")).unwrap();
        assert_eq!(uuid_of(&device, &links).unwrap().as_deref(), Some("5A1B-22C3"));
        assert_eq!(uuid_of(&folder.path().join("absent"), &links).unwrap(), None);
    }
}
