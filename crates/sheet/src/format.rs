//! What a file is, told from its first bytes and its parts. Its name says nothing: half of the `.xls` files of
//! announcements are web pages, and `.xlsx` may be a ZIP, an old binary workbook or plain XML.

use crate::decode::{self, Decoded};
use crate::{Limits, Refusal, binary, package};
use serde::{Deserialize, Serialize};

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Excel workbook since 2007.
    Xlsx,
    /// Excel binary workbook since 2007.
    Xlsb,
    /// Excel workbook up to 2003.
    Xls,
    /// OpenDocument spreadsheet.
    Ods,
    /// XML spreadsheet 2003.
    SpreadsheetMl,
    /// Web page with tables.
    Html,
    /// Text with separators.
    Delimited,
}

/// A file whose format is known; texts are decoded.
pub(crate) enum Sniffed {
    Xlsx,
    Xlsb,
    Xls,
    Ods,
    SpreadsheetMl(Decoded),
    Html(Decoded),
    Delimited(Decoded),
}

/// First bytes of files that are no tables.
const IMAGES: &[(&[u8], &str)] = &[
    (b"\x89PNG", " PNG "),
    (b"\xFF\xD8\xFF", " JPEG "),
    (b"GIF8", " GIF "),
    (b"II*\0", " TIFF "),
    (b"MM\0*", " TIFF "),
    (b"BM", " BMP "),
];
const ARCHIVES: &[(&[u8], &str)] =
    &[(b"Rar!", " RAR "), (b"7z\xBC\xAF\x27\x1C", " 7z "), (b"\x1F\x8B", " gzip "), (b"BZh", " bzip2 ")];

/// Tells what the bytes are, or refuses what is no table.
pub(crate) fn sniff(bytes: &[u8], limits: &Limits) -> Result<Sniffed, Refusal> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Refusal::empty());
    }
    if bytes.len() as u64 > limits.file_bytes {
        return Err(Refusal::too_large(&format!("文件有 {} MB", bytes.len() >> 20)));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return zip(bytes, limits);
    }
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return binary::sniff(bytes).map(|()| Sniffed::Xls);
    }
    if bytes.get(..1024.min(bytes.len())).is_some_and(|head| head.windows(5).any(|window| window == b"%PDF-")) {
        return Err(Refusal::pdf());
    }
    if bytes.starts_with(b"{\\rtf") {
        return Err(Refusal::word());
    }
    // "BM" alone is also how a csv of 'BMI' begins, so the size written in the bitmap's head must agree.
    let bitmap =
        |kind: &[u8]| kind != b"BM" || bytes.get(2..6).is_some_and(|size| size == (bytes.len() as u32).to_le_bytes());
    if let Some((_, what)) = IMAGES.iter().find(|(magic, _)| bytes.starts_with(magic) && bitmap(magic)) {
        return Err(Refusal::image(what));
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Err(Refusal::image(" WebP "));
    }
    if let Some((_, what)) = ARCHIVES.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(Refusal::archive(what));
    }
    text(decode::decode(bytes)?)
}

fn zip(bytes: &[u8], limits: &Limits) -> Result<Sniffed, Refusal> {
    let parts = package::inspect(bytes, limits)?;
    let has = |name: &str| parts.iter().any(|part| part.eq_ignore_ascii_case(name));
    let under = |folder: &str| parts.iter().any(|part| part.starts_with(folder));
    if has("xl/workbook.xml") {
        Ok(Sniffed::Xlsx)
    } else if has("xl/workbook.bin") {
        package::check_records(bytes, &parts, limits).map(|()| Sniffed::Xlsb)
    } else if under("word/") {
        Err(Refusal::word())
    } else if under("ppt/") {
        Err(Refusal::slides())
    } else if has("content.xml") && has("mimetype") {
        match package::part(bytes, "mimetype", limits)? {
            kind if kind.windows(11).any(|window| window == b"spreadsheet") => Ok(Sniffed::Ods),
            kind if kind.windows(4).any(|window| window == b"text") => Err(Refusal::word()),
            _ => Err(Refusal::unknown()),
        }
    } else if under("xl/") || has("[Content_Types].xml") {
        Err(Refusal::damaged("缺少工作簿的主要部分"))
    } else {
        Err(Refusal::archive(" ZIP "))
    }
}

fn text(decoded: Decoded) -> Result<Sniffed, Refusal> {
    let head: String = decoded.text.chars().take(4096).collect::<String>().to_ascii_lowercase();
    let start = head.trim_start();
    if start.starts_with('<') {
        if head.contains("urn:schemas-microsoft-com:office:spreadsheet") && head.contains("<workbook") {
            return Ok(Sniffed::SpreadsheetMl(decoded));
        }
        if decoded.text.to_ascii_lowercase().contains("<table") {
            return Ok(Sniffed::Html(decoded));
        }
        if start.starts_with("<?xml") || start.starts_with("<!doctype") || start.starts_with("<html") {
            return Err(Refusal::no_table());
        }
    }
    if head.contains("mime-version:") && head.contains("multipart/related") {
        return Err(Refusal::web_archive());
    }
    Ok(Sniffed::Delimited(decoded))
}
