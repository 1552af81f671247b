-- The contract (04) confirms it.
update ledger.commitment set state = 'confirmed' where no = '2026F0000104';
