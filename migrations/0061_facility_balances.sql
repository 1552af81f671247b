-- Balances by facility (施設別勘定残高, No. 24): the chart of accounts as the statements of the new public accounting (新公会計) need it,
-- opening balances, allocation of common cost, and what was posted up to a day.
--
-- Nothing is closed by a posting. What a year leaves is carried forward by rule: accounts of 貸借対照表 and 正味資産変動計算書 begin
-- with the sum of all earlier years, and the result of those years (行政コスト計算書) is part of 正味資産 from then on.

-- ── Chart of accounts ────────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.cash_flow_caption (
    code             text constraint cash_flow_caption_pk primary key constraint cash_flow_caption_code_is_four_digits check (code ~ '^[0-9]{4}$'),
    name             text not null,
    name_en          text not null,
    side             text not null constraint cash_flow_caption_side_is_known check (side in ('debit', 'credit')),
    national_caption text not null
);
comment on table ledger.cash_flow_caption is 'キャッシュ・フロー計算書の科目. No account to post to: a posting that moves cash is counted under the caption of what it was moved for.';
comment on column ledger.cash_flow_caption.side is 'debit: money in (収入), credit: money out (支出). What comes back is on the other side of the same caption.';

alter table ledger.account
    add column statement        text constraint account_statement_is_known check (statement in ('1', '2', '4')),
    add column side             text constraint account_side_is_known check (side in ('debit', 'credit')),
    add column role             text constraint account_role_is_known check (role in ('cash', 'depreciation', 'accumulated', 'net_assets')),
    add column cash_flow        text constraint account_cash_flow_fk references ledger.cash_flow_caption,
    add column national_caption text;
create unique index account_of_net_assets_is_one on ledger.account (role) where role = 'net_assets';
comment on column ledger.account.statement is '財務諸表区分: 1 貸借対照表, 2 行政コスト計算書, 4 正味資産変動計算書 (3, キャッシュ・フロー, follows from the postings of cash). Null: as its class says.';
comment on column ledger.account.side is '貸借区分, the normal side. Null: as its class says; what lowers an asset (減価償却累計額, 引当金) says credit.';
comment on column ledger.account.role is 'cash: 現金. depreciation and accumulated: 減価償却費 and 累計額, which grow together. net_assets: where the result of a year goes.';
comment on column ledger.account.cash_flow is 'Caption of the cash that is moved for this account: by the account of the budget line, or by the one opposite to cash.';
comment on column ledger.account.national_caption is 'Caption of the 統一的な基準 to which this account is regrouped.';

insert into ledger.cash_flow_caption (code, name, name_en, side, national_caption) values
    ('8101', '地方税収入', 'Local taxes received', 'debit', '業務収入・税収等収入'),
    ('8102', '交付金収入', 'Grants from taxes received', 'debit', '業務収入・税収等収入'),
    ('8103', '国庫支出金収入', 'State subsidies received', 'debit', '業務収入・国県等補助金収入'),
    ('8104', '都支出金収入', 'Metropolitan subsidies received', 'debit', '業務収入・国県等補助金収入'),
    ('8105', '分担金及負担金収入', 'Contributions and charges received', 'debit', '業務収入・その他の収入'),
    ('8106', '使用料及手数料収入', 'Rents and fees received', 'debit', '業務収入・使用料及び手数料収入'),
    ('8107', '諸収入（現金）', 'Sundry revenue received', 'debit', '業務収入・その他の収入'),
    ('8201', '給与関係費支出', 'Personnel cost paid', 'credit', '業務支出・人件費支出'),
    ('8202', '物件費支出', 'Goods and services paid', 'credit', '業務支出・物件費等支出'),
    ('8203', '維持補修費支出', 'Maintenance and repair paid', 'credit', '業務支出・物件費等支出'),
    ('8204', '扶助費支出', 'Social assistance paid', 'credit', '業務支出・社会保障給付支出'),
    ('8205', '補助費等支出', 'Subsidies paid', 'credit', '業務支出・補助金等支出'),
    ('8206', '投資的経費支出', 'Capital outlays paid', 'credit', '投資活動支出・公共施設等整備費支出'),
    ('8207', '繰出金支出', 'Transfers to other funds paid', 'credit', '業務支出・他会計への繰出支出'),
    ('8301', '財産収入等（投資）', 'Investing receipts', 'debit', '投資活動収入・資産売却収入'),
    ('8351', '社会資本整備等支出', 'Investing payments', 'credit', '投資活動支出・公共施設等整備費支出'),
    ('8352', '基金積立支出', 'Paid into funds', 'credit', '投資活動支出・基金積立金支出'),
    ('8401', '特別区債収入', 'Bonds issued', 'debit', '財務活動収入・地方債等発行収入'),
    ('8451', '公債費支出', 'Bonds repaid and interest', 'credit', '財務活動支出・地方債等償還支出'),
    ('8901', '歳入歳出外現金', 'Off-budget cash', 'debit', '歳計外現金増減額'),
    ('8902', '過誤納金・収入未整理', 'Overpayments and unallocated receipts', 'debit', '業務収入・その他の収入');

