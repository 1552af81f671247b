//! Namespaces by prefix, as far as they are declared where reading is.

use crate::layout::paths::{FOREIGN, NO_NAMESPACE, Namespace};

struct Binding {
    prefix: Box<str>,
    namespace: Namespace,
}

/// The declarations in force. An element's own are dropped at its end.
pub(super) struct Scope {
    bindings: Vec<Binding>,
}

impl Scope {
    pub(super) fn new() -> Self {
        Scope { bindings: Vec::new() }
    }

    /// How many declarations there are, to return to.
    pub(super) fn mark(&self) -> usize {
        self.bindings.len()
    }

    /// Forgets what was declared since.
    pub(super) fn back_to(&mut self, mark: usize) {
        self.bindings.truncate(mark);
    }

    /// Declares a prefix; the empty one is the default namespace.
    pub(super) fn declare(&mut self, prefix: &str, namespace: Namespace) {
        self.bindings.push(Binding { prefix: prefix.into(), namespace });
    }

    /// The namespace of a prefix; `None` when it is not declared.
    #[inline]
    pub(super) fn find(&self, prefix: &str) -> Option<Namespace> {
        let found = self.bindings.iter().rev().find(|binding| &*binding.prefix == prefix);
        match (found, prefix) {
            (Some(binding), _) => Some(binding.namespace),
            (None, "") => Some(NO_NAMESPACE),
            // Bound to itself by the namespace standard.
            (None, "xml") => Some(FOREIGN),
            (None, _) => None,
        }
    }
}
