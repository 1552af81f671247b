-- It ended long ago.
insert into ledger.organization (code, valid_from, valid_to, name, level, parent) values ('12020000', '2010-04-01', '2020-03-31', '生活文化部 消費生活課', 2, '12000000');
