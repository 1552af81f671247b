copy intake.record (batch_id, line, byte_offset, yen, byte_length, grp, sub, shape, cells) from stdin (format binary)
