//! Checks of our own, for rules that no lint knows: who may depend on whom, how long a file may be, how big the Worker
//! may get. They read; they mend nothing.

pub(crate) mod files;
pub(crate) mod layers;
pub(crate) mod size;
