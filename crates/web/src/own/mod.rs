//! 我的账号: what everybody does for himself: password, second factor, sessions, deputies, mail.

pub(crate) mod account;
pub(crate) mod mail;
pub(crate) mod phrases;
pub(crate) mod second_factor;
