-- The last extract only; its events go with the next one.
select ledger.void_clearings();
