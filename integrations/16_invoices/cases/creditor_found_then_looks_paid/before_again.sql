-- The clerk finds that it is a creditor the ward knows, under a new registration number.
update ledger.creditor set invoice_number = 'T5010901900099' where no = '0000000101';
