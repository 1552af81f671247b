select ledger.note_staff_payment('2026P00000022', 1, '書面で連絡済（年分 2026）', 'kaikei');
select ledger.note_staff_payment('2026P00000021', 1, '書面で連絡済', 'kaikei');
