-- Pay worth a second look, by staff number and without account or sum: what a stolen pay looks like. Nothing here is wrong in itself.
with item as (
    select t.id, t.staff_no, t.bank, t.branch, t.account_kind, t.account, t.repays, coalesce(t.pay_date, r.pay_date) as pay_date
      from claimed c
      join ledger.payroll_transfer t on t.id = c.object_id
      join ledger.payroll_run r on r.id = t.run_id
     where c.object = 'payroll_transfer'
), earlier as (
    -- What left for these persons before, in other files than this one.
    select t.staff_no, t.bank, t.branch, t.account_kind, t.account
      from ledger.payroll_transfer t
      join export.claim c on c.object = 'payroll_transfer' and c.object_id = t.id and c.live
      join export.file f on f.id = c.file_id and f.released_at is not null
     where c.file_id <> (select file_id from run) and t.staff_no in (select staff_no from item)
     group by 1, 2, 3, 4, 5
), marked as (
    -- Of the first file of all everything would be new.
    select 'PAY_TO_NEW_PERSON' as code, i.id, i.staff_no, i.pay_date from item i
     where exists (select from previous) and not exists (select from earlier e where e.staff_no = i.staff_no)
    union all
    select 'PAY_TO_CHANGED_ACCOUNT', i.id, i.staff_no, i.pay_date from item i
     where exists (select from earlier e where e.staff_no = i.staff_no)
       and not exists (select from earlier e where (e.staff_no, e.bank, e.branch, e.account_kind, e.account) = (i.staff_no, i.bank, i.branch, i.account_kind, i.account))
    union all
    select 'PAY_ACCOUNT_SHARED', i.id, i.staff_no, i.pay_date from item i
     where (i.bank, i.branch, i.account_kind, i.account) in (select o.bank, o.branch, o.account_kind, o.account from item o
                                                              group by 1, 2, 3, 4 having count(distinct o.staff_no) > 1)
    union all
    select 'PAY_ONCE_MORE', i.id, i.staff_no, i.pay_date from item i where i.repays is not null
)
select code, 'payroll_transfer', id, 0::bigint, jsonb_build_object('staff', staff_no, 'pay_date', pay_date) from marked
