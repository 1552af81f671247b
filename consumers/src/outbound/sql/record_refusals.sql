-- $2: what select.sql left in the temp table refusal, as a JSON array; optional columns may be missing.
insert into export.refusal (file_id, object, object_id, code, severity, detail)
select $1, r ->> 'object', (r ->> 'object_id')::bigint, r ->> 'code', case when r ->> 'severity' in ('stop', 'bar') then r ->> 'severity' else 'item' end,
       coalesce(nullif(r -> 'detail', 'null'), '{}')
  from jsonb_array_elements($2) with ordinality as l (r, n) order by n
