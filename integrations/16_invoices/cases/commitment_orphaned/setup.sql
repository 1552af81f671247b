-- From 1 April 2027 there are two building sections.
update ledger.organization set valid_to = '2027-03-31' where code = '05020000';
insert into ledger.organization (code, valid_from, name, level, parent, can_execute) values
    ('05060000', '2027-04-01', '総務部 庁舎課', 2, '05000000', true), ('05070000', '2027-04-01', '総務部 設備課', 2, '05000000', true);
insert into ledger.organization_successor (predecessor, successor, effective, reason) values
    ('05020000', '05060000', '2027-04-01', 'split'), ('05020000', '05070000', '2027-04-01', 'split');
