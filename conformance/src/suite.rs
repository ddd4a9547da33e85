//! The macro that makes one test of each law.

/// Makes one `#[test]` for each law, named after its id.
///
/// The expression is evaluated anew for each test, so that the tests share nothing and run in
/// parallel.
///
/// | form | for | laws |
/// |---|---|---|
/// | `suite!(expr)` | a [`Driver`](anyrt_core::Driver) with [`Toplevel`](anyrt_core::Toplevel) | all but the W laws |
/// | `suite!(expr, net)` | ... that is a [`NetDriver`](anyrt_core::NetDriver), too | all, also the W laws, and B9 with its network half |
/// | `suite!(backend: expr)` | what implements [`Backend`](anyrt_core::Backend) itself | all but B11, J, S8, L9, T, W and O4 |
/// | `suite!(backend: expr, net)` | ... and [`Net`](anyrt_core::Net), too | all but B11, J, S8, L9, T, W7 and O4; B9 with its network half |
///
/// A backend whose tasks can be dropped on demand checks B11 with
/// [`abort_law_of`](crate::abort_law_of).
///
/// # Examples
///
/// ```ignore
/// // tests/laws.rs
/// use my_backend::MyBackend;
///
/// anyrt_conformance::suite!(MyBackend::new());
/// ```
///
/// Two suites in one file need a module each:
///
/// ```ignore
/// mod one_thread {
///     anyrt_conformance::suite!(my_backend::MyBackend::with_threads(1));
/// }
/// mod many_threads {
///     anyrt_conformance::suite!(my_backend::MyBackend::with_threads(4));
/// }
/// ```
#[macro_export]
macro_rules! suite {
    (backend: $backend:expr $(,)?) => {
        $crate::__with_ids! { [] $crate::__tests, $crate::laws(), $backend }
    };
    (backend: $backend:expr, net $(,)?) => {
        $crate::__with_ids! {
            [; w1 w2 w3 w4 w5 w6 w8 w9 w10 w11 w12 w13] $crate::__tests, $crate::with_net($crate::laws()), $backend
        }
    };
    ($driver:expr $(,)?) => {
        $crate::__with_ids! {
            [b11, j1 j2 j3 j4 j5, s8, l9 t1 t2 t3 t4 t5 o4] $crate::__tests, $crate::driver_laws(), $crate::Subject::new($driver)
        }
    };
    ($driver:expr, net $(,)?) => {
        $crate::__with_ids! {
            [b11, j1 j2 j3 j4 j5, s8, l9 t1 t2 t3 t4 t5 o4; w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 w12 w13] $crate::__tests,
            $crate::driver_laws_with_net(),
            $crate::Subject::with_net($driver)
        }
    };
}

/// Makes one `#[test]` for each law of the system: signals and processes.
///
/// For a driver that is a [`SignalDriver`](anyrt_core::SignalDriver) and a
/// [`ProcessDriver`](anyrt_core::ProcessDriver), on a Unix. One with signals of its own alone checks them
/// with [`signal_law`](crate::signal_law).
///
/// # Examples
///
/// ```ignore
/// anyrt_conformance::system_suite!(MyBackend::new());
/// ```
#[macro_export]
macro_rules! system_suite {
    ($driver:expr) => {
        $crate::__tests! {
            $crate::system_laws(),
            {
                let driver = $driver;
                $crate::Subject::new(driver.clone()).with_system($crate::System::of(driver))
            },
            [o1 o2 o3]
        }
    };
}

/// Makes the tests; a macro of its own, since the list of ids comes last.
#[doc(hidden)]
#[macro_export]
macro_rules! __tests {
    ($laws:expr, $backend:expr, [$($id:ident)*]) => {
        $(
            #[test]
            fn $id() {
                $crate::hold(&$laws, &$backend, stringify!($id));
            }
        )*
    };
}

/// Calls a macro with its arguments and the ids of all laws.
///
/// A test proves that these are the ids of the registry.
#[doc(hidden)]
#[macro_export]
macro_rules! __with_ids {
    (
        [$($b11:ident, $($j:ident)+, $s8:ident, $($last:ident)+)? $(; $($w:ident)+)?]
        $callback:path, $($args:expr),*
    ) => {
        $callback! {
            $($args,)*
            [
                b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 $($b11)?
                g1 g2 g3 g4 g5 g6 g7 g8 g9 g10 g11 g12 g13 g14 g15
                e1 e2 e3 e4 e5 e6 e7 e8 e9 e10 e11 e12
                i1 i2 i3
                $($($j)+)?
                r1 r2 r3 r4 r5 r6
                c1 c2 c3 c4 c5 c6 c7 c8 c9 c10 c11 c12 c13
                d1 d2 d3 d4 d5 d6 d7 d8
                s1 s2 s3 s4 s5 s6 s7 $($s8)?
                x1 x2 x3 x4
                p1 p2 p3 p4 p5 p6
                f1 f2 f3
                h1 h2 h3 h4 h5 h6 h7 h8 h9 h10 h11 h12
                l1 l2 l3 l4 l5 l6 l7 l8 $($($last)+)?
                $($($w)+)?
            ]
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::{Law, Subject};

    macro_rules! all {
        ([$($id:ident)*]) => {
            const ALL: &[&str] = &[$(stringify!($id)),*];
        };
    }

    macro_rules! with_driver {
        ([$($id:ident)*]) => {
            const WITH_DRIVER: &[&str] = &[$(stringify!($id)),*];
        };
    }

    crate::__with_ids! { [] all, }
    macro_rules! with_net {
        ([$($id:ident)*]) => {
            const WITH_NET: &[&str] = &[$(stringify!($id)),*];
        };
    }

    crate::__with_ids! { [b11, j1 j2 j3 j4 j5, s8, l9 t1 t2 t3 t4 t5 o4] with_driver, }
    crate::__with_ids! { [b11, j1 j2 j3 j4 j5, s8, l9 t1 t2 t3 t4 t5 o4; w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 w12 w13] with_net, }

    fn registered(laws: &[Law<Subject>]) -> Vec<String> {
        laws.iter().map(|law| law.id.to_lowercase()).collect()
    }

    #[test]
    fn the_macro_knows_each_law() {
        assert_eq!(registered(&crate::laws()), ALL);
        assert_eq!(registered(&crate::driver_laws()), WITH_DRIVER);
        assert_eq!(registered(&crate::driver_laws_with_net()), WITH_NET);
    }
}
