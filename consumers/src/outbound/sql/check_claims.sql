-- One example of each fault of the temp table claim, or null. $1 topic, $2 whether the topic is once-only.
select (select count(*) from pg_temp.claim) as claims,
       (select format('%s %s', coalesce(object::text, '?'), coalesce(object_id::text, '?'))
          from pg_temp.claim where seq is null or object is null or object_id is null limit 1) as incomplete,
       (select format('%s %s', object, object_id)
          from pg_temp.claim group by object, object_id having count(*) > 1 limit 1) as twice,
       (select format('%s %s', c.object, c.object_id)
          from pg_temp.claim c
          join export.claim e on e.topic = $1 and e.object = c.object and e.object_id = c.object_id and e.live
         where $2 limit 1) as taken
