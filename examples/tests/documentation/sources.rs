//! The public items of the crates, parsed.

use std::fs;
use std::path::{Path, PathBuf};

use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Fields, ImplItem, ItemImpl, ItemTrait, Signature, TraitItem, Visibility};

use crate::docs::Docs;
use crate::item::{Item, Kind, has, is_hidden};
use crate::waiting::{self, Waiting};

/// The crates that somebody else can call.
const CRATES: [&str; 10] = [
    "anyrt-core",
    "anyrt",
    "anyrt-hyper",
    "anyrt-tokio",
    "anyrt-smol",
    "anyrt-async-std",
    "anyrt-async-io",
    "anyrt-sim",
    "anyrt-workers",
    "conformance",
];

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[derive(Default)]
pub(crate) struct Sources {
    pub(crate) items: Vec<Item>,
    pub(crate) waiting: Waiting,
}

impl Sources {
    pub(crate) fn of_the_workspace() -> Self {
        let mut sources = Self::default();
        for name in CRATES {
            sources.add_file(&format!("{name}/src/lib.rs"), &format!("{name}/src"));
        }
        sources
    }

    /// The documentation of an item, or of the item to which it refers.
    pub(crate) fn docs<'a>(&'a self, item: &'a Item) -> &'a Docs {
        let twin = item.docs.twin().and_then(|name| {
            let mut items = self.items.iter();
            items.find(|other| other.is(&item.file, name))
        });
        twin.map_or(&item.docs, |twin| &twin.docs)
    }

    /// What one text has, as if it were a file of the facade.
    pub(crate) fn of_text(text: &str) -> Self {
        let mut sources = Self::default();
        sources.add_text("anyrt/src/text.rs", "", text);
        sources
    }

    fn add_file(&mut self, file: &str, folder: &str) {
        let text = fs::read_to_string(root().join(file)).unwrap_or_else(|error| {
            panic!("{file}: {error}");
        });
        self.add_text(file, folder, &text);
    }

    fn add_text(&mut self, file: &str, folder: &str, text: &str) {
        let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        let name = file.rsplit('/').next().unwrap_or_default();
        let kind = Kind::Module { is_crate: name == "lib.rs" };
        self.push(file, name.to_owned(), None, &parsed.attrs, kind);
        self.add_items(file, folder, parsed.items);
    }

    fn add_items(&mut self, file: &str, folder: &str, items: Vec<syn::Item>) {
        for item in items {
            self.add(file, folder, item);
        }
    }

    fn add(&mut self, file: &str, folder: &str, item: syn::Item) {
        match item {
            syn::Item::Fn(item) if is_public(&item.vis) => {
                self.push_function(file, None, &item.attrs, &item.sig);
            }
            syn::Item::Struct(item) if is_public(&item.vis) => {
                let name = item.ident.to_string();
                self.push(file, name.clone(), None, &item.attrs, Kind::Type);
                self.push_fields(file, &name, &item.fields, false);
            }
            syn::Item::Enum(item) if is_public(&item.vis) => {
                let name = item.ident.to_string();
                self.push(file, name.clone(), None, &item.attrs, Kind::Type);
                for variant in item.variants {
                    let path = format!("{name}::{}", variant.ident);
                    self.push_fields(file, &path, &variant.fields, true);
                    self.push(file, path, Some(name.clone()), &variant.attrs, Kind::Other);
                }
            }
            syn::Item::Const(item) if is_public(&item.vis) => {
                self.push(file, item.ident.to_string(), None, &item.attrs, Kind::Other);
            }
            syn::Item::Type(item) if is_public(&item.vis) => {
                self.push(file, item.ident.to_string(), None, &item.attrs, Kind::Other);
            }
            syn::Item::Trait(item) => self.add_trait(file, &item),
            syn::Item::Impl(item) => self.add_impl(file, &item),
            syn::Item::Mod(item) if !is_hidden(&item.attrs) => match item.content {
                Some((_, items)) => self.add_items(file, folder, items),
                None => {
                    let folder = format!("{folder}/{}", item.ident);
                    self.add_file(&format!("{folder}.rs"), &folder);
                }
            },
            syn::Item::Macro(syn::ItemMacro { attrs, ident: Some(name), .. })
                if has(&attrs, "macro_export") =>
            {
                self.push(file, format!("{name}!"), None, &attrs, Kind::Macro);
            }
            syn::Item::Macro(item) if is_projection(&item) => {
                let first = first_item.parse2(item.mac.tokens).unwrap();
                self.add(file, folder, first);
            }
            _ => {}
        }
    }

