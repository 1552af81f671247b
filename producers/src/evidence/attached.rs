//! Documents inside the file itself: an electronic invoice carries its attachments. The reader has measured and hashed them on the
//! way; here they get a name and a kind, and are taken out of the original into the archive.

use std::collections::HashSet;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use renkei_core::archive::{Archive, ArchiveKey};
use renkei_core::evidence::{Document, DocumentKind, KINDS, is_plain_name};
use renkei_core::fault::Fault;
use renkei_core::layout::read::{Attachment, decode_attachment};

use crate::error::IntakeError;
use crate::intake::blocking;
use crate::names;
use crate::station::Claim;

/// The attachments of a file as documents, beside those that came with it; or what is wrong with one.
pub fn documents(attachments: &[Attachment], beside: &[Document]) -> Vec<Result<Document, Fault>> {
    let mut names: HashSet<String> = beside.iter().map(|document| document.name.clone()).collect();
    let numbered = attachments.iter().enumerate();
    numbered.map(|(nth, attachment)| document(nth + 1, attachment, &mut names)).collect()
}

fn document(number: usize, attachment: &Attachment, names: &mut HashSet<String>) -> Result<Document, Fault> {
    let stated = attachment.file_name.as_deref().unwrap_or_default();
    let fault = |kind: &str| {
        let shown = if stated.is_empty() { number.to_string() } else { names::shown(stated) };
        let length = u32::try_from(attachment.length).unwrap_or(u32::MAX);
        Fault::new("EVIDENCE_NOT_OF_KIND").at_bytes(attachment.offset, length).arg("name", shown).arg("kind", kind)
    };
    let kind = match &attachment.media_type {
        Some(media_type) => DocumentKind::of_media_type(media_type),
        None => DocumentKind::of_name(stated),
    };
    let Some(kind) = kind else {
        let known: Vec<&str> = KINDS.iter().map(|(word, _)| *word).collect();
        return Err(fault(&known.join(", ")));
    };
    if !kind.is_begun_by(&attachment.head) {
        return Err(fault(kind.as_str()));
    }
    let Ok(key) = ArchiveKey::from_sha256(&attachment.sha256) else { return Err(fault(kind.as_str())) };
    // A name is the sender's; one that says something else than the content, or leads elsewhere, is replaced by one of ours.
    let sound = is_plain_name(stated) && DocumentKind::of_name(stated) == Some(kind) && !names.contains(stated);
    let name = if sound { stated.to_owned() } else { format!("attachment_{number}.{kind}") };
    names.insert(name.clone());
    let (sha256, bytes) = (attachment.sha256.clone(), attachment.bytes);
    Ok(Document { name, kind, sha256, bytes, archive: key.to_string(), named: true })
}

/// Takes the attachments out of the original of a claim into the archive. What is there already is not written twice.
pub(crate) async fn keep(archive: &Archive, claim: &Claim, attachments: &[Attachment]) -> Result<(), IntakeError> {
    for attachment in attachments {
        let delivery = claim.delivery.delivery;
        let file = attachment.file_name.clone().unwrap_or_default();
        let failed = |source| IntakeError::Archive { delivery, file: file.clone(), source: Box::new(source) };
        let mut writer = archive.put_writer().map_err(failed)?;
        let (original, attachment) = (claim.original(), attachment.clone());
        let expected = attachment.sha256.clone();
        let written = blocking("taking an attachment out", delivery, move || {
            let copied = File::open(&original).and_then(|mut input| {
                input.seek(SeekFrom::Start(attachment.offset))?;
                decode_attachment(input.take(attachment.length), |bytes| std::io::Write::write_all(&mut writer, bytes))
            });
            copied.map_err(IntakeError::io("taking an attachment out of", &original)).map(|()| writer)
        });
        let key = written.await?.finish().await.map_err(failed)?;
        if key.sha256() != expected {
            let (archived, read) = (expected, key.sha256().to_owned());
            return Err(IntakeError::Changed { delivery, file: claim.delivery.file.clone(), archived, read });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attachment(file_name: &str, media_type: &str, head: &[u8]) -> Attachment {
        Attachment {
            file_name: Some(file_name.to_owned()),
            media_type: Some(media_type.to_owned()),
            sha256: "0".repeat(64),
            head: head.to_vec(),
            bytes: 10,
            offset: 5,
            length: 16,
        }
    }

    #[test]
    fn names_are_taken_when_they_are_sound_and_made_when_not() {
        let pdf = b"%PDF-1.7";
        let given = [
            attachment("報告書.pdf", "application/pdf", pdf),
            attachment("報告書.pdf", "application/pdf", pdf),
            attachment("../../etc/passwd.pdf", "application/pdf", pdf),
            attachment("virus.exe", "application/pdf", pdf),
        ];
        let names: Vec<String> = documents(&given, &[]).into_iter().map(|found| found.expect("sound").name).collect();
        assert_eq!(names, ["報告書.pdf", "attachment_2.pdf", "attachment_3.pdf", "attachment_4.pdf"]);
    }

    #[test]
    fn content_must_be_what_it_is_said_to_be() {
        for (media_type, head) in [("application/pdf", b"MZ\x90".as_slice()), ("text/html", b"<html>"), ("image/png", b"")] {
            let found = documents(&[attachment("a.pdf", media_type, head)], &[]);
            let fault = found[0].as_ref().expect_err("another kind");
            assert_eq!((fault.code.as_str(), fault.byte), ("EVIDENCE_NOT_OF_KIND", Some(5)), "{media_type}");
        }
    }
}
