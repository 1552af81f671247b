-- The bank's answers (99), each put down to the account that was asked about.
select ledger.take_account_answers();

insert into refusal (code, detail, severity)
select 'ACCOUNT_ANSWER_IS_REQUEST', '{}', 'stop' from brought_header where business = '98';
