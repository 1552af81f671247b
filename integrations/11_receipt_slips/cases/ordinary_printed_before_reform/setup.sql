-- From 10 October the section has a new code; the slips in people's hands have the old one.
update ledger.organization set valid_to = '2026-10-09' where code = '12030000';
insert into ledger.organization (code, valid_from, name, level, parent, can_execute) values ('12040000', '2026-10-10', '生活文化政策部 市民協働課', 2, '12000000', true);
insert into ledger.organization_successor (predecessor, successor, effective, reason) values ('12030000', '12040000', '2026-10-10', 'renamed');
