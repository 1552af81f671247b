-- From 1 April 2027 the building section has a new code.
update ledger.organization set valid_to = '2027-03-31' where code = '05020000';
insert into ledger.organization (code, valid_from, name, level, parent, can_execute) values ('05040000', '2027-04-01', '総務部 庁舎・情報課', 2, '05000000', true);
insert into ledger.organization_successor (predecessor, successor, effective, reason) values ('05020000', '05040000', '2027-04-01', 'merged');
