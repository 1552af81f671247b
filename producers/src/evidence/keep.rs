//! Documents of a claim into the archive: looked at, measured and hashed on the way, so that what is kept is what was judged.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use renkei_core::archive::Archive;
use renkei_core::evidence::{DOCUMENTS_MAX, Document, DocumentKind, EvidenceRule, HEAD_BYTES, is_plain_name};
use renkei_core::fault::Fault;
use sha2::{Digest, Sha256};

use crate::error::IntakeError;
use crate::intake::blocking;
use crate::names;
use crate::station::{Claim, is_absent};

const BLOCK_BYTES: usize = 256 * 1024;

/// Archives the documents of a claim; gives those that are sound and the faults of the others. Without a rule none is wanted.
pub(crate) async fn keep(
    archive: &Archive,
    rule: Option<&EvidenceRule>,
    claim: &Claim,
) -> Result<(Vec<Document>, Vec<Fault>), IntakeError> {
    let (mut kept, mut faults, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    let handed = &claim.delivery.documents;
    if handed.len() > DOCUMENTS_MAX {
        return Ok((kept, vec![Fault::new("EVIDENCE_TOO_MANY").arg("max", DOCUMENTS_MAX)]));
    }
    for (nth, document) in handed.iter().enumerate() {
        let (name, path) = (document.name.as_str(), claim.document(nth));
        let Some(rule) = rule else {
            faults.push(Fault::new("EVIDENCE_UNEXPECTED").arg("name", names::shown(name)));
            continue;
        };
        if !seen.insert(names::composed(name)) {
            faults.push(Fault::new("EVIDENCE_TWICE").arg("name", names::shown(name)));
            continue;
        }
        match keep_one(archive, rule, claim, name, &path).await? {
            Some(Ok(document)) => kept.push(document),
            Some(Err(fault)) => faults.push(fault),
            // It never came into the claim: the record that names it says so.
            None => {}
        }
    }
    Ok((kept, faults))
}

async fn keep_one(
    archive: &Archive,
    rule: &EvidenceRule,
    claim: &Claim,
    name: &str,
    path: &Path,
) -> Result<Option<Result<Document, Fault>>, IntakeError> {
    let failed =
        |source| IntakeError::Archive { delivery: claim.delivery.delivery, file: name.to_owned(), source: Box::new(source) };
    match fs::symlink_metadata(path) {
        Err(error) if is_absent(&error) => return Ok(None),
        _ => {}
    }
    let mut writer = archive.put_writer().map_err(failed)?;
    let (rule, name, path) = (rule.clone(), name.to_owned(), path.to_owned());
    let inspected = blocking("looking at a document", claim.delivery.delivery, move || {
        let inspected = inspect(&rule, &name, &path, &mut writer)?;
        Ok((writer, inspected))
    });
    let (writer, inspected) = inspected.await?;
    let Ok(mut document) = inspected else { return Ok(Some(inspected)) };
    document.archive = writer.finish().await.map_err(failed)?.to_string();
    Ok(Some(Ok(document)))
}

/// Looks at a document and copies it to `out`. Its place in the archive and whether it is named are filled in by the caller.
pub(super) fn inspect(
    rule: &EvidenceRule,
    name: &str,
    path: &Path,
    out: &mut impl Write,
) -> Result<Result<Document, Fault>, IntakeError> {
    let fault = |code: &str| Ok(Err(Fault::new(code).arg("name", name)));
    if !is_plain_name(name) {
        return Ok(Err(Fault::new("EVIDENCE_FILE_NAME_UNSAFE").value(names::shown(name))));
    }
    let Some(kind) = DocumentKind::of_name(name).filter(|kind| rule.kinds.contains(kind)) else {
        return Ok(Err(Fault::new("EVIDENCE_NOT_OF_KIND").arg("name", name).arg("kind", rule.kinds_text())));
    };
    let meta = fs::symlink_metadata(path).map_err(IntakeError::io("reading", path))?;
    if !meta.is_file() {
        return fault("EVIDENCE_NOT_A_FILE");
    }
    let mut input = File::open(path).map_err(IntakeError::io("opening", path))?;
    let (mut hash, mut bytes, mut block) = (Sha256::new(), 0_u64, vec![0_u8; BLOCK_BYTES]);
    loop {
        let read = fill(&mut input, &mut block).map_err(IntakeError::io("reading", path))?;
        if bytes == 0 && read == 0 {
            return fault("EVIDENCE_EMPTY");
        }
        if bytes == 0 && !kind.is_begun_by(&block[..read.min(HEAD_BYTES)]) {
            return Ok(Err(Fault::new("EVIDENCE_NOT_OF_KIND").arg("name", name).arg("kind", kind)));
        }
        bytes += read as u64;
        if bytes > rule.bytes_max {
            return Ok(Err(Fault::new("EVIDENCE_TOO_LARGE").arg("name", name).arg("max", rule.bytes_max)));
        }
        hash.update(&block[..read]);
        out.write_all(&block[..read]).map_err(IntakeError::io("copying", path))?;
        if read < block.len() {
            break;
        }
    }
    let sha256 = hex::encode(hash.finalize());
    Ok(Ok(Document { name: name.to_owned(), kind, sha256, bytes, archive: String::new(), named: false }))
}

/// Reads until the block is full or the file ends.
fn fill(input: &mut File, block: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < block.len() {
        match input.read(&mut block[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