    fn add_trait(&mut self, file: &str, item: &ItemTrait) {
        // Also of a private trait: its name is never that of a public one.
        self.waiting.note_trait(item);
        if !is_public(&item.vis) || is_hidden(&item.attrs) {
            return;
        }
        let owner = item.ident.to_string();
        self.push(file, owner.clone(), None, &item.attrs, Kind::Other);
        for item in &item.items {
            match item {
                TraitItem::Fn(item) => {
                    self.push_function(file, Some(&owner), &item.attrs, &item.sig);
                }
                TraitItem::Type(item) => {
                    let name = format!("{owner}::{}", item.ident);
                    self.push(file, name, Some(owner.clone()), &item.attrs, Kind::Other);
                }
                TraitItem::Const(item) => {
                    let name = format!("{owner}::{}", item.ident);
                    self.push(file, name, Some(owner.clone()), &item.attrs, Kind::Other);
                }
                _ => {}
            }
        }
    }

    fn add_impl(&mut self, file: &str, block: &ItemImpl) {
        self.waiting.note_impl(block);
        let Some(owner) = waiting::name(&block.self_ty) else { return };
        if block.trait_.is_some() {
            let name = format!("{owner} (impl)");
            self.push(file, name.clone(), Some(owner.clone()), &block.attrs, Kind::OfTrait);
            for item in &block.items {
                if let ImplItem::Fn(item) = item {
                    let name = format!("{name}::{}", item.sig.ident);
                    self.push(file, name, Some(owner.clone()), &item.attrs, Kind::OfTrait);
                }
            }
            return;
        }
        for item in &block.items {
            match item {
                ImplItem::Fn(item) if is_public(&item.vis) => {
                    self.push_function(file, Some(&owner), &item.attrs, &item.sig);
                }
                ImplItem::Const(item) if is_public(&item.vis) => {
                    let name = format!("{owner}::{}", item.ident);
                    self.push(file, name, Some(owner.clone()), &item.attrs, Kind::Other);
                }
                _ => {}
            }
        }
    }

    fn push_fields(&mut self, file: &str, owner: &str, fields: &Fields, is_all_public: bool) {
        let Fields::Named(fields) = fields else { return };
        for field in &fields.named {
            let Some(ident) = &field.ident else { continue };
            if is_all_public || is_public(&field.vis) {
                let name = format!("{owner}::{ident}");
                self.push(file, name, Some(owner.to_owned()), &field.attrs, Kind::Other);
            }
        }
    }

    fn push_function(
        &mut self,
        file: &str,
        owner: Option<&str>,
        attributes: &[Attribute],
        signature: &Signature,
    ) {
        let ident = signature.ident.to_string();
        let name = owner.map_or_else(|| ident.clone(), |owner| format!("{owner}::{ident}"));
        let kind = Kind::Function {
            signature: Box::new(signature.clone()),
            is_track_caller: has(attributes, "track_caller"),
        };
        self.push(file, name, owner.map(str::to_owned), attributes, kind);
    }

    fn push(
        &mut self,
        file: &str,
        name: String,
        owner: Option<String>,
        attributes: &[Attribute],
        kind: Kind,
    ) {
        if !is_hidden(attributes) {
            let (file, docs) = (file.to_owned(), Docs::new(attributes));
            self.items.push(Item { file, name, owner, docs, kind });
        }
    }
}

fn is_projection(item: &syn::ItemMacro) -> bool {
    item.mac.path.segments.last().is_some_and(|last| last.ident == "pin_project")
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// The type that `pin_project!` is called with; its `PinnedDrop` is no Rust.
fn first_item(input: ParseStream<'_>) -> syn::Result<syn::Item> {
    let item = input.parse()?;
    input.step(|cursor| {
        let mut rest = *cursor;
        while let Some((_, next)) = rest.token_tree() {
            rest = next;
        }
        Ok(((), rest))
    })?;
    Ok(item)
}
