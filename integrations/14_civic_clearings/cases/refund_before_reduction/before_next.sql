-- 減額 by 1,500 as 12 posts it: 500 yen are owed again, and paid.
select slate.changed(4600, 4567, -1500, '2026-CV-000150', '2026-10-20', batch_id => 903);
select slate.assessed(4600);
select slate.received(904, '2026-10-20', '[[2, 4567, "1", "2026-10-20", 500]]');
