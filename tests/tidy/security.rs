use crate::source::root;

/// Files and tests that a document names in code marks.
fn named(text: &str) -> Vec<(String, Option<String>)> {
    let spans = text.split('`').skip(1).step_by(2);
    let files = spans.filter(|span| span.contains('/') && (span.contains(".rs") || span.ends_with(".sql")));
    files
        .map(|span| match span.split_once("::") {
            Some((file, test)) => (file.to_owned(), Some(test.to_owned())),
            None => (span.to_owned(), None),
        })
        .collect()
}

#[test]
fn what_the_security_document_points_at_is_there() {
    let text = std::fs::read_to_string(root().join("docs/SECURITY.md")).unwrap();
    let named = named(&text);
    assert!(named.len() > 20, "the walk found only {} places", named.len());
    let missing: Vec<String> = named
        .iter()
        .filter(|(file, test)| {
            let source = std::fs::read_to_string(root().join(file)).unwrap_or_default();
            source.is_empty() || test.as_ref().is_some_and(|test| !source.contains(&format!("fn {test}(")))
        })
        .map(|(file, test)| format!("{file} {}", test.as_deref().unwrap_or_default()))
        .collect();
    assert!(missing.is_empty(), "docs/SECURITY.md names what is not there: {missing:#?}");
}
