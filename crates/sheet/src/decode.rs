//! Bytes to text: UTF-8, UTF-16 and the national encodings, by byte order mark and by trial.

use crate::Refusal;
use encoding_rs::{BIG5, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// A text with the encoding in which it came.
pub(crate) struct Decoded {
    pub(crate) text: String,
    /// In lower case.
    pub(crate) encoding: String,
    /// Characters that could not be decoded.
    pub(crate) lost: usize,
}

/// Decodes a text file; refuses what is no text.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, Refusal> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return readable(with(encoding, bytes.get(length..).unwrap_or_default()));
    }
    if let Some(encoding) = utf_16(bytes) {
        return readable(with(encoding, bytes));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return readable(Decoded { text: text.to_owned(), encoding: "utf-8".to_owned(), lost: 0 });
    }
    // GB18030 gives nearly every pair of bytes a character, so it goes first only while it loses nothing.
    let mut best = with(GB18030, bytes);
    if best.lost > 0 {
        for encoding in [UTF_8, BIG5] {
            let other = with(encoding, bytes);
            // A text cut off in the middle of a character loses one in either; UTF-8 has the stricter rules.
            if other.lost < best.lost || (encoding == UTF_8 && other.lost == best.lost) {
                best = other;
            }
        }
    }
    readable(best)
}

fn with(encoding: &'static Encoding, bytes: &[u8]) -> Decoded {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let text = text.into_owned();
    let lost = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    Decoded { text, encoding: encoding.name().to_ascii_lowercase(), lost }
}

/// UTF-16 without a mark: separators and digits put a zero in every other byte.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..4096.min(bytes.len() & !1))?;
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let enough = (head.len() / 40).max(2);
    match () {
        () if odd >= enough && even == 0 => Some(UTF_16LE),
        () if even >= enough && odd == 0 => Some(UTF_16BE),
        () => None,
    }
}

/// A text has next to no control characters and next to nothing lost.
fn readable(decoded: Decoded) -> Result<Decoded, Refusal> {
    let mut total = 0usize;
    let mut strange = 0usize;
    for character in decoded.text.chars().take(100_000) {
        total += 1;
        let control = character.is_control() && !matches!(character, '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}');
        let private = matches!(character, '\u{E000}'..='\u{F8FF}' | char::REPLACEMENT_CHARACTER);
        strange += usize::from(control || private);
    }
    if decoded.text.trim().is_empty() {
        Err(Refusal::empty())
    } else if strange > 2 && strange * 50 > total {
        Err(Refusal::unknown())
    } else {
        Ok(decoded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoding_of(bytes: &[u8]) -> String {
        decode(bytes).unwrap().encoding
    }

    #[test]
    fn encodings_are_told_apart() {
        let text = "序号,产品名称,生产日期\n1,鸭梨醋饮,2018年06月10日\n";
        let (gbk, _, _) = GB18030.encode(text);
        assert_eq!(encoding_of(text.as_bytes()), "utf-8");
        assert_eq!(encoding_of(&gbk), "gb18030");
        assert_eq!(encoding_of(&[b"\xEF\xBB\xBF", text.as_bytes()].concat()), "utf-8");
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(encoding_of(&[b"\xFF\xFE", little.as_slice()].concat()), "utf-16le");
        assert_eq!(encoding_of(&little), "utf-16le");
        assert_eq!(encoding_of(&big), "utf-16be");
        assert_eq!(decode(&gbk).unwrap().text, text);
    }

    #[test]
    fn a_cut_off_character_does_not_change_the_encoding() {
        let text = "序号,产品名称\n1,鸭梨醋饮";
        let cut = &text.as_bytes()[..text.len() - 1];
        let decoded = decode(cut).unwrap();
        assert_eq!((decoded.encoding.as_str(), decoded.lost), ("utf-8", 1));
    }

    #[test]
    fn binary_is_no_text() {
        let bytes: Vec<u8> = (0..4096u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert_eq!(decode(&bytes).err().unwrap().code, "ZH2009");
    }
}
