select kind, to_char(at, 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM') as at, actor, place, sha256
  from export.delivery where file_id = $1 order by id
