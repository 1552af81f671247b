select approver, sha256, count, total, export.moment(at) as at, live, dead_reason
  from export.approval where file_id = $1 order by id
