select pg_temp.hold((select p.id from ledger.payment_order p where p.no = '2026P00000011'), '2026-10-16', 1);
