//! Tuples of 2 to 8 futures, which may differ in type.

use std::convert::Infallible;
use std::future::Future;

use super::fan_out::Take;
use super::together::{Sealed, Together, TryTogether, start_one, try_start_one};
use crate::driver::Driver;
use crate::group::TaskGroup;

/// For each future of the tuple: its type, the type of its value, and a variable.
macro_rules! tuple {
    ($($Future:ident $Value:ident $each:ident),+) => {
        impl<$($Future),+> Sealed for ($($Future,)+) {}

        impl<$($Future),+> Together for ($($Future,)+)
        where
            $($Future: Future<Output: Send> + Send + 'static,)+
        {
            type Outputs = ($($Future::Output,)+);

            fn start<D: Driver>(self, group: &TaskGroup<D, Infallible>) -> Take<Self::Outputs> {
                let ($($each,)+) = self;
                $(let $each = start_one(group, $each);)+
                Box::new(|| Some(($($each.take()?,)+)))
            }
        }

        impl<Failure, $($Future, $Value),+> TryTogether for ($($Future,)+)
        where
            Failure: Send + 'static,
            $($Future: Future<Output = Result<$Value, Failure>> + Send + 'static,)+
            $($Value: Send + 'static,)+
        {
            type Values = ($($Value,)+);
            type Failure = Failure;

            fn try_start<D: Driver>(self, group: &TaskGroup<D, Failure>) -> Take<Self::Values> {
                let ($($each,)+) = self;
                $(let $each = try_start_one(group, $each);)+
                Box::new(|| Some(($($each.take()?,)+)))
            }
        }
    };
}

tuple!(F1 T1 a, F2 T2 b);
tuple!(F1 T1 a, F2 T2 b, F3 T3 c);
tuple!(F1 T1 a, F2 T2 b, F3 T3 c, F4 T4 d);
tuple!(F1 T1 a, F2 T2 b, F3 T3 c, F4 T4 d, F5 T5 e);
tuple!(F1 T1 a, F2 T2 b, F3 T3 c, F4 T4 d, F5 T5 e, F6 T6 f);
tuple!(F1 T1 a, F2 T2 b, F3 T3 c, F4 T4 d, F5 T5 e, F6 T6 f, F7 T7 g);
tuple!(F1 T1 a, F2 T2 b, F3 T3 c, F4 T4 d, F5 T5 e, F6 T6 f, F7 T7 g, F8 T8 h);
