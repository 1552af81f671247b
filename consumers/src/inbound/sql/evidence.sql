insert into pg_temp.evidence
select name, kind, sha256, bytes, named from intake.evidence where batch_id = {batch};
