update ledger.vendor set creditor = '0000000102' where no = '0012345679';
