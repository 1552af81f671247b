select ledger.carry_receivables(2026, '{}', 'shunyu', '滞納繰越', '2027-06-01');
