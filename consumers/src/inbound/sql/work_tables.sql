create temp table setting (key text not null, value text not null) on commit drop;
create temp table verdict (
  line bigint,
  verdict text not null constraint verdict_known check (verdict in ('reject', 'hold', 'skip', 'warn')),
  code text not null,
  field text,
  detail jsonb,
  constraint verdict_skip_has_line check (line is not null or verdict <> 'skip')
) on commit drop;
create temp table answered (line bigint, code text not null) on commit drop;
create temp table posted (line bigint not null, object text not null, object_id bigint not null, yen bigint not null) on commit drop;
select ledger.begin_journal();
