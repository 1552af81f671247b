select kind, export.moment(at) as at, actor, place, sha256, detail, export.moment(next_try) as next_try
  from export.delivery where file_id = $1 order by id
