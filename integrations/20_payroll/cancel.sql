select ledger.drop_payroll((select id from batch));
