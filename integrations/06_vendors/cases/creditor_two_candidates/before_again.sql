delete from ledger.creditor where no = '0000000902';
