//! The transparency log (透明日志) as it is stored: leaves, which are the truth, and what is made of them – tiles and signed heads – which can be
//! lost and made again.
//!
//! What always holds: a leaf is written in the transaction that does the thing, and takes the next number there. There is one writer a database: its lock lives
//! and dies with the connection that writes, so that the order of commits is the order of numbers, on PostgreSQL too; should two ever both
//! believe that they write, the second meets the primary key. Nobody reads «number greater than the last».
//! A leaf says nothing of its thing: kind, number, time and content are inside a salted commitment.

use sha2::{Digest, Sha256};
use zhiheng_tlog::gm::sm3;

use crate::db::{Conn, Row, Value};
use crate::files::hex;
use crate::pool::Reader;
use crate::records::{RecordId, VersionRow};
use crate::{Random, StoreError, Tx, proofs};

/// What a leaf stands for: the table in which its row is found, by the leaf's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Logged {
    /// A version of a record; so are a step, a draw, a publication.
    Version,
    /// A line of the operation log.
    Operation,
    /// A pack that came into force.
    Pack,
    /// A role that was granted.
    Grant,
    /// A grant that was withdrawn.
    GrantEnd,
    /// A line of the log of sign-ins.
    SignIn,
    /// A delegation (代办).
    Delegation,
    /// A delegation that was ended early.
    DelegationEnd,
}

impl Logged {
    /// All of them.
    pub const ALL: [Logged; 8] = [
        Logged::Version,
        Logged::Operation,
        Logged::Pack,
        Logged::Grant,
        Logged::GrantEnd,
        Logged::SignIn,
        Logged::Delegation,
        Logged::DelegationEnd,
    ];

    /// The number that is stored; never given a second meaning.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Logged::Version => 1,
            Logged::Operation => 2,
            Logged::Pack => 3,
            Logged::Grant => 4,
            Logged::GrantEnd => 5,
            Logged::SignIn => 6,
            Logged::Delegation => 7,
            Logged::DelegationEnd => 8,
        }
    }

    /// The word in commitments and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Logged::Version => "version",
            Logged::Operation => "operation",
            Logged::Pack => "pack",
            Logged::Grant => "grant",
            Logged::GrantEnd => "grant_end",
            Logged::SignIn => "sign_in",
            Logged::Delegation => "delegation",
            Logged::DelegationEnd => "delegation_end",
        }
    }

    fn read(number: i64) -> Result<Logged, StoreError> {
        Logged::ALL
            .into_iter()
            .find(|what| what.number() == number)
            .ok_or_else(|| StoreError::corrupt(format!("a leaf of the unknown sort {number}")))
    }
}

/// A leaf of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafRow {
    /// Counted from 0 without gaps.
    pub seq: i64,
    /// Knowledge time of the thing, µs of UTC.
    pub at: i64,
    /// What it is.
    pub what: Logged,
    /// The salted commitment, which is the entry that the log publishes: SHA-256, and SM3 after it. 32 bytes of SHA-256 alone for versions
    /// of before there was a log.
    pub entry: Vec<u8>,
    /// The salt, where the row of the thing does not keep its own; `None` too once it is erased.
    pub salt: Option<[u8; 16]>,
}

/// A signed head of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadRow {
    /// How many leaves it covers.
    pub size: i64,
    /// Root of the tree of that size.
    pub root: [u8; 32],
    /// The checkpoint with its signatures.
    pub note: String,
    /// When, µs of UTC.
    pub signed_at: i64,
    /// Whether the public sees it. Heads in between serve receipts only, so that the log does not show how much is filed by the hour.
    pub published: bool,
}

