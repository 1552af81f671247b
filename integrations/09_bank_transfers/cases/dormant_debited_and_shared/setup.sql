-- 101 was last paid fourteen months ago, and has another account since 1 October; 102 was only debited so far; 103 has its account in common
-- with 104, which was paid the same on 1 October; 105 was last paid two years ago, to the account it has.
update ledger.creditor_account set valid_to = '2026-09-30' where creditor = '0000000101';
insert into ledger.creditor_account (creditor, valid_from, bank, branch, kind, number, holder_kana)
select creditor, '2026-10-01', bank, branch, kind, '7700001', holder_kana from ledger.creditor_account where creditor = '0000000101';
select pg_temp.payee('0000000104', '0005', '301', '0246801', 'ﾄﾞ)ｾｲｼﾞﾖｳｼｽﾃﾑ', '合同会社成城システム 砧支店', '2');
select pg_temp.payee('0000000105', '0001', '110', '5550001', 'ｶ)ﾎﾝｼﾞﾖ', '株式会社本所');

insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, method, memo, made_by, state, approved_by, account_id)
select v.no, 2026, '01', '0201030212', '05020000', v.creditor, v.amount, v.pay_date::date, v.method, v.memo, 'maker', v.state, 'approver', k.id
  from (values
    ('2026P00000001', '0000000101',  90000, '2025-08-15', 'transfer',     '清掃 14か月前', 'paid'),
    ('2026P00000002', '0000000102',  60000, '2026-09-15', 'direct_debit', '電気 8月分', 'paid'),
    ('2026P00000003', '0000000104', 330000, '2026-10-01', 'transfer',     '保守 9月分', 'paid'),
    ('2026P00000004', '0000000103', 120000, '2026-04-15', 'transfer',     '保守 3月分', 'paid'),
    ('2026P00000005', '0000000105',  40000, '2024-10-15', 'transfer',     '消耗品', 'paid'),
    ('2026P00000006', '0000000101',  90000, '2026-10-15', 'transfer',     '清掃', 'approved'),
    ('2026P00000007', '0000000102',  60000, '2026-10-15', 'transfer',     '電気 9月分', 'approved'),
    ('2026P00000008', '0000000103', 330000, '2026-10-15', 'transfer',     '保守 9月分: 二重', 'approved'),
    ('2026P00000009', '0000000105',  40000, '2026-10-15', 'transfer',     '消耗品', 'approved')) v (no, creditor, amount, pay_date, method, memo, state)
  left join ledger.creditor_account k on v.state <> 'approved' and v.method = 'transfer' and k.creditor = v.creditor and v.pay_date::date between k.valid_from and k.valid_to
 order by v.no;
