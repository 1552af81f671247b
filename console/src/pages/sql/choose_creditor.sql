-- Creditors a held line may mean: those looked for ($1: number, name, kana, 法人番号 or 登録番号), or else those that fit what the line says.
-- $1 text (null: none), $2 what the line says.
select k.no, k.name, k.corporate_number, k.invoice_number,
       current_date between k.suspended_from and coalesce(k.suspended_to, date '9999-12-31') is true as suspended,
       exists (select from ledger.creditor_account a where a.creditor = k.no and current_date between a.valid_from and a.valid_to) as account
  from ledger.creditor k
 where case when $1::text is not null
            then k.no = $1 or k.corporate_number = ltrim($1, 'T') or k.invoice_number in ($1, 'T' || $1) or position($1 in k.name) > 0 or position($1 in k.kana) > 0
            else k.no = $2 ->> 'creditor' or k.corporate_number = $2 ->> 'corporate_number'
                 or k.invoice_number = ledger.registration_number($2 ->> 'invoice_number') or k.name = $2 ->> 'issuer_name' end
 order by k.name, k.no
 limit 20
