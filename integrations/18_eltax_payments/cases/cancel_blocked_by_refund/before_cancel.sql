update ledger.overpayment set state = 'refunded';
