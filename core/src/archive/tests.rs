//! The archive on a local folder: same bytes, one blob; damage, loss and interruption.

use std::fs::File;
use std::io::Write;
use std::time::Duration;

use super::write::SPOOL_AGE_MAX;
use super::*;

const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn archive() -> (tempfile::TempDir, Archive) {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(folder.path().to_str().unwrap()).unwrap();
    (folder, archive)
}

fn spooled(folder: &Path) -> usize {
    std::fs::read_dir(folder.join("incoming")).unwrap().count()
}

#[tokio::test]
async fn what_is_put_is_got_under_its_hash() {
    let (folder, archive) = archive();
    let key = archive.put_bytes("振込".as_bytes()).await.unwrap();
    assert_eq!(ArchiveKey::parse(&key.to_string()).unwrap(), key);
    assert_eq!(archive.get_bytes(&key).await.unwrap(), "振込".as_bytes());
    assert_eq!(archive.get_range(&key, 3..6).await.unwrap(), "込".as_bytes());
    assert_eq!(archive.verify(&key).await.unwrap(), 6);
    assert!(folder.path().join(key.to_string()).exists());
    assert_eq!(spooled(folder.path()), 0);
    assert_eq!(archive.put_bytes(b"").await.unwrap().sha256(), EMPTY);
}

#[tokio::test]
async fn a_file_and_a_stream_of_the_same_bytes_are_one_blob() {
    let (folder, archive) = archive();
    let bytes: Vec<u8> = (0..1_000_003_u32).map(|i| (i % 251) as u8).collect();
    let path = folder.path().join("payment.txt");
    std::fs::write(&path, &bytes).unwrap();
    let of_file = archive.put_file(&path).await.unwrap();
    let mut writer = archive.put_writer().unwrap();
    for part in bytes.chunks(777) {
        writer.write_all(part).unwrap();
    }
    assert_eq!(writer.bytes(), 1_000_003);
    assert_eq!(writer.finish().await.unwrap(), of_file);
    let mut stream = archive.get_stream(&of_file).await.unwrap();
    let mut read = Vec::new();
    while let Some(block) = stream.next().await {
        read.extend_from_slice(&block.unwrap());
    }
    assert!(read == bytes);
}

#[tokio::test]
async fn an_interrupted_write_leaves_nothing() {
    let (folder, archive) = archive();
    let mut writer = archive.put_writer().unwrap();
    writer.write_all(b"half").unwrap();
    assert_eq!(spooled(folder.path()), 1);
    drop(writer);
    assert_eq!(spooled(folder.path()), 0);
    assert!(!folder.path().join("blobs").exists());
}

#[tokio::test]
async fn old_spool_files_are_swept_and_young_ones_kept() {
    let (folder, _) = archive();
    let old = folder.path().join("incoming/old.part");
    let young = folder.path().join("incoming/young.part");
    std::fs::write(&young, b"x").unwrap();
    let long_ago = std::time::SystemTime::now() - SPOOL_AGE_MAX - Duration::from_secs(60);
    File::create(&old).unwrap().set_modified(long_ago).unwrap();
    Archive::open(&format!("file://{}", folder.path().display())).unwrap();
    assert!(!old.exists());
    assert!(young.exists());
}

#[tokio::test]
async fn damage_and_loss_are_named() {
    let (folder, archive) = archive();
    let key = archive.put_bytes(b"1,000,000").await.unwrap();
    std::fs::write(folder.path().join(key.to_string()), b"9,000,000").unwrap();
    let damaged = archive.get_bytes(&key).await.unwrap_err();
    assert!(matches!(damaged, ArchiveError::Damaged { .. }), "{damaged}");
    assert!(matches!(archive.verify(&key).await, Err(ArchiveError::Damaged { .. })));
    assert_eq!(archive.put_bytes(b"1,000,000").await.unwrap(), key);
    assert_eq!(archive.verify(&key).await.unwrap(), 9);

    std::fs::remove_file(folder.path().join(key.to_string())).unwrap();
    assert!(!archive.exists(&key).await.unwrap());
    let missing = archive.get_bytes(&key).await.unwrap_err();
    assert!(matches!(missing, ArchiveError::Missing { .. }), "{missing}");
    assert_eq!(missing.verdict(), Verdict::Bug);
}

#[test]
fn urls_and_keys_are_checked() {
    assert!(matches!(Archive::open("ftp://x/y"), Err(ArchiveError::BadUrl { .. })));
    assert!(matches!(Archive::open("s3:///x"), Err(ArchiveError::BadUrl { .. })));
    assert!(ArchiveKey::parse(&format!("blobs/e3/{EMPTY}")).is_ok());
    for wrong in ["", "blobs/e3/e3", &format!("blobs/ff/{EMPTY}"), &format!("../{EMPTY}"), EMPTY] {
        assert!(ArchiveKey::parse(wrong).is_err(), "{wrong}");
    }
}
