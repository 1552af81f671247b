insert into ledger.posting_rule (event, name, debit_account, credit_account) values ('ASSET_TRANSFER', '所管換（累計額の受入）', '3190', '1303'), ('DISPOSAL', '除却', '1303', '1302');
select pg_temp.the_year();
select pg_temp.book('DISPOSAL', 2025, '2026-02-20', '01', null, '05020000', '050201', 9000000, '旧館の除却');
