-- 金融機関: five shapes, one meaning. The shapes are brought into one here (as in post.sql); the rules are ledger.check_institutions.

with source as (
    -- What the file claims to be: everything, all banks, all branches of the bank in its name, or changes only.
    select case b.layout when 'headerless' then 'full' when 'zengin_banks' then 'banks' when 'zengin_branches' then 'branches'
                         else case when '0' in (select mode from staged_entry union all select mode from staged_header) then 'full' else 'diff' end
           end as scope,
           case b.layout when 'zengin_branches' then substring(b.file from '(?:^|[^0-9])([0-9]{4})[.]json$') end as scope_bank,
           b.layout in ('generic', 'ssc380') as dated, b.business_date as today, b.again, b.id as batch,
           (select made_on from staged_header) as made_on
      from batch b
), incoming as (
    -- CSV with and without header
    select line, bank, case class when '1' then '' else branch end as branch, name, kana, valid_from, valid_to,
           ledger.institution_reason(reason) as reason, successor_bank, successor_branch
      from staged_entry
    union all
    -- 380 bytes: of a row that ends something the day of change is the first day without it
    select line, bank, '', rtrim(name, '　'), kana,
           case when reason not in ('02', '03', '05', '09') then changed_on end,
           coalesce(deleted_on, case when reason in ('02', '03', '05', '09') then changed_on - 1 end),
           ledger.institution_reason(reason), successor_bank, null
      from staged_ssc_bank where extra is null
    union all
    select line, bank, branch, rtrim(name, '　'), kana,
           case when reason not in ('02', '03', '05', '09') then changed_on end,
           coalesce(deleted_on, case when reason in ('02', '03', '05', '09') then changed_on - 1 end),
           ledger.institution_reason(reason), successor_bank, successor_branch
      from staged_ssc_branch where extra is null and branch_extra is null
    union all
    select line, bank, '', name, kana, null, null, null, null, null from staged_zengin_bank
    union all
    select z.line, s.scope_bank, z.branch, z.name, z.kana, null, null, null, null, null
      from staged_zengin_branch z cross join source s where s.scope_bank is not null
), stated as (
    select coalesce(array_agg((line, bank, branch, name, ledger.bank_kana(kana), valid_from, valid_to, reason, successor_bank, successor_branch)
                              ::ledger.institution_row order by line), '{}') as rows
      from incoming
), overtaken as (
    -- A file that waited while another was posted, or that is older than one posted before, would take the master back in time.
    select f.* from source s cross join lateral ledger.newer_institution_file(s.batch, s.scope, s.scope_bank, s.made_on) f
     -- Answered is the question about the file it named, not one about a file posted since.
     where not exists (select from answered a
                         join intake.finding x on x.batch_id = s.batch and x.line is null and x.code = a.code and x.state in ('open', 'resolved')
                        where a.line is null and a.code = 'INSTITUTION_OVERTAKEN' and (x.detail ->> 'newer')::bigint = f.batch_id)
)
select v.line, v.verdict, v.code, v.field, v.detail
  from source s cross join stated r
 cross join lateral ledger.check_institutions(
     r.rows, s.scope, s.scope_bank, s.dated, s.today,
     (select value::int from setting where key = 'drop_percent_max'), (select value::int from setting where key = 'drop_rows_free')) v
 where v.verdict <> 'hold'
    -- What was answered before the file was overtaken was answered about another master.
    or exists (select from overtaken)
    or not exists (select from answered a where a.line is not distinct from v.line and a.code = v.code)
union all
select null, 'hold', 'INSTITUTION_OVERTAKEN', null,
       jsonb_build_object('newer', o.batch_id, 'newer_made_on', coalesce(o.made_on::text, '—'), 'made_on', coalesce(s.made_on::text, '—'))
  from overtaken o cross join source s
union all
select null, 'reject', 'INSTITUTION_FILE_NAME', null, jsonb_build_object('file', b.file)
  from source s cross join batch b where s.scope = 'branches' and s.scope_bank is null
union all
select e.line, 'reject', 'INSTITUTION_MODE_MIXED', 'mode', jsonb_build_object('value', e.mode, 'first', f.mode)
  from staged_entry e cross join (select mode from staged_entry order by line limit 1) f where e.mode <> f.mode
union all
-- A file that names everything is posted as a whole: a part of it would end whatever it does not name.
select null, 'hold', 'INSTITUTION_PART_OF_WHOLE', null, jsonb_build_object('count', p.here, 'whole', p.whole)
  from source s
 cross join lateral (
     select (select count(*) from staged_entry) + (select count(*) from staged_header) + (select count(*) from staged_ssc_bank) + (select count(*) from staged_ssc_branch)
            + (select count(*) from staged_zengin_bank) + (select count(*) from staged_zengin_branch) as here,
            (select x.records_staged from intake.batch x where x.id = s.batch) as whole) p
 cross join batch b
 where s.again and (s.scope <> 'diff' and p.here < p.whole or b.layout = 'ssc380' and not exists (select from staged_header))
union all
-- Sub-offices under a branch's number: no account is kept there.
select line, 'skip', 'INSTITUTION_SUBSIDIARY', 'extra', jsonb_build_object('code', bank) from staged_ssc_bank where extra is not null
union all
select line, 'skip', 'INSTITUTION_SUBSIDIARY', 'branch_extra', jsonb_build_object('code', bank || '-' || branch)
  from staged_ssc_branch where extra is not null or branch_extra is not null
