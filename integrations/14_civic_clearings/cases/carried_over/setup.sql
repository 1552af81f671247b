-- 1 June: the books of 2026 are closed. What comes before the 滞納繰越 is 収入未整理 of 2027.
select slate.received(901, '2027-06-01', '[[2, 4569, "3", "2027-05-31", 3000]]');
-- Carried over, asked twice: the second time there is nothing left to carry.
select ledger.carry_receivables(2026, '{}', 'shunyu', '滞納繰越', '2027-06-02');
select ledger.carry_receivables(2026, '{}', 'shunyu', '滞納繰越', '2027-06-02');
select ledger.allocate_receipt(1, '2026A0004569', '2027-06-03', 'kakari', '滞納繰越分の収入', '2027-06-03');
select slate.received(902, '2027-06-05', '[[2, 4568, "1", "2027-06-04", 2500]]');
