//! The use cases over real databases: SQLite always, PostgreSQL when `ZHIHENG_TEST_POSTGRES` names one (CI: always).

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod accounts;
mod asks;
mod cases;
mod citizens;
mod county;
mod documents;
mod ends;
mod handover;
mod histories;
mod integrity;
mod log;
mod office;
mod outgoing;
mod packs;
mod plan;
mod publish;
mod returns;
mod search;
mod walkthrough;