/// The commitment to a thing that is no version: SHA-256, and SM3, over the salt, the word of its sort, place, time and each of its
/// texts, every part preceded by its length in bytes (eight, most significant first), so that no two things share one text.
#[must_use]
pub fn sealed(salt: &[u8; 16], what: Logged, place: &str, at: i64, texts: &[&str]) -> Vec<u8> {
    let mut said = salt.to_vec();
    let at = at.to_string();
    for part in [what.word(), place, &at].iter().chain(texts) {
        said.extend((part.len() as u64).to_be_bytes());
        said.extend(part.as_bytes());
    }
    [Sha256::digest(&said).as_slice(), &sm3(&said)].concat()
}

/// The entry of a version: its commitment under both hash functions.
#[must_use]
pub fn entry_of(version: &VersionRow) -> Vec<u8> {
    [version.digest.as_slice(), version.sm3.as_ref().map_or(&[], <[u8; 32]>::as_slice)].concat()
}

/// A version and its leaf that do not agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffLog {
    /// Knowledge time, µs of UTC.
    pub at: i64,
    /// The version; `None` where only the leaf is there.
    pub version: Option<(RecordId, i64)>,
    /// Number of the leaf; `None` where only the version is there.
    pub seq: Option<i64>,
}

const VERSIONS_WITH_LEAVES: &str = "
    SELECT v.id, v.version, v.recorded_at, v.digest, v.sm3, l.entry, l.seq
    FROM   record_version AS v
    LEFT   JOIN leaf AS l ON l.place = v.place AND l.at = v.recorded_at AND l.what = 1
    WHERE  v.place = $1
    ORDER  BY v.recorded_at";

const LEAVES_WITHOUT: &str = "
    SELECT l.at, l.seq
    FROM   leaf AS l
    LEFT   JOIN record_version AS v ON v.place = l.place AND v.recorded_at = l.at
    WHERE  l.place = $1 AND l.what = 1 AND v.id IS NULL
    ORDER  BY l.at
    LIMIT  1000";

const LEAF_COLUMNS: &str = "seq, at, what, entry, salt";
const HEAD_COLUMNS: &str = "size, root, note, signed_at, published";

fn read_leaf(row: Row<'_>) -> Result<LeafRow, StoreError> {
    let seq = row.int(0)?;
    leaf(row).map_err(|error| StoreError::corrupt(format!("日志第 {seq} 号：{error}")))
}

fn leaf(row: Row<'_>) -> Result<LeafRow, StoreError> {
    Ok(LeafRow {
        seq: row.int(0)?,
        at: row.int(1)?,
        what: Logged::read(row.int(2)?)?,
        entry: row.bytes(3)?,
        salt: row.array_or_null(4)?,
    })
}

fn read_head(row: Row<'_>) -> Result<HeadRow, StoreError> {
    Ok(HeadRow {
        size: row.int(0)?,
        root: row.array(1)?,
        note: row.text(2)?,
        signed_at: row.int(3)?,
        published: row.int(4)? != 0,
    })
}

/// How many leaves there are. Read in every transaction anew: a number kept in memory would outlive a transaction that failed.
pub(crate) fn size(conn: &mut Conn, place: &str) -> Result<i64, StoreError> {
    let sql = "SELECT COALESCE(MAX(seq) + 1, 0) FROM leaf WHERE place = $1";
    Ok(conn.one(sql, &[Value::Text(place)], |row| row.int(0))?.unwrap_or(0))
}

const INSERT: &str = "INSERT INTO leaf (place, seq, at, what, entry, salt)";

/// A leaf for each version, in their order, which is the order of their times.
pub(crate) fn add_versions(conn: &mut Conn, place: &str, versions: &[VersionRow]) -> Result<(), StoreError> {
    if versions.is_empty() {
        return Ok(());
    }
    let first = size(conn, place)?;
    let leaf = |(seq, version): (i64, &VersionRow)| LeafRow {
        seq,
        at: version.recorded_at,
        what: Logged::Version,
        entry: entry_of(version),
        salt: None,
    };
    let leaves: Vec<LeafRow> = (first..).zip(versions).map(leaf).collect();
    add_leaves(conn, place, &leaves)
}

