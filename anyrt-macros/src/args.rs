//! What stands in the parentheses of an attribute.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Ident, LitStr, Path, Result, Token};

/// A backend that the facade may have enabled.
#[derive(Clone, Copy)]
pub(crate) struct Backend {
    /// Its name, which is also the name of its feature.
    pub(crate) name: &'static str,
    /// The same as an identifier.
    pub(crate) ident: &'static str,
}

/// All backends, in the order in which `run` prefers them.
pub(crate) const BACKENDS: [Backend; 3] = [
    Backend { name: "tokio", ident: "tokio" },
    Backend { name: "smol", ident: "smol" },
    Backend { name: "async-std", ident: "async_std" },
];

/// The arguments of `main` and `test`.
#[derive(Default)]
pub(crate) struct Args {
    /// The backend to run on, and where it is named.
    pub(crate) backend: Option<(Backend, Span)>,
    krate: Option<Path>,
}

impl Args {
    /// Gives the path to the facade.
    pub(crate) fn krate(&self) -> TokenStream {
        self.krate.as_ref().map_or_else(|| quote!(::anyrt), |path| quote!(#path))
    }
}

impl Parse for Args {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut args = Self::default();
        while !input.is_empty() {
            if input.peek(Token![crate]) {
                let span = input.parse::<Token![crate]>()?.span;
                input.parse::<Token![=]>()?;
                if args.krate.replace(input.call(Path::parse_mod_style)?).is_some() {
                    return Err(Error::new(span, "`crate` is given twice"));
                }
            } else {
                let (backend, span) = parse_backend(input)?;
                if args.backend.replace((backend, span)).is_some() {
                    return Err(Error::new(span, "a second backend: a program runs on one"));
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(args)
    }
}

fn parse_backend(input: ParseStream<'_>) -> Result<(Backend, Span)> {
    let (name, span) = if input.peek(LitStr) {
        let name: LitStr = input.parse()?;
        (name.value(), name.span())
    } else if input.peek(Ident::peek_any) {
        let name = input.call(Ident::parse_any)?;
        (name.to_string(), name.span())
    } else {
        return Err(input.error("expected the name of a backend, or `crate = path`"));
    };
    if input.peek(Token![=]) {
        let message = format!("unknown argument `{name}`: only `crate = path` has a value");
        return Err(Error::new(span, message));
    }
    let known = BACKENDS.into_iter().find(|known| known.name == name || known.ident == name);
    known.map(|backend| (backend, span)).ok_or_else(|| {
        let message =
            format!("unknown backend `{name}`: there are `tokio`, `smol` and `async_std`");
        Error::new(span, message)
    })
}
