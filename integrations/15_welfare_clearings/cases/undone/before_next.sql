select ledger.undo_settlements(array[3]::bigint[], 'kakari', '相続人が判明', '2026-11-20');
select ledger.undo_settlements(array[1, 2]::bigint[], 'kakari', '還付先口座なし', '2026-11-20');
