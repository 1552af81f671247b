select ledger.correct_account('0000000102', '0009:401:1:7654322', '', 'kakari', '2026-10-21');
