update ledger.creditor_account set kind = '4' where creditor = '0000000103';
