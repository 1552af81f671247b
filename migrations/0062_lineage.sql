-- Lineage 由来: from what a posting or a record of an outgoing file is about back to the lines of the files that brought it, and forward
-- to the files that carried it; from a cell of the survey back to the budget lines that make it.

-- ── Back ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.origins(of_object text, of_id bigint) returns table (name text, batch_id bigint, line bigint)
language plpgsql stable rows 3 as $$
#variable_conflict use_column
declare
    root record;
begin
    case of_object
    when 'payment_order' then
        -- A 再振込 was asked for by nobody's file: its source is that of the order it pays once more.
        with recursive earlier as (
            select p.id, p.repays, p.batch_id, p.line from ledger.payment_order p where p.id = of_id
            union all
            select p.id, p.repays, p.batch_id, p.line from earlier e join ledger.payment_order p on p.id = e.repays
        )
        select e.id, e.batch_id, e.line, (select p.no from ledger.payment_order p where p.id = of_id) as no into root
          from earlier e where e.repays is null;
        -- One order may be made of several lines: each is named.
        return query
        select root.no, s.batch_id, s.line
          from (select x.batch_id, x.line from ledger.payroll_expense x where x.order_id = root.id
                union
                select u.batch_id, u.line from ledger.utility_charge u where u.batch_id = root.batch_id and u.payment_order = root.id
                union
                select u.batch_id, u.line from ledger.postage_use u where u.batch_id = root.batch_id and u.payment_order = root.id
                union
                select root.batch_id, root.line) s
         where root.id is not null
         order by s.batch_id, s.line;
    when 'staff_payment' then
        return query select o.* from ledger.staff_payment y cross join lateral ledger.origins('payment_order', y.order_id) o where y.id = of_id;
    when 'staff_payment_event' then
        return query select o.* from ledger.staff_payment_event e cross join lateral ledger.origins('staff_payment', e.payment_id) o where e.id = of_id;
    when 'assessment' then
        return query select ledger.assessment_no(a.fiscal_year, coalesce(a.origin_id, a.id)), a.batch_id, a.line from ledger.assessment a where a.id = of_id;
    when 'receipt' then
        return query
        select ledger.assessment_no(a.fiscal_year, a.id), r.batch_id, r.line
          from ledger.receipt r left join ledger.assessment a on a.id = r.assessment_id where r.id = of_id;
    when 'settlement' then
        -- The money as it came, and the receivables it came to or was given up for.
        return query
        select v.name, v.batch_id, v.line
          from ledger.settlement x
          left join ledger.overpayment o on o.id = x.overpayment_id
          left join ledger.unallocated_receipt u on u.id = x.unallocated_id
         cross join lateral (
            select null::text, r.batch_id, r.line, 1 from ledger.receipt r where r.id = coalesce(o.receipt_id, u.receipt_id)
            union all
            select ledger.assessment_no(a.fiscal_year, a.id), a.batch_id, a.line, 2 from ledger.assessment a where a.id in (x.assessment_id, x.to_assessment_id)
         ) v (name, batch_id, line, n)
         where x.id = of_id order by v.n, v.name;
    when 'clearing' then
        return query
        select coalesce(ledger.assessment_no(a.fiscal_year, a.id) || '-' || k.no, o.name), coalesce(o.batch_id, k.batch_id), coalesce(o.line, k.line)
          from ledger.clearing k
          join ledger.assessment a on a.id = k.assessment_id
          left join lateral ledger.origins(case when k.settlement_id is not null then 'settlement' else 'receipt' end, coalesce(k.settlement_id, k.receipt_id)) o on true
         where k.id = of_id;
    when 'slip_notice' then
        return query
        select ledger.slip_no(a.fiscal_year, a.id, s.issue), coalesce(n.batch_id, s.batch_id, a.batch_id), coalesce(n.line, s.line, a.line)
          from ledger.slip_notice n
          join ledger.payment_slip s on s.id = n.slip_id
          join ledger.assessment a on a.id = s.assessment_id
         where n.id = of_id;
    when 'contract' then
        return query select n.contract_no, n.batch_id, n.line from ledger.contract_notice n where n.id = of_id;
    when 'payroll_deduction' then
        return query
        select k.name, d.batch_id, d.line from ledger.payroll_deduction d join ledger.payroll_deduction_kind k on k.code = d.code where d.id = of_id;
    when 'payroll_transfer' then
        -- Of the pay of one person only the run is told.
        return query select r.pay_month, r.batch_id, null::bigint from ledger.payroll_transfer t join ledger.payroll_run r on r.id = t.run_id where t.id = of_id;
    when 'tender_notice' then
        return query select n.tender_no, null::bigint, null::bigint from ledger.tender_notice n where n.id = of_id;
    when 'creditor_account' then
        return query
        select a.creditor, c.batch_id, c.line from ledger.creditor_account a join ledger.creditor c on c.no = a.creditor where a.id = of_id;
    when 'settlement_cell' then
        return query
        select concat_ws(' ', c.table_no, c.row_no, c.column_no, c.row_name, c.column_name), null::bigint, null::bigint from ledger.settlement_cell c where c.id = of_id;
    else
        return;
    end case;
