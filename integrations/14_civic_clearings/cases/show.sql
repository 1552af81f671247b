select "何", "対象", "日", "円", "内容" from slate.clearings order by part, "何", id, no
