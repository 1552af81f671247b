select code, count, yen, detail from ledger.account_checks_waiting()
