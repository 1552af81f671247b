select slate.tender('2026-2-000500');
-- Sealed in the envelope, and known to the ledger only.
update ledger.tender set planned_excl = 5500000, floor_excl = 4400000 where no = '2026-2-000500';
