-- 給与 → a run with its commitments and draft orders (gross), and what is withheld as off-budget cash. Expense is booked by the approval.
select ledger.post_payroll();
select ledger.post_journal();
