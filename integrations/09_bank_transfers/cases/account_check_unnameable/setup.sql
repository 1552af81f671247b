update ledger.creditor_account set branch = '999' where creditor = '0000000101';
update ledger.creditor_account set holder_kana = 'ｷｮｳﾄﾞｳ' where creditor = '0000000102';
