select * from ledger.review_account_checks((select file_id from run))
