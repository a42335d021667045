//! The resources of a log (C2SP tlog-tiles): tiles of hashes and bundles of entries, their coordinates, their paths, and what is inside.
//!
//! A tile of level `l` holds up to 256 neighbouring hashes, each over 256^l leaves. A full one never changes; a partial one of a given
//! width never changes either, a larger tree has a wider one. A bundle holds the entries under one tile of level 0.

use std::fmt;

use crate::encoding::SIZE_MAX;
use crate::hash::Hash;

/// Hashes of a full tile, entries of a full bundle.
pub const WIDTH: u16 = 256;

/// The highest level that the format has.
pub const LEVEL_MAX: u8 = 63;

/// The greatest number of bytes of an entry: its length is written in 16 bits.
pub const ENTRY_MAX: usize = u16::MAX as usize;

/// What a resource holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Content {
    /// Hashes of this level.
    Hashes(u8),
    /// The entries themselves.
    Entries,
}

/// One resource of a log: which, and how far it is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    content: Content,
    index: u64,
    width: u16,
}

impl Tile {
    /// The resource with these coordinates. `None`: a level above [`LEVEL_MAX`], a width of 0 or above [`WIDTH`].
    #[must_use]
    pub fn new(content: Content, index: u64, width: u16) -> Option<Tile> {
        let level_exists = !matches!(content, Content::Hashes(level) if level > LEVEL_MAX);
        (level_exists && (1..=WIDTH).contains(&width)).then_some(Tile { content, index, width })
    }

    /// The resource that a tree of `size` leaves has at this place: full, partial, or none.
    #[must_use]
    pub fn at(content: Content, index: u64, size: u64) -> Option<Tile> {
        let shift = match content {
            Content::Hashes(level) => u32::from(level) * 8,
            Content::Entries => 0,
        };
        let hashes = size.checked_shr(shift).unwrap_or(0);
        let behind = hashes.checked_sub(index.checked_mul(u64::from(WIDTH))?)?;
        Tile::new(content, index, u16::try_from(behind).unwrap_or(WIDTH).min(WIDTH))
    }

    /// Hashes of a level, or entries.
    #[must_use]
    pub const fn content(self) -> Content {
        self.content
    }

    /// Number of the tile within its level, from 0.
    #[must_use]
    pub const fn index(self) -> u64 {
        self.index
    }

    /// Number of hashes or entries, 1 to 256.
    #[must_use]
    pub const fn width(self) -> u16 {
        self.width
    }

    /// Whether it may become wider.
    #[must_use]
    pub const fn is_partial(self) -> bool {
        self.width < WIDTH
    }

    /// The full tile at this place: a log may delete a partial one when the full one is there.
    #[must_use]
    pub const fn full(self) -> Tile {
        Tile { width: WIDTH, ..self }
    }

