select slate.tender_barred_since('2026-2-000500', nominees => array['0012345678', '0012345679']);
select slate.tender_barred_since('2026-2-000501', '{"method": "5", "title": "昇降機保守"}', nominees => array['0012345678', '0012345679']);
select slate.tender_barred_since('2026-2-000502', '{"method": "4", "title": "窓ガラス清掃"}', nominees => array[]::text[]);
