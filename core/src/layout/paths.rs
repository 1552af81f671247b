//! Where the records and fields of an XML layout lie: one tree of element names for all kinds, so that the reader takes one step
//! for each tag and knows what the element is for.

/// The namespace of a name, as an index; what the layout does not name is one of the two constants.
pub(super) type Namespace = u16;
/// No namespace.
pub(super) const NO_NAMESPACE: Namespace = u16::MAX;
/// A namespace the layout does not use.
pub(super) const FOREIGN: Namespace = u16::MAX - 1;

/// What a text or attribute is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// The value of a field: kind and field.
    Value(usize, usize),
    /// It tells whether the value of a field counts.
    Choice(usize, usize),
}

/// One step of the paths.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) namespace: Namespace,
    pub(super) local: Box<str>,
    children: Vec<usize>,
    /// The kind whose record this element is.
    pub(super) begins: Option<usize>,
    /// What its text is for.
    pub(super) text: Vec<Use>,
    /// What its attributes are for.
    pub(super) attributes: Vec<(Box<str>, Use)>,
    /// Its text is an attachment.
    pub(super) attachment: Option<(usize, usize)>,
    /// Fields of which it is known at the end of this element whether the value counts.
    pub(super) settles: Vec<(usize, usize)>,
}

/// The tree. Node 0 is the document, above its element.
#[derive(Debug)]
pub(super) struct Paths {
    nodes: Vec<Node>,
    /// Namespaces by their index.
    uris: Vec<String>,
}

impl Default for Paths {
    fn default() -> Self {
        Paths { nodes: vec![Node::default()], uris: Vec::new() }
    }
}

impl Paths {
    pub(super) fn new(uris: Vec<String>) -> Self {
        Paths { uris, ..Paths::default() }
    }

    /// The index of a namespace.
    pub(super) fn namespace(&self, uri: &str) -> Namespace {
        match self.uris.iter().position(|known| known == uri) {
            _ if uri.is_empty() => NO_NAMESPACE,
            Some(index) => index as Namespace,
            None => FOREIGN,
        }
    }

    pub(super) fn node(&self, index: usize) -> &Node {
        &self.nodes[index]
    }

    pub(super) fn node_mut(&mut self, index: usize) -> &mut Node {
        &mut self.nodes[index]
    }

    /// The child of a node with this name.
    #[inline]
    pub(super) fn child(&self, node: usize, namespace: Namespace, local: &str) -> Option<usize> {
        let fits = |&&child: &&usize| self.nodes[child].namespace == namespace && &*self.nodes[child].local == local;
        self.nodes[node].children.iter().find(fits).copied()
    }

    /// The child with this name, made when there is none.
    pub(super) fn step(&mut self, node: usize, namespace: Namespace, local: &str) -> usize {
        if let Some(found) = self.child(node, namespace, local) {
            return found;
        }
        self.nodes.push(Node { namespace, local: local.into(), ..Node::default() });
        let made = self.nodes.len() - 1;
        self.nodes[node].children.push(made);
        made
    }

    /// The elements a document may begin with.
    pub(super) fn document_elements(&self) -> String {
        let names: Vec<&str> = self.nodes[0].children.iter().map(|&child| &*self.nodes[child].local).collect();
        names.join(", ")
    }
}