/// Gives a database that was kept without a log its leaves: one for everything that has one, in the order of their times. Of two that
/// happened under one time – a clock that was set back could once do that to the rarer sorts – the sort decides.
///
/// What was changed before this day is committed to as it stands: a log cannot vouch for a time before it.
pub(crate) fn fill(conn: &mut Conn, random: &dyn Random) -> Result<(), StoreError> {
    let sql = "
        SELECT place FROM record_version UNION SELECT place FROM operation UNION SELECT place FROM pack_version
        UNION SELECT place FROM account_grant UNION SELECT place FROM delegation UNION SELECT place FROM sign_in
        ORDER BY place";
    for place in conn.many(sql, &[], |row| row.text(0))? {
        let mut leaves = Vec::new();
        let sql = "SELECT recorded_at, digest FROM record_version WHERE place = $1";
        conn.each(sql, &[Value::Text(&place)], &mut |row| {
            leaves.push(LeafRow { seq: 0, at: row.int(0)?, what: Logged::Version, entry: row.bytes(1)?, salt: None });
            Ok(())
        })?;
        for (what, at, texts) in said_before(conn, &place)? {
            let mut salt = [0; 16];
            random.fill(&mut salt);
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let entry = sealed(&salt, what, &place, at, &texts);
            leaves.push(LeafRow { seq: 0, at, what, entry, salt: Some(salt) });
        }
        leaves.sort_by_key(|leaf| (leaf.at, leaf.what));
        leaves.dedup_by_key(|leaf| (leaf.at, leaf.what));
        for (seq, leaf) in (0..).zip(&mut leaves) {
            leaf.seq = seq;
        }
        for some in leaves.chunks(1024) {
            add_leaves(conn, &place, some)?;
        }
    }
    Ok(())
}

/// Everything but versions that a place did before it had a log.
fn said_before(conn: &mut Conn, place: &str) -> Result<Vec<(Logged, i64, Vec<String>)>, StoreError> {
    let mut said = Vec::new();
    let texts = [
        (Logged::Operation, "SELECT at, actor, verb, object, detail FROM operation WHERE place = $1"),
        (Logged::SignIn, "SELECT at, login, outcome, detail, address FROM sign_in WHERE place = $1"),
    ];
    for (what, sql) in texts {
        said.extend(conn.many(sql, &[Value::Text(place)], |row| {
            let texts = (1..5).map(|column| row.text(column)).collect::<Result<Vec<_>, _>>()?;
            Ok((what, row.int(0)?, texts))
        })?);
    }
    let sql = "SELECT active_from, seq, hash FROM pack_version WHERE place = $1";
    said.extend(conn.many(sql, &[Value::Text(place)], |row| {
        Ok((Logged::Pack, row.int(0)?, vec![row.int(1)?.to_string(), hex(&row.array::<32>(2)?)]))
    })?);
    for grant in proofs::all_grants(conn, place)? {
        said.push((Logged::Grant, grant.recorded_at, grant.said().to_vec()));
        if let Some(at) = grant.ended_at {
            said.push((Logged::GrantEnd, at, vec![grant.account.to_string(), grant.recorded_at.to_string()]));
        }
    }
    for delegation in proofs::all_delegations(conn, place)? {
        said.push((Logged::Delegation, delegation.recorded_at, delegation.said().to_vec()));
        if let Some(at) = delegation.ended_at {
            said.push((
                Logged::DelegationEnd,
                at,
                vec![delegation.from.to_string(), delegation.recorded_at.to_string()],
            ));
        }
    }
    Ok(said)
}

fn add_leaves(conn: &mut Conn, place: &str, leaves: &[LeafRow]) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(leaves.len() * 6);
    for leaf in leaves {
        rows.extend([
            Value::Text(place),
            Value::Int(leaf.seq),
            Value::Int(leaf.at),
            Value::Int(leaf.what.number()),
            Value::Bytes(&leaf.entry),
            leaf.salt.as_ref().map_or(Value::Null, |salt| Value::Bytes(salt)),
        ]);
    }
    conn.insert(INSERT, 6, "", &rows)
}

