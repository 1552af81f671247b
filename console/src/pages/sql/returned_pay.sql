-- Pay that came back and is still owed, oldest first. $1 one of them (null: all).
select p.id, p.staff_no, p.label, p.amount, p.returned_on::text as returned_on, p.reason, coalesce(p.bank_text, p.reason_name) as reason_name,
       p.again_state, p.again_on::text as again_on, c.file_id as file
  from ledger.returned_pay p
  left join ledger.payroll_repayment a on a.result_id = p.id and a.withdrawn_at is null
  left join export.live_claim c on c.object = 'payroll_transfer' and c.object_id = a.transfer_id
 where $1::bigint is null or p.id = $1
 order by p.returned_on, p.id
 limit 200
