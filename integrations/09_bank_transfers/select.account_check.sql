-- New and changed accounts of creditors → 振込口座照会 (98).
select ledger.select_account_checks();
