-- Keeping the bank master: files of several providers say the same thing in different shapes. Their folder brings them into one
-- shape (ledger.institution_row); what is done with it is here.
--
-- A row states a version of a bank or branch: its names, from when to when, why, and what follows it. Providers differ in what
-- they state: some give dates, reasons and successors ("dated"), some only what is there today; some send everything, some what
-- changed. The scope says which: `diff` what changed, `full` everything, `banks` all banks, `branches` all branches of one bank.

create type ledger.institution_row as (
    line bigint, bank text, branch text, name text, kana text, valid_from date, valid_to date, reason text,
    successor_bank text, successor_branch text
);
comment on type ledger.institution_row is 'One row of a bank master file, whatever its shape. branch is empty for a bank. reason: initial, opened, renamed, transferred, other; or, of rows that end something: closed, merged, before (state before a change), transferred_away.';

create view ledger.institution_version as
select bank, '' as branch, id, valid_from, valid_to, name, kana, successor_bank, null::text as successor_branch, seen_batch from ledger.institution
union all
select bank, branch, id, valid_from, valid_to, name, kana, successor_bank, successor_branch, seen_batch from ledger.branch;
comment on view ledger.institution_version is 'Banks (branch empty) and branches in one shape.';

create table ledger.institution_change (
    id        bigint generated always as identity constraint institution_change_pk primary key,
    batch_id  bigint not null,
    line      bigint,
    bank      text   not null,
    branch    text   not null,
    change    text   not null constraint institution_change_is_known
              check (change in ('opened', 'renamed', 'ended', 'vanished', 'bank_ended', 'returned')),
    effective date   not null,
    old_name  text,
    old_kana  text,
    new_name  text,
    new_kana  text,
    successor_bank   text,
    successor_branch text
);
comment on table ledger.institution_change is '金融機関の異動履歴: what each file changed, append-only. A row without line is what the file no longer names.';
comment on column ledger.institution_change.effective is 'First day of the new state; of an end, the last day of the old one.';
create index institution_change_by_batch on ledger.institution_change (batch_id);
create trigger institution_change_is_append_only before update or delete or truncate on ledger.institution_change
    for each statement execute function ledger.refuse_change();

create table ledger.institution_file (
    batch_id   bigint constraint institution_file_pk primary key,
    scope      text not null constraint institution_file_scope_is_known check (scope in ('diff', 'full', 'banks', 'branches')),
    scope_bank text,
    made_on    date
);
comment on table ledger.institution_file is 'The bank master files that were posted: an older one that comes or is posted after them is looked at by a person.';
comment on column ledger.institution_file.made_on is '作成年月日, of files that state it.';

create function ledger.institution_reason(code text) returns text
language sql immutable parallel safe as $$
    select case code when '00' then 'initial' when '01' then 'opened' when '02' then 'closed' when '03' then 'merged' when '04' then 'renamed'
                     when '05' then 'before' when '06' then 'transferred' when '09' then 'transferred_away' when '10' then 'other' end
$$;
comment on function ledger.institution_reason is '異動事由 of the change notices in words.';

create function ledger.bank_kana(written text) returns text
language sql immutable parallel safe as $$
    -- Decomposed, a voiced kana is its base and a mark, as in a bank file. Small kana become large, every dash a hyphen.
    select upper(translate(normalize(written, NFD),
        'アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンァィゥェォッャュョヮヵヶ'
        || 'ｧｨｩｪｫｯｬｭｮー－ｰ−‐—–―　．（）／０１２３４５６７８９' || U&'\3099\309A\309B\309C'
        || 'ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ',
        'ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｱｲｳｴｵﾂﾔﾕﾖﾜｶｹ'
        || 'ｱｲｳｴｵﾂﾔﾕﾖ-------- .()/0123456789ﾞﾟﾞﾟ'
        || 'ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ'))
$$;
comment on function ledger.bank_kana is 'Kana of a bank master in the single-byte spelling of bank files. What it does not know stays as it is, for the check to name.';

create function ledger.bank_file_name(kana text) returns text
language sql immutable parallel safe as $$
    select case when length(kana) between 1 and 15 and kana !~ '[ ().]' and ledger.bank_name_fault(kana) is null then kana end
