update ledger.postage_tariff set valid_to = '2026-09-15' where kind = '01';
insert into ledger.postage_tariff values ('01', 50, 120, '2026-09-16');
