select ledger.pay_returned_pay(array[1], '2026-10-19', '現金支給 領収書12', 'kaikei', '2026-10-19');
