insert into intake.fault (batch_id, seq, code, severity, line, col, byte, length, field, field_name, value, args)
select $1, f.seq, f.x->>'code', f.x->>'severity', (f.x->>'line')::bigint, (f.x->>'col')::int, (f.x->>'byte')::bigint,
       (f.x->>'length')::int, f.x->>'field', f.x->>'field_name', f.x->>'value', f.x->'args'
  from jsonb_array_elements($2) with ordinality f (x, seq)
