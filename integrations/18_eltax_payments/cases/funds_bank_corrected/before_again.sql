select ledger.enter_fund_credit('2026-09-11', '999', 'bank', 45, 'suito', '別口の入金');
