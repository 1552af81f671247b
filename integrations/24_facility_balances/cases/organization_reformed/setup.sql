select pg_temp.the_year();
select pg_temp.closing_and_new_year();
insert into ledger.organization (code, valid_from, name, short_name, level, parent, can_execute) values ('12050000', '2026-04-01', '生活文化政策部 生涯学習課', '生涯学習', 2, '12000000', true);
update ledger.organization set valid_to = '2026-03-31' where code = '12030000';
insert into ledger.organization_successor (predecessor, successor, effective, reason) values ('12030000', '12050000', '2026-04-01', 'renamed');
