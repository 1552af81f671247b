select pg_temp.unpaid_fee();
