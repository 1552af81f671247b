select pg_temp.bill_of_2025();
update ledger.eltax_fee_item set valid_from = '2025-04-01' where code = '999';
