-- The payroll section's list of persons and accounts, as the 全銀 file its system makes.
select ledger.bring_payroll_list();
