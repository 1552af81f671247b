update ledger.organization set valid_to = '2027-03-31' where code = '20010101';
insert into ledger.organization (code, valid_from, name, level, parent, can_execute) values ('20010103', '2027-04-01', '区立さくら学園', 4, '20010000', true);
insert into ledger.organization_successor (predecessor, successor, effective, reason) values ('20010101', '20010103', '2027-04-01', 'renamed');
