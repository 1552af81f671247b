insert into intake.evidence (batch_id, name, kind, sha256, bytes, archive, named)
select $1, d->>'name', d->>'kind', d->>'sha256', (d->>'bytes')::bigint, d->>'archive', (d->>'named')::boolean
  from jsonb_array_elements($2) d
