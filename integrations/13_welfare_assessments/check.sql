-- The rules are shared with 12; what is this folder's own is the sender, and that the layout requires 対象年月.
select line, verdict, code, field, detail from ledger.check_assessments('SHF')
