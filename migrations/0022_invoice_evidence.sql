-- What a digital invoice brings beside its amounts: attachments, and the public register its issuer stands in.

create table ledger.invoice_evidence (
    invoice_id  bigint not null references ledger.invoice,
    name        text   not null,
    document_id text   not null,
    sha256      text   not null constraint invoice_evidence_sha256_is_hex check (sha256 ~ '^[0-9a-f]{64}$'),
    constraint invoice_evidence_pk primary key (invoice_id, name)
);
comment on table ledger.invoice_evidence is '請求の証拠書類: the attachments of an invoice. The bytes are in the archive under their SHA-256; intake.evidence has the place.';
comment on column ledger.invoice_evidence.document_id is 'IBT-122: what the issuer calls it.';
create index invoice_evidence_by_sha256 on ledger.invoice_evidence (sha256);

create table ledger.qualified_issuer (
    number        text not null constraint qualified_issuer_number_form check (number ~ '^T[0-9]{13}$'),
    name          text not null,
    registered_on date not null,
    ended_on      date,
    disposal      text constraint qualified_issuer_disposal_is_known check (disposal in ('revoked', 'expired')),
    checked_on    date not null,
    constraint qualified_issuer_pk primary key (number),
    constraint qualified_issuer_ends_after_it_begins check (ended_on >= registered_on),
    constraint qualified_issuer_end_has_a_reason check ((ended_on is null) = (disposal is null))
);
comment on table ledger.qualified_issuer is '適格請求書発行事業者: what the public register says of a registration number. A number that is not here was not asked for.';
comment on column ledger.qualified_issuer.ended_on is 'First day on which the registration is not in force: 取消年月日 or 失効年月日.';
comment on column ledger.qualified_issuer.disposal is 'revoked 取消 · expired 失効';
comment on column ledger.qualified_issuer.checked_on is 'The day the register was looked into.';
