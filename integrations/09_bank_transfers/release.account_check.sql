-- Nothing is booked: a request only leaves while its day has not passed.
select ledger.check_account_request_release(r.file_id, r.today, (select value::time from setting where key = 'cut_off')) from run r;
