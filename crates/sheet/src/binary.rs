//! Compound files: the container of `.xls`, and of old Word and PowerPoint files and of every password-protected
//! workbook since 2007. Before the workbook is handed to its reader its cells are counted here, because that reader
//! lays every sheet out as a full rectangle: one stray cell in column IV of row 65,536 would cost half a gibibyte.

use crate::Refusal;
use std::collections::{BTreeMap, BTreeSet};

/// Cells of a full rectangle that may be laid out whatever they hold.
const ROOMY: u64 = 4_000_000;
/// Above that, empty cells for each filled one.
const SPARSE: u64 = 12;
/// Columns that this format has.
const COLUMNS: u16 = 256;
const END: u32 = 0xFFFF_FFFA;

/// Accepts a readable `.xls`; refuses everything else that comes in this container.
pub(crate) fn sniff(bytes: &[u8]) -> Result<(), Refusal> {
    let container = Container::open(bytes).ok_or_else(|| Refusal::damaged("复合文档目录不可读"))?;
    let has = |name: &str| container.entries.contains_key(name);
    if has("EncryptedPackage") || has("EncryptionInfo") {
        return Err(Refusal::encrypted());
    }
    if has("WordDocument") {
        return Err(Refusal::word());
    }
    if has("PowerPoint Document") {
        return Err(Refusal::slides());
    }
    let stream = ["Workbook", "Book", "WORKBOOK", "BOOK"].iter().find_map(|name| container.stream(name));
    extent(&stream.ok_or_else(Refusal::unknown)?)
}

/// Walks the records of a workbook and measures each sheet. A sheet must begin where a record says that one begins: a
/// reader that starts elsewhere would take the middle of a text for cells that were never measured here.
fn extent(stream: &[u8]) -> Result<(), Refusal> {
    let mut at = 0;
    let mut sheet = Extent::default();
    let (mut begins, mut named) = (BTreeSet::new(), Vec::new());
    while let (Some(kind), Some(length)) = (word(stream, at), word(stream, at + 2)) {
        let data = stream.get(at + 4..at + 4 + length as usize).unwrap_or_default();
        match kind {
            // BOF: a new sheet begins.
            0x0809 | 0x0409 | 0x0209 | 0x0009 => {
                begins.insert(at);
                sheet = Extent::default();
            }
            // BOUNDSHEET: where a sheet begins.
            0x0085 => named.extend(long(data, 0)),
            // DIMENSIONS: the reader reserves what it says before it has seen a cell.
            0x0200 if !is_possible(data) => return Err(Refusal::damaged("工作表的大小不实")),
            // FILEPASS.
            0x002F if word(data, 0) != Some(0) || data.len() > 4 => return Err(Refusal::encrypted()),
            // FORMULA, RK, NUMBER, LABEL, LABELSST, BOOLERR; MULRK ends with its last column.
            0x0006 | 0x0206 | 0x0406 | 0x027E | 0x0203 | 0x0204 | 0x00FD | 0x0205 | 0x00BD => {
                let row = word(data, 0).unwrap_or(0);
                let left = word(data, 2).unwrap_or(0);
                let last = data.len().checked_sub(2).and_then(|at| word(data, at)).unwrap_or(left);
                let right = if kind == 0x00BD { last.max(left) } else { left };
                sheet.add(row, left, right)?;
            }
            _ => {}
        }
        at += 4 + length as usize;
    }
    let is_begin = |offset: &u32| begins.contains(&(*offset as usize));
    if named.iter().all(is_begin) { Ok(()) } else { Err(Refusal::damaged("工作表的位置不对")) }
}

/// Whether first and last row and column can be those of a sheet of this format. Old records hold rows in two bytes.
fn is_possible(data: &[u8]) -> bool {
    let wide = data.len() >= 14;
    let row = |at: usize| if wide { long(data, 2 * at) } else { word(data, at).map(u32::from) };
    let columns = if wide { 8 } else { 4 };
    match (row(0), row(2), word(data, columns), word(data, columns + 2)) {
        (Some(first), Some(end), Some(_), Some(right)) => {
            (first < end || end == 0) && end <= 65_536 && right <= COLUMNS
        }
        _ => data.len() < 10,
    }
}

#[derive(Default)]
struct Extent {
    cells: u64,
    top: u16,
    left: u16,
    bottom: u16,
    right: u16,
}

impl Extent {
    fn add(&mut self, row: u16, left: u16, right: u16) -> Result<(), Refusal> {
        if self.cells == 0 {
            (self.top, self.left, self.bottom, self.right) = (row, left, row, right);
        }
        self.cells += u64::from(right - left) + 1;
        self.top = self.top.min(row);
        self.left = self.left.min(left);
        self.bottom = self.bottom.max(row);
        self.right = self.right.max(right);
        if right >= COLUMNS {
            return Err(Refusal::damaged("单元格超出 256 列"));
        }
        // Checked with every record: rows come in order, so cells and rectangle grow together.
        let area = (u64::from(self.bottom - self.top) + 1) * (u64::from(self.right - self.left) + 1);
        if area > ROOMY && area / SPARSE > self.cells {
            return Err(Refusal::too_large("工作表里有离数据很远的单元格"));
        }
        Ok(())
    }
}

struct Container<'a> {
    bytes: &'a [u8],
    sector: usize,
    mini_cutoff: u32,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    mini: Vec<u8>,
    /// Name → first sector and size.
    entries: BTreeMap<String, (u32, u32)>,
}

