update ledger.calendar_horizon set through = '2026-10-20';
