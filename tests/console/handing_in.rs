//! A file is of a kind its topic takes; and whoever hands one in sees one page until its batch is there.

use crate::flows::{batch, sample};
use crate::support::files::ASSESSMENTS;
use crate::support::world;
use crate::visitor::{Visitor, console};

const NOW: &str = "2026-10-06T09:30:00+09:00";

#[test]
fn a_file_that_only_pretends_is_refused_in_words_and_kept_nowhere() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let page = format!("/topics/{ASSESSMENTS}");
        operator.get(&page).await.expect(200).shows("accept=\".csv,.txt\"").shows("受け付ける種類: CSV <code>.csv .txt</code>");
        operator.get("/topics/04_contracts").await.expect(200).shows("accept=\".pdf\"");
        for (name, bytes, told) in [
            ("調定.xlsx", b"PK\x03\x04 a workbook".as_slice(), "「調定.xlsx」のような種類のファイルは受け付けません"),
            ("調定.csv", b"PK\x03\x04 a workbook", "「調定.csv」の中身はExcelブックかZIPのようです"),
            ("調定.csv", b"%PDF-1.7 a scan", "「調定.csv」の中身はPDFのようです"),
            ("調定.csv", b"<?xml version=\"1.0\"?><a/>", "「調定.csv」の中身はXMLのようです"),
        ] {
            let refused =
                operator.upload_with(&format!("{page}/files"), name, bytes, &[("count", "8")]).await.expect(409).shows(told);
            refused
                .shows("受け付ける種類: CSV")
                .shows(&format!("action=\"{page}/files\""))
                .shows("name=\"count\" inputmode=\"numeric\" pattern=\"[0-9０-９,，]*\" value=\"8\"");
        }
        assert_eq!(world.number("select count(*) from intake.batch").await, 0);
        assert!(world.vhost.waiting().await.is_empty(), "nothing of a refused file is published");
    });
}

#[test]
fn whoever_hands_a_file_in_waits_on_one_page_and_is_told_when_the_topic_stands_still() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let page = format!("/topics/{ASSESSMENTS}");
        operator.get(&page).await.expect(200).hides("再開した後に行います");
        operator.post(&format!("{page}/pause"), &[("reason", "相手先の障害")]).await.expect(303);
        world
            .until("the consumer stands still", async |world| {
                world.log_of("consume").contains("the topic is paused").then_some(())
            })
            .await;
        operator.get(&page).await.expect(200).shows("検査と記帳は再開した後に行います");
        let name = "IF12_SKS_20261005093000_001.csv";
        let waits = operator.upload(&format!("{page}/files"), name, &sample(name)).await.expect(303).leads().to_owned();
        let shown = operator.get(&waits).await.expect(200).shows("ファイルを受け付けました。").shows("data-goes-on");
        shown.shows("停止中のため、検査と記帳はまだ行いません").shows("相手先の障害").hides("該当する受付はありません");
        operator.post(&format!("{page}/resume"), &[("reason", "復旧")]).await.expect(303);
        let id = batch(world, "held").await;
        operator.get(&waits).await.expect_to(&format!("/batches/{id}?done=handed-in"));
        // It is nobody else's page.
        let other = waits.replace(ASSESSMENTS, "13_welfare_assessments");
        operator.get(&other).await.expect(200).hides(&format!("/batches/{id}"));
    });
}
