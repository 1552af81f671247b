-- What of the receivables of 連携元 SHF was cleared and no extract has told yet. Parameter `extracted_at` (ISO time) fixes 抽出日時.
select ledger.select_clearings('SHF');
