insert into ledger.postage_meter (meter_no, name, creditor, capacity)
select 'M-9', '出張所の計器', no, 1000000 from ledger.creditor where name = '有限会社用賀緑化';
