//! Parts of a ZIP package, inflated within limits. What a package declares is not believed: every part that a reader
//! will open is inflated once and counted before anything parses it.

use crate::{Limits, Refusal};
use std::io::{Cursor, Read};
use zip::ZipArchive;
use zip::result::ZipError;

/// More parts than any workbook has.
const MOST_PARTS: usize = 20_000;
/// Below this size a part may be packed as tightly as it likes.
const SMALL: u64 = 1 << 20;
/// An entity declaration stands at the head of a document.
const HEAD: usize = 8192;

fn open(bytes: &[u8]) -> Result<ZipArchive<Cursor<&[u8]>>, Refusal> {
    ZipArchive::new(Cursor::new(bytes)).map_err(|_| Refusal::damaged("ZIP 目录不可读"))
}

/// Names of all parts, after every part that a reader opens has proved harmless.
pub(crate) fn inspect(bytes: &[u8], limits: &Limits) -> Result<Vec<String>, Refusal> {
    let mut archive = open(bytes)?;
    if archive.len() > MOST_PARTS {
        return Err(Refusal::too_large(&format!("压缩包内有 {} 个部分", archive.len())));
    }
    let mut names = Vec::with_capacity(archive.len());
    let mut total = 0u64;
    for index in 0..archive.len() {
        let part = match archive.by_index(index) {
            Ok(part) => part,
            Err(error) if locked(&error) => return Err(Refusal::encrypted()),
            Err(_) => return Err(Refusal::damaged("ZIP 部分不可读")),
        };
        let name = part.name().map(|name| name.replace('\\', "/")).unwrap_or_default();
        if is_read(&name) {
            let packed = part.compressed_size().max(1);
            total += measure(part, limits.unpacked_bytes.saturating_sub(total), packed, limits.ratio)?;
        }
        names.push(name);
    }
    Ok(names)
}

/// Pictures and fonts are never opened by a reader, so their size does not matter.
fn is_read(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".xml", ".rels", ".bin", ".vml"].iter().any(|end| name.ends_with(end)) || name == "mimetype"
}

fn locked(error: &ZipError) -> bool {
    matches!(error, ZipError::UnsupportedArchive(why) if why.to_ascii_lowercase().contains("password"))
}

/// Inflates a part to nowhere and counts.
fn measure(mut part: impl Read, room: u64, packed: u64, ratio: u64) -> Result<u64, Refusal> {
    let mut buffer = vec![0u8; 64 << 10];
    let mut size = 0u64;
    loop {
        let read = part.read(&mut buffer).map_err(|_| Refusal::damaged("ZIP 数据不可读"))?;
        if read == 0 {
            return Ok(size);
        }
        let head = buffer.get(..read.min(HEAD)).unwrap_or_default();
        if size == 0 && head.windows(9).any(|window| window.eq_ignore_ascii_case(b"<!DOCTYPE")) {
            return Err(Refusal::document_type());
        }
        size += read as u64;
        if size > room {
            return Err(Refusal::too_large("压缩文件解开后过大"));
        }
        if size > SMALL && size / packed > ratio {
            return Err(Refusal::too_large(&format!("压缩文件的压缩比超过 {ratio} 倍")));
        }
    }
}

/// One part, inflated. The package has been inspected.
pub(crate) fn part(bytes: &[u8], name: &str, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let mut archive = open(bytes)?;
    let part = archive.by_name(name).map_err(|_| Refusal::damaged("缺少部分"))?;
    let mut content = Vec::new();
    part.take(limits.unpacked_bytes).read_to_end(&mut content).map_err(|_| Refusal::damaged("ZIP 数据不可读"))?;
    Ok(content)
}
