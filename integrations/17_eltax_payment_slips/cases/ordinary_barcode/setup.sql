select pg_temp.bills();
update ledger.payment_slip set store_barcode = '91912345052026000012345010000026103100123451' where id = 1;
update ledger.payment_slip set store_barcode = '91912345052026000012300010000026103100050008' where id = 3;
