//! pii (being written)