$$;
comment on function ledger.bank_file_name is 'A bank or branch name where a bank file takes it: 15 bytes, no blank, bracket or full stop. Null where it does not fit: the field is optional and the code decides, so a name is left out rather than cut or changed.';

create function ledger.plan_institutions(rows ledger.institution_row[], dated boolean, today date)
returns table (line bigint, bank text, branch text, name text, kana text, valid_from date, valid_to date, reason text,
               successor_bank text, successor_branch text, ends boolean, action text,
               old_id bigint, old_from date, old_to date, old_name text, old_kana text)
language sql stable as $$
    with stated as (
        select r.*, coalesce(r.reason in ('closed', 'merged', 'before', 'transferred_away'), false) as ends from unnest(rows) r
    ), paired as (
        -- A change comes as two rows of one code, the state before and the state after; the row after says it all.
        select s.*, s.ends and exists (select from stated a where a.bank = s.bank and a.branch = s.branch and not a.ends) as has_after from stated s
    ), latest as (
        -- A file without dates speaks of today, and must not be held against a change announced for later.
        select distinct on (v.bank, v.branch) v.* from ledger.institution_version v
         order by v.bank, v.branch, (not dated and today between v.valid_from and v.valid_to) desc, v.valid_from desc
    )
    select p.line, p.bank, p.branch, p.name, p.kana, p.valid_from, p.valid_to, p.reason, p.successor_bank, p.successor_branch, p.ends,
           case
               when p.has_after and v.id is not null then 'confirm'
               when v.id is null then 'open'
               when p.ends and (p.valid_to, p.successor_bank, p.successor_branch)
                               is distinct from (v.valid_to, v.successor_bank, v.successor_branch) then 'end'
               when p.ends then 'confirm'
               when v.valid_to < today then case when p.valid_to < today then 'confirm' else 'return' end
               when (v.name, v.kana) <> (p.name, p.kana) then 'rename'
               when dated and (coalesce(p.valid_to, date '9999-12-31'), p.successor_bank, p.successor_branch)
                               is distinct from (v.valid_to, v.successor_bank, v.successor_branch) then 'end'
               else 'confirm'
           end,
           v.id, v.valid_from, v.valid_to, v.name, v.kana
      from paired p left join latest v on v.bank = p.bank and v.branch = p.branch
$$;
comment on function ledger.plan_institutions is 'What each row of a file means for the master: open, rename, end, return (it had ended) or confirm.';

create function ledger.vanished_institutions(rows ledger.institution_row[], scope text, scope_bank text, today date)
returns table (bank text, branch text, id bigint, valid_from date, valid_to date, name text, kana text)
language sql stable as $$
    select v.bank, v.branch, v.id, v.valid_from, v.valid_to, v.name, v.kana
      from ledger.institution_version v
     where v.valid_to >= today and v.valid_from <= today
       and case scope when 'full' then true
                      when 'banks' then v.branch = ''
                      when 'branches' then v.branch <> '' and v.bank = scope_bank
                      else false end
       and not exists (select from unnest(rows) r where r.bank = v.bank and r.branch = v.branch)
$$;
comment on function ledger.vanished_institutions is 'What is valid today and a file that should name everything does not name.';

create view ledger.payee_to_move as
select a.creditor, c.name, a.bank, a.branch, a.number, coalesce(b.valid_to, i.valid_to) as last_day,
       coalesce(b.successor_bank, i.successor_bank) as successor_bank, b.successor_branch
  from ledger.creditor_account a
  join ledger.creditor c on c.no = a.creditor
  left join lateral (select * from ledger.institution x where x.bank = a.bank order by x.valid_from desc limit 1) i on true
  left join lateral (select * from ledger.branch x where x.bank = a.bank and x.branch = a.branch order by x.valid_from desc limit 1) b on true
 where a.valid_to > least(b.valid_to, i.valid_to);
comment on view ledger.payee_to_move is '口座変更が必要な債権者: accounts at a branch that ended or will end, with the successor where one is known. To be settled before the next payment run.';

