-- Extracts leave in the order of their numbers. Nothing is journalised: the money was booked when it came.
select ledger.release_clearings();
