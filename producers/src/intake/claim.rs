//! Makes claims: by renaming a dropped file, by copying a file at the command line, by naming a finished upload.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use renkei_core::fault::Fault;
use renkei_core::message::Medium;
use uuid::Uuid;

use crate::delivery::{Controls, Delivery, Stamp};
use crate::error::IntakeError;
use crate::evidence::{self, Handed};
use crate::names;
use crate::station::{Beginning, Claim, Station, copy_in, is_absent};

/// Largest control file; a real one has a hundred bytes.
const CONTROL_BYTES_MAX: u64 = 4096;

/// The control file of a data file: `<file>.ctl`.
pub fn control_path(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".ctl");
    PathBuf::from(name)
}

/// Reads a control file; an unreadable one refuses the delivery, because the sender meant to be checked.
fn read_controls(path: &Path) -> Result<(Option<Controls>, Option<Fault>), IntakeError> {
    let unreadable = |reason: String| Ok((None, Some(Fault::new("CONTROL_UNREADABLE").arg("reason", reason))));
    let text = match fs::symlink_metadata(path) {
        Ok(meta) if !meta.is_file() => return unreadable("not a regular file".to_owned()),
        Ok(meta) if meta.len() > CONTROL_BYTES_MAX => return unreadable(format!("more than {CONTROL_BYTES_MAX} bytes")),
        Ok(_) => fs::read(path),
        Err(error) => Err(error),
    };
    match text {
        Ok(text) => match serde_json::from_slice(text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&text)) {
            Ok(controls) => Ok((Some(controls), None)),
            Err(error) => unreadable(error.to_string()),
        },
        // Beside the longest of names no control file can lie.
        Err(error) if is_absent(&error) || error.kind() == io::ErrorKind::InvalidFilename => Ok((None, None)),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => unreadable(error.to_string()),
        Err(source) => Err(IntakeError::Io { operation: "reading", path: path.to_owned(), source }),
    }
}

/// Claims a file of a watched folder by renaming it. `None`: another claimer was faster. The documents it names are written down
/// and gathered afterwards: moved first, they would be lost to a claim that another one won.
pub(crate) fn dropped(
    station: &Arc<Station>,
    topic: &str,
    file: &Path,
    documents: Vec<String>,
) -> Result<Option<Claim>, IntakeError> {
    let name = names::shown_os(file.file_name().unwrap_or_default());
    let mut delivery = Delivery::new(Uuid::now_v7(), topic, name, format!("folder:{topic}"));
    delivery.stamp = Stamp::of(file);
    delivery.documents = documents.into_iter().map(|name| Handed { in_folder: true, ..Handed::new(name) }).collect();
    // Whoever reads it knows the folder by its topic; where it lies on the server is nobody's business.
    delivery.place = format!("{} / {topic}", evidence::IN_FOLDER);
    let control = control_path(file);
    let (controls, fault) = read_controls(&control)?;
    let has_control = controls.is_some() || fault.is_some();
    delivery.controls = controls;
    delivery.claim_faults.extend(fault);
    let Some(claim) = station.begin()?.name(delivery)? else { return Ok(None) };
    match fs::rename(file, claim.original()) {
        Ok(()) => {}
        Err(error) if is_absent(&error) => {
            claim.dissolve()?;
            return Ok(None);
        }
        Err(source) => {
            claim.dissolve()?;
            return Err(IntakeError::Io { operation: "claiming", path: file.to_owned(), source });
        }
    }
    if has_control && let Err(error) = fs::rename(&control, claim.dir.join("control")) {
        // What it said is in the record; a control file left behind is ignored until a file of its name comes.
        tracing::warn!(file = %control.display(), %error, "the control file stays in the folder");
    }
    Ok(Some(claim))
}

