//! Backup.
/// x
pub struct Archive;
/// x
pub struct TableCount;
