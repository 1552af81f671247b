//! Claims: one taker a file, and what becomes of claims that somebody works on, that are half made, damaged, or grew.

use super::*;
use crate::testing::{Memory, TOY, Toy, good_csv, turn};

#[tokio::test]
async fn of_two_claimers_one_takes_the_file() {
    let (toy, memory) = (Toy::new(), Memory::new());
    let intakes = [toy.intake(memory.clone()), toy.intake(memory.clone())];
    for number in 0..20 {
        toy.drop_file(TOY, &format!("{number}.csv"), good_csv());
    }
    let (first, second) = tokio::join!(turn(&toy, &intakes[0], TOY), turn(&toy, &intakes[1], TOY));
    let outcomes: Vec<Outcome> = [first.unwrap(), second.unwrap()].concat();
    assert_eq!(outcomes.len(), 20);
    let mut files: Vec<&str> = outcomes.iter().map(|outcome| outcome.delivery.file.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    assert_eq!((files.len(), memory.distinct().len(), memory.messages().len()), (20, 60, 60));
}

#[tokio::test]
async fn a_claim_whose_file_was_not_yet_taken_dissolves() {
    let (toy, memory) = (Toy::new(), Memory::new());
    let intake = toy.intake(memory.clone());
    let station = intake.inbox(&toy.topic(TOY)).unwrap().clone();
    let delivery = Delivery::new(Uuid::now_v7(), TOY, "a.csv".to_owned(), "folder".to_owned());
    drop(station.begin().unwrap().name(delivery).unwrap().unwrap());
    toy.drop_file(TOY, "a.csv", good_csv());
    assert_eq!(turn(&toy, &intake, TOY).await.unwrap().len(), 1);
    assert_eq!((toy.files(TOY, "processing"), memory.messages().len()), (Vec::new(), 3));
}

#[tokio::test]
async fn a_claim_somebody_works_on_is_left_alone() {
    let (toy, memory) = (Toy::new(), Memory::new());
    let intake = toy.intake(memory.clone());
    let file = toy.drop_file(TOY, "a.csv", good_csv());
    let station = intake.inbox(&toy.topic(TOY)).unwrap().clone();
    let claim = claim::dropped(&station, TOY, &file, Vec::new()).unwrap().unwrap();
    assert_eq!(turn(&toy, &toy.intake(memory.clone()), TOY).await.unwrap(), []);
    drop(claim);
    assert_eq!(turn(&toy, &intake, TOY).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_claim_that_cannot_be_understood_does_not_stop_the_others() {
    let (toy, memory) = (Toy::new(), Memory::new());
    let intake = toy.intake(memory.clone());
    let processing = toy.dir.join("inbox/90_toy/processing");
    let (damaged, orphan) = (processing.join(Uuid::now_v7().to_string()), processing.join(Uuid::now_v7().to_string()));
    for dir in [&damaged, &orphan] {
        std::fs::create_dir(dir).unwrap();
        std::fs::write(dir.join("lock"), "").unwrap();
    }
    std::fs::write(damaged.join("delivery.json"), "{").unwrap();
    std::fs::write(orphan.join("original"), good_csv()).unwrap();
    toy.drop_file(TOY, "a.csv", good_csv());
    let outcomes = turn(&toy, &intake, TOY).await.unwrap();
    assert_eq!((outcomes.len(), memory.messages().len()), (1, 3));
    assert!(damaged.join("delivery.json").exists() && orphan.join("original").exists(), "nothing of value is thrown away");
}

#[tokio::test]
async fn a_file_that_grew_after_it_was_claimed_is_read_again() {
    let (toy, memory) = (Toy::new(), Memory::new());
    let intake = toy.intake(memory.clone());
    let file = toy.drop_file(TOY, "a.csv", &good_csv()[..good_csv().len() - 20]);
    let station = intake.inbox(&toy.topic(TOY)).unwrap().clone();
    let claim = claim::dropped(&station, TOY, &file, Vec::new()).unwrap().unwrap();
    // The copy went on: whoever writes holds the file by its handle, wherever it was moved.
    std::fs::write(claim.original(), good_csv()).unwrap();
    let error = intake.process(claim, None).await.unwrap_err();
    assert!(matches!(error, IntakeError::Growing { .. }), "{error}");
    assert!(memory.messages().is_empty(), "half a file was told of");
    let again = turn(&toy, &intake, TOY).await.unwrap().remove(0);
    assert!(again.is_published() && again.delivery.records == 7, "{:?}", again.delivery);
}
