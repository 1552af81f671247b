update ledger.creditor_account set valid_to = '2026-10-31' where creditor = '0000000101';
insert into ledger.creditor_account (creditor, valid_from, bank, branch, kind, number, holder_kana) select '0000000101', '2026-11-01', '0009', '401', '1', '5550001', 'ｶ)ｷﾇﾀｸﾘ-ﾝ';
