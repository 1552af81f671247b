-- Writes down what became of messages, each with its own event in the audit log. $1 messages, $2 their versions, $3 state, $4 who, $5 reason, $6 the decision.
with decided as (
    update intake.failure f set state = $3, decided_at = now(), decided_by = $4, decision = $5, run_id = $6
      from unnest($1::bigint[], $2::int[]) c (id, version)
     where f.id = c.id and f.state = 'open'
    returning f.id, f.queue, f.message_id, f.code, c.version
)
select audit.record($4, 'failure.' || $3, 'failure', d.id::text,
                    jsonb_build_object('state', 'open', 'queue', d.queue, 'message_id', d.message_id, 'code', d.code),
                    case when d.version > 1 then jsonb_build_object('state', $3, 'version', d.version) else jsonb_build_object('state', $3) end,
                    nullif($5, ''))
  from decided d
