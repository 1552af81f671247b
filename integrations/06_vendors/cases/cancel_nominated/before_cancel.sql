insert into ledger.tender_nominee (tender_no, seq, vendor, kind) values ('2026-2-000456', 4, '0012345700', '1'), ('2026-2-000456', 5, '0012345681', '1');
