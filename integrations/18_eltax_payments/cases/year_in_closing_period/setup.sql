select pg_temp.bill_of_2025();
