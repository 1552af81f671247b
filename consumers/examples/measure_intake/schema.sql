create schema measured;
create table measured.assessment (
  id bigint generated always as identity primary key,
  batch_id bigint not null,
  line bigint not null,
  source_key text not null,
  payer_name text,
  due date,
  amount bigint not null
);
