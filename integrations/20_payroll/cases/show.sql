-- What a run ordered, withheld and pays out, and what it comes to.
select w.run as "支給", w.what as "種別", w.code as "科目・区分", w.org as "所属", w.heads as "人数", w.amount as "金額", w.no as "支出命令", w.bound as "負担日", w.payee as "債権者", w.day as "支払日", w.state as "状態"
  from (select r.id, 1 as part, min(x.id) as nth, concat_ws(' ', r.pay_month, '区分' || r.pay_kind, r.version || '版') as run, '執行' as what, p.budget_line as code,
               p.organization as org, sum(x.heads) as heads, p.amount, p.no || ' ← ' || c.no || ' ' || c.state as no, c.committed_on as bound, k.name as payee, p.pay_date as day, p.method || ' ' || p.state as state
          from ledger.payroll_run r
          join ledger.payroll_expense x on x.run_id = r.id join ledger.payment_order p on p.id = x.order_id
          join ledger.commitment c on c.no = x.commitment join ledger.creditor k on k.no = p.creditor
         group by r.id, p.id, c.no, k.no
        union all
        select r.id, 2, d.id, '', '控除', d.code || ' ' || k.name, '', d.heads, d.amount, '', null, '', r.pay_date, ''
          from ledger.payroll_run r join ledger.payroll_deduction d on d.run_id = r.id join ledger.payroll_deduction_kind k on k.code = d.code
        union all
        select r.id, 3, n.id, '', '差引支給', case n.method when '1' then '口座' else '現金' end, '', n.heads, n.amount, '', null, '', r.pay_date, ''
          from ledger.payroll_run r join ledger.payroll_net n on n.run_id = r.id
        union all
        select r.id, 4, 1, '', '検算', '総支給 − 控除 − 差引 = ' || b.difference, '', null, b.gross, '命令済 ' || b.ordered, null, '未命令 ' || b.not_ordered, r.pay_date,
               case when r.cancelled_at is not null then concat_ws(' ', '取消', '→ ' || (select x.version || '版' from ledger.payroll_run x where x.id = r.replaced_by)) else '有効' end
          from ledger.payroll_run r left join ledger.payroll_balance b on b.run_id = r.id) w
 order by w.id, w.part, w.nth
