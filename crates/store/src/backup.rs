//! Backup and restore: one portable archive for both databases, so that a county can move from one to the other.
//!
//! An archive is written from one snapshot while the server goes on writing, and it is complete or it is refused: every
//! table carries its number of rows and the SHA-256 of their bytes, the end carries the SHA-256 of everything before it,
//! and nothing may follow. A restore is one transaction into an empty database.
//!
//! Layout: a line of text, then frames. A frame is a letter, its length in bytes (four, most significant first) and the
//! content. `H` header, `T` table, `R` row, `E` end of table, `F` file, `D` bytes of a file, `Z` end.

use std::io::{Read, Write};

use sha2::{Digest, Sha256};

use crate::committer::{Committer, Setup};
use crate::db::{Address, Conn, Dialect, Owned, Purpose, Value};
use crate::files::{Folder, hex};
use crate::pool::Reader;
use crate::{Options, Random, Store, StoreError, schema};

const MAGIC: &[u8] = b"zhiheng backup\n";

/// The version of the layout.
const FORMAT: i64 = 1;

/// No frame is longer. A pack or a record is far smaller; bytes of files come in pieces.
const FRAME_MAX: usize = 256 << 20;
const PIECE: usize = 1 << 14;

/// A table of the archive: its columns, by how many of the first it is ordered, and the schema version that brought it. An archive
/// of an earlier version does not have it.
struct Table {
    name: &'static str,
    columns: &'static [&'static str],
    key: usize,
    /// The schema version that brought it: archives of an earlier one have no such table.
    since: i64,
    /// The schema version that gave it its last columns, and how many: archives of an earlier one have its rows without them.
    widened: (i64, usize),
}

const fn table(name: &'static str, key: usize, columns: &'static [&'static str]) -> Table {
    Table { name, columns, key, since: 1, widened: (1, 0) }
}

const fn since(since: i64, table: Table) -> Table {
    Table { since, ..table }
}

/// The last so many columns of a table came with a schema version.
const fn widened(since: i64, columns: usize, table: Table) -> Table {
    Table { widened: (since, columns), ..table }
}

/// Columns of a table, and how many of the first are its key.
pub(crate) fn shape(name: &str) -> Option<(&'static [&'static str], usize)> {
    TABLES.iter().find(|table| table.name == name).map(|table| (table.columns, table.key))
}

impl Table {
    /// The columns that an archive of a schema version has.
    fn columns_in(&self, schema: i64) -> &'static [&'static str] {
        let (since, added) = self.widened;
        let known = if schema < since { self.columns.len().saturating_sub(added) } else { self.columns.len() };
        self.columns.get(..known).unwrap_or(self.columns)
    }
}

