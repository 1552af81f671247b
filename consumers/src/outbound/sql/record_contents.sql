update export.file
   set state = 'generated', seq_of_day = $2, sha256 = $3, records = $4, count = $5, total = $6, bytes = $7, archive = $8,
       file_name = $9, integration_digest = $10, parts = $11, generated_at = clock_timestamp(), problem = null,
       needed_by = (select r.needed_by from pg_temp.run r)
 where id = $1
