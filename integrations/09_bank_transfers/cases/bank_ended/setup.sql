insert into ledger.institution (bank, valid_from, valid_to, name, kana, reason, end_reason, successor_bank) values
    ('9872', '2018-04-01', '2026-10-10', '梅丘', 'ｳﾒｶﾞｵｶ', 'initial', 'merged', '0001');
insert into ledger.branch (bank, branch, valid_from, valid_to, name, kana, reason, end_reason) values
    ('9872', '001', '2018-04-01', '2026-10-10', '本店', 'ﾎﾝﾃﾝ', 'initial', 'bank_ended');
select pg_temp.payee('0000000421', '9872', '001', '1000001', 'ﾅﾏｴ');
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
    ('2026P00000001', 2026, '01', '0201030212', '05020000', '0000000421', 1000, '2026-10-15', '合併銀行', 'maker', 'approved', 'approver'),
    ('2026P00000002', 2026, '01', '0201030212', '05020000', '0000000101', 2000, '2026-10-15', '通常', 'maker', 'approved', 'approver');
