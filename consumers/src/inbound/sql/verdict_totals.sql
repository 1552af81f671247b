-- Records and yen of the lines that are not simply posted; one row.
select coalesce(max(v.line) filter (where r.line is null), 0)::bigint as stranger,
       (select count(*) from pg_temp.verdict) as verdicts,
       (select count(*) from pg_temp.line_verdict where rank = 4) as rejected_lines,
       (select coalesce(bool_or(verdict = 'reject'), false) from pg_temp.verdict where line is null) as rejected_whole,
       (select coalesce(bool_or(verdict = 'hold'), false) from pg_temp.verdict where line is null) as held_whole,
       (select count(*) from pg_temp.line_verdict where rank = 3) as held_lines,
       (select count(*) from pg_temp.line_verdict where rank = 2) as skipped_lines,
       count(*) filter (where v.rank = 3 and r.line is not null) as held_records,
       coalesce(sum(r.yen) filter (where v.rank = 3), 0)::bigint as held_yen,
       count(*) filter (where v.rank = 2 and r.line is not null) as skipped_records,
       coalesce(sum(r.yen) filter (where v.rank = 2), 0)::bigint as skipped_yen
  from pg_temp.line_verdict v
  left join intake.record r on r.batch_id = $1 and r.line = v.line