-- What the first installation had, completed.
update ledger.account a set (role, cash_flow, national_caption) = (c.role, c.cash_flow, c.national_caption)
  from (values ('1101', 'cash', null, '現金預金'), ('1201', null, null, '未収金'), ('2101', null, null, '未払金'), ('2201', null, '8901', '預り金'),
               ('2205', null, '8902', 'その他（流動負債）'), ('2209', null, '8902', 'その他（流動負債）'), ('3101', 'net_assets', null, '固定資産等形成分・余剰分（不足分）'),
               ('4210', null, '8106', '使用料及び手数料'), ('4220', null, '8105', 'その他（経常収益）'), ('4290', null, '8107', 'その他（経常収益）'),
               ('5110', null, '8201', '職員給与費'), ('5210', null, '8202', '物件費'), ('5220', null, '8203', '維持補修費'),
               ('5230', null, '8204', '社会保障給付'), ('5240', null, '8205', '補助金等'), ('5310', null, '8206', 'その他（物件費等）'),
               ('2202', null, '8901', '預り金'), ('2301', null, '8401', '地方債等'), ('4110', null, '8101', '税収等'), ('4120', null, '8102', '税収等'),
               ('4130', null, '8103', '国県等補助金'), ('4140', null, '8104', '国県等補助金'), ('4280', null, '8107', 'その他（経常収益）'),
               ('4285', null, '8107', '税収等'), ('5250', null, '8207', '他会計への繰出金'), ('5610', null, '8451', '支払利息'),
               ('5620', null, '8352', 'その他（移転費用）'), ('5420', null, null, '徴収不能引当金繰入額'))
       c (code, role, cash_flow, national_caption)
 where a.code = c.code;

