//! Pack versions and their activation. A place has at most one active pack: the one with the highest number. A pack
//! becomes active in the same transaction that replaces the cells it defines anew.

use crate::db::{Row, Value};
use crate::files::hex;
use crate::levels::{LevelRow, Levels};
use crate::log::Logged;
use crate::pool::Reader;
use crate::records::VersionRow;
use crate::rollup::{self, Cells};
use crate::{StoreError, Tx};

/// One version of a place's pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackRow {
    /// Counted from 1.
    pub seq: i64,
    /// SHA-256 of the pack.
    pub hash: [u8; 32],
    /// The pack itself.
    pub bytes: Vec<u8>,
    /// Knowledge time from which it is in force, µs of UTC.
    pub active_from: i64,
}

fn read(row: Row<'_>) -> Result<PackRow, StoreError> {
    Ok(PackRow { seq: row.int(0)?, hash: row.array(1)?, bytes: row.bytes(2)?, active_from: row.int(3)? })
}

impl Reader<'_> {
    /// The pack in force.
    pub fn active_pack(&mut self, place: &str) -> Result<Option<PackRow>, StoreError> {
        self.pack_before(place, i64::MAX)
    }

    /// The pack that was in force just before an instant (µs of UTC).
    pub fn pack_before(&mut self, place: &str, instant: i64) -> Result<Option<PackRow>, StoreError> {
        let sql = "
            SELECT seq, hash, bytes, active_from
            FROM   pack_version
            WHERE  place = $1 AND active_from < $2
            ORDER  BY seq DESC
            LIMIT  1";
        self.conn()?.one(sql, &[Value::Text(place), Value::Int(instant)], read)
    }

    /// Every pack version with this hash or, without one, every version; oldest first.
    pub fn packs(&mut self, place: &str, hash: Option<&[u8; 32]>) -> Result<Vec<PackRow>, StoreError> {
        let sql = "
            SELECT seq, hash, bytes, active_from
            FROM   pack_version
            WHERE  place = $1
            ORDER  BY seq";
        let mut packs = self.conn()?.many(sql, &[Value::Text(place)], read)?;
        packs.retain(|pack| hash.is_none_or(|hash| *hash == pack.hash));
        Ok(packs)
    }
}

impl Tx<'_> {
    /// Puts a pack into force from now on. Answers its number.
    pub fn activate_pack(&mut self, place: &str, hash: &[u8; 32], bytes: &[u8]) -> Result<i64, StoreError> {
        let at = self.next_time(place)?;
        let sql = "SELECT COALESCE(MAX(seq), 0) + 1 FROM pack_version WHERE place = $1";
        let seq = self.conn().one(sql, &[Value::Text(place)], |row| row.int(0))?.unwrap_or(1);
        let values = [Value::Text(place), Value::Int(seq), Value::Bytes(hash), Value::Bytes(bytes), Value::Int(at)];
        self.conn().insert("INSERT INTO pack_version (place, seq, hash, bytes, active_from)", 5, "", &values)?;
        self.seal(place, Logged::Pack, at, &[&seq.to_string(), &hex(hash)])?;
        Ok(seq)
    }

    /// Replaces the cells, their history and the levels of definitions by newly computed ones; those of other
    /// definitions stay. Together with [`Tx::activate_pack`] in one write this is how a new pack comes into force:
    /// readers see the old numbers or the new ones, never both.
    ///
    /// The caller computes `cells` from [`crate::Reader::scan_versions`] beforehand and hands in the versions that
    /// came later through [`Tx::versions_after`].
    pub fn replace_cells(
        &mut self,
        place: &str,
        defs: &[i64],
        cells: &Cells,
        levels: impl IntoIterator<Item = LevelRow>,
    ) -> Result<(), StoreError> {
        rollup::clear(self.conn(), place, defs)?;
        cells.flush(self.conn(), place)?;
        let mut added = Levels::default();
        levels.into_iter().for_each(|row| added.add(row));
        added.flush(self.conn(), place)
    }

    /// The versions recorded after an instant, in order, inside the write: nothing can come after them before it
    /// ends.
    pub fn versions_after(
        &mut self,
        place: &str,
        after: i64,
        each: impl FnMut(VersionRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        crate::records::scan_versions(self.conn(), place, after, each)
    }

    /// Empty cells that count the days of knowledge as this store does.
    #[must_use]
    pub fn cells(&self) -> Cells {
        Cells::with_offset(self.offset_seconds())
    }
}
