-- A receivable of 4,500 yen whose slip eLTAX has.
select pg_temp.bill_and_slip('provisional', 'uploaded');
