select pg_temp.bills();
update ledger.eltax_agency set send_names = true;
