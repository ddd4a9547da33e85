//! The pattern `tls` as a program.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::slice::from_ref;

use anyrt_examples::patterns::tls::{Identity, ask, trusting, visit};
use anyrt_examples::program;

fn main() -> ExitCode {
    program::run(async || {
        let (identity, nobody) = (Identity::new(), trusting(&[]));
        let connector = trusting(from_ref(&identity.certificate));
        let visit = visit(identity.acceptor, async |address| {
            let answer = ask(address, &connector, "hello").await?;
            let refusal = match ask(address, &nobody, "hello").await {
                Ok(answer) => answer,
                Err(error) => error.to_string(),
            };
            Ok(format!("trusted, it answers: {answer}\nnot trusted: {refusal}"))
        });
        visit.await?
    })
}
