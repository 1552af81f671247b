select pg_temp.year_2025();
select ledger.change_settlement_axis('04', 'column', no, '02', 2025, name, 'lines', item, 'D', '様式', 'zaisei')
  from (values ('002', '生活保護費負担金', '01/1401'), ('003', '使用料と給食費', '01/1301,05/01'), ('004', '使用料のうち老人施設', '01/130102')) f (no, name, item);