-- Starter chart after the captions of the Tokyo standards; codes are ours. 細目 stands in the file as three further digits.
insert into ledger.account (code, name, name_en, class, statement, side, role, cash_flow, national_caption) values
    ('1202', '不納欠損引当金', 'Allowance for uncollectable revenue', 'asset', null, 'credit', null, null, '徴収不能引当金'),
    ('1203', '基金積立金（流動）', 'Funds, current', 'asset', null, null, null, '8352', '基金（財政調整基金）'),
    ('1204', '短期貸付金', 'Short-term loans', 'asset', null, null, null, '8351', '短期貸付金'),
    ('1205', '貸倒引当金', 'Allowance for bad loans', 'asset', null, 'credit', null, null, '徴収不能引当金'),
    ('1301', '行政財産・土地', 'Administrative property: land', 'asset', null, null, null, '8351', '事業用資産・土地'),
    ('1302', '行政財産・建物', 'Administrative property: buildings', 'asset', null, null, null, '8351', '事業用資産・建物'),
    ('1303', '行政財産・建物減価償却累計額', 'Accumulated depreciation: buildings', 'asset', null, 'credit', 'accumulated', null, '事業用資産・建物減価償却累計額'),
    ('1304', '行政財産・工作物', 'Administrative property: structures', 'asset', null, null, null, '8351', '事業用資産・工作物'),
    ('1305', '行政財産・工作物減価償却累計額', 'Accumulated depreciation: structures', 'asset', null, 'credit', 'accumulated', null, '事業用資産・工作物減価償却累計額'),
    ('1311', '普通財産・土地', 'Ordinary property: land', 'asset', null, null, null, '8351', '事業用資産・土地'),
    ('1312', '普通財産・建物', 'Ordinary property: buildings', 'asset', null, null, null, '8351', '事業用資産・建物'),
    ('1313', '普通財産・建物減価償却累計額', 'Accumulated depreciation: ordinary property', 'asset', null, 'credit', 'accumulated', null, '事業用資産・建物減価償却累計額'),
    ('1321', '重要物品', 'Major movables', 'asset', null, null, null, '8351', '物品'),
    ('1322', '重要物品減価償却累計額', 'Accumulated depreciation: movables', 'asset', null, 'credit', 'accumulated', null, '物品減価償却累計額'),
    ('1331', 'インフラ資産・土地', 'Infrastructure: land', 'asset', null, null, null, '8351', 'インフラ資産・土地'),
    ('1332', 'インフラ資産・工作物', 'Infrastructure: structures', 'asset', null, null, null, '8351', 'インフラ資産・工作物'),
    ('1333', 'インフラ資産・減価償却累計額', 'Accumulated depreciation: infrastructure', 'asset', null, 'credit', 'accumulated', null, 'インフラ資産・工作物減価償却累計額'),
    ('1341', 'ソフトウェア', 'Software', 'asset', null, null, null, '8351', 'ソフトウェア'),
    ('1342', 'ソフトウェア償却累計額', 'Accumulated amortisation: software', 'asset', null, 'credit', 'accumulated', null, 'ソフトウェア'),
    ('1351', 'リース資産', 'Leased assets', 'asset', null, null, null, '8351', '物品'),
    ('1352', 'リース資産減価償却累計額', 'Accumulated depreciation: leased assets', 'asset', null, 'credit', 'accumulated', null, '物品減価償却累計額'),
    ('1361', '建設仮勘定', 'Construction in progress', 'asset', null, null, null, '8351', '建設仮勘定'),
    ('1371', '投資その他の資産', 'Investments and other assets', 'asset', null, null, null, '8351', '投資その他の資産'),
    ('2102', '還付未済金', 'Refunds to be paid', 'liability', null, null, null, '8902', '未払金'),
    ('2103', '特別区債（流動）', 'Bonds due within a year', 'liability', null, null, null, '8451', '１年内償還予定地方債等'),
    ('2104', '賞与引当金', 'Provision for bonuses', 'liability', null, null, null, null, '賞与等引当金'),
    ('2302', '退職給与引当金', 'Provision for retirement benefits', 'liability', null, null, null, null, '退職手当引当金'),
    ('2303', 'リース債務', 'Lease obligations', 'liability', null, null, null, '8451', 'その他（固定負債）'),
    ('3110', '国庫支出金（資産形成）', 'State subsidies for assets', 'net_assets', '4', null, null, '8103', '国県等補助金'),
    ('3120', '都支出金（資産形成）', 'Metropolitan subsidies for assets', 'net_assets', '4', null, null, '8104', '国県等補助金'),
    ('3130', '受贈財産評価額', 'Property received as gifts', 'net_assets', '4', null, null, null, '無償所管換等'),
    ('3190', '内部取引勘定', 'Internal transactions', 'net_assets', '4', null, null, null, 'その他（純資産変動）'),
    ('5410', '減価償却費', 'Depreciation', 'expense', null, null, 'depreciation', null, '減価償却費'),
    ('5430', '引当金繰入額', 'Additions to provisions', 'expense', null, null, null, null, '賞与等引当金繰入額'),
    ('6110', '受取利息及配当金', 'Interest and dividends', 'revenue', null, null, null, '8107', 'その他（経常収益）'),
    ('6210', '公債費（利子）', 'Interest on bonds', 'expense', null, null, null, '8451', '支払利息'),
    ('7110', '固定資産売却益', 'Gains on sales of assets', 'revenue', null, null, null, '8301', '資産売却益'),
    ('7190', 'その他特別収入', 'Other extraordinary revenue', 'revenue', null, null, null, '8301', 'その他（臨時利益）'),
    ('7210', '固定資産除売却損', 'Losses on disposals of assets', 'expense', null, null, null, null, '資産除売却損'),
    ('7290', 'その他特別費用', 'Other extraordinary cost', 'expense', null, null, null, null, 'その他（臨時損失）')
on conflict (code) do nothing;

create view ledger.chart as
select code, name, name_en, class, coalesce(statement, case when class in ('revenue', 'expense') then '2' else '1' end) as statement,
       coalesce(side, case when class in ('asset', 'expense') then 'debit' else 'credit' end) as side, role, cash_flow, national_caption
  from ledger.account;
comment on view ledger.chart is '勘定科目表: every account with its statement and normal side.';

-- ── Posting rules ────────────────────────────────────────────────────────────────────────────────────────────────────────

alter table ledger.posting_rule
    add column opens     boolean not null default false,
    add column allocates boolean not null default false;
comment on column ledger.posting_rule.opens is '開始仕訳: its amounts are opening balances of their year, not movements (the first year in renkei).';
comment on column ledger.posting_rule.allocates is '配賦: its amounts are common cost shared out to facilities. Whatever a facility is given, another (or 共通) gives.';

