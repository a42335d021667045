//! Readers. A reader borrows one connection of a bounded pool and sees one snapshot of the database from its first
//! read to its end, whatever is written meanwhile. Take one per request and let it go.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::StoreError;
use crate::db::{Address, Conn, Purpose};
use crate::list::Declared;

pub(crate) struct Pool {
    address: Address,
    size: usize,
    wait: Duration,
    state: Mutex<State>,
    freed: Condvar,
}

struct State {
    idle: Vec<Conn>,
    lent: usize,
}

impl Pool {
    pub(crate) fn new(address: Address, size: usize, wait: Duration) -> Pool {
        let state = Mutex::new(State { idle: Vec::new(), lent: 0 });
        Pool { address, size: size.max(1), wait, state, freed: Condvar::new() }
    }

    /// An idle connection, else a new one, else the next that is given back in time.
    fn borrow(&self) -> Result<Conn, StoreError> {
        let until = Instant::now() + self.wait;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(conn) = state.idle.pop() {
                state.lent += 1;
                return Ok(conn);
            }
            if state.lent < self.size {
                state.lent += 1;
                drop(state);
                let opened = Conn::open(&self.address, Purpose::Read);
                if opened.is_err() {
                    self.give_back(None);
                }
                return opened;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(StoreError::busy(format!("all {} readers are in use", self.size)));
            }
            state = self.freed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn give_back(&self, conn: Option<Conn>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.lent = state.lent.saturating_sub(1);
        state.idle.extend(conn);
        drop(state);
        self.freed.notify_one();
    }

    /// Closes the connections that nobody uses, after the database was lost.
    fn forget_idle(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).idle.clear();
    }
}

/// A snapshot of the database. Every method reads; none writes.
pub struct Reader<'s> {
    pool: &'s Pool,
    conn: Option<Conn>,
    declared: &'s Declared,
    offset_seconds: i32,
    scan_rows: usize,
}

impl<'s> Reader<'s> {
    pub(crate) fn begin(
        pool: &'s Pool,
        declared: &'s Declared,
        offset_seconds: i32,
        scan_rows: usize,
    ) -> Result<Reader<'s>, StoreError> {
        let mut conn = pool.borrow()?;
        if let Err(error) = conn.begin(Purpose::Read) {
            drop(conn);
            pool.give_back(None);
            if !matches!(error, StoreError::Unavailable { .. }) {
                return Err(error);
            }
            // The database was restarted since this connection was last used: one fresh attempt.
            pool.forget_idle();
            conn = pool.borrow()?;
            if let Err(again) = conn.begin(Purpose::Read) {
                drop(conn);
                pool.give_back(None);
                return Err(again);
            }
        }
        Ok(Reader { pool, conn: Some(conn), declared, offset_seconds, scan_rows })
    }

    pub(crate) fn conn(&mut self) -> Result<&mut Conn, StoreError> {
        self.conn.as_mut().ok_or_else(|| StoreError::unavailable("the reader has ended"))
    }

    pub(crate) fn declared(&self) -> &'s Declared {
        self.declared
    }

    pub(crate) fn offset_seconds(&self) -> i32 {
        self.offset_seconds
    }

    /// After how many rows a list without an index of its own stops.
    pub(crate) fn scan_rows(&self) -> usize {
        self.scan_rows
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let kept = self.conn.take().and_then(|mut conn| conn.script("ROLLBACK").is_ok().then_some(conn));
        self.pool.give_back(kept);
    }
}