/// The tables in the order of the archive.
const TABLES: &[Table] = &[
    table("pack_version", 2, &["place", "seq", "hash", "bytes", "active_from"]),
    table("setting", 2, &["place", "name", "value"]),
    table("ruling", 3, &["place", "finding", "recorded_at", "text", "decided_by", "decided_on"]),
    table(
        "account",
        2,
        &[
            "place",
            "id",
            "login",
            "name",
            "role",
            "body",
            "password_hash",
            "created_at",
            "disabled_at",
            "failed_count",
            "locked_until",
        ],
    ),
    table("session", 2, &["place", "token_hash", "account", "created_at", "seen_at", "expires_at"]),
    table(
        "invitation",
        2,
        &["place", "token_hash", "purpose", "role", "body", "name", "account", "created_at", "expires_at", "used_at"],
    ),
    table("operation", 2, &["place", "at", "actor", "verb", "object", "detail"]),
    table("file", 2, &["place", "digest", "size", "media_type", "name", "recorded_at", "actor"]),
    table(
        "import_batch",
        2,
        &["place", "id", "kind", "file_digest", "file_name", "scope", "tested", "actor", "recorded_at", "rows"],
    ),
    table("kind_count", 2, &["place", "kind", "live", "withdrawn"]),
    table("idempotency", 3, &["place", "actor", "key", "digest", "answer", "recorded_at"]),
    widened(
        11,
        1,
        table(
            "record_version",
            3,
            &[
                "place",
                "id",
                "version",
                "kind",
                "op",
                "recorded_at",
                "actor",
                "reason",
                "pack",
                "body",
                "area",
                "subject",
                "day",
                "key",
                "fields",
                "salt",
                "digest",
                "batch",
                "sm3",
            ],
        ),
    ),
    table(
        "record",
        3,
        &[
            "place",
            "kind",
            "id",
            "version",
            "live",
            "key",
            "body",
            "area",
            "subject",
            "day",
            "fields",
            "recorded_at",
            "batch",
        ],
    ),
    table("cell", 5, &["place", "def", "grain", "dim", "period", "num", "den"]),
    table("cell_delta", 5, &["place", "day", "dim", "def", "known_day", "num", "den"]),
    table(
        "level_value",
        6,
        &["place", "def", "dim", "day", "recorded_at", "id", "value", "num", "den", "n", "ended_at"],
    ),
    since(
        2,
        table(
            "task",
            4,
            &[
                "place",
                "record",
                "clock",
                "run",
                "kind",
                "sort",
                "state",
                "body",
                "role",
                "assignee",
                "area",
                "since",
                "due_day",
                "due_at",
                "provisional",
                "paused",
                "fired_until",
                "next_at",
            ],
        ),
    ),
    since(2, table("message", 2, &["place", "id", "at", "account", "body", "role", "kind", "record", "title", "text"])),
    since(2, table("message_read", 3, &["place", "account", "message", "at"])),
    since(2, table("counter", 2, &["place", "name", "value"])),
    since(
        3,
        table(
            "document_number",
            4,
            &["place", "document", "year", "serial", "record", "version", "issued_at", "actor"],
        ),
    ),
    since(
        5,
        table(
            "account_proof",
            2,
            &["place", "account", "active", "totp_secret", "totp_on", "totp_step", "password_at"],
        ),
    ),
    since(5, table("account_password", 3, &["place", "account", "at", "password_hash"])),
    since(5, table("account_recovery", 3, &["place", "account", "code_hash", "used_at"])),
    since(
        5,
        table(
            "account_grant",
            3,
            &["place", "account", "recorded_at", "role", "body", "since", "until", "granted_by", "ended_at"],
        ),
    ),
    since(
        5,
        table("delegation", 3, &["place", "from_account", "recorded_at", "to_account", "since", "until", "ended_at"]),
    ),
    since(5, table("sign_in", 2, &["place", "at", "login", "outcome", "detail", "address"])),
    since(5, table("account_identity", 3, &["place", "issuer", "subject", "account", "at"])),
    since(6, table("receipt", 2, &["place", "code_hash", "kind", "record", "created_at"])),
    since(
        7,
        widened(
            10,
            2,
            table(
                "api_token",
                2,
                &[
                    "place",
                    "id",
                    "token_hash",
                    "name",
                    "account",
                    "body",
                    "grants",
                    "created_at",
                    "created_by",
                    "expires_at",
                    "used_at",
                    "revoked_at",
                    "approved_at",
                    "approved_by",
                ],
            ),
        ),
    ),
    since(
        8,
        table(
            "outbox",
            2,
            &[
                "place",
                "seq",
                "key",
                "channel",
                "address",
                "content",
                "created_at",
                "state",
                "attempts",
                "next_at",
                "error",
                "done_at",
            ],
        ),
    ),
    since(
        8,
        table(
            "mail_choice",
            2,
            &["place", "account", "mode", "address", "confirmed_at", "asked", "code_hash", "code_until", "tries"],
        ),
    ),
    since(9, table("phrase", 3, &["place", "account", "no", "text"])),
    since(11, table("leaf", 2, &["place", "seq", "at", "what", "entry", "salt"])),
    since(11, table("log_tile", 3, &["place", "level", "number", "hashes"])),
    since(11, table("log_head", 2, &["place", "size", "root", "note", "signed_at", "published"])),
];

/// What an archive holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    /// Every table with its rows.
    pub tables: Vec<TableCount>,
    /// How many files.
    pub files: u64,
    /// SHA-256 of everything before the end frame.
    pub digest: [u8; 32],
}

/// The rows of one table of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableCount {
    /// Its name.
    pub table: String,
    /// Its rows.
    pub rows: u64,
}

