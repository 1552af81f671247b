select slate.changed(12401, 12346, -5000, '2026-CV-000010');
select ledger.refresh_slips(array[12346]::bigint[], null, '2026-09-01');
