select pg_temp.bill_sent();
select slate.changed(12400, 12346, -45000, '2026-CV-000009');
select ledger.refresh_slips(array[12346]::bigint[], null, '2026-09-01');
