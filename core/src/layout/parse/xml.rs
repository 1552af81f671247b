//! `[xml]`, and the paths of an XML layout.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::layout::model::{Choice, Kind, Layout, XmlOptions};
use crate::layout::names::{EmptyElements, FieldType, Format, Rules};
use crate::layout::paths::{NO_NAMESPACE, Namespace, Paths, Use};
use crate::layout::rules;
use crate::walk::{Faults, Section};

/// Reads `[xml]`.
pub(super) fn options(section: Option<Section<'_, '_>>, format: Format, faults: &mut Faults<'_>) -> XmlOptions {
    let mut options = XmlOptions {
        namespaces: BTreeMap::new(),
        empty_elements: EmptyElements::Absent,
        rules: None,
        paths: Arc::new(Paths::default()),
    };
    let Some(mut section) = section else { return options };
    if format != Format::Xml {
        faults.at(section.place, "[xml] belongs to xml layouts");
    }
    options.empty_elements = section.word(faults, "empty_elements", EmptyElements::ALL).unwrap_or(options.empty_elements);
    options.rules = section.word(faults, "rules", Rules::ALL);
    if let Some(mut namespaces) = section.table(faults, "namespaces") {
        for (prefix, uri, _) in namespaces.entries(faults) {
            options.namespaces.insert(prefix, uri.concat());
        }
    }
    section.finish(faults);
    options
}

/// Builds the tree of paths and binds the rules.
pub(super) fn link(layout: &mut Layout, place: usize, faults: &mut Faults<'_>) {
    if layout.format != Format::Xml {
        no_paths(layout, place, faults);
        return;
    }
    let uris = layout.xml.namespaces.values().cloned().collect();
    let mut linker = Linker { paths: Paths::new(uris), prefixes: layout.xml.namespaces.clone(), place, nodes: Vec::new() };
    for (index, kind) in layout.kinds.iter().enumerate() {
        linker.kind(index, kind, faults);
    }
    layout.xml.paths = Arc::new(linker.paths);
    if let Some(name) = layout.xml.rules {
        for missing in rules::missing(name, layout) {
            faults.at(place, format!("xml: the rules {name} need {missing}"));
        }
    }
}

fn no_paths(layout: &Layout, place: usize, faults: &mut Faults<'_>) {
    for kind in &layout.kinds {
        for field in kind.fields.iter().filter(|field| field.path.is_some() || field.choice.is_some()) {
            faults.at(place, format!("record {}, field {}: `path` and `where` belong to xml layouts", kind.id, field.id));
        }
    }
}

struct Linker {
    paths: Paths,
    prefixes: BTreeMap<String, String>,
    place: usize,
    /// The node of each kind so far.
    nodes: Vec<usize>,
}

impl Linker {
    fn kind(&mut self, index: usize, kind: &Kind, faults: &mut Faults<'_>) {
        let what = format!("record {}", kind.id);
        if kind.tag.is_some() || kind.repeat {
            faults.at(self.place, format!("{what}: `tag` and `repeat` have no meaning in an xml layout"));
        }
        let base = kind.parent.and_then(|parent| self.nodes.get(parent).copied()).unwrap_or(0);
        let Some(path) = &kind.path else {
            faults.at(self.place, format!("{what}: `path` is missing"));
            self.nodes.push(0);
            return;
        };
        let node = self.descend(base, path, &what, faults).unwrap_or(0);
        let taken = self.paths.node_mut(node).begins.replace(index).is_some();
        if node == base || taken {
            faults.at(self.place, format!("{what}: `path` = \"{path}\" is the element of another record, or of none"));
        }
        self.nodes.push(node);
        for (position, field) in kind.fields.iter().enumerate() {
            let what = format!("{what}, field {}", field.id);
            match &field.path {
                Some(path) => self.field((index, position), (path, field.choice.as_ref()), field.ty, node, &what, faults),
                None if field.choice.is_some() => faults.at(self.place, format!("{what}: `where` needs `path`")),
                None if field.constant.is_some() || field.default.is_some() => {}
                None => faults.at(self.place, format!("{what}: `path` is missing, and there is neither `const` nor `default`")),
            }
        }
    }

    fn field(
        &mut self,
        id: (usize, usize),
        (path, choice): (&str, Option<&Choice>),
        ty: FieldType,
        record: usize,
        what: &str,
        faults: &mut Faults<'_>,
    ) {
        let (elements, attribute) = match path.rsplit_once('/') {
            Some((elements, last)) if last.starts_with('@') => (elements, last.strip_prefix('@')),
            None if path.starts_with('@') => (".", path.strip_prefix('@')),
            _ => (path, None),
        };
        let Some(node) = self.descend(record, elements, what, faults) else { return };
        let part = self.paths.node_mut(node);
        match attribute {
            Some(name) => part.attributes.push((name.into(), Use::Value(id.0, id.1))),
            None if ty == FieldType::Attachment => part.attachment = Some(id),
            None => part.text.push(Use::Value(id.0, id.1)),
        }
        let Some(choice) = choice else { return };
        if let Some(name) = choice.path.strip_prefix('@') {
            part.attributes.push((name.into(), Use::Choice(id.0, id.1)));
            part.settles.push(id);
            return;
        }
        // Beside the value: from the element that holds it.
        let holder = match elements.rsplit_once('/') {
            Some((holder, _)) => holder,
            None if node == record => {
                return faults.at(self.place, format!("{what}: `where` cannot look beside the record's own element"));
            }
            None => ".",
        };
        let Some(holder) = self.descend(record, holder, what, faults) else { return };
        self.paths.node_mut(holder).settles.push(id);
        if let Some(beside) = self.descend(holder, &choice.path, what, faults) {
            self.paths.node_mut(beside).text.push(Use::Choice(id.0, id.1));
        }
    }

    /// Follows a path of `prefix:name` steps; `.` is the element itself.
    fn descend(&mut self, from: usize, path: &str, what: &str, faults: &mut Faults<'_>) -> Option<usize> {
        let mut node = from;
        for part in path.split('/').filter(|part| *part != ".") {
            let (namespace, local) = match part.split_once(':') {
                Some((prefix, local)) => (self.namespace(prefix, what, faults)?, local),
                None => (NO_NAMESPACE, part),
            };
            if local.is_empty() || local.starts_with('@') {
                faults.at(self.place, format!("{what}: the path \"{path}\" is none of names like cac:Party/cbc:Name"));
                return None;
            }
            node = self.paths.step(node, namespace, local);
        }
        Some(node)
    }

    fn namespace(&self, prefix: &str, what: &str, faults: &mut Faults<'_>) -> Option<Namespace> {
        let uri = self.prefixes.get(prefix);
        if uri.is_none() {
            faults.at(self.place, format!("{what}: [xml.namespaces] has no prefix \"{prefix}\""));
        }
        uri.map(|uri| self.paths.namespace(uri))
    }
}