impl Store {
    /// Writes an archive of one snapshot of the whole database and its files; writing goes on meanwhile.
    ///
    /// [`StoreError::Corrupt`] when a file is missing or altered: such an archive could not be restored.
    pub fn backup(&self, into: impl Write) -> Result<Archive, StoreError> {
        let mut out = Out { into, digest: Sha256::new() };
        let mut reader = self.read()?;
        out.write(MAGIC)?;
        out.frame(b'H', header(schema::KNOWN).as_bytes())?;
        let mut tables = Vec::new();
        for table in TABLES {
            tables.push(write_table(&mut reader, table, &mut out)?);
        }
        let mut digests = Vec::new();
        let sql = "SELECT DISTINCT digest FROM file ORDER BY digest";
        reader.conn()?.each(sql, &[], &mut |row| {
            digests.push(row.array::<32>(0)?);
            Ok(())
        })?;
        drop(reader);
        for digest in &digests {
            let bytes = self
                .file_bytes(digest)?
                .ok_or_else(|| StoreError::corrupt(format!("file {} is missing", hex(digest))))?;
            out.frame(b'F', digest)?;
            for piece in bytes.chunks(PIECE) {
                out.frame(b'D', piece)?;
            }
        }
        let digest: [u8; 32] = out.digest.clone().finalize().into();
        out.frame(b'Z', &digest)?;
        out.into.flush()?;
        Ok(Archive { tables, files: digests.len() as u64, digest })
    }

    /// Fills an empty database, which is created where it does not exist, from an archive of either database.
    ///
    /// On any error nothing is left behind: [`StoreError::Corrupt`] when the archive is truncated or altered,
    /// [`StoreError::TooNew`] when a newer release wrote it, [`StoreError::NotEmpty`] when the database holds anything.
    pub fn restore(url: &str, options: &Options, from: impl Read) -> Result<Archive, StoreError> {
        let address = Address::parse(url)?;
        let setup = Setup::of(address, options);
        let folder = Folder::new(setup.files.clone());
        let random = setup.random.clone();
        let mut committer = Committer::open(setup)?;
        let mut added = Vec::new();
        let result = committer.exclusively(|conn| {
            require_empty(conn)?;
            let mut source = In { from, digest: Sha256::new(), before_last: [0; 32] };
            let archive = read_archive(conn, &mut source, &folder, random.as_ref(), &mut added)?;
            schema::refresh_statistics(conn)?;
            Ok(archive)
        });
        if result.is_err() {
            added.iter().for_each(|digest| folder.remove(digest));
        }
        result
    }
}

fn header(schema: i64) -> String {
    format!(r#"{{"format":{FORMAT},"schema":{schema}}}"#)
}

fn end_of_table(rows: u64, digest: &[u8; 32]) -> Vec<u8> {
    [rows.to_be_bytes().as_slice(), digest].concat()
}

fn write_table(reader: &mut Reader<'_>, table: &Table, out: &mut Out<impl Write>) -> Result<TableCount, StoreError> {
    out.frame(b'T', table.name.as_bytes())?;
    let keys: Vec<&str> = table.columns.iter().take(table.key).copied().collect();
    let sql = format!("SELECT {} FROM {} ORDER BY {}", table.columns.join(", "), table.name, keys.join(", "));
    let mut rows = 0_u64;
    let mut digest = Sha256::new();
    let mut encoded = Vec::new();
    reader.conn()?.each(&sql, &[], &mut |row| {
        encoded.clear();
        for column in 0..table.columns.len() {
            encode(&row.owned(column)?, &mut encoded)?;
        }
        digest.update(&encoded);
        rows += 1;
        out.frame(b'R', &encoded)
    })?;
    out.frame(b'E', &end_of_table(rows, &digest.finalize().into()))?;
    Ok(TableCount { table: table.name.to_owned(), rows })
}

fn encode(value: &Owned, out: &mut Vec<u8>) -> Result<(), StoreError> {
    let (tag, bytes) = match value {
        Owned::Null => {
            out.push(b'n');
            return Ok(());
        }
        Owned::Int(int) => {
            out.push(b'i');
            out.extend_from_slice(&int.to_be_bytes());
            return Ok(());
        }
        Owned::Text(text) => (b't', text.as_bytes()),
        Owned::Bytes(bytes) => (b'b', bytes.as_slice()),
    };
    let length = u32::try_from(bytes.len()).map_err(|_| StoreError::invalid("a value is larger than 4 GB"))?;
    out.push(tag);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes);
    Ok(())
}

