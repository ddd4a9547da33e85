//! `#[anyrt::main]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Result, parse2};

use crate::args::Args;
use crate::function::Function;

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let function: Function = match parse2(item) {
        Ok(function) => function,
        Err(error) => return error.into_compile_error(),
    };
    try_expand(args, &function).unwrap_or_else(|error| {
        // With a function of this name there is one error and not two.
        let name = &function.sig.ident;
        let error = error.into_compile_error();
        quote!(#error fn #name() {})
    })
}

fn try_expand(args: TokenStream, function: &Function) -> Result<TokenStream> {
    let args: Args = parse2(args)?;
    function.check()?;
    let Function { attrs, vis, sig, body } = function;
    let (name, output, krate) = (&sig.ident, &sig.output, args.krate());
    let run = match args.backend {
        None => quote!(#krate::run(#name())),
        Some((backend, span)) => {
            let backend_name = backend.name;
            let unless = format_ident!("__private_unless_{}", backend.ident);
            let message = format!(
                "anyrt has no backend `{backend_name}` here: \
                 enable its feature `{backend_name}` in Cargo.toml"
            );
            let error = quote_spanned!(span=> ::core::compile_error!(#message););
            quote! {
                #krate::#unless! { #error }
                #krate::__private::run_named(#backend_name, #name())
            }
        }
    };
    Ok(quote! {
        #(#attrs)*
        #vis fn #name() #output {
            #sig #body
            #run
        }
    })
}
