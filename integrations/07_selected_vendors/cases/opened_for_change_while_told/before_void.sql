select ledger.reopen_tender('2026-2-000500', '履行場所の変更', 'kian');
