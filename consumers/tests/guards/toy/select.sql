-- Parameters: pay_date; gate: waits for advisory lock 42, so that a test can hold a run in its snapshot.
select pg_advisory_xact_lock(42) from param where key = 'gate';

create temp table refusal as
select 'payment'::text as object, id as object_id, 'PAYEE_WITHOUT_ACCOUNT'::text as code, '{}'::jsonb as detail, 'item'::text as severity
  from toy.payment where payee is null
union all
select null, null, 'TRANSFER_DATE_MISSING', '{}', 'stop' where not exists (select from param where key = 'pay_date');

create temp table payable as
select p.*, row_number() over (order by id) as seq
  from toy.payment p
 where p.pay_date = (select value::date from param where key = 'pay_date') and p.payee is not null and p.state = 'approved'
   and not exists (select from export.live_claim c where c.object = 'payment' and c.object_id = p.id);

create temp table outgoing_header as
select 0 as seq, value::date as pay_date from param where key = 'pay_date';

create temp table outgoing_payment as
select seq, payee, amount from payable;

create temp table claim as
select seq, 'payment'::text as object, id as object_id, amount as yen from payable;

update toy.payment p set state = 'in_file' from payable c where c.id = p.id;
