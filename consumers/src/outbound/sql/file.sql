select id, run, part, parts, topic, profile, params, release_policy, once, business_date::text as business_date, made_by,
       export.moment(ordered_at) as ordered_at, state, seq_of_day, sha256, records, count, total,
       bytes, archive, file_name, integration_digest,
       export.moment(generated_at) as generated_at,
       export.moment(released_at) as released_at, released_by,
       export.moment(needed_by) as needed_by,
       export.moment(delivered_at) as delivered_at,
       unknown_by, resolved_by, resolution,
       export.moment(voided_at) as voided_at, voided_by, void_reason, void_confirmation, problem, export.moment(purged_at) as purged_at
  from export.file
