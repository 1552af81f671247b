select kind, export.moment(at) as at, actor, place, sha256
  from export.delivery where file_id = $1 order by id
