select ledger.reopen_tender('2026-2-000500', '仕様の変更', 'kian');
