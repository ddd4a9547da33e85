//! The exceptions, each with its reason. One that nothing needs any more is a fault.

/// An item that need not keep one of the rules.
pub(crate) struct Exception {
    pub(crate) rule: Rule,
    pub(crate) file: &'static str,
    pub(crate) name: &'static str,
    /// Why the rule makes no sense there.
    pub(crate) reason: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    CancelSafety,
    Errors,
    Examples,
    Law,
    Panics,
}

const fn except(
    rule: Rule,
    file: &'static str,
    name: &'static str,
    reason: &'static str,
) -> Exception {
    Exception { rule, file, name, reason }
}

pub(crate) const EXCEPTIONS: &[Exception] = &[
    except(
        Rule::Panics,
        "anyrt-core/src/inline/handle.rs",
        "InlineGroup::try_spawn",
        "the caller's line is the child's place; no runtime is asked that could panic",
    ),
    except(
        Rule::Panics,
        "anyrt-core/src/backend/inline.rs",
        "InlineGroup::try_spawn",
        "the caller's line is the child's place; no runtime is asked that could panic",
    ),
    except(
        Rule::Panics,
        "anyrt-core/src/backend.rs",
        "Backend::fail_after",
        "the caller's line is what the error tells; nothing panics",
    ),
    except(
        Rule::Panics,
        "anyrt-core/src/backend.rs",
        "Backend::fail_at",
        "the caller's line is what the error tells; nothing panics",
    ),
    except(
        Rule::Law,
        "anyrt-core/src/sync/rate_limiter.rs",
        "RateLimiterStatistics",
        "numbers for monitoring, of which no law speaks",
    ),
    except(
        Rule::Law,
        "anyrt-core/src/sync/mutex.rs",
        "MutexStatistics",
        "numbers for monitoring, of which no law speaks",
    ),
    except(
        Rule::Law,
        "anyrt-core/src/sync/rw_lock.rs",
        "RwLockStatistics",
        "numbers for monitoring, of which no law speaks",
    ),
];

/// Headings besides the usual ones, in the documentation of a file that is no crate.
///
/// A crate's front page is an essay, and has the headings that it needs.
pub(crate) const MODULE_HEADINGS: [(&str, &str); 1] =
    [("Invariants", "a stateful file says what holds before its code")];
