//! From bytes to text (编码识别). UTF-8 and UTF-16 with a byte order mark, UTF-8 without one, GB18030 (which
//! holds GBK and GB2312), and files in which lines of both were pasted together. What is no text at all is
//! refused with a reason that a reader can act on.

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

/// What became of the bytes.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decoded {
    /// Readable text.
    Text {
        /// The text, without a byte order mark.
        text: String,
        /// How it was encoded (编码).
        encoding: Encoding,
        /// How many places could not be decoded and stand as U+FFFD.
        replaced: usize,
    },
    /// No text.
    Unreadable(Unreadable),
}

/// Encoding of a text (编码).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Encoding {
    /// UTF-8
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-8 with a byte order mark
    #[serde(rename = "utf-8-bom")]
    Utf8Bom,
    /// UTF-16, little end first
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// UTF-16, big end first
    #[serde(rename = "utf-16be")]
    Utf16Be,
    /// GB18030 (国标码)
    #[serde(rename = "gb18030")]
    Gb18030,
    /// Lines of UTF-8 and of GB18030 in one file (混合编码)
    #[serde(rename = "mixed")]
    Mixed,
}

/// Why bytes are no text (不可读的原因).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Unreadable {
    /// Stable name of the reason.
    pub code: &'static str,
    /// A sentence that says what to do, in Chinese.
    pub message: &'static str,
}

/// Detects the encoding and decodes (识别编码并转为文本).
pub fn read_bytes(bytes: &[u8]) -> Decoded {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return refuse("empty", "文件是空的，没有可以读的文字。请检查上传的文件是否选对。");
    }
    if let Some(refused) = known_format(bytes) {
        return refused;
    }
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        let text = String::from_utf8_lossy(rest).into_owned();
        return accept(text, Encoding::Utf8Bom);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return accept(UTF_16LE.decode_without_bom_handling(rest).0.into_owned(), Encoding::Utf16Le);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return accept(UTF_16BE.decode_without_bom_handling(rest).0.into_owned(), Encoding::Utf16Be);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return accept(text.to_owned(), Encoding::Utf8);
    }
    // GB18030 reads most UTF-8 as other characters without complaint: one whole line of UTF-8 settles it.
    let has_utf8 = bytes
        .split(|b| *b == b'\n')
        .any(|line| line.len() >= 9 && !line.is_ascii() && std::str::from_utf8(line).is_ok());
    if has_utf8 {
        return line_by_line(bytes);
    }
    let (text, _, broken) = GB18030.decode(bytes);
    if !broken && looks_chinese(&text) {
        return accept(text.into_owned(), Encoding::Gb18030);
    }
    line_by_line(bytes)
}

fn accept(text: String, encoding: Encoding) -> Decoded {
    let mut controls = 0_usize;
    let mut replaced = 0_usize;
    let mut all = 0_usize;
    for c in text.chars() {
        all += 1;
        match c {
            '\u{fffd}' => replaced += 1,
            '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' => {}
            _ if c.is_control() => controls += 1,
            _ => {}
        }
    }
    if (controls + replaced) * 10 > all {
        return refuse(
            "binary",
            "这不是文本文件（乱码或控制字符超过一成）。请把文件另存为“纯文本”，或复制正文后粘贴。",
        );
    }
    Decoded::Text { text, encoding, replaced }
}

fn refuse(code: &'static str, message: &'static str) -> Decoded {
    Decoded::Unreadable(Unreadable { code, message })
}

