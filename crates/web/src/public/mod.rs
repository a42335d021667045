//! 公众页面: what anybody may read. Anonymous readers see the plan's own content; the live side is filled in only for a
//! reader who may see it, here and nowhere else.

pub(crate) mod board;
mod breakdown;
pub(crate) mod data;
pub(crate) mod home;
pub(crate) mod indicator;
pub(crate) mod numbers;
pub(crate) mod plain;
pub(crate) mod plan;
pub(crate) mod publications;
pub(crate) mod search;
pub(crate) mod transparency;
