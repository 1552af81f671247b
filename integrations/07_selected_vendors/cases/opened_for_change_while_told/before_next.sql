select ledger.change_tender('2026-2-000500', '{"place": "世田谷区役所第三庁舎"}', 'kian');
select ledger.approve_tender('2026-2-000500', 'kacho', '2026-08-28');
