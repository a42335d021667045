//! Statistical methods, each with the paper or standard that defines it.
//!
//! - [`proportion`]: intervals of a proportion (Wilson 1927), and whether a sample can decide a floor at all.
//!
//! Nothing here knows what a county or a bureau is, reads a clock or draws a random number. Floats live inside a computation only;
//! what goes in are counts, what comes out is rounded at the edge by the caller.

pub mod proportion;
