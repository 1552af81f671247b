select approver, sha256, count, total, to_char(at, 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM') as at, live, dead_reason
  from export.approval where file_id = $1 order by id
