select pg_temp.payroll(approver => null);
