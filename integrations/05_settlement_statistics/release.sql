-- A trial never leaves. What leaves is what the ledger says on the day it leaves, unless an earlier edition was asked for by its number.
select ledger.check_settlement_release((select file_id from run), (select today from run));
