select slate.changed(12401, 12346, -5000, '2026-CV-000010');
select ledger.refresh_slips(array[12346]::bigint[], null, '2026-09-01');
select slate.changed(12402, 12346, -250000, '2026-CV-000011', action => '4');
select ledger.refresh_slips(array[12346]::bigint[], null, '2026-09-01');
