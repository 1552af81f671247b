select slate.tender('2026-2-000500');
update ledger.organization set valid_to = '2026-08-31' where code = '05020000';
