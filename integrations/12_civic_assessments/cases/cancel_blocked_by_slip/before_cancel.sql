update ledger.slip_notice set state = 'uploaded';
update ledger.payment_slip set state = 'uploaded';
