select pg_temp.one_of_four_can_go();

-- 確報 of the first slip taken out: here only the barcodes are wrong.
update ledger.payment_slip set state = 'queued', due_on = '2026-09-30', pay_limit_on = '2026-10-31';
update ledger.assessment set amount = 1000000, delta = 1000000 where id = 12346;
update ledger.payment_slip set amount = 1000000, amount_main = 1000000 where id = 2;
update ledger.payment_slip set amount = 5000, amount_main = 5000 where id = 3;
update ledger.payment_slip set store_barcode = '91912345052026000012345010000026103100123452' where id = 1;
update ledger.payment_slip set store_barcode = '91912345052026000012346010000026103100000001' where id = 2;
update ledger.payment_slip set store_barcode = '91912345052026000012300010000026093000050003' where id = 3;
update ledger.payment_slip set store_barcode = '91912345052026000012301010000099999900070000' where id = 4;