/// Files that people upload by mistake, known by their first bytes.
fn known_format(bytes: &[u8]) -> Option<Decoded> {
    const FORMATS: &[(&[u8], &str, &str)] = &[
        (
            b"PK\x03\x04",
            "zip",
            "这是 Word/Excel（docx、xlsx）或压缩文件，不是纯文本。请打开后全选复制，或另存为纯文本。",
        ),
        (
            b"\xd0\xcf\x11\xe0",
            "ole",
            "这是旧版 Word/Excel（doc、xls、wps）文件，不是纯文本。请打开后全选复制，或另存为纯文本。",
        ),
        (b"%PDF", "pdf", "这是 PDF 文件，不是纯文本。请打开后复制文字；扫描件须先做文字识别。"),
        (b"{\\rtf", "rtf", "这是 RTF 文件，不是纯文本。请打开后另存为纯文本。"),
        (b"\x89PNG", "image", "这是图片，不是文本。请先做文字识别，再粘贴文字。"),
        (b"\xff\xd8\xff", "image", "这是图片，不是文本。请先做文字识别，再粘贴文字。"),
        (b"GIF8", "image", "这是图片，不是文本。请先做文字识别，再粘贴文字。"),
        (b"\x1f\x8b", "zip", "这是压缩文件，不是纯文本。请先解压。"),
    ];
    FORMATS.iter().find(|format| bytes.starts_with(format.0)).map(|format| refuse(format.1, format.2))
}

/// GB18030 decodes almost any bytes to something: real text consists of common characters.
fn looks_chinese(text: &str) -> bool {
    let (mut common, mut rare) = (0_usize, 0_usize);
    for c in text.chars() {
        match c {
            '\u{4e00}'..='\u{9fff}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}' | '\u{2010}'..='\u{2027}' => {
                common += 1;
            }
            c if c.is_ascii() => {}
            _ => rare += 1,
        }
    }
    rare * 5 <= common
}

fn line_by_line(bytes: &[u8]) -> Decoded {
    let mut text = String::with_capacity(bytes.len());
    let (mut utf8, mut gb) = (0_usize, 0_usize);
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        if line.is_ascii() {
            text.push_str(&String::from_utf8_lossy(line));
        } else if let Ok(line) = std::str::from_utf8(line) {
            utf8 += 1;
            text.push_str(line);
        } else {
            let (line, broken) = GB18030.decode_without_bom_handling(line);
            gb += usize::from(!broken);
            text.push_str(&line);
        }
    }
    let encoding = match (utf8, gb) {
        (0, _) => Encoding::Gb18030,
        (_, 0) => Encoding::Utf8,
        _ => Encoding::Mixed,
    };
    accept(text, encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoding(bytes: &[u8]) -> Option<(Encoding, String)> {
        match read_bytes(bytes) {
            Decoded::Text { text, encoding, .. } => Some((encoding, text)),
            Decoded::Unreadable(_) => None,
        }
    }

    fn reason(bytes: &[u8]) -> &'static str {
        match read_bytes(bytes) {
            Decoded::Text { .. } => "text",
            Decoded::Unreadable(why) => why.code,
        }
    }

    #[test]
    fn each_encoding_is_named_and_read() {
        let plan = "到2027年，合格率达到98%以上。\n";
        let gb = GB18030.encode(plan).0.into_owned();
        let le: Vec<u8> = [0xff, 0xfe].into_iter().chain(plan.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let be: Vec<u8> = [0xfe, 0xff].into_iter().chain(plan.encode_utf16().flat_map(u16::to_be_bytes)).collect();
        assert_eq!(encoding(plan.as_bytes()), Some((Encoding::Utf8, plan.to_owned())));
        assert_eq!(encoding(format!("\u{feff}{plan}").as_bytes()), Some((Encoding::Utf8Bom, plan.to_owned())));
        assert_eq!(encoding(&gb), Some((Encoding::Gb18030, plan.to_owned())));
        assert_eq!(encoding(&le), Some((Encoding::Utf16Le, plan.to_owned())));
        assert_eq!(encoding(&be), Some((Encoding::Utf16Be, plan.to_owned())));
        let mixed: Vec<u8> = plan.bytes().chain(gb).collect();
        assert_eq!(encoding(&mixed), Some((Encoding::Mixed, plan.repeat(2))));
    }

    #[test]
    fn what_is_no_text_is_refused_with_a_reason() {
        assert_eq!(reason(b""), "empty");
        assert_eq!(reason(b" \n\t"), "empty");
        assert_eq!(reason(b"PK\x03\x04\x14\x00"), "zip");
        assert_eq!(reason(b"%PDF-1.7"), "pdf");
        assert_eq!(reason(&[0_u8; 4096]), "binary");
        let noise: Vec<u8> = (0..9000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert_eq!(reason(&noise), "binary");
    }
}
