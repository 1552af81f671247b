//! A file of thousands of records: its page is there at once, and what takes seconds comes after it.

use crate::support::{orders, world};
use crate::visitor::{Visitor, console};

const NOW: &str = "2026-10-06T09:30:00+09:00";

#[test]
fn a_large_file_is_shown_at_once_and_decided_on_once_it_is_recounted() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        let address = console(world).await;
        orders::in_a_file(world, 2_001).await;
        let mut approver = Visitor::with_roles(world, &address, "shonin.1", &["approver"]).await;
        let page = approver.get("/exports/1").await.expect(200);
        page.shows("data-later").shows("href=\"/exports/1?recount=now\"").hides("承認する").hides("id=\"payees\"");
        let page = approver.get("/exports/1?recount=now").await.expect(200);
        page.shows("id=\"recount\"").hides("data-later").shows("承認する").shows("ファイルと一致").shows("id=\"payees\"");
    });
}
