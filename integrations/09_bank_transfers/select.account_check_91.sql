-- New and changed accounts of creditors → 口座確認 in the form of 口座振替 (91).
select ledger.select_account_checks();
