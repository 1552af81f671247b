select slate.received(901, '2026-10-16', '[[2, null, "1", "2026-10-15", 5000, "no receivable"]]');
select ledger.allocate_receipt(1, '2026A0004568', '2026-10-20', 'kakari', '納付者に確認', '2026-10-20');
