with kept as (
  insert into intake.medium (batch_id, medium, label, bearer, approver, accepted_by, accepted_at)
  values ($1, $2, $3, $4, $5, $6, $7::text::timestamptz)
  returning *
)
insert into audit.event (actor, action, object, object_id, after)
select accepted_by, 'medium.accept', 'batch', batch_id::text,
       jsonb_build_object('medium', medium, 'label', label, 'bearer', bearer, 'approver', approver, 'topic', $8::text, 'file', $9::text)
  from kept
