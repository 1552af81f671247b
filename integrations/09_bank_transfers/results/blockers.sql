-- An order that came back by this file and is paid once more, or whose expense was taken back: that is undone first.
select line, object, object_id, code, detail from ledger.result_blockers((select id from batch))
union all
select line, object, object_id, code, detail from ledger.payroll_result_blockers((select id from batch))
