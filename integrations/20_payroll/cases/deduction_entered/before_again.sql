insert into ledger.payroll_deduction_kind (code, name) values ('12', '駐車場使用料');
