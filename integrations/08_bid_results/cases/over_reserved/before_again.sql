insert into ledger.commitment_change (commitment, delta, changed_on, why) values ('2026F0000104', 150000, '2026-09-20', '執行伺の増額');
update ledger.commitment set amount = amount + 150000 where no = '2026F0000104';
