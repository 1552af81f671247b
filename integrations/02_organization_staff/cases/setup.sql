-- Three people: two of the building section, of whom 01234567 is the only one who can approve, and one of information policy.
create or replace function pg_temp.three_people() returns void language plpgsql as $setup$
begin
    insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired) values ('01234567', '髙橋　花子', 'タカハシ　ハナコ', '01', 'in_service', '2015-04-01', '2015-04-01');
    insert into ledger.staff_posting (staff_no, organization, post_kind, rank, title, valid_from) values ('01234567', '05020000', 'main', '20', '庁舎管理課長', '2024-04-01');
    insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired) values ('01234568', '世田谷　太郎', 'セタガヤ　タロウ', '01', 'in_service', '2015-04-01', '2015-04-01');
    insert into ledger.staff_posting (staff_no, organization, post_kind, rank, title, valid_from) values ('01234568', '05020000', 'main', '50', null, '2024-04-01');
    insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired) values ('01234569', '砧　次郎', 'キヌタ　ジロウ', '01', 'in_service', '2015-04-01', '2015-04-01');
    insert into ledger.staff_posting (staff_no, organization, post_kind, rank, title, valid_from) values ('01234569', '05030000', 'main', '30', null, '2024-04-01');
end $setup$;

-- A receivable of the civic activities section, 6,000 yen, unpaid.
create or replace function pg_temp.unpaid_fee() returns void language plpgsql as $setup$
begin
    insert into ledger.assessment (id, batch_id, line, fiscal_year, amount, delta, assessed_on, due_given, due_on, source, source_key, action,
        fund, budget_line, organization, method, tax_class, payer_type, postal, reason, payer_name, payer_kana, address)
    values (4567, 0, 2, 2026, 6000, 6000, '2026-09-01', '2026-09-30', '2026-09-30', 'SKS', '2026-CV-000100', '1',
        '01', '2105010101', '12030000', '1', '0', '1', '1540017', '陶芸教室受講料(前期)', '世田谷　次郎', 'セタガヤ　ジロウ', '東京都世田谷区世田谷9-9-9');
end $setup$;

-- Two drafts of the building section, one made by 01234567 (by the number as login), one by somebody else.
create or replace function pg_temp.two_drafts() returns void language plpgsql as $setup$
begin
    insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, commitment, amount, pay_date, memo, made_by) values
        ('2026P0000901', 2026, '01', '0201030212', '05020000', '0000000101', '2026F0000101', 100000, '2027-04-15', '庁舎清掃委託 2月分', '01234567'),
        ('2026P0000902', 2026, '01', '0201030212', '05020000', '0000000101', '2026F0000101', 200000, '2027-04-15', '庁舎清掃委託 3月分', 'renkei');
end $setup$;
