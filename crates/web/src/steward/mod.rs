//! 系统管理: accounts and settings, for the office that runs the plan.

pub(crate) mod accounts;
pub(crate) mod settings;
