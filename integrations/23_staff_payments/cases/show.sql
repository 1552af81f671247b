-- Payments and returns, and the files that tell of them.
select h.staff_no as "職員番号", h.order_no as "支出命令", h.part as "枝番", h.tax_column as "区分", h.happened_on as "日", case when h.cancel then '取消' else '支払' end as "種類",
       h.taxable as "課税", h.nontaxable as "非課税", h.social as "社保", h.withheld as "源泉", h.net as "差引", c.file_id as "ファイル", h.note as "備考"
  from ledger.staff_payment_history h
  left join export.live_claim c on c.object = 'staff_payment_event' and c.object_id = h.id
 order by h.id
