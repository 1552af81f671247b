select pg_temp.charge(4571, 3200, '2026-DV-000202', '利用者負担金(2026年10月分)');
select pg_temp.charge(4572, 2400, '2026-DV-000203', '日常生活用具費用負担金');
select slate.received(901, '2026-10-16', '[[2, 4570, "1", "2026-10-15", 5200], [3, 4570, "7", "2026-10-15", 5200], [4, 4571, "3", "2026-10-14", 4000]]');
select slate.received(902, '2026-10-16', '[[2, 4572, "2", "2026-10-15", 1000]]');
-- The batch with the direct debit is cancelled; what was paid twice goes back, what is more goes to another charge, and the rest of that is given up.
select ledger.cancel_receipts(902), ledger.reverse_batch(902, '2026-10-16', 'kakari', '口座振替の誤り');
select ledger.refund_overpayments(array[1]::bigint[], '2026-11-20', 'kakari', '二重納付', '2026-11-20');
select ledger.appropriate_overpayment(2, '2026A0004572', '2026-11-20', 'kakari', '本人の申出', '2026-11-20');
select ledger.write_off(array['2026A0004572'], '2026-11-20', 'kakari', '債務者の死亡（相続人なし）', '2026-11-20');