-- An order that nobody paid before the books of its year were closed: what was owed lapses.
insert into ledger.posting_rule (event, name, debit_account, credit_account) values ('EXPENSE_LAPSED', '支出命令の取消し（出納閉鎖後）', '2101', '7190');
insert into ledger.posting_rule (event, name, debit_account, credit_account, opens)
select 'OPENING_' || c.code, '開始残高 ' || c.name, case c.side when 'debit' then c.code else '3101' end, case c.side when 'debit' then '3101' else c.code end, true
  from ledger.chart c where c.statement in ('1', '4') and c.code <> '3101';
-- An accumulated depreciation bears the number behind its asset.
insert into ledger.posting_rule (event, name, debit_account, credit_account)
select 'DEPRECIATION_' || a.code, '減価償却 ' || a.name, '5410', c.code
  from ledger.account c join ledger.account a on a.code = (c.code::int - 1)::text where c.role = 'accumulated';
insert into ledger.posting_rule (event, name, debit_account, credit_account, allocates) values
    ('ALLOCATION', '共通費の配賦', null, '3190', true);

-- ── What was posted up to a day ──────────────────────────────────────────────────────────────────────────────────────────

create function ledger.counted_on(fiscal_year int, booked_on date, closing boolean) returns date
language sql immutable parallel safe as $$
    select case when closing then least(booked_on, make_date(fiscal_year + 1, 3, 31)) else booked_on end
$$;
comment on function ledger.counted_on is 'The day on which an entry counts. With 整理期間 what was booked for the old year in April and May counts on its 31 March, else on the day it was booked.';

create function ledger.posted_until(as_of date, closing boolean)
returns table (fund text, facility text, opening boolean, allocated boolean, debit_account text, credit_account text, budget_line text, amount bigint, postings bigint)
language sql stable as $$
    select e.fund, coalesce(p.facility, '000000'), e.fiscal_year < ledger.fiscal_year(as_of) or r.opens, r.allocates, p.debit_account, p.credit_account,
           case when e.fiscal_year = ledger.fiscal_year(as_of) then p.budget_line end, sum(p.amount)::bigint, count(*)
      from ledger.entry e
      join ledger.posting_rule r on r.event = e.event
      join ledger.posting p on p.entry_id = e.id
     where e.fiscal_year <= ledger.fiscal_year(as_of) and ledger.counted_on(e.fiscal_year, e.booked_on, closing) <= as_of
     group by 1, 2, 3, 4, 5, 6, 7
$$;
comment on function ledger.posted_until is 'All that counts on a day, summed by fund, facility (000000: none), accounts and budget line: opening (earlier years, 開始仕訳) or of the year the day lies in.';

-- ── 配賦 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

create table ledger.allocation_key (
    fund      text   not null references ledger.fund,
    facility  text   not null references ledger.facility,
    from_year int    not null,
    version   int    not null default 1 constraint allocation_key_version_is_positive check (version > 0),
    weight    bigint not null constraint allocation_key_weight_is_not_negative check (weight >= 0),
    why       text   not null constraint allocation_key_has_reason check (btrim(why) <> ''),
    made_by   text   not null constraint allocation_key_names_its_author check (btrim(made_by) <> ''),
    made_at   timestamptz not null default clock_timestamp(),
    constraint allocation_key_pk primary key (fund, facility, from_year, version)
);
comment on table ledger.allocation_key is '配賦基準: the weight of a facility (面積, 人員 …) in sharing common cost out, from a fiscal year on. The highest version counts; 0 takes part in nothing.';
create trigger allocation_key_is_append_only before update or delete or truncate on ledger.allocation_key
    for each statement execute function ledger.refuse_change();

create function ledger.set_allocation_key(fund text, facility text, from_year int, weight bigint, who text, why text) returns int
language plpgsql as $$
#variable_conflict use_variable
declare
    made int;
begin
    if not exists (select from ledger.facility f where f.code = facility) or not exists (select from ledger.fund f where f.code = fund) then
        perform ledger.refuse_settlement(format('facility %s or fund %s', facility, fund), 'one of them is not known', 'nothing was changed');
    end if;
    insert into ledger.allocation_key as k (fund, facility, from_year, version, weight, why, made_by)
    select fund, facility, from_year, coalesce(max(x.version), 0) + 1, weight, why, who
      from ledger.allocation_key x where (x.fund, x.facility, x.from_year) = (fund, facility, from_year)
    returning k.version into made;
    perform audit.record(who, 'allocation.key', 'facility', facility, null, jsonb_build_object('fund', fund, 'from_year', from_year, 'weight', weight, 'version', made), why);
    return made;
