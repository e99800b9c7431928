//! local (being written)
