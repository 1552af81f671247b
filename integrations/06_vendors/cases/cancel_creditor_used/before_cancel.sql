insert into ledger.creditor_account (creditor, valid_from, bank, branch, kind, number, holder_kana)
select no, '2026-10-05', '0001', '201', '1', '7654321', 'ﾕ)ﾖｳｶﾞﾘﾖｸｶ' from ledger.creditor where name = '有限会社用賀緑化';
