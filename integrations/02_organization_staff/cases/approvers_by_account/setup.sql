-- Three people: two of the building section, of whom 01234567 is the only one who can approve, and one of information policy.
insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired) values ('01234567', '髙橋　花子', 'タカハシ　ハナコ', '01', 'in_service', '2015-04-01', '2015-04-01');
insert into ledger.staff_posting (staff_no, organization, post_kind, rank, title, valid_from) values ('01234567', '05020000', 'main', '20', '庁舎管理課長', '2024-04-01');
insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired) values ('01234568', '世田谷　太郎', 'セタガヤ　タロウ', '01', 'in_service', '2015-04-01', '2015-04-01');
insert into ledger.staff_posting (staff_no, organization, post_kind, rank, title, valid_from) values ('01234568', '05020000', 'main', '50', null, '2024-04-01');
insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired) values ('01234569', '砧　次郎', 'キヌタ　ジロウ', '01', 'in_service', '2015-04-01', '2015-04-01');
insert into ledger.staff_posting (staff_no, organization, post_kind, rank, title, valid_from) values ('01234569', '05030000', 'main', '30', null, '2024-04-01');
-- Two drafts of the building section, one made by 01234567 (by the number as login), one by somebody else.
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, commitment, amount, pay_date, memo, made_by) values
    ('2026P0000901', 2026, '01', '0201030212', '05020000', '0000000101', '2026F0000101', 100000, '2027-04-15', '庁舎清掃委託 2月分', '01234567'),
    ('2026P0000902', 2026, '01', '0201030212', '05020000', '0000000101', '2026F0000101', 200000, '2027-04-15', '庁舎清掃委託 3月分', 'renkei');
insert into ledger.user_account (login_id, staff_no, display_name, family_name, given_name, active, version, last_modified, content, source, batch_id, line)
values ('takahashi-h', '01234567', '職員 01234567', '職員', '花', true, 1, '2026-04-01T09:00:00+09:00', '{}', 'csv', 0, 1);
insert into ledger.user_account (login_id, staff_no, display_name, family_name, given_name, active, version, last_modified, content, source, batch_id, line)
values ('setagaya-t', '01234568', '職員 01234568', '職員', '花', true, 1, '2026-04-01T09:00:00+09:00', '{}', 'csv', 0, 1);
insert into ledger.account_role (login_id, organization, role) values ('takahashi-h', '05020000', 'approve'), ('setagaya-t', '05020000', 'approve');