    /// Reads a path as [`Tile`] prints it. `None`: it is not the path of a resource, in its only spelling.
    #[must_use]
    pub fn from_path(path: &str) -> Option<Tile> {
        // Nothing that long is a path: 63 levels, seven groups of digits, a width.
        if path.len() > 64 {
            return None;
        }
        let (content, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let content = match content {
            "entries" => Content::Entries,
            level => Content::Hashes(short_decimal(level).and_then(|level| u8::try_from(level).ok())?),
        };
        let (groups, width) = match rest.split_once(".p/") {
            Some((groups, width)) => (groups, short_decimal(width).filter(|width| *width < WIDTH)?),
            None => (rest, WIDTH),
        };
        let tile = Tile::new(content, index_of(groups)?, width)?;
        // A number may be written with needless groups of zeros: only the shortest spelling is the path.
        (tile.to_string() == path).then_some(tile)
    }
}

/// The path below a log's prefix: `tile/0/x001/x234/067`, `tile/1/001.p/17`, `tile/entries/273.p/112`.
impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.content {
            Content::Hashes(level) => write!(f, "tile/{level}/")?,
            Content::Entries => write!(f, "tile/entries/")?,
        }
        let mut unit = 1;
        while self.index / unit >= 1000 {
            unit *= 1000;
        }
        while unit > 1 {
            write!(f, "x{:03}/", self.index / unit % 1000)?;
            unit /= 1000;
        }
        write!(f, "{:03}", self.index % 1000)?;
        if self.is_partial() { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

/// Up to three digits without a leading zero.
fn short_decimal(text: &str) -> Option<u16> {
    if text.len() > 3 {
        return None;
    }
    crate::encoding::from_decimal(text).and_then(|number| u16::try_from(number).ok())
}

/// `x001/x234/067`.
fn index_of(groups: &str) -> Option<u64> {
    let mut index: u64 = 0;
    let mut groups = groups.split('/').peekable();
    while let Some(group) = groups.next() {
        let digits = if groups.peek().is_some() { group.strip_prefix('x')? } else { group };
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    Some(index)
}

/// What is wrong with the bytes of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentError {
    /// A tile of hashes has another number of bytes than its width demands.
    Bytes {
        /// What the width demands.
        expected: usize,
        /// What there is.
        found: usize,
    },
    /// A bundle ends inside an entry, or goes on after its last one.
    Entries {
        /// How many entries the width demands.
        expected: u16,
        /// How many whole ones there are, at most one more than demanded.
        found: u16,
    },
    /// An entry has more bytes than 16 bits can count.
    TooLong {
        /// Its length.
        bytes: usize,
    },
}

impl fmt::Display for ContentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ContentError::Bytes { expected, found } => write!(f, "{found} bytes where there must be {expected}"),
            ContentError::Entries { expected, found } => {
                write!(f, "{found} whole entries, or bytes after them, where there must be {expected}")
            }
            ContentError::TooLong { bytes } => write!(f, "an entry of {bytes} bytes; at most {ENTRY_MAX} are possible"),
        }
    }
}

impl std::error::Error for ContentError {}

/// The hashes of a tile of this width.
///
/// # Errors
/// [`ContentError::Bytes`].
pub fn hashes(bytes: &[u8], width: u16) -> Result<Vec<Hash>, ContentError> {
    let expected = usize::from(width) * Hash::BYTES;
    if bytes.len() != expected {
        return Err(ContentError::Bytes { expected, found: bytes.len() });
    }
    Ok(bytes.chunks_exact(Hash::BYTES).filter_map(Hash::from_slice).collect())
}

/// The bytes of a tile with these hashes.
#[must_use]
pub fn tile_bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// The entries of a bundle of this width.
///
/// # Errors
/// [`ContentError::Entries`].
pub fn entries(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, ContentError> {
    let mut found = Vec::with_capacity(usize::from(width.min(WIDTH)));
    let mut rest = bytes;
    while found.len() < usize::from(width) {
        let entry = rest
            .split_first_chunk()
            .and_then(|(length, rest)| rest.split_at_checked(usize::from(u16::from_be_bytes(*length))));
        let Some((entry, after)) = entry else { break };
        found.push(entry);
        rest = after;
    }
    let count = u16::try_from(found.len()).unwrap_or(u16::MAX);
    match (rest, count == width) {
        ([], true) => Ok(found),
        _ => Err(ContentError::Entries { expected: width, found: count }),
    }
}

/// Writes one more entry at the end of a bundle.
///
/// # Errors
/// [`ContentError::TooLong`]; the bundle is as it was.
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), ContentError> {
    let length = u16::try_from(entry.len()).map_err(|_| ContentError::TooLong { bytes: entry.len() })?;
    bundle.extend(length.to_be_bytes());
    bundle.extend(entry);
    Ok(())
}

