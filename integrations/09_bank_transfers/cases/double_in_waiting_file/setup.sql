insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, amount, pay_date, memo, made_by, state, approved_by, account_id)
select v.no, 2026, '01', '0201030212', '05020000', v.creditor, v.amount, v.pay_date::date, v.memo, 'maker', v.state, 'approver', k.id
  from (values
    ('2026P00000001', '0000000101', 100000, '2026-10-14', '清掃 8月分', 'in_file'),
    ('2026P00000002', '0000000102', 500000, '2026-10-20', '照明改修', 'in_file'),
    ('2026P00000003', '0000000103', 330000, '2026-11-16', '保守 10月分: 一月後', 'in_file'),
    ('2026P00000004', '0000000101', 100000, '2026-10-15', '清掃 8月分: 二重', 'approved'),
    ('2026P00000005', '0000000102', 500000, '2026-10-15', '照明改修: 二重', 'approved'),
    ('2026P00000006', '0000000103', 330000, '2026-10-15', '保守 9月分', 'approved')) v (no, creditor, amount, pay_date, memo, state)
  left join ledger.creditor_account k on v.state <> 'approved' and k.creditor = v.creditor and v.pay_date::date between k.valid_from and k.valid_to
 order by v.no;
