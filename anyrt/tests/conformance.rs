//! The laws, checked on `AnyBackend` and on the functions of the facade.

#[path = "support/facade.rs"]
mod facade;

mod any_tokio {
    anyrt_conformance::suite!("tokio".parse::<anyrt::AnyBackend>().unwrap(), net);
    #[cfg(unix)]
    anyrt_conformance::system_suite!("tokio".parse::<anyrt::AnyBackend>().unwrap());
}

mod any_smol {
    anyrt_conformance::suite!("smol".parse::<anyrt::AnyBackend>().unwrap(), net);
    #[cfg(unix)]
    anyrt_conformance::system_suite!("smol".parse::<anyrt::AnyBackend>().unwrap());
}

mod any_async_std {
    anyrt_conformance::suite!("async-std".parse::<anyrt::AnyBackend>().unwrap(), net);
    #[cfg(unix)]
    anyrt_conformance::system_suite!("async-std".parse::<anyrt::AnyBackend>().unwrap());
}

mod any_sim {
    // The checks have threads of their own.
    anyrt_conformance::suite!(
        anyrt::AnyBackend::from(anyrt::sim::Sim::new(7).among_threads().backend()),
        net
    );
}

mod functions_on_tokio {
    anyrt_conformance::suite!(backend: crate::facade::Facade::on("tokio"), net);
}

mod functions_on_smol {
    anyrt_conformance::suite!(backend: crate::facade::Facade::on("smol"), net);
}

mod functions_on_async_std {
    anyrt_conformance::suite!(backend: crate::facade::Facade::on("async-std"), net);
}

/// All but B9, which is about handles: on a thread that nobody knows the functions have none, and find a
/// backend with another clock.
#[test]
fn functions_on_sim() {
    let sim = || anyrt::sim::Sim::new(7).among_threads().backend();
    for law in anyrt_conformance::laws().into_iter().filter(|law| law.id != "B9") {
        let outcome = anyrt_conformance::run_law(&law, &facade::Facade::from(sim()));
        assert!(outcome.is_passed(), "{}: {outcome:?}", law.id);
    }
}
