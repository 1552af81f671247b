-- The bank's results (91), each put down to the account that was asked about.
select ledger.take_account_answers();
