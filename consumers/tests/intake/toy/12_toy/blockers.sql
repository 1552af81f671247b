select line, object, object_id, code, detail from toy.item_blockers((select id from batch))
