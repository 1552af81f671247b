select setval('ledger.payment_order_no', 9);
select ledger.correct_account('0000000102', '0009:401:1:7654322', '', 'kakari', '2026-10-16');
select ledger.repay_order('2026P00000002', '2026-10-26', 'kakari', '2026-10-16');
