update ledger.unallocated_receipt set state = 'allocated';
