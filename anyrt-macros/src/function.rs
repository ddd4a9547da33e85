//! The function under an attribute.

use proc_macro2::Group;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Attribute, Error, Result, Signature, Visibility};

/// An async function without arguments, whose body nobody has looked into.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: Group,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let sig = input
            .parse()
            .map_err(|error| Error::new(error.span(), "this attribute belongs to an `async fn`"))?;
        Ok(Self { attrs, vis, sig, body: input.parse()? })
    }
}

impl Function {
    /// Refuses what cannot be called with nothing in hand; names every fault at once.
    pub(crate) fn check(&self) -> Result<()> {
        let sig = &self.sig;
        let mut faults = Vec::new();
        if sig.asyncness.is_none() {
            faults.push(Error::new(sig.fn_token.span, "the function must be `async`"));
        }
        if !sig.inputs.is_empty() {
            let message = "the function cannot have arguments: nobody would pass them";
            faults.push(Error::new(sig.inputs.span(), message));
        }
        if !sig.generics.params.is_empty() {
            let message = "the function cannot be generic: nobody would choose the types";
            faults.push(Error::new(sig.generics.span(), message));
        }
        let all = faults.into_iter().reduce(|mut all, fault| {
            all.combine(fault);
            all
        });
        all.map_or(Ok(()), Err)
    }
}
