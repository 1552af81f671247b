select s.line, 'reject', 'MEASURED_DUE', 'due', null::jsonb from staged_assessment s where s.due < s.assessed_on
