//! Traceability (追溯): what a thing is called, what happened to it, where it came from and went to, and which label it may carry.
//!
//! | module | what it has | its source |
//! | --- | --- | --- |
//! | [`gs1`] | identifiers: element strings, Digital Links, EPC URNs, the canonical form | GS1 General Specifications; Digital Link 1.6; TDS 2.1 |
//! | [`epcis`] | events and documents in JSON and XML, checked; content hashes; queries | EPCIS 2.0; CBV 2.0 |
//! | [`graph`] | upstream, downstream, containment at a time, recall, with error declarations applied | EPCIS 2.0 §7.4; the rules of the walk are ours |
//! | [`balance`] | picked ≥ packed ≥ shipped, area × yield, drying | exact decimals |
//! | [`code`] | label codes that nobody has to store, and the hidden code | NIST SP 800-38G; RFC 5869 |
//! | [`ff1`] | the permutation under the codes | NIST SP 800-38G §5.1 |
//! | [`quota`] | how many labels the land can fill | exact decimals |
//! | [`json`] | JSON that keeps digits and order, with limits | RFC 8259 |
//!
//! **What always holds.** Nothing here opens a file or a socket, asks the time or draws a number. Every reader takes any text and answers
//! with a value or with all that is wrong: a permanent code, the place, one Chinese sentence ([`problem`]). Memory is bounded by
//! [`json::Limits`]. Quantities are exact decimals.

pub mod balance;
pub mod code;
pub mod epcis;
pub mod ff1;
pub mod graph;
pub mod gs1;
pub mod json;
pub mod problem;
pub mod quota;

pub use epcis::{Document, Event};
pub use json::Limits;
pub use problem::Problem;