fn decode(mut bytes: &[u8], columns: usize, into: &mut Vec<Owned>) -> Result<(), StoreError> {
    let short = || StoreError::corrupt("a row is too short");
    for _ in 0..columns {
        let (tag, rest) = bytes.split_first().ok_or_else(short)?;
        bytes = rest;
        let mut take = |length: usize| {
            let (taken, rest) = bytes.split_at_checked(length).ok_or_else(short)?;
            bytes = rest;
            Ok::<_, StoreError>(taken)
        };
        into.push(match tag {
            b'n' => Owned::Null,
            b'i' => Owned::Int(i64::from_be_bytes(take(8)?.try_into().map_err(|_| short())?)),
            b't' | b'b' => {
                let length = u32::from_be_bytes(take(4)?.try_into().map_err(|_| short())?);
                let value = take(length as usize)?.to_vec();
                match tag {
                    b'b' => Owned::Bytes(value),
                    _ => Owned::Text(String::from_utf8(value).map_err(|_| StoreError::corrupt("text is not UTF-8"))?),
                }
            }
            other => return Err(StoreError::corrupt(format!("a value of type {other}"))),
        });
    }
    if bytes.is_empty() { Ok(()) } else { Err(StoreError::corrupt("a row is too long")) }
}

fn require_empty(conn: &mut Conn) -> Result<(), StoreError> {
    for table in TABLES {
        let sql = format!("SELECT 1 FROM (SELECT place FROM {} LIMIT 1) AS any_row", table.name);
        let mut found = false;
        conn.each(&sql, &[], &mut |_| {
            found = true;
            Ok(())
        })?;
        if found {
            return Err(StoreError::NotEmpty { what: table.name.to_owned() });
        }
    }
    Ok(())
}

fn read_archive(
    conn: &mut Conn,
    source: &mut In<impl Read>,
    folder: &Folder,
    random: &dyn Random,
    added: &mut Vec<[u8; 32]>,
) -> Result<Archive, StoreError> {
    let mut magic = [0; MAGIC.len()];
    source.fill(&mut magic)?;
    if magic != MAGIC {
        return Err(StoreError::corrupt("this is not a backup"));
    }
    let schema = check_header(&source.expect(b'H')?)?;
    let mut tables = Vec::new();
    for table in TABLES.iter().filter(|table| table.since <= schema) {
        tables.push(read_table(conn, source, table, schema)?);
    }
    schema::complete(conn, schema, random)?;
    let mut wanted = Vec::new();
    conn.each("SELECT DISTINCT digest FROM file ORDER BY digest", &[], &mut |row| {
        wanted.push(row.array::<32>(0)?);
        Ok(())
    })?;
    let mut next = source.frame()?;
    for digest in &wanted {
        let (b'F', named) = &next else { return Err(StoreError::corrupt("a file is missing")) };
        if named != digest {
            return Err(StoreError::corrupt("a file is missing or out of order"));
        }
        let mut content = Vec::new();
        next = source.frame()?;
        while let (b'D', piece) = &next {
            content.extend_from_slice(piece);
            next = source.frame()?;
        }
        if Sha256::digest(&content).as_slice() != digest {
            return Err(StoreError::corrupt(format!("file {} has other content", hex(digest))));
        }
        if !folder.has(digest) {
            added.push(*digest);
            folder.put(content.as_slice(), u64::MAX)?;
        }
    }
    let (b'Z', claimed) = &next else { return Err(StoreError::corrupt("something stands where the end belongs")) };
    let digest = source.before_last;
    if *claimed != digest {
        return Err(StoreError::corrupt("the archive has other content than it says"));
    }
    if source.from.read(&mut [0])? != 0 {
        return Err(StoreError::corrupt("something follows the end"));
    }
    Ok(Archive { tables, files: wanted.len() as u64, digest })
}

/// The schema version of an archive that this program can read.
fn check_header(bytes: &[u8]) -> Result<i64, StoreError> {
    let header: serde_json::Value = serde_json::from_slice(bytes).map_err(|_| StoreError::corrupt("no header"))?;
    let known = |name: &str, known: i64| match header.get(name).and_then(serde_json::Value::as_i64) {
        Some(found) if found > known => Err(StoreError::TooNew { found, known }),
        Some(found @ 1..) => Ok(found),
        _ => Err(StoreError::corrupt("no header")),
    };
    known("format", FORMAT)?;
    known("schema", schema::KNOWN)
}