create function ledger.newer_institution_file(batch bigint, scope text, scope_bank text, made_on date) returns setof ledger.institution_file
language sql stable as $$
    select f.*
      from ledger.institution_file f
     where f.batch_id <> batch and (f.batch_id > batch or f.made_on > newer_institution_file.made_on)
       and (f.scope in ('full', 'diff') or newer_institution_file.scope in ('full', 'diff')
            or f.scope = newer_institution_file.scope and f.scope_bank is not distinct from newer_institution_file.scope_bank)
     order by f.made_on desc nulls last, f.batch_id desc
     limit 1
$$;
comment on function ledger.newer_institution_file is 'A posted file about the same banks that came after this one, or was made after it.';

create function ledger.check_institutions(rows ledger.institution_row[], scope text, scope_bank text, dated boolean, today date,
                                          drop_percent int, drop_rows int)
returns table (line bigint, verdict text, code text, field text, detail jsonb)
-- The planner takes the rows of an array for a hundred, and would go through thirty thousand of them once for each of the others.
language sql stable set enable_nestloop = off as $$
    with stated as materialized (
        select p.*, p.bank || case when p.branch <> '' then '-' || p.branch else '' end as at
          from ledger.plan_institutions(rows, dated, today) p
    ), gone as materialized (
        select g.* from ledger.vanished_institutions(rows, scope, scope_bank, today) g
    ), live as (
        select v.branch = '' as bank_level, count(*) as count
          from ledger.institution_version v
         where today between v.valid_from and v.valid_to
           and case scope when 'banks' then v.branch = '' when 'branches' then v.branch <> '' and v.bank = scope_bank else true end
         group by 1
    ), of_ended_bank as materialized (
        -- Lists of branches go on naming those of banks that are gone.
        select s.line, i.valid_to
          from stated s
          join lateral (select x.valid_to from ledger.institution x where x.bank = s.bank order by x.valid_from desc limit 1) i on i.valid_to < today
         where s.branch <> '' and not s.ends and not exists (select from stated b where b.bank = s.bank and b.branch = '')
    )
    -- The sender's to mend
    select s.line, 'reject', 'INSTITUTION_PERIOD', 'valid_to', jsonb_build_object('code', s.at, 'from', s.valid_from, 'to', s.valid_to)
      from stated s where s.valid_to < s.valid_from
    union all
    select s.line, 'reject', 'INSTITUTION_END_WITHOUT_DAY', 'valid_to', jsonb_build_object('code', s.at)
      from stated s where s.ends and s.valid_to is null
    union all
    select s.line, 'reject', 'INSTITUTION_TWICE', 'bank', jsonb_build_object('code', s.at, 'first', s.first_line)
      from (select x.*, min(x.line) over same as first_line from stated x window same as (partition by x.bank, x.branch, x.ends)) s
     where s.line <> s.first_line
    union all
    -- A change of what we do not know yet opens both states, and on no day may both hold.
    select s.line, 'reject', 'INSTITUTION_STATES_OVERLAP', 'valid_to',
           jsonb_build_object('code', s.at, 'to', s.valid_to, 'from', coalesce(a.valid_from, least(today, a.valid_to)), 'after', a.line)
      from stated s join stated a on a.bank = s.bank and a.branch = s.branch and not a.ends
     where s.ends and s.action = 'open' and s.valid_to >= coalesce(a.valid_from, least(today, a.valid_to))
    union all
    select s.line, 'reject', 'INSTITUTION_BANK_UNKNOWN', 'bank', jsonb_build_object('code', s.at, 'bank', s.bank)
      from stated s
     where s.branch <> '' and not exists (select from ledger.institution i where i.bank = s.bank)
       and not exists (select from stated b where b.bank = s.bank and b.branch = '')
    union all
    select s.line, 'reject', 'INSTITUTION_CODE_RESERVED', 'bank', jsonb_build_object('code', s.at) from stated s where s.bank in ('0000', '9999')

    -- A person must decide
    union all
    select null, 'hold', 'INSTITUTION_DROP', null,
           jsonb_build_object('level', case when l.bank_level then '金融機関' else '支店' end, 'level_en', case when l.bank_level then 'banks' else 'branches' end,
                              'count', g.count, 'live', l.count, 'percent', drop_percent)
      from live l
      -- Not named any more, or named as ended.
      join (select x.branch = '' as bank_level, count(*) as count
              from (select g.branch from gone g union all select s.branch from stated s where s.action = 'end' and s.valid_to <= today) x
             group by 1) g using (bank_level)
     where g.count > drop_rows and g.count * 100 > l.count * drop_percent
    union all
    select null, 'hold', 'INSTITUTION_MANY_RENAMED', null, jsonb_build_object('count', s.count, 'live', l.count, 'percent', drop_percent)
      from (select count(*) as count from stated x where x.action = 'rename') s, (select sum(count) as count from live) l
     where s.count > drop_rows and s.count * 100 > l.count * drop_percent
    union all
    -- Another bank's new name does not say that the vanished one went there: nobody but a person decides on a successor.
    select null, 'hold', 'INSTITUTION_BANK_VANISHED', null,
           jsonb_build_object('bank', g.bank, 'name', g.name,
               'payees', (select count(*) from ledger.creditor_account a where a.bank = g.bank and a.valid_to >= today),
               'renamed', coalesce((select string_agg(s.bank || ' ' || s.old_name || '→' || s.name, '、' order by s.bank)
                                      from stated s where s.action = 'rename' and s.branch = ''), '—'))
      from gone g where g.branch = ''
    union all
    select s.line, 'hold', 'INSTITUTION_CAME_BACK', 'bank', jsonb_build_object('code', s.at, 'name', s.name, 'ended', s.old_to)
      from stated s where s.action = 'return' and not exists (select from of_ended_bank o where o.line = s.line)
    union all
    select s.line, 'hold', 'INSTITUTION_NAME_FLIPPED_BACK', 'name',
           jsonb_build_object('code', s.at, 'name', s.name, 'current', s.old_name, 'since', s.old_from)
      from stated s
     where s.action = 'rename' and s.old_from > today - 92
       and exists (select from ledger.institution_version v
                    where v.bank = s.bank and v.branch = s.branch and v.valid_to = s.old_from - 1 and v.name = s.name)
    union all
    select s.line, 'hold', 'INSTITUTION_RENAME_IS_NO_MERGER', 'successor_bank',
           jsonb_build_object('code', s.at, 'name', s.name, 'successor', concat_ws('-', s.successor_bank, s.successor_branch))
      from stated s
     where s.reason in ('initial', 'opened', 'renamed') and s.valid_to is null
       and (s.successor_bank, coalesce(s.successor_branch, s.branch)) <> (s.bank, s.branch)

    -- Known not to matter
    union all
    select s.line, 'skip', 'INSTITUTION_OF_ENDED_BANK', 'bank', jsonb_build_object('code', s.at, 'ended', o.valid_to)
      from stated s join of_ended_bank o using (line)

    -- Worth saying
    union all
    select s.line, 'warn', 'INSTITUTION_NAME_LONG', 'kana', jsonb_build_object('code', s.at, 'value', s.kana, 'length', length(s.kana))
      from stated s where length(s.kana) > 15
    union all
    select s.line, 'warn', 'INSTITUTION_KANA', 'kana', jsonb_build_object('code', s.at, 'value', s.kana)
      from stated s where s.kana !~ '^[ｱ-ﾝﾞﾟA-Z0-9 ().-]+$'
    union all
    select s.line, 'warn', 'INSTITUTION_SUCCESSOR_MISSING', 'successor_bank', jsonb_build_object('code', s.at, 'name', s.name)
      from stated s where s.reason in ('merged', 'transferred_away') and s.successor_bank is null
    union all
    select s.line, 'warn', 'INSTITUTION_SUCCESSOR_UNKNOWN', 'successor_bank',
           jsonb_build_object('code', s.at, 'successor', concat_ws('-', s.successor_bank, s.successor_branch))
      from stated s
     where s.successor_bank is not null
       and not exists (select from ledger.institution_version v
                        where v.bank = s.successor_bank and v.branch = coalesce(s.successor_branch, '') and v.valid_to >= today)
       and not exists (select from stated x where x.bank = s.successor_bank and x.branch = coalesce(s.successor_branch, '') and not x.ends)
    union all
    select null, 'warn', 'INSTITUTION_PAYEES_AFFECTED', null, jsonb_build_object('count', count(*))
      from ledger.creditor_account a
     where a.valid_to >= today
       and (exists (select from stated s where s.action = 'end' and s.valid_to < a.valid_to and s.bank = a.bank and s.branch in ('', a.branch))
            or exists (select from gone g where g.bank = a.bank and g.branch in ('', a.branch)))
    having count(*) > 0
