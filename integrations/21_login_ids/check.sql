-- ログインID: is the person in service, is the login id his alone, are the rights sound, is it news?
--
-- Disabling is never made to wait for what only matters to somebody who may act: of a disabled account it is asked who it is,
-- and no more. Nor is it refused together with a row that is wrong: a file that disables somebody holds its wrong rows.

with stated as materialized (
    select s.*, greatest(b.business_date, s.valid_from) as first_day from ledger.stated_accounts() s cross join batch b
), firmness as (
    select case when b.again or exists (select from stated where not active) then 'hold' else 'reject' end as verdict from batch b
), known as materialized (
    select s.line, a.login_id, a.version, a.last_modified, a.content
      from stated s join ledger.user_account a on a.staff_no = s.staff_no and a.replaced_by is null
), in_file as (
    -- Who uses the login id first; whether the version is given another content, or stands there already.
    select s.line, first_value(s.staff_no) over (partition by lower(s.login_id) order by s.line) as first_user,
           min(md5(s.content::text)) over version <> max(md5(s.content::text)) over version as differs,
           row_number() over (partition by s.staff_no, s.version, s.content order by s.line) > 1 as repeats
      from stated s
    window version as (partition by s.staff_no, s.version)
), unknown_organization as (
    select s.line, min(o.code) as code
      from stated s
     cross join lateral (select s.department as code union all select unnest(s.concurrent)
                         union all select split_part(role, ':', 1) from unnest(s.roles) role) o
     where s.active
       and not exists (select from ledger.organization g where g.code = o.code and s.first_day between g.valid_from and g.valid_to)
     group by s.line
), duties as (
    select distinct on (s.line) s.line, split_part(role, ':', 1) as organization
      from stated s cross join lateral unnest(s.roles) role
     where s.active and role like '%:draft' and split_part(role, ':', 1) || ':examine' = any (s.roles)
     order by s.line, role
), taken as (
    select s.line, a.staff_no as owner from stated s join ledger.user_account a on lower(a.login_id) = lower(s.login_id) where a.staff_no <> s.staff_no
), question as materialized (
    -- The sender's to mend. A row that disables an account we know is clear enough: its person has no other.
    select s.line, case when s.active or k.line is null then g.verdict else 'warn' end as verdict, 'ACCOUNT_EMPLOYEE_NUMBER' as code,
           'employee_no' as field, jsonb_build_object('staff_no', s.staff_no, 'found', s.employee_no) as detail
      from stated s cross join firmness g left join known k using (line) where s.employee_no <> s.staff_no
    union all
    select line, g.verdict, 'ACCOUNT_VALIDITY_BACKWARDS', 'valid_to', jsonb_build_object('from', valid_from, 'to', valid_to)
      from stated cross join firmness g where valid_to < valid_from and active
    union all
    select s.line, g.verdict, 'ACCOUNT_CELL_UNCLEAR', 'roles', jsonb_build_object('value', part)
      from stated s cross join firmness g cross join lateral unnest(s.unclear) part where s.active
    union all
    select f.line, case when s.active or k.line is null then g.verdict else 'warn' end, 'ACCOUNT_LOGIN_TWICE', 'login_id',
           jsonb_build_object('login', s.login_id, 'other', f.first_user)
      from in_file f join stated s using (line) cross join firmness g left join known k using (line) where f.first_user <> s.staff_no

    -- Who is it?
    union all
    select line, 'hold', 'ACCOUNT_STAFF_UNKNOWN', 'staff_no', jsonb_build_object('staff_no', staff_no, 'login', login_id)
      from stated s where not exists (select from ledger.staff p where p.staff_no = s.staff_no)
    union all
    select s.line, 'hold', 'ACCOUNT_STAFF_NOT_IN_SERVICE', 'staff_no',
           jsonb_build_object('staff_no', s.staff_no, 'login', s.login_id, 'day', s.first_day, 'hired', p.hired, 'left', coalesce(p.left_on::text, '—'))
      from stated s join ledger.staff p using (staff_no) where s.active and not ledger.in_service(s.staff_no, s.first_day)
    union all
    select s.line, case when s.active or k.line is null then 'hold' else 'warn' end, 'ACCOUNT_LOGIN_TAKEN', 'login_id',
           jsonb_build_object('login', s.login_id, 'owner', t.owner)
      from stated s join taken t using (line) left join known k using (line)

    -- What may he do?
    union all
    select line, 'hold', 'ACCOUNT_ORGANIZATION_UNKNOWN', 'department', jsonb_build_object('code', code) from unknown_organization
    union all
    select d.line, 'hold', 'ACCOUNT_DUTIES_MEET', 'roles', jsonb_build_object('login', s.login_id, 'organization', d.organization)
      from duties d join stated s using (line)

    -- A version that says two things: what disables is taken, the other waits for a person.
    union all
    select s.line, case when s.active then 'hold' else 'warn' end, 'ACCOUNT_VERSION_REUSED', null,
           jsonb_build_object('login', s.login_id, 'version', s.version)
      from stated s join in_file f using (line) left join known k using (line)
     where (f.differs or s.version = k.version and s.content <> k.content)
       and not exists (select from answered a where a.line = s.line and a.code = 'ACCOUNT_VERSION_REUSED')
), overtaken as (
    -- The newest version of the person further up in the file; to a row that disables, one that waits is none.
    select s.line, case when s.active then max(s.version) over above else max(s.version) filter (where w.line is null) over above end as newest
      from stated s left join (select distinct q.line from question q where q.verdict in ('hold', 'reject')) w using (line)
    window above as (partition by s.staff_no order by s.line rows between unbounded preceding and 1 preceding)
)

select line, verdict, code, field, detail from question

-- Is it news?
union all
select s.line, 'skip', 'ACCOUNT_OLDER_VERSION', null,
       jsonb_build_object('login', s.login_id, 'version', s.version, 'known', greatest(k.version, o.newest))
  from stated s join overtaken o using (line) left join known k using (line)
 where s.version < greatest(k.version, o.newest)
   and (s.active or s.version < o.newest or s.last_modified <= k.last_modified)
union all
-- Portal and file may count their versions differently: what disables and was made later is taken whatever its number.
select s.line, 'warn', 'ACCOUNT_DISABLED_LATE', null, jsonb_build_object('login', s.login_id, 'version', s.version, 'known', k.version)
  from stated s join overtaken o using (line) join known k using (line)
 where s.version < k.version and not s.active and not coalesce(s.version < o.newest, false) and s.last_modified > k.last_modified
union all
select s.line, 'skip', 'ACCOUNT_SEEN', null, jsonb_build_object('login', s.login_id, 'version', s.version)
  from stated s join in_file f using (line) left join known k using (line)
 where s.version = k.version and s.content = k.content or f.repeats
union all
select s.line, 'warn', 'ACCOUNT_LOGIN_CHANGED', 'login_id', jsonb_build_object('login', s.login_id, 'before', k.login_id)
  from stated s join known k using (line)
 where lower(s.login_id) <> lower(k.login_id) and s.version >= k.version
   and (s.active or not exists (select from question q where q.line = s.line and q.code in ('ACCOUNT_LOGIN_TAKEN', 'ACCOUNT_LOGIN_TWICE')))