end $$;
comment on function ledger.set_allocation_key is 'The weight of a facility from a fiscal year on, as a higher version.';

create function ledger.allocation_weights(year int, of_fund text) returns table (facility text, weight numeric)
language sql stable as $$
    with stated as (
        select k.facility, k.weight::numeric
          from (select distinct on (x.facility) x.facility, x.weight from ledger.allocation_key x
                 where x.fund = of_fund and x.from_year <= year order by x.facility, x.from_year desc, x.version desc) k
         where k.weight > 0
    ), own as (
        select l.facility, sum(l.debit - l.credit) as weight
          from ledger.line l
          join ledger.entry e on e.id = l.entry_id
          join ledger.posting_rule r on r.event = e.event and not r.allocates
          join ledger.account a on a.code = l.account and a.class = 'expense'
         where (e.fiscal_year, e.fund) = (year, of_fund) and l.facility is not null
         group by l.facility having sum(l.debit - l.credit) > 0
    )
    select s.facility, s.weight from stated s
    union all
    select o.facility, o.weight from own o where not exists (select from stated)
$$;
comment on function ledger.allocation_weights is 'By what common cost is shared out: the keys that were set, and where there is none, the cost each facility has of its own (直課).';

create function ledger.allocate_common_cost(year int, of_fund text, booked_on date, who text, why text, today date) returns bigint
language plpgsql as $$
declare
    shared bigint;
begin
    perform ledger.check_settlement_day(booked_on, today, why);
    if not ledger.fiscal_year_takes(year, booked_on, today) then
        perform ledger.refuse_settlement(format('the common cost of %s', year), format('the year takes no booking of %s', booked_on), 'nothing was booked');
    elsif not exists (select from ledger.allocation_weights(year, of_fund)) then
        perform ledger.refuse_settlement(format('the common cost of %s', year), 'no facility has a weight or cost of its own', 'set keys by renkei ledger allocation-key');
    end if;
    perform ledger.begin_journal();
    create temp table run on commit drop as select null::bigint as file_id, who as ordered_by;
    with common as (
        -- What no facility has, less what was shared out before.
        select l.budget_line, sum(l.debit - l.credit)::bigint as yen
          from ledger.line l
          join ledger.entry e on e.id = l.entry_id
          join ledger.budget_line b on (b.fiscal_year, b.fund, b.code, b.side) = (e.fiscal_year, e.fund, l.budget_line, 'expenditure') and b.account = l.account
          join ledger.account a on a.code = l.account and a.class = 'expense'
         where (e.fiscal_year, e.fund) = (year, of_fund) and l.facility is null
         group by l.budget_line having sum(l.debit - l.credit) > 0
    ), part as (
        select c.budget_line, c.yen, w.facility, floor(c.yen * w.weight / w.whole)::bigint as floor, c.yen * w.weight % w.whole as rest
          from common c cross join (select x.*, sum(x.weight) over () as whole from ledger.allocation_weights(year, of_fund) x) w
    ), share as (
        -- To the yen: the largest remainders get one more.
        select p.budget_line, p.facility, p.floor + (row_number() over (partition by p.budget_line order by p.rest desc, p.facility)
                                                     <= p.yen - sum(p.floor) over (partition by p.budget_line))::int as yen
          from part p
    )
    insert into pg_temp.journal (event, fiscal_year, booked_on, fund, budget_line, organization, facility, amount, memo)
    select 'ALLOCATION', year, allocate_common_cost.booked_on, of_fund, x.budget_line, f.organization, x.facility, x.yen, '共通費の配賦'
      from (select s.budget_line, s.facility, s.yen from share s where s.yen > 0
            union all
            select c.budget_line, null, -c.yen from common c) x
      left join ledger.facility f on f.code = x.facility
     order by x.budget_line, x.facility nulls last;
    select coalesce(-sum(j.amount), 0) into shared from pg_temp.journal j where j.facility is null;
    perform ledger.post_journal();
    drop table pg_temp.journal;
    drop table pg_temp.run;
    perform audit.record(who, 'allocation.book', 'fund', of_fund, null, jsonb_build_object('fiscal_year', year, 'yen', shared), why);
    return shared;
end $$;
comment on function ledger.allocate_common_cost is '共通費の配賦: what was spent for no facility of its own is shared out to the facilities, line by line and to the yen. What was shared out before is not again. Returns the yen.';
