//! What can be awaited: found by its implementations and bounds, and known by its name.

use std::collections::BTreeSet;

use syn::punctuated::Punctuated;
use syn::{
    AngleBracketedGenericArguments, GenericArgument, ImplItem, ItemImpl, ItemTrait, Path,
    PathArguments, ReturnType, Signature, TraitItem, Type, TypeParamBound,
};

/// The names of whatever can be awaited.
#[derive(Default)]
pub(crate) struct Waiting {
    /// Types that implement `Future`, and associated types that must.
    types: BTreeSet<String>,
    /// Types that implement `Stream`: their items can be awaited, and whoever makes one waits for nothing.
    streams: BTreeSet<String>,
    /// Traits whose implementors are futures.
    traits: BTreeSet<String>,
    /// Those of the types that give a `Result`.
    failing: BTreeSet<String>,
}

fn last(path: &Path) -> String {
    path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}

/// The name of a type that is given by a path.
pub(crate) fn name(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(ty) => Some(last(&ty.path)),
        _ => None,
    }
}

/// Whether a function makes a value of the type that it belongs to.
pub(crate) fn is_constructor(signature: &Signature) -> bool {
    let ReturnType::Type(_, ty) = &signature.output else { return false };
    signature.receiver().is_none() && name(ty).is_some_and(|name| name == "Self")
}

fn is_result(ty: &Type) -> bool {
    name(ty).is_some_and(|name| name == "Result")
}

fn arguments(path: &Path) -> Option<&AngleBracketedGenericArguments> {
    match &path.segments.last()?.arguments {
        PathArguments::AngleBracketed(arguments) => Some(arguments),
        _ => None,
    }
}

type Bounds<T> = Punctuated<TypeParamBound, T>;

fn traits_of<T>(bounds: &Bounds<T>) -> impl Iterator<Item = &Path> {
    bounds.iter().filter_map(|bound| match bound {
        TypeParamBound::Trait(bound) => Some(&bound.path),
        _ => None,
    })
}

impl Waiting {
    pub(crate) fn note_impl(&mut self, block: &ItemImpl) {
        let Some((path, _)) = &block.trait_ else { return };
        let Some(name) = name(&block.self_ty) else { return };
        match last(path).as_str() {
            "Future" => {}
            "Stream" => {
                self.streams.insert(name);
                return;
            }
            _ => return,
        }
        let gives_result = block.items.iter().any(|item| match item {
            ImplItem::Type(item) => item.ident == "Output" && is_result(&item.ty),
            _ => false,
        });
        self.failing.extend(gives_result.then(|| name.clone()));
        self.types.insert(name);
    }

    pub(crate) fn note_trait(&mut self, item: &ItemTrait) {
        if self.is_waiting_bound(&item.supertraits) {
            self.traits.insert(item.ident.to_string());
        }
        for item in &item.items {
            if let TraitItem::Type(item) = item
                && self.is_waiting_bound(&item.bounds)
            {
                self.types.insert(item.ident.to_string());
            }
        }
    }

    pub(crate) fn is_future(&self, name: &str) -> bool {
        self.types.contains(name)
    }

    pub(crate) fn is_stream(&self, name: &str) -> bool {
        self.streams.contains(name)
    }

    fn is_waiting_bound<T>(&self, bounds: &Bounds<T>) -> bool {
        traits_of(bounds).any(|path| {
            let name = last(path);
            name == "Future" || self.traits.contains(&name)
        })
    }

    fn has_future(&self, ty: &Type) -> bool {
        match ty {
            Type::Path(ty) => {
                let inner = arguments(&ty.path).into_iter().flat_map(|inner| &inner.args);
                let mut inner = inner.filter_map(|argument| match argument {
                    GenericArgument::Type(ty) => Some(ty),
                    _ => None,
                });
                self.is_future(&last(&ty.path)) || inner.any(|ty| self.has_future(ty))
            }
            Type::ImplTrait(ty) => self.is_waiting_bound(&ty.bounds),
            Type::TraitObject(ty) => self.is_waiting_bound(&ty.bounds),
            Type::Tuple(ty) => ty.elems.iter().any(|ty| self.has_future(ty)),
            _ => false,
        }
    }

    /// Whether what a function gives has to be awaited; a future's constructors give `Self`.
    pub(crate) fn is_awaited(&self, signature: &Signature) -> bool {
        let returned = match &signature.output {
            ReturnType::Default => false,
            ReturnType::Type(_, ty) => self.has_future(ty),
        };
        signature.asyncness.is_some() || returned
    }

    /// Whether a function gives a `Result`, at once or when it is awaited.
    pub(crate) fn can_fail(&self, signature: &Signature) -> bool {
        let ReturnType::Type(_, ty) = &signature.output else { return false };
        match &**ty {
            Type::Path(ty) => {
                let name = last(&ty.path);
                name == "Result" || self.failing.contains(&name)
            }
            Type::ImplTrait(ty) => traits_of(&ty.bounds).any(|path| {
                let inner = arguments(path).into_iter().flat_map(|inner| &inner.args);
                inner.into_iter().any(|argument| match argument {
                    GenericArgument::AssocType(ty) => ty.ident == "Output" && is_result(&ty.ty),
                    _ => false,
                })
            }),
            _ => false,
        }
    }
}
