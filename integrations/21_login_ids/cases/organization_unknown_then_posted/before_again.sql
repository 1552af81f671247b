insert into ledger.organization (code, valid_from, name, short_name, level, parent)
values ('12040000', '2026-10-01', '生活文化政策部 国際課', '国際', 2, '12000000');
