create schema toy;
create table toy.item (
  id bigint generated always as identity primary key,
  batch_id bigint not null,
  line bigint not null,
  name text not null,
  day date,
  amount bigint not null,
  used boolean not null default false
);
create table toy.known (name text);
insert into ledger.posting_rule (event, name, debit_account, credit_account) values ('TOY', '玩具', '1201', '4290');
