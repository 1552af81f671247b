select object, object_id, code, severity, detail from export.refusal where file_id = $1
