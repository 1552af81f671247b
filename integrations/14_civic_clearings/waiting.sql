select code, count, yen, detail from ledger.clearings_waiting()
