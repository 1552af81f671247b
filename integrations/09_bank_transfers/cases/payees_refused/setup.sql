insert into ledger.creditor (no, name, kana) values ('0000000401', '停止中', 'ﾃｲｼ');
insert into ledger.creditor_account (creditor, valid_from, bank, branch, kind, number, holder_kana) values ('0000000401', '2020-04-01', '0001', '110', '1', '1000001', 'ﾃｲｼ');
update ledger.creditor set suspended_from = '2026-10-10' where no = '0000000401';
insert into ledger.creditor (no, name, kana) values ('0000000402', '口座なし', 'ﾅｼ');
insert into ledger.creditor (no, name, kana) values ('0000000403', '番号ゼロ', 'ｾﾞﾛ');
insert into ledger.creditor_account (creditor, valid_from, bank, branch, kind, number, holder_kana) values ('0000000403', '2020-04-01', '0001', '110', '1', '0000000', 'ｾﾞﾛ');
insert into ledger.creditor (no, name, kana) values ('0000000404', '閉店', 'ﾍｲﾃﾝ');
insert into ledger.creditor_account (creditor, valid_from, bank, branch, kind, number, holder_kana) values ('0000000404', '2020-04-01', '0001', '302', '1', '1000004', 'ﾍｲﾃﾝ');
insert into ledger.creditor (no, name, kana) values ('0000000405', '銀行なし', 'ｷﾞﾝｺｳ');
insert into ledger.creditor_account (creditor, valid_from, bank, branch, kind, number, holder_kana) values ('0000000405', '2020-04-01', '9998', '001', '1', '1000005', 'ｷﾞﾝｺｳ');
insert into ledger.creditor (no, name, kana) values ('0000000406', '支店なし', 'ｼﾃﾝ');
insert into ledger.creditor_account (creditor, valid_from, bank, branch, kind, number, holder_kana) values ('0000000406', '2020-04-01', '0001', '777', '1', '1000006', 'ｼﾃﾝ');
insert into ledger.creditor (no, name, kana) values ('0000000407', '長音', 'ﾁﾖｳｵﾝ');
insert into ledger.creditor_account (creditor, valid_from, bank, branch, kind, number, holder_kana) values ('0000000407', '2020-04-01', '0001', '110', '1', '1000007', 'ｽ-ﾊﾟｰ');
insert into ledger.creditor (no, name, kana) values ('0000000408', 'ヲ', 'ｦ');
insert into ledger.creditor_account (creditor, valid_from, bank, branch, kind, number, holder_kana) values ('0000000408', '2020-04-01', '0001', '110', '1', '1000008', 'ﾅｦﾐ');
insert into ledger.creditor (no, name, kana) values ('0000000409', '濁点', 'ﾀﾞｸﾃﾝ');
insert into ledger.creditor_account (creditor, valid_from, bank, branch, kind, number, holder_kana) values ('0000000409', '2020-04-01', '0001', '110', '1', '1000009', 'ﾅﾞﾅ');
insert into ledger.creditor (no, name, kana) values ('0000000410', '小書き', 'ﾁｲｻｲ');
insert into ledger.creditor_account (creditor, valid_from, bank, branch, kind, number, holder_kana) values ('0000000410', '2020-04-01', '0001', '110', '1', '1000010', 'ｼｬﾎ');
insert into ledger.branch (bank, branch, valid_from, valid_to, name, kana, reason, end_reason, successor_bank, successor_branch) values
    ('0001', '302', '2018-04-01', '2026-10-14', '狛江', 'ｺﾏｴ', 'initial', 'merged', '0001', '201');
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by) values
    ('2026P00000001', 2026, '01', '0201030212', '05020000', '0000000401', 1001, '2026-10-15', '支払1', 'maker', 'approved', 'approver'),
    ('2026P00000002', 2026, '01', '0201030212', '05020000', '0000000402', 1002, '2026-10-15', '支払2', 'maker', 'approved', 'approver'),
    ('2026P00000003', 2026, '01', '0201030212', '05020000', '0000000403', 1003, '2026-10-15', '支払3', 'maker', 'approved', 'approver'),
    ('2026P00000004', 2026, '01', '0201030212', '05020000', '0000000404', 1004, '2026-10-15', '支払4', 'maker', 'approved', 'approver'),
    ('2026P00000005', 2026, '01', '0201030212', '05020000', '0000000405', 1005, '2026-10-15', '支払5', 'maker', 'approved', 'approver'),
    ('2026P00000006', 2026, '01', '0201030212', '05020000', '0000000406', 1006, '2026-10-15', '支払6', 'maker', 'approved', 'approver'),
    ('2026P00000007', 2026, '01', '0201030212', '05020000', '0000000407', 1007, '2026-10-15', '支払7', 'maker', 'approved', 'approver'),
    ('2026P00000008', 2026, '01', '0201030212', '05020000', '0000000408', 1008, '2026-10-15', '支払8', 'maker', 'approved', 'approver'),
    ('2026P00000009', 2026, '01', '0201030212', '05020000', '0000000409', 1009, '2026-10-15', '支払9', 'maker', 'approved', 'approver'),
    ('2026P00000010', 2026, '01', '0201030212', '05020000', '0000000410', 1010, '2026-10-15', '支払10', 'maker', 'approved', 'approver'),
    ('2026P00000011', 2026, '01', '0201030212', '05020000', '0000000101', 9999999999, '2026-10-15', '最大額', 'maker', 'approved', 'approver'),
    ('2026P00000012', 2026, '01', '0201030212', '05020000', '0000000102', 10000000000, '2026-10-15', '一円超過', 'maker', 'approved', 'approver');
