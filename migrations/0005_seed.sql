-- What a new installation starts with: chart of accounts, funds, posting rules, calendar, and a small set of budget lines,
-- organizations and facilities of an invented ward to try things with. The accounting office replaces them with its own.

insert into ledger.fund (code, name) values
    ('01', '一般会計'), ('02', '国民健康保険事業会計'), ('03', '後期高齢者医療会計'), ('04', '介護保険事業会計'), ('05', '学校給食費会計');

insert into ledger.account (code, name, name_en, class) values
    ('1101', '現金預金', 'Cash and deposits', 'asset'),
    ('1201', '収入未済', 'Uncollected revenue', 'asset'),
    ('2101', '未払金', 'Accounts payable', 'liability'),
    ('2201', '預り金（歳入歳出外現金）', 'Deposits received (off-budget cash)', 'liability'),
    ('2205', '過誤納金', 'Overpayments to be refunded', 'liability'),
    ('2209', '収入未整理', 'Unallocated receipts', 'liability'),
    ('3101', '正味資産', 'Net assets', 'net_assets'),
    ('4210', '使用料及手数料', 'Rents and fees', 'revenue'),
    ('4220', '分担金及負担金', 'Contributions and charges', 'revenue'),
    ('4290', '諸収入', 'Sundry revenue', 'revenue'),
    ('5110', '給与関係費', 'Personnel cost', 'expense'),
    ('5210', '物件費', 'Goods and services', 'expense'),
    ('5220', '維持補修費', 'Maintenance and repair', 'expense'),
    ('5230', '扶助費', 'Social assistance', 'expense'),
    ('5240', '補助費等', 'Subsidies', 'expense'),
    ('5310', '投資的経費', 'Capital outlays', 'expense');

insert into ledger.posting_rule (event, name, debit_account, credit_account) values
    ('ASSESSMENT', '調定', '1201', null),
    ('RECEIPT', '収入（消込）', '1101', '1201'),
    ('OVERPAYMENT', '過誤納', '1101', '2205'),
    ('UNALLOCATED', '収入未整理', '1101', '2209'),
    ('EXPENSE', '支出命令', null, '2101'),
    ('PAYMENT', '支払', '2101', '1101'),
    ('NONBUDGET_IN', '歳入歳出外現金 受入', '1101', '2201');

insert into ledger.calendar_horizon (through) values ('2027-12-31');
insert into ledger.holiday (day, name) values
    ('2025-01-01', '元日'),
    ('2025-01-13', '成人の日'),
    ('2025-02-11', '建国記念の日'),
    ('2025-02-23', '天皇誕生日'),
    ('2025-02-24', '休日'),
    ('2025-03-20', '春分の日'),
    ('2025-04-29', '昭和の日'),
    ('2025-05-03', '憲法記念日'),
    ('2025-05-04', 'みどりの日'),
    ('2025-05-05', 'こどもの日'),
    ('2025-05-06', '休日'),
    ('2025-07-21', '海の日'),
    ('2025-08-11', '山の日'),
    ('2025-09-15', '敬老の日'),
    ('2025-09-23', '秋分の日'),
    ('2025-10-13', 'スポーツの日'),
    ('2025-11-03', '文化の日'),
    ('2025-11-23', '勤労感謝の日'),
    ('2025-11-24', '休日'),
    ('2026-01-01', '元日'),
    ('2026-01-12', '成人の日'),
    ('2026-02-11', '建国記念の日'),
    ('2026-02-23', '天皇誕生日'),
    ('2026-03-20', '春分の日'),
    ('2026-04-29', '昭和の日'),
    ('2026-05-03', '憲法記念日'),
    ('2026-05-04', 'みどりの日'),
    ('2026-05-05', 'こどもの日'),
    ('2026-05-06', '休日'),
    ('2026-07-20', '海の日'),
    ('2026-08-11', '山の日'),
    ('2026-09-21', '敬老の日'),
    ('2026-09-22', '休日'),
    ('2026-09-23', '秋分の日'),
    ('2026-10-12', 'スポーツの日'),
    ('2026-11-03', '文化の日'),
    ('2026-11-23', '勤労感謝の日'),
    ('2027-01-01', '元日'),
    ('2027-01-11', '成人の日'),
    ('2027-02-11', '建国記念の日'),
    ('2027-02-23', '天皇誕生日'),
    ('2027-03-21', '春分の日'),
    ('2027-03-22', '休日'),
    ('2027-04-29', '昭和の日'),
    ('2027-05-03', '憲法記念日'),
    ('2027-05-04', 'みどりの日'),
    ('2027-05-05', 'こどもの日'),
    ('2027-07-19', '海の日'),
    ('2027-08-11', '山の日'),
    ('2027-09-20', '敬老の日'),
    ('2027-09-23', '秋分の日'),
    ('2027-10-11', 'スポーツの日'),
    ('2027-11-03', '文化の日'),
    ('2027-11-23', '勤労感謝の日');

insert into ledger.organization (code, valid_from, name, short_name, level, parent) values
    ('05000000', '2018-04-01', '総務部', '総務', 1, null),
    ('05020000', '2018-04-01', '総務部 庁舎管理課', '庁舎管理', 2, '05000000'),
    ('05030000', '2018-04-01', '総務部 情報政策課', '情報政策', 2, '05000000'),
    ('09000000', '2018-04-01', '会計室', '会計', 1, null),
    ('09010000', '2018-04-01', '会計室 会計課', '会計課', 2, '09000000'),
    ('12000000', '2018-04-01', '生活文化政策部', '生活文化', 1, null),
    ('12030000', '2018-04-01', '生活文化政策部 市民活動推進課', '市民活動', 2, '12000000'),
    ('15000000', '2018-04-01', '障害福祉部', '障害福祉', 1, null),
    ('15020000', '2018-04-01', '障害福祉部 障害保健福祉課', '障害保健', 2, '15000000');

insert into ledger.intake_section (source, organization) values ('SKS', '12030000'), ('SHF', '15020000');

insert into ledger.facility (code, name, organization) values
    ('120301', '生涯大学', '12030000'), ('120302', '陶芸教室', '12030000'), ('150201', '発達相談室', '15020000'), ('050201', '本庁舎', '05020000');

insert into ledger.budget_line (fiscal_year, fund, code, side, name, account, budget)
select y, '01', code, side, name, account, budget
  from generate_series(2025, 2027) y,
       (values ('2105010101', 'revenue', '諸収入 雑入 講座受講料', '4290', 120000000),
               ('2105010102', 'revenue', '諸収入 雑入 教材費実費', '4290', 8000000),
               ('1301020301', 'revenue', '使用料及手数料 施設使用料', '4210', 300000000),
               ('1201010501', 'revenue', '分担金及負担金 発達相談利用者負担金', '4220', 45000000),
               ('0201030210', 'expenditure', '総務費 庁舎管理 需用費', '5210', 400000000),
               ('0201030211', 'expenditure', '総務費 庁舎管理 役務費', '5210', 90000000),
               ('0201030212', 'expenditure', '総務費 庁舎管理 委託料', '5210', 950000000),
               ('0201030214', 'expenditure', '総務費 庁舎管理 工事請負費', '5310', 700000000),
               ('0201050212', 'expenditure', '総務費 情報政策 委託料', '5210', 1200000000),
               ('0201050213', 'expenditure', '総務費 情報政策 使用料及び賃借料', '5210', 600000000)) l (code, side, name, account, budget);
