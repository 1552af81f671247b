-- Tokens of upstream systems, those that count first. $1 today. A batch names its sender, not the token.
select t.id, t.name, t.topics,
       case when t.revoked_at is not null then 'revoked' when t.valid_through < $1::text::date then 'over' else 'live' end as state,
       t.valid_through::text, t.why, to_char(t.made_at, 'YYYY-MM-DD HH24:MI') as made_at, t.made_by,
       (select to_char(b.received_at, 'YYYY-MM-DD HH24:MI') from intake.batch b
         where b.sender = 'http:' || t.name order by b.id desc limit 1) as last_batch_at,
       to_char(t.revoked_at, 'YYYY-MM-DD HH24:MI') as revoked_at, t.revoked_by, t.revoked_why
  from access.sender_token t
 order by t.revoked_at is not null, t.valid_through < $1::text::date is true, t.name, t.id
