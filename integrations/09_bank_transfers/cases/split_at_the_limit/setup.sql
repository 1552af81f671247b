insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by)
select '2026P' || lpad(n::text, 8, '0'), 2026, '01', '0201030212', '05020000', '0000000101', 1, '2026-10-15', '一円', 'maker', 'approved', 'approver' from generate_series(1, 4) n;
