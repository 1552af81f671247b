-- A small year, settled once, and corrected afterwards.
select pg_temp.small_year();
select ledger.settle(2025, 'zaisei', date '2026-06-10');

-- Not in edition 1.
select pg_temp.moved(2025, '[["01", "0101010101", "PAYMENT", "2026-05-31", 1000000, "追加"]]');

-- Nor what rows, columns, tables and the ward itself were called later.
insert into ledger.settlement_axis (table_no, axis, no, from_year, version, name, role, item, grade, why, made_by) values
    ('02', 'column', '001', 2020, 2, '歳入の総額', 'figure', 'revenue_total', 'C', '様式改正', 'zaisei'),
    ('02', 'row', '01', 2020, 2, '決算の額', null, null, 'B', '様式改正', 'zaisei');
update ledger.settlement_body set name = '世田谷', kind = '9';
