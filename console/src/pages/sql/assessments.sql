-- Assessments with their totals, newest first. $1 調定番号, 納入通知書番号 or the partner's key (null: all), $2 before this id, $3 rows.
with wanted as materialized (
    select case when $1 ~ '^[0-9]{4}[A-Z][0-9]{7}$' then (ascii(substr($1, 5, 1)) - 65) * 10000000::bigint + substr($1, 6, 7)::bigint
                when $1 ~ '^[0-9]{13}-[0-9]{2}$' then substr($1, 5, 9)::bigint end as id
    union all
    select k.id from ledger.assessment k where k.source_key = $1 and k.action = '1' and k.cancelled_at is null
), page as (
    select a.id, a.batch_id from ledger.assessment a
     where a.action = '1' and a.cancelled_at is null and ($2::bigint is null or a.id < $2)
       and ($1::text is null or a.id = any(array(select w.id from wanted w)))
     order by a.id desc limit $3
)
select r.id, r.assessment_no as key, r.source, r.fiscal_year, r.payer_name as payer, r.due_on::text as due_on, r.assessed,
       r.received + r.written_off as received, p.batch_id as batch
  from page p
  join ledger.receivable r on r.id = p.id
 order by r.id desc
