//! The use cases over real databases: SQLite always, PostgreSQL when `ZHIHENG_TEST_POSTGRES` names one (CI: always).

mod accounts;
mod county;
mod histories;
mod packs;
mod plan;
mod walkthrough;
