-- The rules are shared with 13; what is this folder's own is the sender.
select line, verdict, code, field, detail from ledger.check_assessments('SKS')
