insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired)
values ('09999999', '無名　氏', 'ムメイ　シ', '01', 'in_service', '2026-10-01', '2026-10-01');
