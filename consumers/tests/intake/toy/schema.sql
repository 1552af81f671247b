create schema toy;
create table toy.item (
  id bigint generated always as identity primary key,
  batch_id bigint not null,
  line bigint not null,
  name text not null,
  day date,
  amount bigint not null
);
-- What is done with an item downstream; whoever adds a row locks the item first.
create table toy.used (item_id bigint not null);
create function toy.item_blockers(batch bigint) returns table (line bigint, object text, object_id bigint, code text, detail jsonb)
language plpgsql as $$
begin
  perform from toy.item i where i.batch_id = batch order by i.id for update;
  return query select i.line, 'toy', i.id, 'TOY_USED', jsonb_build_object('name', i.name)
    from toy.item i join toy.used u on u.item_id = i.id where i.batch_id = batch;
end $$;
create table toy.known (name text);
insert into ledger.posting_rule (event, name, debit_account, credit_account) values ('TOY', '玩具', '1201', '4290');
