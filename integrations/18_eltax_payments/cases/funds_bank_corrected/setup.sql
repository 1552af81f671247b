select pg_temp.bills();
insert into ledger.fund_credit (fund_on, fee_item, kind, yen, entered_by, reason) values
    ('2026-09-11', '999', 'notice', 312345, 'suito', ''),
    ('2026-09-11', '999', 'bank', 312300, 'suito', '');
