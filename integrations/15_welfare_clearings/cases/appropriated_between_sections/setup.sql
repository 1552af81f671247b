select slate.received(901, '2026-10-16', '[[2, 4567, "1", "2026-10-15", 7000]]');
select ledger.appropriate_overpayment(1, '2026A0004570', '2026-10-20', 'kakari', '本人の申出', '2026-10-20');
