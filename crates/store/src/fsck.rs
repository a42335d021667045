//! Fsck.
/// x
pub struct Fault;