impl Tx<'_> {
    /// Writes the leaf of a thing that this write does at a time of its own.
    pub(crate) fn seal(&mut self, place: &str, what: Logged, at: i64, texts: &[&str]) -> Result<(), StoreError> {
        if !self.setup.with_log {
            return Ok(());
        }
        let mut salt = [0; 16];
        self.random().fill(&mut salt);
        let entry = sealed(&salt, what, place, at, texts);
        let seq = size(self.conn(), place)?;
        add_leaves(self.conn(), place, &[LeafRow { seq, at, what, entry, salt: Some(salt) }])
    }

    /// Keeps a tile of hashes, over the narrower one of its place if there is one.
    pub fn set_tile(&mut self, place: &str, level: u8, number: i64, hashes: &[u8]) -> Result<(), StoreError> {
        let values = [Value::Text(place), Value::Int(level.into()), Value::Int(number), Value::Bytes(hashes)];
        let head = "INSERT INTO log_tile (place, level, number, hashes)";
        self.conn().insert(
            head,
            4,
            "ON CONFLICT (place, level, number) DO UPDATE SET hashes = excluded.hashes",
            &values,
        )
    }

    /// Keeps a signed head; one of the same size is replaced, because cosignatures are added to it.
    pub fn set_head(&mut self, place: &str, head: &HeadRow) -> Result<(), StoreError> {
        let values = [
            Value::Text(place),
            Value::Int(head.size),
            Value::Bytes(&head.root),
            Value::Text(&head.note),
            Value::Int(head.signed_at),
            Value::Int(head.published.into()),
        ];
        self.conn().insert(
            "INSERT INTO log_head (place, size, root, note, signed_at, published)",
            6,
            "ON CONFLICT (place, size) DO UPDATE
             SET    root = excluded.root, note = excluded.note, signed_at = excluded.signed_at,
                    published = CASE WHEN log_head.published = 1 THEN 1 ELSE excluded.published END",
            &values,
        )
    }

    /// Forgets heads that nobody was shown and that a later one covers.
    pub fn forget_heads(&mut self, place: &str, below: i64) -> Result<u64, StoreError> {
        let sql = "DELETE FROM log_head WHERE place = $1 AND size < $2 AND published = 0";
        self.conn().run(sql, &[Value::Text(place), Value::Int(below)])
    }

    /// Forgets every signed head: of a log that came to an end.
    pub fn forget_log(&mut self, place: &str) -> Result<u64, StoreError> {
        self.conn().run("DELETE FROM log_head WHERE place = $1", &[Value::Text(place)])
    }

    /// Forgets every tile, so that they are made again.
    pub fn forget_tiles(&mut self, place: &str) -> Result<u64, StoreError> {
        self.conn().run("DELETE FROM log_tile WHERE place = $1", &[Value::Text(place)])
    }
}