end $$;
comment on function ledger.origins is '由来: what a posting, or a record of an outgoing file, is called by people, and the lines of the files that brought it. No line: a person''s decision.';

-- ── Forward ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.carried_items(of_object text, of_id bigint) returns table (object text, object_id bigint)
language plpgsql stable rows 3 as $$
#variable_conflict use_column
begin
    return query select of_object, of_id where of_object is not null and of_id is not null;
    case of_object
    when 'payment_order' then
        return query
        with recursive one as (
            select p.id, p.repays from ledger.payment_order p where p.id = of_id
            union
            select p.id, p.repays from ledger.payment_order p join one o on p.repays = o.id or p.id = o.repays
        )
        select 'payment_order', o.id from one o where o.id <> of_id
        union all
        select 'staff_payment_event', e.id
          from one o join ledger.staff_payment y on y.order_id = o.id join ledger.staff_payment_event e on e.payment_id = y.id;
    when 'staff_payment' then
        return query select c.* from ledger.staff_payment y cross join lateral ledger.carried_items('payment_order', y.order_id) c where y.id = of_id;
    when 'assessment' then
        return query
        select 'slip_notice', n.id
          from ledger.assessment a
          join ledger.payment_slip s on s.assessment_id = coalesce(a.origin_id, a.id)
          join ledger.slip_notice n on n.slip_id = s.id
         where a.id = of_id;
    when 'receipt' then
        return query
        select 'clearing', k.id from ledger.receipt r join ledger.clearing k on k.assessment_id = r.assessment_id and k.receipt_id = r.id where r.id = of_id
        union all
        -- What was suspense first, and then found its receivable.
        select 'clearing', k.id
          from ledger.unallocated_receipt u
          join ledger.settlement x on x.unallocated_id = u.id
          join ledger.clearing k on k.assessment_id = x.to_assessment_id and k.settlement_id = x.id
         where u.receipt_id = of_id
        union all
        select 'clearing', k.id
          from ledger.overpayment o
          join ledger.settlement x on x.overpayment_id = o.id
          join ledger.clearing k on k.assessment_id in (x.assessment_id, x.to_assessment_id) and k.settlement_id = x.id
         where o.receipt_id = of_id;
    when 'settlement' then
        return query
        select 'clearing', k.id
          from ledger.settlement x
          join ledger.clearing k on k.assessment_id in (x.assessment_id, x.to_assessment_id) and k.settlement_id = x.id
         where x.id = of_id;
    else
        return;
    end case;
end $$;
comment on function ledger.carried_items is 'What stands in outgoing files for what a posting is about: the thing itself, and what comes of it (消込 of a receipt, 納付書 of an assessment, 再振込 of an order).';

