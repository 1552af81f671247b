update ledger.creditor set invoice_number = 'T5010901900099' where no = '0000000101';
