-- The session $1 goes on under the token $2. It began when it began, its forms keep their token, and the proof is new.
with old as (
    update access.session set ended_at = clock_timestamp(), ended_why = 'replaced by a proven one'
     where token_sha256 = $1 and ended_at is null
    returning login_id, csrf, begun_at, complete, way, address, agent
)
insert into access.session (token_sha256, login_id, csrf, begun_at, complete, way, address, agent)
select $2, login_id, csrf, begun_at, complete, way, address, agent from old
