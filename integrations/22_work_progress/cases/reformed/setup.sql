-- 旧情報政策課 became 情報政策課 on 1 October.
insert into ledger.organization (code, valid_from, valid_to, name, short_name, level, parent, can_execute, cashier) values
    ('05090000', '2018-04-01', '2026-09-30', '総務部 旧情報政策課', '旧情報', 2, '05000000', true, false);
insert into ledger.organization_successor (predecessor, successor, effective, reason) values ('05090000', '05030000', '2026-10-01', 'renamed');
insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by) values
    ('2026P00000001', 2026, '01', '0201050212', '05090000', '0000000103', 1000, '2026-10-07', '改正前の起案', 'sato-i');
