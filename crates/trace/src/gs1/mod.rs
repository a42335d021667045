//! GS1 identifiers in all their spellings: element strings as a scanner reads them, Digital Link URIs as a phone opens them, EPC URNs as
//! older systems write them – and the one spelling in which they are compared.
//!
//! | module | what it has | its source |
//! | --- | --- | --- |
//! | [`digit`] | check digits and check pairs | GS1 General Specifications §7.9 |
//! | [`ai`] | the Application Identifiers and their rules | GS1 Barcode Syntax Dictionary 2026-01-27 |
//! | [`lint`] | what a part of a value may contain | GS1 Barcode Syntax Tests |
//! | [`element`] | element strings, with FNC1 and in brackets | GS1 General Specifications §7.8 |
//! | [`link`] | Digital Link URIs | GS1 Digital Link Standard: URI Syntax 1.6 |
//! | [`epc`] | EPC URNs, patterns, and the canonical form | EPC Tag Data Standard 2.1 §6; CBV 2.0 §8.2 |
//! | [`resolver`] | link types, link sets, choosing a link | GS1-Conformant Resolver Standard 1.1; RFC 9264 |

pub mod ai;
pub mod digit;
pub mod element;
pub mod epc;
pub mod link;
pub mod lint;
pub mod resolver;

pub use element::{Element, Options};
pub use epc::canonical;
pub use link::Link;
