update ledger.branch set valid_to = '2026-10-14' where bank = '0001' and branch = '110';
select pg_temp.orders();
