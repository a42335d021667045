//! 系统管理: accounts, settings, logs and the matrix of permissions, for the administrators.

pub(crate) mod account;
pub(crate) mod accounts;
pub(crate) mod logs;
pub(crate) mod outgoing;
pub(crate) mod permissions;
pub(crate) mod settings;
pub(crate) mod tokens;
