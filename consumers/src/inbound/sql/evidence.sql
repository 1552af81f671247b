create temp table evidence on commit drop as
select name, kind, sha256, bytes, named from intake.evidence where batch_id = {batch};
