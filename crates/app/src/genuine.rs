//! 名实相符: what the name of a file claims, held against its first bytes. Every file that comes in from outside is asked, whichever way it comes.

/// Whether the first bytes of a file are those of what its name says: a name is a claim, and somebody will open it by that.
pub fn is_what_it_says(name: &str, bytes: &[u8]) -> Result<(), String> {
    const ZIP: &[&[u8]] = &[b"PK\x03\x04", b"PK\x05\x06"];
    const OLE: &[&[u8]] = &[b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"];
    const EITHER: &[&[u8]] = &[b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"];
    let extension = name.rsplit_once('.').map(|(_, it)| it.to_ascii_lowercase()).unwrap_or_default();
    let begins: &[&[u8]] = match extension.as_str() {
        "pdf" => &[b"%PDF-"],
        "jpg" | "jpeg" => &[b"\xFF\xD8\xFF"],
        "png" => &[b"\x89PNG\r\n\x1A\n"],
        "ofd" | "docx" | "xlsx" | "ods" | "zip" => ZIP,
        "doc" | "xls" => OLE,
        "wps" | "et" => EITHER,
        // What has no mark of its own is text: no zeros, no program, no page of the web.
        _ => {
            let start = bytes.get(..1024.min(bytes.len())).unwrap_or_default();
            let bare: Vec<u8> = start.iter().filter(|b| !b.is_ascii_whitespace()).map(u8::to_ascii_lowercase).collect();
            let other = start.contains(&0) || start.starts_with(b"MZ") || bare.starts_with(b"<");
            return if other { Err("文件内容不是文字，不能这样上传。".to_owned()) } else { Ok(()) };
        }
    };
    let fits = begins.iter().any(|mark| bytes.starts_with(mark));
    let word = extension.to_uppercase();
    if fits {
        Ok(())
    } else {
        Err(format!("文件内容不是 {word}：名称和内容不符，请另存为 {word} 后再上传。"))
    }
}
