-- Files for the bank beside 総合振込 (09): pay by person, and the check of creditors' accounts.

-- ── Pay by person (給与振込明細) ────────────────────────────────────────────────────────────────────────────────────────────
-- 20 brings what a payroll comes to, without persons. Whom the bank credits is known to the payroll section alone; it hands the list to
-- the cashier's office for the one purpose of the bank's file. A list is of a run of 20, and must come to its net pay.

create table ledger.payroll_list (
    id         bigint generated always as identity constraint payroll_list_pk primary key,
    run_id     bigint      not null references ledger.payroll_run,
    heads      bigint      not null,
    amount     bigint      not null constraint payroll_list_is_positive check (amount > 0),
    sha256     text        not null constraint payroll_list_sha256_is_hex check (sha256 ~ '^[0-9a-f]{64}$'),
    brought_by text        not null,
    brought_at timestamptz not null default clock_timestamp()
);
comment on table ledger.payroll_list is '給与振込明細: a list of persons and accounts as the payroll section handed it over. The file itself is not kept, its digest is.';
create index payroll_list_by_run on ledger.payroll_list (run_id);

create table ledger.payroll_transfer (
    id            bigint generated always as identity constraint payroll_transfer_pk primary key,
    run_id        bigint not null references ledger.payroll_run,
    list_id       bigint not null references ledger.payroll_list,
    line          bigint not null,
    staff_no      text   not null constraint payroll_transfer_staff_no_is_ten_digits check (staff_no ~ '^[0-9]{1,10}$'),
    section       text   not null constraint payroll_transfer_section_is_ten_digits check (section ~ '^[0-9]{1,10}$'),
    bank          text   not null constraint payroll_transfer_bank_is_four_digits check (bank ~ '^[0-9]{4}$'),
    branch        text   not null constraint payroll_transfer_branch_is_three_digits check (branch ~ '^[0-9]{3}$'),
    account_kind  text   not null constraint payroll_transfer_kind_is_known check (account_kind in ('1', '2')),
    account       text   not null constraint payroll_transfer_account_is_seven_digits check (account ~ '^[0-9]{7}$'),
    holder_kana   text   not null constraint payroll_transfer_holder_fits check (length(holder_kana) between 1 and 30),
    amount        bigint not null constraint payroll_transfer_is_positive check (amount > 0),
    superseded_by bigint references ledger.payroll_list
);
comment on table ledger.payroll_transfer is 'One credit of a 給与振込明細: a person may have pay go to several accounts. What it says is about a person: shown nowhere but in the bank''s file.';
comment on column ledger.payroll_transfer.section is '所属コード as the payroll system writes it; the bank''s file has ten digits for it.';
comment on column ledger.payroll_transfer.superseded_by is 'A later list of the run took its place, while no file carried it.';
create unique index payroll_transfer_once on ledger.payroll_transfer (run_id, staff_no, bank, branch, account_kind, account) where superseded_by is null;
create index payroll_transfer_by_list on ledger.payroll_transfer (list_id, line);

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
