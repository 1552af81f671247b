-- Changes whenever a page may show something else: every effect writes an audit event, and a batch counts its chunks. Looked up by
-- keys only, because it runs every two seconds.
select concat_ws('/', (select max(id) from audit.event), (select max(id) from intake.batch), (select max(id) from intake.failure),
                 (select max(last_seen) from intake.failure where state = 'open'),
                 (select max(handled_at) from intake.failure where handled_at is not null), (select max(id) from export.file))
