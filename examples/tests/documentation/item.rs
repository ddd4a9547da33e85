//! Something that is documented, and what the rules have to know of it.

use syn::{Attribute, Signature};

use crate::docs::Docs;

pub(crate) struct Item {
    /// Path in the workspace.
    pub(crate) file: String,
    /// `function`, `Type`, `Type::method` or `macro!`.
    pub(crate) name: String,
    /// The type, or trait, that it is a part of.
    pub(crate) owner: Option<String>,
    pub(crate) docs: Docs,
    pub(crate) kind: Kind,
}

pub(crate) enum Kind {
    Function {
        signature: Box<Signature>,
        is_track_caller: bool,
    },
    /// A struct, an enum or a union.
    Type,
    Macro,
    /// A file's own documentation, be it a public module's or not.
    Module {
        is_crate: bool,
    },
    /// An implementation of a trait, or a method in one: it is documented at will.
    OfTrait,
    /// A trait, a constant, a field, a variant, an alias.
    Other,
}

impl Item {
    pub(crate) fn is(&self, file: &str, name: &str) -> bool {
        self.file == file && self.name == name
    }

    /// Whether the item is in this module of the core.
    pub(crate) fn is_in_core(&self, module: &str) -> bool {
        let rest = self.file.strip_prefix("anyrt-core/src/");
        let rest = rest.and_then(|rest| rest.strip_prefix(module));
        rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    }

    pub(crate) fn fault(&self, what: &str) -> String {
        format!("{}: `{}`: {what}", self.file, self.name)
    }
}

/// Whether an item has `#[doc(hidden)]`, or exists only for tests.
pub(crate) fn is_hidden(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let argument = attribute.parse_args::<syn::Ident>().map(|ident| ident.to_string());
        let has = |name: &str| argument.as_ref().is_ok_and(|argument| argument == name);
        let path = attribute.path();
        path.is_ident("doc") && has("hidden")
            || path.is_ident("cfg") && (has("test") || has("doctest"))
    })
}

pub(crate) fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident(name))
}
