-- 増額, and a later due date.
select slate.changed(12401, 12346, 5000, '2026-CV-000010', due_on => '2026-10-15');
select ledger.refresh_slips(array[12346]::bigint[], null, '2026-09-01');
