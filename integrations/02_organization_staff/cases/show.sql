-- What the files changed: organizations and people (tests/cases/slate.sql).
select "種別", "コード", "名称", "から", "まで", "内容" from slate.people order by part, seq
