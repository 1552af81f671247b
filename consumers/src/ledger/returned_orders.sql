select array[r.no, r.creditor, r.name, r.amount::text, r.returned_on::text, ((now() at time zone 'Asia/Tokyo')::date - r.returned_on)::text,
             concat(r.reason, ' ', coalesce(r.bank_text, r.reason_name)), r.account, r.again, r.again_state, r.again_on::text]
  from (select no, creditor, name, amount, returned_on, reason, bank_text, reason_name, case when account_marked then 'marked' end as account,
               again, again_state, again_on
          from ledger.returned_order
        union all
        -- Pay of one person (給与返戻): its number, the staff number, and the payroll.
        select '給与返戻' || id, staff_no, label, amount, returned_on, reason, bank_text, reason_name, null, null, again_state, again_on from ledger.returned_pay) r
 order by r.returned_on, r.no
 limit $1
