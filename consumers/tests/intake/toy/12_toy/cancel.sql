delete from toy.item i using batch b where i.batch_id = b.id;
