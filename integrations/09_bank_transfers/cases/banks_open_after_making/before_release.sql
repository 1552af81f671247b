select ledger.change_own_day('bank', '2026-10-15', null, '休業の取りやめ', '2026-10-07', '銀行の通知', 'kakari');