/// Every resource of a tree of this size, level by level from 0, then the bundles: what a mirror fetches and what an audit walks.
pub fn resources(size: u64) -> impl Iterator<Item = Tile> {
    let size = size.min(SIZE_MAX);
    let of = move |content: Content| (0..).map_while(move |index| Tile::at(content, index, size));
    (0..8).flat_map(move |level| of(Content::Hashes(level))).chain(of(Content::Entries))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(content: Content, index: u64, width: u16) -> Tile {
        Tile::new(content, index, width).unwrap()
    }

    /// The examples of C2SP tlog-tiles («Merkle Tree», «Partial Tiles»).
    #[test]
    fn paths_are_those_of_the_specification() {
        for (tile, path) in [
            (tile(Content::Hashes(0), 1_234_067, 256), "tile/0/x001/x234/067"),
            (tile(Content::Hashes(1), 1, 17), "tile/1/001.p/17"),
            (tile(Content::Entries, 273, 112), "tile/entries/273.p/112"),
            (tile(Content::Entries, 67, 8), "tile/entries/067.p/8"),
            (tile(Content::Hashes(63), 1000, 255), "tile/63/x001/000.p/255"),
            (tile(Content::Hashes(0), u64::MAX, 256), "tile/0/x018/x446/x744/x073/x709/x551/615"),
        ] {
            assert_eq!(tile.to_string(), path);
            assert_eq!(Tile::from_path(path), Some(tile));
        }
    }

    #[test]
    fn a_path_has_one_spelling() {
        for path in [
            "tile/0/67",
            "tile/0/0067",
            "tile/0/x000/067",
            "tile/0/001/067",
            "tile/0/x01/067",
            "tile/00/067",
            "tile/64/067",
            "tile/-1/067",
            "tile/0/067.p/0",
            "tile/0/067.p/256",
            "tile/0/067.p/01",
            "tile/0/067.p/",
            "tile/0/067/",
            "/tile/0/067",
            "tile/8/0/067",
            "tile/data/067",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
            "tile/0/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/999",
            "tile/0/०६७",
            "tile/0/../067",
        ] {
            assert_eq!(Tile::from_path(path), None, "{path}");
        }
    }

    /// «A tree of size 70,000 will be represented by 273 full level 0 tiles, one partial level 0 tile of width 112, one full level 1
    /// tile, one partial level 1 tile of width 17, and one partial level 2 tile of width 1.»
    #[test]
    fn a_tree_of_seventy_thousand_has_the_tiles_of_the_specification() {
        let count = |content, partial: bool| {
            resources(70_000).filter(|tile| tile.content() == content && tile.is_partial() == partial).count()
        };
        assert_eq!((count(Content::Hashes(0), false), count(Content::Hashes(0), true)), (273, 1));
        assert_eq!((count(Content::Hashes(1), false), count(Content::Hashes(1), true)), (1, 1));
        assert_eq!((count(Content::Hashes(2), false), count(Content::Hashes(2), true)), (0, 1));
        assert_eq!((count(Content::Entries, false), count(Content::Entries, true)), (273, 1));
        assert_eq!(Tile::at(Content::Hashes(0), 273, 70_000).map(Tile::width), Some(112));
        assert_eq!(Tile::at(Content::Hashes(1), 1, 70_000).map(Tile::width), Some(17));
        assert_eq!(Tile::at(Content::Hashes(2), 0, 70_000).map(Tile::width), Some(1));
        let of_256: Vec<String> = resources(256).map(|tile| tile.to_string()).collect();
        assert_eq!(of_256, ["tile/0/000", "tile/1/000.p/1", "tile/entries/000"]);
        assert_eq!(resources(0).count(), 0);
        assert_eq!(Tile::at(Content::Hashes(63), 0, SIZE_MAX), None);
    }

    #[test]
    fn a_bundle_has_exactly_its_entries() {
        let mut bundle = Vec::new();
        push_entry(&mut bundle, b"one").unwrap();
        push_entry(&mut bundle, b"").unwrap();
        assert_eq!(bundle, b"\0\x03one\0\0");
        assert_eq!(entries(&bundle, 2), Ok(vec![&b"one"[..], b""]));
        assert_eq!(entries(&bundle, 1), Err(ContentError::Entries { expected: 1, found: 1 }));
        assert_eq!(entries(&bundle, 3), Err(ContentError::Entries { expected: 3, found: 2 }));
        assert_eq!(entries(&bundle[..4], 1), Err(ContentError::Entries { expected: 1, found: 0 }));
        assert_eq!(push_entry(&mut bundle, &[0; 65_536]), Err(ContentError::TooLong { bytes: 65_536 }));
        assert_eq!(bundle.len(), 7);
        push_entry(&mut bundle, &[7; 65_535]).unwrap();
        assert_eq!(entries(&bundle, 3).unwrap()[2].len(), ENTRY_MAX);
    }
}
