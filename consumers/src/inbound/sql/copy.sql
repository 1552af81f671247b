copy intake.record (batch_id, line, byte_offset, yen, byte_length, grp, sub, kind, fields) from stdin (format binary)