fn read_table(
    conn: &mut Conn,
    source: &mut In<impl Read>,
    table: &Table,
    schema: i64,
) -> Result<TableCount, StoreError> {
    if source.expect(b'T')? != table.name.as_bytes() {
        return Err(StoreError::corrupt(format!("table {} is missing", table.name)));
    }
    let columns = table.columns_in(schema);
    let width = columns.len();
    let head = format!("INSERT INTO {} ({})", table.name, columns.join(", "));
    let mut digest = Sha256::new();
    let mut rows = 0_u64;
    let mut waiting: Vec<Owned> = Vec::new();
    loop {
        let (tag, content) = source.frame()?;
        if tag == b'R' {
            digest.update(&content);
            decode(&content, width, &mut waiting)?;
            rows += 1;
        } else if tag != b'E' {
            return Err(StoreError::corrupt(format!("table {} does not end", table.name)));
        }
        if tag == b'E' || waiting.len() >= 512 * width {
            let values: Vec<Value<'_>> = waiting.iter().map(Owned::borrow).collect();
            conn.insert(&head, width, "", &values).map_err(|error| match error {
                StoreError::Conflict { what } => StoreError::corrupt(format!("table {}: {what}", table.name)),
                other => other,
            })?;
            waiting.clear();
        }
        if tag == b'E' {
            if content != end_of_table(rows, &digest.finalize().into()) {
                return Err(StoreError::corrupt(format!("table {} has other rows than it says", table.name)));
            }
            return Ok(TableCount { table: table.name.to_owned(), rows });
        }
    }
}

impl Committer {
    /// One transaction of this process alone.
    fn exclusively<T>(&mut self, act: impl FnOnce(&mut Conn) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let conn = self.conn()?;
        if conn.dialect() == Dialect::Sqlite {
            // Indexes are built row by row, in no order: what does not fit is written and read again and again.
            conn.script("PRAGMA cache_size = -262144")?;
        }
        conn.begin(Purpose::Write)?;
        let result = act(conn).and_then(|done| conn.script("COMMIT").map(|()| done));
        if result.is_err() && conn.script("ROLLBACK").is_err() && conn.dialect() == Dialect::Postgres {
            // The connection is gone, and with it everything that it had not committed.
            return result;
        }
        result
    }
}

struct Out<W> {
    into: W,
    digest: Sha256,
}

impl<W: Write> Out<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.digest.update(bytes);
        Ok(self.into.write_all(bytes)?)
    }

    fn frame(&mut self, tag: u8, content: &[u8]) -> Result<(), StoreError> {
        let length = u32::try_from(content.len()).ok().filter(|length| *length as usize <= FRAME_MAX);
        let length = length.ok_or_else(|| StoreError::invalid("a row is too large for the archive"))?;
        self.write(&[tag])?;
        self.write(&length.to_be_bytes())?;
        self.write(content)
    }
}

struct In<R> {
    from: R,
    digest: Sha256,
    before_last: [u8; 32],
}

impl<R: Read> In<R> {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), StoreError> {
        self.from.read_exact(buffer)?;
        self.digest.update(buffer);
        Ok(())
    }

    fn frame(&mut self) -> Result<(u8, Vec<u8>), StoreError> {
        let mut head = [0; 5];
        self.from.read_exact(&mut head)?;
        let [tag, length @ ..] = head;
        if tag == b'Z' {
            self.before_last = self.digest.clone().finalize().into();
        }
        self.digest.update(head);
        let length = u32::from_be_bytes(length) as usize;
        if length > FRAME_MAX {
            return Err(StoreError::corrupt("a frame is too long"));
        }
        // Grows with what really comes, whatever length an altered archive claims.
        let mut content = Vec::new();
        (&mut self.from).take(length as u64).read_to_end(&mut content)?;
        if content.len() != length {
            return Err(StoreError::corrupt("ends before it is complete"));
        }
        self.digest.update(&content);
        Ok((tag, content))
    }

    fn expect(&mut self, wanted: u8) -> Result<Vec<u8>, StoreError> {
        match self.frame()? {
            (tag, content) if tag == wanted => Ok(content),
            _ => Err(StoreError::corrupt("the parts are not in their order")),
        }
    }
}
