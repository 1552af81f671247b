insert into pg_temp.verdict (line, verdict, code, detail)
select null, 'warn', 'EVIDENCE_UNNAMED', jsonb_build_object('name', name) from pg_temp.evidence where not named order by name;
