-- The strongest verdict of each line: 4 reject, 3 hold, 2 skip, 1 warn.
insert into pg_temp.line_verdict
select line, max(case verdict when 'reject' then 4 when 'hold' then 3 when 'skip' then 2 else 1 end) as rank
  from pg_temp.verdict where line is not null group by line
