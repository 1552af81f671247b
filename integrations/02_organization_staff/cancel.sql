select ledger.cancel_organizations((select id from batch));
select ledger.cancel_staff((select id from batch));
