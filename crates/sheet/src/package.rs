//! Parts of a ZIP package, inflated within limits. What a package declares is not believed: every part is
//! inflated once and counted before anything parses it.

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
        // A workbook may name any part as its sheet, so all of them count; only pictures may be packed without bounds.
        let ratio = if name.contains("media/") { u64::MAX } else { limits.ratio };
        let allowed =
            Allowed { room: limits.unpacked_bytes.saturating_sub(total), packed: part.compressed_size().max(1), ratio };
        total += measure(part, &name.to_ascii_lowercase(), allowed)?;
        names.push(name);
    }
    Ok(names)
}

fn locked(error: &ZipError) -> bool {
    matches!(error, ZipError::UnsupportedArchive(why) if why.to_ascii_lowercase().contains("password"))
}

/// What a part may take.
struct Allowed {
    room: u64,
    packed: u64,
    ratio: u64,
}

/// Inflates a part to nowhere and counts.
fn measure(mut part: impl Read, name: &str, allowed: Allowed) -> Result<u64, Refusal> {
    let is_xml = [".xml", ".rels", ".vml"].iter().any(|end| name.ends_with(end));
    let mut promise = name.ends_with("sharedstrings.xml").then(Promise::default);
    let mut buffer = vec![0u8; 64 << 10];
    let mut size = 0u64;
    loop {
        let read = part.read(&mut buffer).map_err(|_| Refusal::damaged("ZIP 数据不可读"))?;
        let chunk = buffer.get(..read).unwrap_or_default();
        if read == 0 {
            let promised = promise.and_then(|promise| promise.largest).unwrap_or(0);
            // The shortest text that a list of texts can hold is `<si/>`.
            return if promised > size / 5 { Err(Refusal::damaged("文本数目不实")) } else { Ok(size) };
        }
        let head = chunk.get(..read.min(HEAD)).unwrap_or_default();
        if is_xml && size == 0 && head.windows(9).any(|window| window.eq_ignore_ascii_case(b"<!DOCTYPE")) {
            return Err(Refusal::document_type());
        }
        if let Some(promise) = &mut promise {
            promise.watch(chunk);
        }
        size += read as u64;
        if size > allowed.room {
            return Err(Refusal::too_large("压缩文件解开后过大"));
        }
        if size > SMALL && size / allowed.packed > allowed.ratio {
            return Err(Refusal::too_large(&format!("压缩文件的压缩比超过 {} 倍", allowed.ratio)));
        }
    }
}

/// The number of texts that a workbook promises to hold (`uniqueCount="…"`). The reader reserves memory for it before it
/// has seen one, and a reservation that fails ends the whole program, so the promise is checked against the part's size.
#[derive(Default)]
struct Promise {
    tail: Vec<u8>,
    largest: Option<u64>,
}

impl Promise {
    fn watch(&mut self, chunk: &[u8]) {
        const NAME: &[u8] = b"uniqueCount";
        self.tail.extend_from_slice(chunk);
        for at in self.tail.windows(NAME.len()).enumerate().filter(|(_, window)| *window == NAME).map(|(at, _)| at) {
            let digits = self.tail.iter().skip(at + NAME.len()).skip_while(|byte| !byte.is_ascii_digit());
            let digits: String =
                digits.take_while(|byte| byte.is_ascii_digit()).map(|byte| char::from(*byte)).collect();
            let count = if digits.is_empty() { 0 } else { digits.parse().unwrap_or(u64::MAX) };
            self.largest = self.largest.max(Some(count));
        }
        // A name or a number may be cut in two by the end of a chunk.
        let keep = self.tail.len().saturating_sub(128);
        self.tail.drain(..keep);
    }
}

/// Walks the records of the parts of a binary workbook: none may claim to be longer than what is left of its part, since
/// the reader makes room for it before it reads.
pub(crate) fn check_records(bytes: &[u8], parts: &[String], limits: &Limits) -> Result<(), Refusal> {
    let is_records = |name: &&String| {
        let name = name.to_ascii_lowercase();
        name.ends_with(".bin")
            && (name.starts_with("xl/worksheets/")
                || matches!(name.as_str(), "xl/workbook.bin" | "xl/sharedstrings.bin"))
    };
    parts.iter().filter(is_records).try_for_each(|name| records(&part(bytes, name, limits)?))
}

fn records(content: &[u8]) -> Result<(), Refusal> {
    let mut rest = content;
    while !rest.is_empty() {
        let after = number(rest, 2).and_then(|(_, after)| number(after, 4));
        rest = after
            .and_then(|(length, after)| after.get(length as usize..))
            .ok_or_else(|| Refusal::damaged("记录长度不实"))?;
    }
    Ok(())
}

/// A number of at most so many bytes, seven bits in each, and what follows it.
fn number(bytes: &[u8], most: usize) -> Option<(u32, &[u8])> {
    let mut number = 0u32;
    for at in 0..most {
        let byte = *bytes.get(at)?;
        number |= u32::from(byte & 0x7F) << (7 * at);
        if byte & 0x80 == 0 || at + 1 == most {
            return Some((number, bytes.get(at + 1..)?));
        }
    }
    None
}

/// One part, inflated. The package has been inspected.
pub(crate) fn part(bytes: &[u8], name: &str, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let mut archive = open(bytes)?;
    let part = archive.by_name(name).map_err(|_| Refusal::damaged("缺少部分"))?;
    let mut content = Vec::new();
    part.take(limits.unpacked_bytes).read_to_end(&mut content).map_err(|_| Refusal::damaged("ZIP 数据不可读"))?;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(name: &str, content: &[u8]) -> Result<u64, Refusal> {
        measure(content, name, Allowed { room: 1 << 20, packed: 1, ratio: u64::MAX })
    }

    #[test]
    fn a_promise_of_more_texts_than_there_is_room_for_is_refused() {
        let texts =
            |count: &str| format!("<sst count=\"2\" uniqueCount = '{count}'><si><t>a</t></si><si><t>b</t></si></sst>");
        assert!(measured("xl/sharedstrings.xml", texts("2").as_bytes()).is_ok());
        for count in ["5000", "99999999999999", "99999999999999999999999999"] {
            assert_eq!(
                measured("xl/sharedstrings.xml", texts(count).as_bytes()).unwrap_err().code,
                "ZH2008",
                "{count}"
            );
        }
        // Cut in two by the end of a chunk.
        let late = format!("{}{}", " ".repeat((64 << 10) - 20), texts("5000"));
        let half = late.len() / 2;
        let mut promise = Promise::default();
        promise.watch(&late.as_bytes()[..half]);
        promise.watch(&late.as_bytes()[half..]);
        assert_eq!(promise.largest, Some(5000));
    }

    #[test]
    fn records_of_a_binary_workbook_keep_to_their_room() {
        assert!(records(&[0x83, 0x01, 0x00, 0x13, 0x01, 7]).is_ok());
        assert_eq!(records(&[0x13, 0xFF, 0xFF, 0xFF, 0x7F, 0]).unwrap_err().code, "ZH2008");
    }
}
