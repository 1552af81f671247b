update ledger.commitment set state = 'confirmed', contract_no = '2026KS000456' where no = '2026F0000104';
