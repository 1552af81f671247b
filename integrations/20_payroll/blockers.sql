-- Its orders may be taken back while a second file still carries net pay. Asked first: a file in the making locks the run, then the orders.
select line, object, object_id, code, detail from ledger.payroll_file_blockers((select id from batch))
union all
-- An order that is approved or beyond has been booked: it is taken back first.
select line, object, object_id, 'PAYROLL_BLOCKED_BY_APPROVAL', detail from ledger.order_blockers((select id from batch))
