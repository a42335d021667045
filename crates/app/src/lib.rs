//! The use cases: one way in, one way out.
