-- Questions a person has answered by posting: open now, or open at an earlier posting of theirs that left the line waiting for
-- another reason (else two questions about one line would take turns for ever). A hold nobody was shown is not among them.
insert into pg_temp.answered (line, code)
select distinct line, code from intake.finding
 where batch_id = {batch} and verdict = 'hold' and state in ('open', 'resolved') {lines};
analyze pg_temp.answered;
