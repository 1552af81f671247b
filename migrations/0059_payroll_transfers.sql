-- Pay by person for the bank's file (09): 給与振込・賞与振込.

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
