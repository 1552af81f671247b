-- Another year.
select pg_temp.small_year(granted => false, carried => false);
insert into ledger.settlement_figure (fiscal_year, figure, yen, why, made_by) values (2026, 'carried_over', 0, '繰り越す財源なし', 'zaisei');