impl<'a> Container<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let sector = match word(bytes, 30)? {
            shift @ (9 | 12) => 1usize << shift,
            _ => return None,
        };
        let mut container = Self {
            bytes,
            sector,
            mini_cutoff: long(bytes, 56)?,
            fat: Vec::new(),
            mini_fat: Vec::new(),
            mini: Vec::new(),
            entries: BTreeMap::new(),
        };
        let mut tables: Vec<u32> = (0..109).filter_map(|n| long(bytes, 76 + 4 * n)).collect();
        let (mut next, most) = (long(bytes, 68)?, bytes.len() / sector + 1);
        for _ in 0..most {
            if next >= END {
                break;
            }
            let table = container.at(next)?;
            tables.extend((0..sector / 4 - 1).filter_map(|n| long(table, 4 * n)));
            next = long(table, sector - 4)?;
        }
        for table in tables.into_iter().filter(|table| *table < END).take(most) {
            let Some(table) = container.at(table) else { continue };
            container.fat.extend((0..sector / 4).filter_map(|n| long(table, 4 * n)));
        }
        let directory = container.chain(long(bytes, 48)?);
        let mini_fat = container.chain(long(bytes, 60)?);
        container.mini_fat = mini_fat.chunks_exact(4).filter_map(|four| long(four, 0)).collect();
        for entry in directory.chunks_exact(128) {
            let length = (word(entry, 64)? as usize).saturating_sub(2).min(64);
            let name: Vec<u16> = entry.get(..length)?.chunks_exact(2).filter_map(|two| word(two, 0)).collect();
            let place = (long(entry, 116)?, long(entry, 120)?);
            match entry.get(66) {
                Some(5) => container.mini = container.chain(place.0),
                Some(2) => drop(container.entries.insert(String::from_utf16_lossy(&name), place)),
                _ => {}
            }
        }
        Some(container)
    }

    fn at(&self, number: u32) -> Option<&'a [u8]> {
        let start = (number as usize).checked_add(1)?.checked_mul(self.sector)?;
        self.bytes.get(start..start.checked_add(self.sector)?.min(self.bytes.len()))
    }

    /// The sectors of a chain, end to end; a chain that runs in a circle stops at the file's own length.
    fn chain(&self, first: u32) -> Vec<u8> {
        let mut content = Vec::new();
        let mut next = first;
        while next < END && content.len() <= self.bytes.len() {
            let Some(sector) = self.at(next) else { break };
            content.extend_from_slice(sector);
            next = self.fat.get(next as usize).copied().unwrap_or(u32::MAX);
        }
        content
    }

    fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let (first, size) = *self.entries.get(name)?;
        let mut content = if size >= self.mini_cutoff { self.chain(first) } else { self.mini_chain(first) };
        content.truncate(size as usize);
        Some(content)
    }

    fn mini_chain(&self, first: u32) -> Vec<u8> {
        let mut content = Vec::new();
        let mut next = first;
        while next < END && content.len() <= self.mini.len() {
            let start = next as usize * 64;
            let Some(sector) = self.mini.get(start..(start + 64).min(self.mini.len())) else { break };
            content.extend_from_slice(sector);
            next = self.mini_fat.get(next as usize).copied().unwrap_or(u32::MAX);
        }
        content
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(row: u16, column: u16) -> Vec<u8> {
        let mut record = vec![0x03, 0x02, 14, 0];
        record.extend(row.to_le_bytes());
        record.extend(column.to_le_bytes());
        record.extend([0; 10]);
        record
    }

    #[test]
    fn a_stray_cell_at_the_far_corner_is_refused_and_a_full_sheet_is_not() {
        let stray = [number(0, 0), number(65_535, 255)].concat();
        assert_eq!(extent(&stray).unwrap_err().code, "ZH2007");
        let full: Vec<u8> =
            (0..65_535u16).flat_map(|row| (0..20).flat_map(move |column| number(row, column))).collect();
        assert_eq!(extent(&full), Ok(()));
    }

    #[test]
    fn a_sheet_begins_where_a_record_begins() {
        let named = |offset: u32| [[0x85, 0, 4, 0].as_slice(), &offset.to_le_bytes(), &[0x09, 0x08, 0, 0]].concat();
        assert_eq!(extent(&named(8)), Ok(()));
        assert_eq!(extent(&named(7)).unwrap_err().code, "ZH2008");
        assert_eq!(extent(&number(0, 300)).unwrap_err().code, "ZH2008");
        let size = |rows: u32, columns: u16| {
            [
                [0x00, 0x02, 14, 0].as_slice(),
                &0u32.to_le_bytes(),
                &rows.to_le_bytes(),
                &[0, 0],
                &columns.to_le_bytes(),
                &[0, 0],
            ]
            .concat()
        };
        assert_eq!(extent(&size(65_536, 256)), Ok(()));
        assert_eq!(extent(&size(u32::MAX, 256)).unwrap_err().code, "ZH2008");
        assert_eq!(extent(&size(10, 60_000)).unwrap_err().code, "ZH2008");
    }

    #[test]
    fn a_password_is_named() {
        assert_eq!(extent(&[0x2F, 0, 6, 0, 1, 0, 1, 0, 1, 0]).unwrap_err().code, "ZH2006");
    }

    #[test]
    fn a_directory_that_runs_in_a_circle_ends() {
        let mut bytes = vec![0u8; 512 * 4];
        bytes[..4].copy_from_slice(&[0xD0, 0xCF, 0x11, 0xE0]);
        bytes[30] = 9;
        bytes[48] = 1;
        assert!(sniff(&bytes).is_err());
    }
}