$$;
comment on function ledger.check_institutions is 'Verdicts on a bank master file; its holds are questions a person may answer. Several defects of public feeds are known: rows that vanish and come back, names that flip for a day, files cut short; such a file waits for a person as a whole.';

create function ledger.post_institutions(rows ledger.institution_row[], scope text, scope_bank text, dated boolean, today date, batch bigint,
                                         made_on date)
returns void
language plpgsql set enable_nestloop = off as $$
declare
    forever constant date := date '9999-12-31';
begin
    insert into ledger.institution_file (batch_id, scope, scope_bank, made_on) values (batch, scope, scope_bank, made_on)
    on conflict on constraint institution_file_pk do nothing;
    create temp table planned on commit drop as
    select p.*,
           -- A version never begins before the one it follows; one that begins on the same day corrects it in place.
           greatest(coalesce(p.valid_from, least(today, p.valid_to)),
                    case p.action when 'rename' then p.old_from when 'return' then p.old_to + 1 end) as begins,
           coalesce(p.valid_to, case when not dated and p.action <> 'return' then p.old_to end, forever) as closes,
           case when p.action = 'return' then 'returned'
                when p.action = 'rename' and p.reason in ('transferred', 'other') then p.reason
                when p.action = 'rename' then 'renamed'
                when p.reason in ('initial', 'opened', 'renamed', 'transferred', 'other') then p.reason
                else 'opened' end as why_began,
           case when p.valid_to is null then null
                when p.reason in ('closed', 'merged') then p.reason
                when p.reason = 'transferred_away' then 'transferred'
                else 'other' end as why_ended
      from ledger.plan_institutions(rows, dated, today) p;
    create temp table vanished on commit drop as
    select * from ledger.vanished_institutions(rows, scope, scope_bank, today);

    -- The history first: it says what was, and that is overwritten below where a version began on the same day.
    insert into ledger.institution_change (batch_id, line, bank, branch, change, effective, old_name, old_kana, new_name, new_kana,
                                           successor_bank, successor_branch)
    select batch, p.line, p.bank, p.branch,
           case p.action when 'open' then 'opened' when 'rename' then 'renamed' when 'end' then 'ended' else 'returned' end,
           case p.action when 'end' then p.closes else p.begins end,
           p.old_name, p.old_kana, case when p.action <> 'end' then p.name end, case when p.action <> 'end' then p.kana end,
           p.successor_bank, p.successor_branch
      from planned p where p.action <> 'confirm' order by p.line;
    insert into ledger.institution_change (batch_id, bank, branch, change, effective, old_name, old_kana)
    select batch, g.bank, g.branch, 'vanished', greatest(g.valid_from, today - 1), g.name, g.kana from vanished g order by g.bank, g.branch;

    -- Banks. Confirming is a step of its own: of a change, the row that tells the state before (confirmed) and the one that tells
    -- the state after speak of the same version, and of two rows that match one an update takes any.
    update ledger.institution i set seen_batch = batch, seen_line = p.line
      from (select distinct on (x.old_id) x.old_id, x.line from planned x where x.branch = '' and x.action = 'confirm' order by x.old_id, x.ends, x.line) p
     where i.id = p.old_id;
    update ledger.institution i
       set valid_to = case when p.action = 'end' then greatest(p.closes, i.valid_from)
                           when p.begins > i.valid_from then least(p.begins - 1, i.valid_to) else i.valid_to end,
           end_reason = case p.action when 'end' then p.why_ended else 'renamed' end,
           successor_bank = case p.action when 'end' then p.successor_bank else i.successor_bank end,
           seen_batch = batch, seen_line = p.line
      from planned p
     where i.id = p.old_id and p.branch = '' and p.action in ('end', 'rename');
    insert into ledger.institution as i (bank, valid_from, valid_to, name, kana, reason, end_reason, successor_bank, batch_id, line, seen_batch, seen_line)
    select p.bank, p.begins, p.closes, p.name, p.kana, p.why_began, p.why_ended, p.successor_bank, batch, p.line, batch, p.line
      from planned p
     where p.branch = '' and p.action in ('open', 'return', 'rename')
     order by p.line
    on conflict on constraint institution_pk do update
       set valid_to = excluded.valid_to, name = excluded.name, kana = excluded.kana, end_reason = excluded.end_reason,
           successor_bank = excluded.successor_bank, batch_id = excluded.batch_id, line = excluded.line,
           seen_batch = excluded.seen_batch, seen_line = excluded.seen_line;
    update ledger.institution i set valid_to = greatest(i.valid_from, today - 1), end_reason = 'vanished', seen_batch = batch, seen_line = null
      from vanished g where g.branch = '' and i.id = g.id;

    -- Branches, as banks
    update ledger.branch b set seen_batch = batch, seen_line = p.line
      from (select distinct on (x.old_id) x.old_id, x.line from planned x where x.branch <> '' and x.action = 'confirm' order by x.old_id, x.ends, x.line) p
     where b.id = p.old_id;
    update ledger.branch b
       set valid_to = case when p.action = 'end' then greatest(p.closes, b.valid_from)
                           when p.begins > b.valid_from then least(p.begins - 1, b.valid_to) else b.valid_to end,
           end_reason = case p.action when 'end' then p.why_ended else 'renamed' end,
           successor_bank = case p.action when 'end' then p.successor_bank else b.successor_bank end,
           successor_branch = case p.action when 'end' then p.successor_branch else b.successor_branch end,
           seen_batch = batch, seen_line = p.line
      from planned p
     where b.id = p.old_id and p.branch <> '' and p.action in ('end', 'rename');
    insert into ledger.branch as b (bank, branch, valid_from, valid_to, name, kana, reason, end_reason, successor_bank, successor_branch,
                                    batch_id, line, seen_batch, seen_line)
    select p.bank, p.branch, p.begins, p.closes, p.name, p.kana, p.why_began, p.why_ended, p.successor_bank, p.successor_branch,
           batch, p.line, batch, p.line
      from planned p
     where p.branch <> '' and p.action in ('open', 'return', 'rename')
     order by p.line
    on conflict on constraint branch_pk do update
       set valid_to = excluded.valid_to, name = excluded.name, kana = excluded.kana, end_reason = excluded.end_reason,
           successor_bank = excluded.successor_bank, successor_branch = excluded.successor_branch,
           batch_id = excluded.batch_id, line = excluded.line, seen_batch = excluded.seen_batch, seen_line = excluded.seen_line;
    update ledger.branch b set valid_to = greatest(b.valid_from, today - 1), end_reason = 'vanished', seen_batch = batch, seen_line = null
      from vanished g where g.branch <> '' and b.id = g.id;

    -- A bank that ends takes the branches with it that were given no end of their own.
    with over as (
        select distinct on (i.bank) i.bank, i.valid_to from ledger.institution i order by i.bank, i.valid_from desc
    ), ended as (
        update ledger.branch b
           set valid_to = greatest(o.valid_to, b.valid_from), end_reason = 'bank_ended', seen_batch = batch, seen_line = null
          from over o
         where o.bank = b.bank and o.valid_to < forever and b.valid_to > greatest(o.valid_to, b.valid_from)
        returning b.bank, b.branch, b.valid_to, b.name, b.kana
    )
    insert into ledger.institution_change (batch_id, bank, branch, change, effective, old_name, old_kana)
    select batch, e.bank, e.branch, 'bank_ended', e.valid_to, e.name, e.kana from ended e order by e.bank, e.branch;

    drop table planned, vanished;
end $$;
comment on function ledger.post_institutions is 'Writes a bank master file into the versions. Nothing is deleted: what ends keeps its row and its last day.';
