-- Plans are made anew for each batch: those of the last one knew other sizes, and nobody has gathered statistics since.
discard plans;
select intake.work_table('setting', 'key text primary key, value text not null'),
       intake.work_table('verdict',
         'line bigint,
          verdict text not null constraint verdict_known check (verdict in (''reject'', ''hold'', ''skip'', ''warn'')),
          code text not null,
          field text,
          detail jsonb,
          constraint verdict_skip_has_line check (line is not null or verdict <> ''skip'')'),
       intake.work_table('line_verdict', 'line bigint primary key, rank int'),
       intake.work_table('evidence', 'name text, kind text, sha256 text, bytes bigint, named boolean'),
       intake.work_table('answered', 'line bigint, code text not null'),
       intake.work_table('posted', 'line bigint not null, object text not null, object_id bigint not null, yen bigint not null'),
       ledger.begin_journal();
