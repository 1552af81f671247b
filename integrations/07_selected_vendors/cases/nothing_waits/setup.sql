select slate.tender('2026-2-000500', approved => false);
select slate.tender('2026-2-000501');
select ledger.cancel_tender('2026-2-000501', '事業中止', 'kian');
select slate.tender('2026-2-000502', '{"method": "4", "title": "窓ガラス清掃", "reserved": 330000, "grade_range": null, "has_floor": null}', nominees => array['0012345678', '0012345679']);
-- The joint service gave it up (取止め, 08).
update ledger.tender set state = 'cancelled' where no = '2026-2-000502';
