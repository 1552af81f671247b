-- Sixty people.
insert into ledger.staff (staff_no, name, kana, staff_type, status, status_since, hired)
select '02' || lpad(n::text, 6, '0'), '職員　' || n, 'ショクイン', '01', 'in_service', '2015-04-01', '2015-04-01' from generate_series(1, 60) n;
insert into ledger.staff_posting (staff_no, organization, post_kind, rank, valid_from)
select staff_no, '05020000', 'main', '50', '2024-04-01' from ledger.staff;
