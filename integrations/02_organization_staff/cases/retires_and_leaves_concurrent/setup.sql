select pg_temp.three_people();
insert into ledger.staff_posting (staff_no, organization, post_kind, rank, valid_from) values ('01234567', '15020000', 'concurrent', '20', '2025-04-01');