create function ledger.carriers(of_object text, of_id bigint) returns table (file_id bigint, seq bigint, live boolean)
language sql stable rows 3 as $$
    select c.file_id, c.seq, c.live
      from ledger.carried_items(of_object, of_id) i
      -- Each half has an index of its own.
     cross join lateral (
        select k.file_id, k.seq, k.live from export.claim k where k.object = i.object and k.object_id = i.object_id and k.live
        union all
        select k.file_id, k.seq, k.live from export.claim k where k.object = i.object and k.object_id = i.object_id and not k.live) c
    union
    -- Gross orders of a payroll leave with the file of its net pay, of which no record is theirs alone.
    select k.file_id, null, k.live
      from ledger.payroll_expense x
      join ledger.payment_order p on p.id = x.order_id and p.method = 'payroll'
      join ledger.payroll_transfer t on t.run_id = x.run_id
     cross join lateral (
        select c.file_id, c.live from export.claim c where c.object = 'payroll_transfer' and c.object_id = t.id and c.live
        union all
        select c.file_id, c.live from export.claim c where c.object = 'payroll_transfer' and c.object_id = t.id and not c.live) k
     where of_object = 'payment_order' and x.order_id = of_id
$$;
comment on function ledger.carriers is 'The outgoing files that carry what a posting is about, and the record of each (null: no record of its own).';

-- ── Cells of the survey ─────────────────────────────────────────────────────────────────────────────────────────────────

create function ledger.settlement_meant(role text, item text, fact ledger.settlement_fact) returns boolean
language sql stable as $$
    select case role
        when 'total' then true
        when 'amount' then true
        when 'purpose' then item in (fact.purpose, (select i.parent from ledger.settlement_item i where (i.role, i.code) = ('purpose', fact.purpose)))
        when 'nature' then item = fact.nature
        when 'source' then item = fact.source
        when 'revenue' then item = fact.revenue
        when 'lines' then exists (select from unnest(string_to_array(item, ',')) w
                                   where fact.fund = split_part(w, '/', 1) and starts_with(fact.budget_line, split_part(w, '/', 2)))
        else false end
$$;
comment on function ledger.settlement_meant is 'Whether a row or column of that meaning counts a fact.';

create function ledger.settlement_facts_of(cell bigint)
returns table (no int, side text, fund text, fund_name text, budget_line text, line_name text, purpose text, nature text, source text, revenue text,
               sign int, yen bigint, thousand bigint, postings bigint)
language sql stable as $$
    with of as (
        select c.*, t.about,
               case when t.about <> 'balance' then null
                    when c.column_item = 'revenue_total' then array['revenue']
                    when c.column_item = 'expenditure_total' then array['expenditure']
                    when c.column_item in ('balance', 'real_balance') then array['revenue', 'expenditure']
                    else '{}' end as sides
          from ledger.settlement_cell c join ledger.settlement_table t on t.table_no = c.table_no where c.id = settlement_facts_of.cell
    )
    select f.no, f.side, f.fund, f.fund_name, f.budget_line, f.line_name, p.name, n.name, s.name, r.name,
           case when cardinality(o.sides) = 2 and f.side = 'expenditure' then -1 else 1 end, f.yen, f.thousand, f.postings
      from of o
      join ledger.settlement_fact f on f.edition_id = o.edition_id
       and case when o.about = 'balance' then f.side = any (o.sides)
                else f.side = o.about and ledger.settlement_meant(o.row_role, o.row_item, f) and ledger.settlement_meant(o.column_role, o.column_item, f) end
      left join ledger.settlement_item p on (p.role, p.code) = ('purpose', f.purpose)
      left join ledger.settlement_item n on (n.role, n.code) = ('nature', f.nature)
      left join ledger.settlement_item s on (s.role, s.code) = ('source', f.source)
      left join ledger.settlement_item r on (r.role, r.code) = ('revenue', f.revenue)
    union all
    -- 翌年度に繰り越すべき財源 is a figure people give; no budget line has it.
    select 0, 'figure', null, null, null, g.column_name, null, null, null, null, case o.column_item when 'real_balance' then -1 else 1 end, g.yen, g.thousand, 0
      from of o
      join ledger.settlement_cell g on g.edition_id = o.edition_id and g.table_no = o.table_no and g.row_no = o.row_no and g.column_item = 'carried_over'
     where o.about = 'balance' and o.column_item in ('carried_over', 'real_balance')
$$;
comment on function ledger.settlement_facts_of is 'The facts of its edition that a cell is the sum of, each with its budget line: rows and columns are read as they were when the edition was made. sign: a balance takes expenditure off.';
