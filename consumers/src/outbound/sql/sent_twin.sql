select id, file_name, export.moment(released_at) as released_at
  from export.file where topic = $1 and sha256 = $2 and state in ('released', 'delivered', 'unknown')
 order by id limit 1
