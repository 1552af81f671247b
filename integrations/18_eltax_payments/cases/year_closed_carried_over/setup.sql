select pg_temp.bill_of_2025();
select ledger.carry_receivables(2025, '{}', 'shunyu', '滞納繰越', '2026-06-03');
