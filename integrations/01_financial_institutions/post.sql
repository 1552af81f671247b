-- 金融機関 → versions of banks and branches. The shapes are brought into one as in check.sql; the rest is ledger.post_institutions.

create temp table stated_file on commit drop as
with source as (
    -- What the file claims to be: everything, all banks, all branches of the bank in its name, or changes only.
    select case b.layout when 'headerless' then 'full' when 'zengin_banks' then 'banks' when 'zengin_branches' then 'branches'
                         else case when '0' in (select mode from staged_entry union all select mode from staged_header) then 'full' else 'diff' end
           end as scope,
           case b.layout when 'zengin_branches' then substring(b.file from '(?:^|[^0-9])([0-9]{4})[.]json$') end as scope_bank,
           b.layout in ('generic', 'ssc380') as dated, b.business_date as today, b.id as batch,
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
)
select s.*, r.rows from source s cross join stated r;

select ledger.post_institutions(rows, scope, scope_bank, dated, today, batch, made_on) from stated_file;

-- A master carries no money: posted is what the file spoke of and the ledger now says it was spoken of by this file.
insert into posted (line, object, object_id, yen)
select r.line, case when r.branch = '' then 'institution' else 'branch' end, max(v.id), 0
  from stated_file f
 cross join unnest(f.rows) r
  join ledger.institution_version v on v.bank = r.bank and v.branch = r.branch and v.seen_batch = f.batch
 group by r.line, r.branch;
