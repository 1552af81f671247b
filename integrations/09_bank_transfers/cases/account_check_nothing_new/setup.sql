insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by, account_id)
select '2026P0000000' || k.id, 2026, '01', '0201030212', '05020000', k.creditor, 1000, '2026-09-15', '支払済', 'maker', 'paid', 'approver', k.id
  from ledger.creditor_account k where k.creditor in ('0000000101', '0000000102');
select ledger.record_account_check(k.id, '0', '2026-10-01', '通帳の写し', 'kakunin') from ledger.creditor_account k where k.creditor = '0000000103';
