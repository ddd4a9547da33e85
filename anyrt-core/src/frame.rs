#[track_caller]
pub(crate) fn refuse_nested_run() {}
