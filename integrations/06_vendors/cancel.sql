-- Its versions count no more and those before them do again; a candidate that it brought and nobody uses goes.
select ledger.cancel_vendor_batch((select id from batch))
