-- Attempts older than $1 days, and sessions that have been over for so long: ended, or begun $2 hours before that.
with old_attempt as (
    delete from access.attempt where at < clock_timestamp() - make_interval(days => $1) returning 1
), old_session as (
    delete from access.session
     where coalesce(ended_at, begun_at + make_interval(hours => $2)) < clock_timestamp() - make_interval(days => $1)
    returning 1
)
select (select count(*) from old_attempt), (select count(*) from old_session)
