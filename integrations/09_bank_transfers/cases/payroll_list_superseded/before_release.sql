-- What the lock on the run keeps from happening.
update ledger.payroll_transfer set superseded_by = 1 where id = 2;
