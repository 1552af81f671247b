-- Receivables that money may belong to: the one asked for ($1 調定番号, 納入通知書番号 or the partner's key), or else those among the last
-- 20,000 assessments that are about just this amount ($2).
with wanted as materialized (
    select case when $1 ~ '^[0-9]{4}[A-Z][0-9]{7}$' then (ascii(substr($1, 5, 1)) - 65) * 10000000::bigint + substr($1, 6, 7)::bigint
                when $1 ~ '^[0-9]{13}-[0-9]{2}$' then substr($1, 5, 9)::bigint end as id
    union all
    select k.id from ledger.assessment k where k.source_key = $1 and k.action = '1' and k.cancelled_at is null
    union all
    (select k.id from ledger.assessment k
      where $1 is null and k.id > (select coalesce(max(x.id), 0) - 20000 from ledger.assessment x) and k.amount = $2
        and k.action = '1' and k.cancelled_at is null
      order by k.id desc limit 200)
)
select r.assessment_no as no, r.source, r.fiscal_year, r.payer_name as payer, r.due_on::text as due_on, r.assessed, r.unpaid
  from ledger.receivable r
 where r.id = any(array(select w.id from wanted w)) and r.unpaid > 0
 order by r.id desc
 limit 20