/// What a person at the command line, or a caller of the library, hands in beside the file.
#[derive(Debug, Clone, Default)]
pub struct HandedIn {
    /// Name shown to people; empty = the file's own.
    pub name: String,
    /// Who hands it in, e.g. `cli:sato`.
    pub sender: String,
    /// Layout variant; `None` = by the look of the file.
    pub variant: Option<String>,
    /// Control totals; `None` = those of `<file>.ctl` beside it, if any.
    pub controls: Option<Controls>,
    /// Documents that come with the file; those it names that lie beside it are added.
    pub documents: Vec<PathBuf>,
    /// Where its documents were looked for, as a term of the catalogue; `None` = beside the file, by its folder's path.
    pub place: Option<&'static str>,
    /// The medium that carried it.
    pub medium: Option<Medium>,
    /// When it was handed over, RFC 3339 with offset; `None` = now. Dates without year are read by it.
    pub received_at: Option<String>,
}

/// Claims a copy of a file; the file itself stays where it is. A link is followed, because the person named it.
pub(crate) fn copied(
    station: &Arc<Station>,
    topic: &str,
    file: &Path,
    with: HandedIn,
    bytes_max: u64,
) -> Result<Claim, IntakeError> {
    let name =
        if with.name.is_empty() { names::shown_os(file.file_name().unwrap_or_default()) } else { names::shown(&with.name) };
    let mut delivery = Delivery::new(Uuid::now_v7(), topic, name, with.sender);
    delivery.variant = with.variant;
    delivery.controls = with.controls;
    delivery.medium = with.medium;
    if let Some(received_at) = with.received_at {
        delivery.received_at = received_at;
    }
    if delivery.controls.is_none() {
        let (controls, fault) = read_controls(&control_path(file))?;
        delivery.controls = controls;
        delivery.claim_faults.extend(fault);
    }
    let source = File::open(file).map_err(IntakeError::io("opening", file))?;
    let kind = source.metadata().map_err(IntakeError::io("reading", file))?;
    if kind.is_dir() {
        let source = io::Error::new(io::ErrorKind::IsADirectory, "a directory cannot be handed in");
        return Err(IntakeError::Io { operation: "reading", path: file.to_owned(), source });
    }
    let beside = || file.parent().filter(|folder| folder != &Path::new("")).unwrap_or(Path::new(".")).display().to_string();
    delivery.place = with.place.map_or_else(beside, str::to_owned);
    let beginning = station.begin()?;
    for (nth, document) in with.documents.iter().enumerate() {
        copy_document(&beginning, nth, document, bytes_max)?;
        delivery.documents.push(Handed::new(document.file_name().map(names::shown_os).unwrap_or_default()));
    }
    copy_in(source, &beginning.original(), bytes_max).map_err(IntakeError::io("copying", file))?;
    let id = delivery.delivery;
    beginning.name(delivery)?.ok_or_else(|| IntakeError::Io {
        operation: "claiming",
        path: file.to_owned(),
        source: io::Error::new(io::ErrorKind::AlreadyExists, format!("delivery {id} is claimed already")),
    })
}

fn copy_document(beginning: &Beginning, nth: usize, document: &Path, bytes_max: u64) -> Result<(), IntakeError> {
    let source = File::open(document).map_err(IntakeError::io("opening", document))?;
    copy_in(source, &beginning.document(nth)?, bytes_max).map(|_| ()).map_err(IntakeError::io("copying", document))
}

/// What is wrong with a claimed file before a byte of its content is looked at.
pub(crate) fn inspect(claim: &mut Claim, bytes_max: u64) -> Result<Vec<Fault>, IntakeError> {
    let path = claim.original();
    let meta = fs::symlink_metadata(&path).map_err(IntakeError::io("reading", &path))?;
    let fault = if meta.is_symlink() {
        Fault::new("FILE_IS_LINK")
    } else if !meta.is_file() {
        Fault::new("FILE_NOT_REGULAR")
    } else {
        claim.delivery.bytes = meta.len();
        match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Fault::new("FILE_UNREADABLE").arg("reason", error),
            Err(source) => return Err(IntakeError::Io { operation: "opening", path, source }),
            Ok(_) if meta.len() == 0 => Fault::new("FILE_ZERO_BYTES"),
            Ok(_) if meta.len() > bytes_max => Fault::new("FILE_TOO_LARGE").arg("bytes", meta.len()).arg("max", bytes_max),
            Ok(_) => return Ok(Vec::new()),
        }
    };
    Ok(vec![fault])
}
