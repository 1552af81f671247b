-- Nothing is booked: a request only leaves while its day has not passed.
update run r set needed_by = ledger.check_account_request_release(r.file_id, r.today, (select value::time from setting where key = 'cut_off'));
