select line, code from pg_temp.verdict where verdict = 'reject' order by line nulls first limit 1
