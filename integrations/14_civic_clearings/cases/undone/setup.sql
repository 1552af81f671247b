select slate.received(901, '2026-10-16', '[[2, 4567, "1", "2026-10-15", 6000], [3, 4567, "7", "2026-10-15", 6000], [4, 4568, "3", "2026-10-14", 5000]]');
select slate.received(902, '2026-10-16', '[[2, 4569, "2", "2026-10-15", 1000]]');
-- The batch with the direct debit is cancelled; what was paid twice goes back, what is more goes to another fee, and the rest of that is given up.
select ledger.cancel_receipts(902), ledger.reverse_batch(902, '2026-10-16', 'kakari', '口座振替の誤り');
select ledger.refund_overpayments(array[1]::bigint[], '2026-11-20', 'kakari', '二重納付', '2026-11-20');
select ledger.appropriate_overpayment(2, '2026A0004569', '2026-11-20', 'kakari', '本人の申出', '2026-11-20');
select ledger.write_off(array['2026A0004569'], '2026-11-20', 'kakari', '債務者の死亡（相続人なし）', '2026-11-20');
