-- ログインID: is the person in service, is the login id his alone, are the rights sound, is it news?
--
-- Disabling is never made to wait for what only matters to somebody who may act: of a disabled account it is asked who it is,
-- and no more.

with stated as materialized (
    select s.*, greatest(b.business_date, s.valid_from) as first_day from ledger.stated_accounts() s cross join batch b
), known as (
    select s.line, a.login_id, a.version, a.content from stated s join ledger.user_account a on a.staff_no = s.staff_no and a.replaced_by is null
), in_file as (
    -- The newest version of the person further up in the file, and who uses the login id first.
    select line, max(version) over (partition by staff_no order by line rows between unbounded preceding and 1 preceding) as newest_before,
           first_value(staff_no) over (partition by lower(login_id) order by line) as first_user from stated
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
)

select line, 'reject' as verdict, 'ACCOUNT_EMPLOYEE_NUMBER' as code, 'employee_no' as field,
       jsonb_build_object('staff_no', staff_no, 'found', employee_no) as detail
  from stated where employee_no <> staff_no
union all
select line, 'reject', 'ACCOUNT_VALIDITY_BACKWARDS', 'valid_to', jsonb_build_object('from', valid_from, 'to', valid_to)
  from stated where valid_to < valid_from
union all
select s.line, 'reject', 'ACCOUNT_CELL_UNCLEAR', 'roles', jsonb_build_object('value', part)
  from stated s cross join lateral unnest(s.unclear) part
union all
select f.line, 'reject', 'ACCOUNT_LOGIN_TWICE', 'login_id', jsonb_build_object('login', s.login_id, 'other', f.first_user)
  from in_file f join stated s using (line) where f.first_user <> s.staff_no

-- Who is it?
union all
select line, 'hold', 'ACCOUNT_STAFF_UNKNOWN', 'staff_no', jsonb_build_object('staff_no', staff_no, 'login', login_id)
  from stated s where not exists (select from ledger.staff p where p.staff_no = s.staff_no)
union all
select s.line, 'hold', 'ACCOUNT_STAFF_NOT_IN_SERVICE', 'staff_no',
       jsonb_build_object('staff_no', s.staff_no, 'login', s.login_id, 'day', s.first_day, 'hired', p.hired, 'left', coalesce(p.left_on::text, '—'))
  from stated s join ledger.staff p using (staff_no) where s.active and not ledger.in_service(s.staff_no, s.first_day)
union all
select s.line, 'hold', 'ACCOUNT_LOGIN_TAKEN', 'login_id', jsonb_build_object('login', s.login_id, 'owner', a.staff_no)
  from stated s join ledger.user_account a on lower(a.login_id) = lower(s.login_id) where a.staff_no <> s.staff_no

-- What may he do?
union all
select line, 'hold', 'ACCOUNT_ORGANIZATION_UNKNOWN', 'department', jsonb_build_object('code', code) from unknown_organization
union all
select d.line, 'hold', 'ACCOUNT_DUTIES_MEET', 'roles', jsonb_build_object('login', s.login_id, 'organization', d.organization)
  from duties d join stated s using (line)

-- Is it news?
union all
select s.line, 'skip', 'ACCOUNT_OLDER_VERSION', null,
       jsonb_build_object('login', s.login_id, 'version', s.version, 'known', greatest(k.version, f.newest_before))
  from stated s join in_file f using (line) left join known k using (line)
 where s.version < greatest(k.version, f.newest_before)
union all
select s.line, 'skip', 'ACCOUNT_SEEN', null, jsonb_build_object('login', s.login_id, 'version', s.version)
  from stated s join known k using (line) where s.version = k.version and s.content = k.content
union all
select s.line, case when s.active then 'hold' else 'warn' end, 'ACCOUNT_VERSION_REUSED', null,
       jsonb_build_object('login', s.login_id, 'version', s.version)
  from stated s join known k using (line)
 where s.version = k.version and s.content <> k.content
   and not exists (select from answered a where a.line = s.line and a.code = 'ACCOUNT_VERSION_REUSED')
union all
select s.line, 'warn', 'ACCOUNT_LOGIN_CHANGED', 'login_id', jsonb_build_object('login', s.login_id, 'before', k.login_id)
  from stated s join known k using (line) where lower(s.login_id) <> lower(k.login_id) and s.version >= k.version
