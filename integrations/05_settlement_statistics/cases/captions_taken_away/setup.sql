-- A table that lost a row.
select pg_temp.small_year();
insert into ledger.settlement_axis (table_no, axis, no, from_year, version, name, role, item, grade, why, made_by) values
    ('13', 'row', '05', 2020, 2, '扶助費', null, null, 'C', '誤り', 'zaisei');
