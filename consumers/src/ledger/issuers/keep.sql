-- Rows of the public register; how many of them said something new. An older file does not overwrite a newer one.
with given as (
    select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) as given (number, name, registered_on, ended_on, disposal)
), before as (
    select r.* from ledger.qualified_issuer r join given using (number)
), kept as (
    insert into ledger.qualified_issuer as r (number, name, registered_on, ended_on, disposal, checked_on)
    select number, name, registered_on::date, ended_on::date, disposal, $6::date from given
    on conflict (number) do update
       set name = excluded.name, registered_on = excluded.registered_on, ended_on = excluded.ended_on, disposal = excluded.disposal,
           checked_on = excluded.checked_on
     where r.checked_on <= excluded.checked_on
    returning r.*
)
select count(*)
  from kept k
  left join before b using (number)
 where (b.name, b.registered_on, b.ended_on, b.disposal) is distinct from (k.name, k.registered_on, k.ended_on, k.disposal)
