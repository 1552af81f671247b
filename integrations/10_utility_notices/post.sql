-- One draft order for each section, budget line and debit date: an advance (資金前渡) to the 会計管理者, from whose account the bank takes
-- the money. Where the contract has no commitment of its own, one is made with the order (支出負担行為兼命令). No journal: the expense is
-- booked when a second person approves the order.

create temp table accepted on commit drop as
select n.*, dense_rank() over (order by n.fiscal_year, n.fund, n.budget_line, n.organization, n.debit_date, n.creditor, n.commitment nulls first) as grp
  from ledger.utility_notice() n;

create temp table grouped on commit drop as
select g.*, concat('公共料金（', g.kinds, '） ', to_char(g.debit_date, 'FMMM"月"FMDD"日引落"')) as title,
       coalesce(g.given, ledger.next_commitment_no(g.fiscal_year)) as commitment, ledger.next_payment_order_no(g.fiscal_year) as order_no
  from (select grp, fiscal_year, fund, budget_line, organization, debit_date, creditor, commitment as given, min(line) as line,
               sum(amount)::bigint as amount, string_agg(distinct charge_kind, '・' order by charge_kind) as kinds
          from accepted group by grp, fiscal_year, fund, budget_line, organization, debit_date, creditor, commitment
         order by min(line)) g;

insert into ledger.commitment (no, fiscal_year, fund, budget_line, organization, creditor, title, amount, committed_on, batch_id, line)
select g.commitment, g.fiscal_year, g.fund, g.budget_line, g.organization, g.creditor, g.title, g.amount,
       -- Bound within its year: in 出納整理期間 on its last day.
       least(b.business_date, make_date(g.fiscal_year + 1, 3, 31)), b.id, g.line
  from grouped g cross join batch b where g.given is null order by g.line;

insert into ledger.payment_order (no, fiscal_year, fund, budget_line, organization, creditor, commitment, amount, pay_date, method, memo, made_by,
                                  batch_id, line)
select g.order_no, g.fiscal_year, g.fund, g.budget_line, g.organization, g.creditor, g.commitment, g.amount, g.debit_date, 'direct_debit', g.title,
       b.actor, b.id, g.line
  from grouped g cross join batch b order by g.line;

insert into ledger.utility_charge (collector, customer_no, debit_date, amount, contract_id, contract_no, contract_name, debit_account, billing_month,
                                   payment_order, batch_id, line)
select a.collector, a.customer_no, a.debit_date, a.amount, a.contract_id, a.contract_no, a.contract_name, a.debit_account, a.billing_month,
       p.id, (select id from batch), a.line
  from accepted a join grouped g using (grp) join ledger.payment_order p on p.no = g.order_no
 order by a.line;

insert into posted (line, object, object_id, yen)
select u.line, 'utility_charge', u.id, u.amount
  from staged_charge s join ledger.utility_charge u on u.batch_id = (select id from batch) and u.line = s.line;
