//! `evidence = { field = "pdf_name", sha256 = "pdf_sha256", kinds = ["pdf"], required = true }` of a topic.

use std::sync::Arc;

use crate::evidence::{DOCUMENT_BYTES_MAX, DocumentKind, EvidenceRule, KINDS};
use crate::layout::{FieldType, Format, Layout};
use crate::walk::{Faults, Section};

/// Reads the table.
pub(super) fn parse(mut section: Section<'_, '_>, faults: &mut Faults<'_>) -> Option<EvidenceRule> {
    let field = section.required(faults, "field");
    let sha256 = section.string(faults, "sha256");
    if section.value("kinds").is_none() {
        faults.at(section.place, format!("{}: `kinds` is missing", section.what()));
    }
    let kinds = section.words(faults, "kinds", KINDS).unwrap_or_default();
    if kinds.is_empty() && section.has("kinds") {
        faults.at(section.place_of("kinds"), format!("{}: `kinds` names no kind of document", section.what()));
    }
    let required = section.flag(faults, "required");
    let bytes_max = section.between(faults, "bytes_max", 1, 4 << 30).unwrap_or(DOCUMENT_BYTES_MAX);
    section.finish(faults);
    (!field.is_empty()).then_some(EvidenceRule { field, sha256, kinds, required, bytes_max })
}

/// Compares the rule with the layouts: every one must have the fields, in one kind of record, as texts. A document must not look
/// like a data file, or a folder could not tell them apart.
pub(super) fn compare(rule: &EvidenceRule, layouts: &[(String, Arc<Layout>)], slug: &str, faults: &mut Vec<String>) {
    for (variant, layout) in layouts {
        let mut fault = |sentence: String| faults.push(format!("integrations/{slug}: evidence: layout {variant}: {sentence}"));
        let Some(kind) = layout.kinds().iter().find(|kind| kind.field(&rule.field).is_some()) else {
            fault(format!("no record has the field `{}`", rule.field));
            continue;
        };
        for id in std::iter::once(&rule.field).chain(&rule.sha256) {
            match kind.field(id).map(|at| kind.fields[at].ty) {
                None => fault(format!("`{}` has no field `{id}`", kind.id)),
                Some(FieldType::Text | FieldType::Code | FieldType::Ascii) => {}
                Some(_) => fault(format!("`{id}` of `{}` must be text, code or ascii", kind.id)),
            }
        }
        if layout.format == Format::Csv && rule.kinds.contains(&DocumentKind::Csv) {
            fault("a document of kind csv could not be told from the file itself".to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(field: &str) -> Vec<(String, Arc<Layout>)> {
        let text = format!(
            "[layout]\nname='x'\nversion='1'\nformat='csv'\nencoding='utf-8'\n[[record]]\nkind='row'\nfields=[{field},{{id='n',name='N',type='int',len=3}}]\n"
        );
        vec![("a".to_owned(), Arc::new(Layout::parse(&text, "a").expect("sound")))]
    }

    fn rule(field: &str, sha256: Option<&str>) -> EvidenceRule {
        EvidenceRule {
            field: field.to_owned(),
            sha256: sha256.map(str::to_owned),
            kinds: vec![DocumentKind::Pdf],
            required: true,
            bytes_max: DOCUMENT_BYTES_MAX,
        }
    }

    #[test]
    fn a_rule_that_does_not_fit_the_layout_is_refused() {
        let layouts = layout("{id='pdf',name='PDF',type='text',len=9}");
        for (rule, sentence) in [
            (rule("pdf", None), ""),
            (rule("paper", None), "no record has the field `paper`"),
            (rule("pdf", Some("hash")), "has no field `hash`"),
            (rule("n", None), "must be text"),
            (EvidenceRule { kinds: vec![DocumentKind::Csv], ..rule("pdf", None) }, "could not be told"),
        ] {
            let mut faults = Vec::new();
            compare(&rule, &layouts, "07_x", &mut faults);
            let right = if sentence.is_empty() { faults.is_empty() } else { faults.len() == 1 && faults[0].contains(sentence) };
            assert!(right, "{sentence}: {faults:?}");
        }
    }
}