impl Reader<'_> {
    /// How many leaves a place's log has.
    pub fn log_size(&mut self, place: &str) -> Result<i64, StoreError> {
        size(self.conn()?, place)
    }

    /// Leaves from a number on, in order, at most `limit`.
    pub fn leaves(&mut self, place: &str, from: i64, limit: usize) -> Result<Vec<LeafRow>, StoreError> {
        let sql = format!(
            "SELECT {LEAF_COLUMNS}
             FROM   leaf
             WHERE  place = $1 AND seq >= $2
             ORDER  BY seq
             LIMIT  $3"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.conn()?.many(&sql, &[Value::Text(place), Value::Int(from), Value::Int(limit)], read_leaf)
    }

    /// Every leaf, in order.
    pub fn scan_leaves(
        &mut self,
        place: &str,
        mut each: impl FnMut(LeafRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let sql = format!("SELECT {LEAF_COLUMNS} FROM leaf WHERE place = $1 ORDER BY seq");
        self.conn()?.each(&sql, &[Value::Text(place)], &mut |row| each(read_leaf(row)?))
    }

    /// Versions whose leaf is missing or says something else, and leaves whose version is missing; at most a thousand of each.
    pub fn versions_off_log(&mut self, place: &str) -> Result<Vec<OffLog>, StoreError> {
        let mut off = Vec::new();
        self.conn()?.each(VERSIONS_WITH_LEAVES, &[Value::Text(place)], &mut |row| {
            let entry = row.bytes_or_null(5)?;
            let sm3 = row.bytes_or_null(4)?.unwrap_or_default();
            let said = [row.bytes(3)?, sm3].concat();
            if entry.as_ref() != Some(&said) && off.len() < 1000 {
                let version = Some((RecordId(row.array(0)?), row.int(1)?));
                off.push(OffLog { at: row.int(2)?, version, seq: row.int_or_null(6)? });
            }
            Ok(())
        })?;
        self.conn()?.each(LEAVES_WITHOUT, &[Value::Text(place)], &mut |row| {
            off.push(OffLog { at: row.int(0)?, version: None, seq: Some(row.int(1)?) });
            Ok(())
        })?;
        Ok(off)
    }

    /// The leaf of what was done at a time.
    pub fn leaf_of(&mut self, place: &str, at: i64, what: Logged) -> Result<Option<LeafRow>, StoreError> {
        let sql = format!("SELECT {LEAF_COLUMNS} FROM leaf WHERE place = $1 AND at = $2 AND what = $3");
        self.conn()?.one(&sql, &[Value::Text(place), Value::Int(at), Value::Int(what.number())], read_leaf)
    }

    /// The widest tile that is kept of a place in the tree.
    pub fn log_tile(&mut self, place: &str, level: u8, number: i64) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT hashes FROM log_tile WHERE place = $1 AND level = $2 AND number = $3";
        let values = [Value::Text(place), Value::Int(level.into()), Value::Int(number)];
        self.conn()?.one(sql, &values, |row| row.bytes(0))
    }

    /// Every tile that is kept: level, number, hashes.
    pub fn scan_tiles(
        &mut self,
        place: &str,
        mut each: impl FnMut(i64, i64, Vec<u8>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let sql = "SELECT level, number, hashes FROM log_tile WHERE place = $1 ORDER BY level, number";
        self.conn()?.each(sql, &[Value::Text(place)], &mut |row| each(row.int(0)?, row.int(1)?, row.bytes(2)?))
    }

    /// Every signed head that is kept, smallest first.
    pub fn log_heads(&mut self, place: &str) -> Result<Vec<HeadRow>, StoreError> {
        let sql = format!("SELECT {HEAD_COLUMNS} FROM log_head WHERE place = $1 ORDER BY size");
        self.conn()?.many(&sql, &[Value::Text(place)], read_head)
    }

    /// The greatest signed head of at most a size; of those that are published, or of all.
    pub fn log_head(&mut self, place: &str, at_most: i64, published: bool) -> Result<Option<HeadRow>, StoreError> {
        let sql = format!(
            "SELECT {HEAD_COLUMNS}
             FROM   log_head
             WHERE  place = $1 AND size <= $2 AND published >= $3
             ORDER  BY size DESC
             LIMIT  1"
        );
        let values = [Value::Text(place), Value::Int(at_most), Value::Int(published.into())];
        self.conn()?.one(&sql, &values, read_head)
    }

    /// The smallest signed head that covers a leaf.
    pub fn head_over(&mut self, place: &str, seq: i64) -> Result<Option<HeadRow>, StoreError> {
        let sql = format!(
            "SELECT {HEAD_COLUMNS}
             FROM   log_head
             WHERE  place = $1 AND size > $2
             ORDER  BY size
             LIMIT  1"
        );
        self.conn()?.one(&sql, &[Value::Text(place), Value::Int(seq)], read_head)
    }
}
