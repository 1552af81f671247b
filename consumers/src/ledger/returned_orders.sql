select array[r.no, r.creditor, r.name, r.amount::text, r.returned_on::text, ((now() at time zone 'Asia/Tokyo')::date - r.returned_on)::text,
             concat(r.reason, ' ', coalesce(r.bank_text, r.reason_name)), case when r.account_marked then 'marked' end, r.again, r.again_state,
             r.again_on::text]
  from ledger.returned_order r
 order by r.returned_on, r.no
 limit $1
