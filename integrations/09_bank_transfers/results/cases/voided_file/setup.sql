select pg_temp.orders_sent();
update export.file set state = 'void', voided_at = now(), voided_by = 'kacho', void_reason = '誤り', void_confirmation = '未処理' where id = 1;
update ledger.payment_order set state = 'approved', account_id = null, paid_on = null;
delete from ledger.transfer_file;
