select e.batch_id as batch, e.file_id as exported, coalesce(b.topic, f.topic) as topic, coalesce(b.file, f.file_name) as file,
       coalesce(b.sha256, f.sha256) as sha256, coalesce(b.archive, f.archive) as archive
  from ledger.entry e
  left join intake.batch b on b.id = e.batch_id
  left join export.file f on f.id = e.file_id
 where e.id = $1 and num_nonnulls(b.id, f.id) > 0
