-- What persons chose for held lines, the newest of each.
insert into pg_temp.choice (line, object, chosen)
select distinct on (line, object) line, object, chosen from intake.choice
 where batch_id = {batch} {lines} order by line, object, id desc;
-- Questions a person has answered by posting: open now, or open at an earlier posting of theirs that left the line waiting for
-- another reason (else two questions about one line would take turns for ever). A hold nobody was shown is not among them, nor one
-- about an object in whose place another was chosen since, nor one that stood beside what was chosen.
insert into pg_temp.answered (line, code)
select distinct line, code from intake.finding f
 where batch_id = {batch} and verdict = 'hold' {lines}
   and (state = 'resolved' and resolution is distinct from 'chosen' or state = 'open' and ({asked}))
   and not exists (select from intake.choice c where c.batch_id = f.batch_id and c.line = f.line and f.id <= c.after_finding and f.code = any (c.codes));
analyze pg_temp.answered;
