//! `#[anyrt::test]`.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Error, Ident, Result, ReturnType, parse2};

use crate::args::BACKENDS;
use crate::function::Function;
use crate::test_args::TestArgs;

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    try_expand(args, item).unwrap_or_else(Error::into_compile_error)
}

fn try_expand(args: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let args: TestArgs = parse2(args)?;
    let function: Function = parse2(item)?;
    function.check()?;

    let Function { attrs, vis, sig, body } = function;
    let (for_tests, for_function): (Vec<_>, Vec<_>) = attrs.into_iter().partition(is_for_tests);
    let must_panic = for_tests.iter().any(|attr| attr.path().is_ident("should_panic"));
    if let (true, ReturnType::Type(_, output)) = (must_panic, &sig.output) {
        let message = "a test with `#[should_panic]` must return `()`";
        return Err(Error::new(output.span(), message));
    }
    let ignore = for_tests.iter().filter(|attr| attr.path().is_ident("ignore"));
    let (name, krate) = (&sig.ident, args.krate());
    // The type itself may be written relative to the module outside.
    let output = match &sig.output {
        ReturnType::Default => TokenStream::new(),
        ReturnType::Type(_, output) => {
            quote_spanned!(output.span()=> -> impl ::std::process::Termination)
        }
    };
    let tests = BACKENDS.map(|backend| {
        let backend_name = backend.name;
        let when = format_ident!("__private_if_{}", backend.ident);
        // At the place of the function, so that an editor finds the tests there.
        let test = Ident::new(backend.ident, Span::call_site().located_at(name.span()));
        quote! {
            #krate::#when! {
                #[::core::prelude::v1::test]
                #(#for_tests)*
                fn #test() #output {
                    #krate::__private::run_named(#backend_name, super::#name())
                }
            }
        }
    });
    let place = Span::call_site().located_at(name.span());
    let otherwise = match args.sim {
        Some(span) => {
            simulated(&krate, span, &Ident::new("sim", place), name, &for_tests, args.seeds())
        }
        None => quote! {
            #krate::__private_if_no_backend! {
                #[::core::prelude::v1::test]
                #(#ignore)*
                fn no_backend() {
                    #krate::__private::no_backend_for_tests()
                }
            }
        },
    };
    Ok(quote! {
        #[cfg(test)]
        #(#for_function)*
        #[allow(dead_code, reason = "nobody calls it if no backend is enabled")]
        #vis #sig #body

        #[cfg(test)]
        mod #name {
            #[allow(unused_imports, reason = "for a `crate = path` that is relative")]
            use super::*;

            #(#tests)*

            #otherwise
        }
    })
}

/// The test that runs in simulations, or an error where there are none.
fn simulated(
    krate: &TokenStream,
    span: Span,
    test: &Ident,
    function: &Ident,
    for_tests: &[Attribute],
    seeds: u64,
) -> TokenStream {
    let message = "anyrt has no simulation here: enable its feature `sim` in Cargo.toml";
    let error = quote_spanned!(span=> ::core::compile_error!(#message););
    quote! {
        #krate::__private_unless_sim! { #error }
        #krate::__private_if_sim! {
            #[::core::prelude::v1::test]
            #(#for_tests)*
            fn #test() {
                #krate::__private::run_sim(#seeds, super::#function)
            }
        }
    }
}

fn is_for_tests(attr: &Attribute) -> bool {
    attr.path().is_ident("should_panic") || attr.path().is_ident("ignore")
}
