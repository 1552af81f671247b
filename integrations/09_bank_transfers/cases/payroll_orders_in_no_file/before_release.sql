-- What the void of the first of two files leaves.
update ledger.payment_order set state = 'approved' where state = 'in_file';
