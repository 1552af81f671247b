select id, run, topic, profile, params, release_policy, once, business_date::text as business_date, made_by,
       to_char(ordered_at, 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM') as ordered_at, state, seq_of_day, sha256, records, count, total,
       bytes, archive, file_name, integration_digest,
       to_char(generated_at, 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM') as generated_at,
       to_char(released_at, 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM') as released_at, released_by,
       to_char(delivered_at, 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM') as delivered_at,
       to_char(voided_at, 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM') as voided_at, voided_by, void_reason, void_confirmation, problem
  from export.file
