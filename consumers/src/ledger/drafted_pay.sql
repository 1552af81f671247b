-- The transfer of pay that came back ($1) as it is drafted or approved; no account number and no name.
select a.result_id as returned, t.amount, a.pay_date::text as pay_date,
       concat_ws(' ', a.bank || '-' || a.branch, b.bank_name, b.branch_name) as branch,
       (a.bank, a.branch, a.account_kind, a.account) <> (t.bank, t.branch, t.account_kind, t.account) as account_changed,
       right(a.account, 2) as account_end, concat_ws(' ', u.code, u.name) as fund, a.made_by, a.approved_by
  from ledger.payroll_repayment a
  join ledger.payroll_result r on r.id = a.result_id
  join ledger.payroll_transfer t on t.id = r.transfer_id
  join ledger.fund u on u.code = r.fund
  left join lateral ledger.branch_on(a.bank, a.branch, a.pay_date) b on true
 where a.result_id = $1 and a.withdrawn_at is null
