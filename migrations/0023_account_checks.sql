-- The check of creditors' accounts by the bank (09): 口座確認.

-- ── Check of accounts (口座確認) ─────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.account_check (
    id          bigint generated always as identity constraint account_check_pk primary key,
    account_id  bigint      not null references ledger.creditor_account,
    answer      text        not null constraint account_check_answer_is_a_digit check (answer ~ '^[0-9]$'),
    answered_on date        not null,
    file_id     bigint      references export.file,
    source      text        not null constraint account_check_source_is_named check (btrim(source) <> ''),
    noted_by    text        not null,
    noted_at    timestamptz not null default clock_timestamp()
);
comment on table ledger.account_check is '口座確認結果: what the bank said of a creditor''s account; the latest answer counts. 0: it is as registered. Anything else: it is not, or the bank could not say.';
comment on column ledger.account_check.file_id is 'The file of the request that it answers; null when somebody asked in another way.';
comment on column ledger.account_check.source is 'Where the answer stands: the digest of the bank''s file, or what a person saw.';
create index account_check_by_account on ledger.account_check (account_id, id);
create trigger account_check_is_append_only before update or delete or truncate on ledger.account_check
    for each statement execute function ledger.refuse_change();

create view ledger.account_answer as
select distinct on (c.account_id) c.account_id, c.answer, c.answered_on, c.file_id
  from ledger.account_check c order by c.account_id, c.id desc;
comment on view ledger.account_answer is 'The latest answer of the bank about an account.';
