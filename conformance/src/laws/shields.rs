//! Laws S: shields and cleanup.

mod abandoned;
mod blocking;

use anyrt_core::{Backend, Toplevel};

use crate::law::Law;

pub(crate) fn laws<B: Backend + Toplevel>() -> Vec<Law<B>> {
    vec![
        Law::new(
            "S1",
            "A shield blocks outer cancellation only: its own `cancel` and deadline work, and so \
             do scopes inside it.",
            blocking::s1::<B>,
        ),
        Law::new(
            "S2",
            "A cancellation that came during a shield strikes at the first checkpoint after it.",
            blocking::s2::<B>,
        ),
        Law::new(
            "S3",
            "Groups and children opened inside a shield are shielded; a child's shield keeps its \
             group waiting.",
            blocking::s3::<B>,
        ),
        Law::new(
            "S7",
            "A shield, group or `finally` that its owner no longer polls does not hold a \
             cancelled scope open; it is dropped, its children adopted.",
            abandoned::s7::<B>,
        ),
    ]
}
