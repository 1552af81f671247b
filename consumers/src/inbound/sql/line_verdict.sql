-- The strongest verdict of each line: 4 reject, 3 hold, 2 skip, 1 warn. A file may have one on every line, and what looks for
-- those of a line does not know how many there are: the table has a key.
insert into pg_temp.line_verdict
select line, max(case verdict when 'reject' then 4 when 'hold' then 3 when 'skip' then 2 else 1 end) as rank
  from pg_temp.verdict where line is not null group by line
