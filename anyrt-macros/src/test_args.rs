//! What stands in the parentheses of `#[anyrt::test]`.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Ident, LitInt, Path, Result, Token};

/// The arguments of `test`.
#[derive(Default)]
pub(crate) struct TestArgs {
    /// Whether it runs in a simulation, too, and where that is said.
    pub(crate) sim: Option<Span>,
    seeds: Option<(u64, Span)>,
    krate: Option<Path>,
}

impl TestArgs {
    /// Gives the path to the facade.
    pub(crate) fn krate(&self) -> TokenStream {
        self.krate.as_ref().map_or_else(|| quote!(::anyrt), |path| quote!(#path))
    }

    /// Gives the number of seeds: one, unless it is said otherwise.
    pub(crate) fn seeds(&self) -> u64 {
        self.seeds.map_or(1, |(seeds, _)| seeds)
    }

    fn check(self) -> Result<Self> {
        match (self.seeds, self.sim) {
            (Some((_, span)), None) => {
                Err(Error::new(span, "`seeds` are those of a simulation: `sim, seeds = 100`"))
            }
            (Some((0, span)), _) => Err(Error::new(span, "no seeds would test nothing")),
            _ => Ok(self),
        }
    }
}

impl Parse for TestArgs {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut args = Self::default();
        while !input.is_empty() {
            if !input.peek(Ident::peek_any) {
                return Err(input.error("expected `sim`, `seeds = 100`, or `crate = path`"));
            }
            let name = input.call(Ident::parse_any)?;
            let is_twice = match name.to_string().as_str() {
                "crate" => {
                    input.parse::<Token![=]>()?;
                    args.krate.replace(input.call(Path::parse_mod_style)?).is_some()
                }
                "seeds" => {
                    input.parse::<Token![=]>()?;
                    let seeds: LitInt = input.parse()?;
                    args.seeds.replace((seeds.base10_parse()?, seeds.span())).is_some()
                }
                "sim" => args.sim.replace(name.span()).is_some(),
                _ => {
                    let message = "a test names no backend: it runs on each that is enabled in \
                                   anyrt, and with `sim` in a simulation, too";
                    return Err(Error::new(name.span(), message));
                }
            };
            if is_twice {
                return Err(Error::new(name.span(), format!("`{name}` is given twice")));
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        args.check()
    }
}
