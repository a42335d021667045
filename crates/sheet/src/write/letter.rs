//! Official letters as Word documents, in the habit of GB/T 9704-2012 (党政机关公文格式): A4 with 22 lines of 28 characters, title in 小标宋
//! 22 pt, text in 仿宋 16 pt, the first line in by two characters, 落款 at the right with room for the seal, 版记 at the foot of the last page,
//! page numbers «— n —» at the outer edge. Fonts are named, not carried: a computer without them shows their stand-ins.

use crate::write::docx::{
    BODY, Footing, NAMESPACES, Part, Style, TITLE, TITLE_FONT, WordTable, escape, fonts, grid, header, package,
    page_number, run, styles,
};
use crate::write::xlsx::WriteError;

/// A letter or notice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WordLetter {
    /// 发文机关标志 in red, with the number and a red rule below it; none: the number stands below the title.
    pub red_head: Option<String>,
    /// 发文字号; empty: none.
    pub number: Vec<WordRun>,
    /// 标题
    pub title: String,
    /// 主送, at the margin; empty: none.
    pub addressee: Vec<WordRun>,
    /// 正文
    pub body: Vec<LetterPart>,
    /// 附件说明
    pub attachments: Vec<String>,
    /// 落款
    pub sign: Option<LetterSign>,
    /// 版记: a line each, 抄送：…
    pub imprint: Vec<String>,
    /// What stands at the edges of every page.
    pub footing: Footing,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WordRun {
    /// Words.
    Text(String),
    /// Room to write, ruled.
    Gap,
}

/// A part of a letter's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LetterPart {
    /// A paragraph; its first line is in by two characters.
    Paragraph(Vec<WordRun>),
    /// A table over the whole width; of a [`WordTable`] its columns, rows and size.
    Table(WordTable),
    /// A remark in smaller letters.
    Note(String),
}

impl LetterPart {
    /// A paragraph of words alone.
    pub fn words(text: impl Into<String>) -> Self {
        LetterPart::Paragraph(vec![WordRun::Text(text.into())])
    }
}

/// Who signs, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterSign {
    /// 发文机关署名
    pub body: Vec<WordRun>,
    /// 成文日期
    pub date: Vec<WordRun>,
    /// Leave the room that a seal needs.
    pub seal: bool,
}

// Lengths in twentieths of a point. The type area is 156 mm × 225 mm: 天头 37 mm, 订口 28 mm.
const WIDTH: u32 = 11_906;
const HEIGHT: u32 = 16_838;
const TOP: u32 = 2_098;
const BOTTOM: u32 = 1_984;
const LEFT: u32 = 1_587;
const RIGHT: u32 = 1_474;
const ROOM: u32 = WIDTH - LEFT - RIGHT;
/// Twenty-eight characters fill a line.
const CHARACTER: u32 = ROOM / 28;
/// 28 pt: twenty-two lines fill a page.
const PITCH: u32 = 560;
/// The page number stands 7 mm below the type area.
const FOOT: u32 = BOTTOM - 397 - 280;
/// The text: characters of 16 pt, drawn in so that twenty-eight fit. A character grid would say the same, but not every program that opens
/// Word documents keeps one.
const TEXT: Style = Style { drawn: CHARACTER as i32 - 320, ..BODY };

const RED: &str = "FF0000";
const NUMBER_FONT: &str = "宋体";
/// Ruled room for about four characters; spaces that no line end swallows.
const GAP: &str = "\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}";

/// Writes a letter. The same letter gives the same bytes.
pub fn write_letter(letter: &WordLetter) -> Result<Vec<u8>, WriteError> {
    let mut parts = vec![styles(), fonts(), settings(), footer("footer1", "right"), footer("footer2", "left")];
    if let Some(words) = letter.footing.watermark.as_deref() {
        parts.extend([header("header1", words), header("header2", words)]);
    }
    package(&document(letter), &parts)
}

/// 单页码居右空一字，双页码居左空一字.
fn settings() -> Part {
    let content = format!(
        "<w:settings {NAMESPACES}><w:evenAndOddHeaders/><w:compat><w:compatSetting w:name=\"compatibilityMode\" \
         w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat></w:settings>"
    );
    Part { name: "settings", kind: "settings", content }
}

fn footer(name: &'static str, side: &str) -> Part {
    let style = Style { font: NUMBER_FONT, size: 28, ..BODY };
    let content = format!(
        "<w:ftr {NAMESPACES}><w:p><w:pPr><w:ind w:left=\"280\" w:right=\"280\"/><w:jc w:val=\"{side}\"/></w:pPr>{}</w:p></w:ftr>",
        page_number(&style)
    );
    Part { name, kind: "footer", content }
}

fn document(letter: &WordLetter) -> String {
    let mut body = head(letter);
    if !letter.addressee.is_empty() {
        body.push_str(&Set::default().write(&runs(&letter.addressee, &TEXT)));
    }
    for part in &letter.body {
        body.push_str(&match part {
            LetterPart::Paragraph(line) => Set { first: 2, ..Set::default() }.write(&runs(line, &TEXT)),
            LetterPart::Table(table) => grid(table, ROOM),
            LetterPart::Note(text) => {
                Set { pitch: 360, ..Set::default() }.write(&run(text, &Style { size: 24, ..BODY }))
            }
        });
    }
    body.push_str(&attachments(&letter.attachments));
    body.extend(letter.sign.as_ref().map(sign));
    body.push_str(&imprint(&letter.imprint));
    // What is anchored at the foot needs a paragraph to hang on, and a document may not end with a table.
    body.push_str(&Set { pitch: 20, ..Set::default() }.write(""));
    format!("<w:document {NAMESPACES}><w:body>{body}{}</w:body></w:document>", section(letter))
}

fn section(letter: &WordLetter) -> String {
    let headers = letter.footing.watermark.as_ref().map_or(
        "",
        |_| "<w:headerReference w:type=\"default\" r:id=\"rId6\"/><w:headerReference w:type=\"even\" r:id=\"rId7\"/>",
    );
    format!(
        "<w:sectPr>{headers}<w:footerReference w:type=\"default\" r:id=\"rId4\"/><w:footerReference w:type=\"even\" r:id=\"rId5\"/>\
         <w:pgSz w:w=\"{WIDTH}\" w:h=\"{HEIGHT}\"/><w:pgMar w:top=\"{TOP}\" w:right=\"{RIGHT}\" w:bottom=\"{BOTTOM}\" w:left=\"{LEFT}\" \
         w:header=\"851\" w:footer=\"{FOOT}\" w:gutter=\"0\"/></w:sectPr>"
    )
}

fn head(letter: &WordLetter) -> String {
    let number = |rule: bool| {
        let border = if rule { border("bottom", 12, 11, RED) } else { String::new() };
        Set { align: "center", border, ..Set::default() }.write(&runs(&letter.number, &TEXT))
    };
    let title = Set { align: "center", pitch: 700, ..Set::default() }.write(&run(&letter.title, &TITLE));
    let mut head = String::new();
    if let Some(organ) = &letter.red_head {
        // The name of the organ fills the line and is never larger than 48 pt.
        let letters = u32::try_from(organ.chars().count()).unwrap_or(u32::MAX).max(1);
        let size = (ROOM / 10 / letters).clamp(44, 96);
        let style = Style { font: TITLE_FONT, size, color: Some(RED), bold: false, drawn: 0 };
        head.push_str(&Set { align: "center", pitch: size * 13, ..Set::default() }.write(&run(organ, &style)));
        head.push_str(&blank(2));
        head.push_str(&number(true));
        head.push_str(&blank(2));
        head.push_str(&title);
    } else {
        head.push_str(&title);
        if !letter.number.is_empty() {
            head.push_str(&number(false));
        }
    }
    head.push_str(&blank(1));
    head
}

fn attachments(names: &[String]) -> String {
    let mut all = String::new();
    let many = names.len() > 1;
    for (at, name) in names.iter().enumerate() {
        let word = if at == 0 { "附件：" } else { "" };
        let number = if many { format!("{}. ", at + 1) } else { String::new() };
        let set = Set { left: 5, hanging: if at == 0 { 3 } else { 0 }, ..Set::default() };
        if at == 0 {
            all.push_str(&blank(1));
        }
        all.push_str(&set.write(&run(&format!("{word}{number}{name}"), &TEXT)));
    }
    all
}

/// 成文日期右空四字，署名以成文日期为准居中; a longer 署名 stands two characters from the edge and the date is centred below it.
fn sign(sign: &LetterSign) -> String {
    let (body, date) = (width(&sign.body), width(&sign.date));
    let (least, usual) = (2 * CHARACTER, 4 * CHARACTER);
    let centred = (usual + date / 2).saturating_sub(body / 2);
    let (body_right, date_right) =
        if centred >= least { (centred, usual) } else { (least, (least + body / 2).saturating_sub(date / 2)) };
    let line = |line: &[WordRun], right: u32, keep: bool| {
        Set { align: "right", right, keep, ..Set::default() }.write(&runs(line, &TEXT))
    };
    let room = if sign.seal { 2 } else { 1 };
    let kept = Set { keep: true, ..Set::default() }.write("").repeat(room);
    let below = if sign.seal { blank(room) } else { String::new() };
    format!("{kept}{}{}{below}", line(&sign.body, body_right, true), line(&sign.date, date_right, sign.seal))
}

/// 版记: lines between rules, at the foot of the last page. A table at a computed height, because not every program knows «at the foot».
fn imprint(lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let edges = border("top", 8, 0, "auto") + &border("bottom", 8, 0, "auto") + &border("insideH", 6, 0, "auto");
    let style = Style { size: 28, ..BODY };
    let small = |line: &String| width(&[WordRun::Text(line.clone())]) / CHARACTER * 280;
    let high: u32 = lines.iter().map(|line| PITCH * small(line).div_ceil(ROOM - 3 * CHARACTER).max(1)).sum();
    let from_top = HEIGHT.saturating_sub(BOTTOM + high);
    let row = |line: &String| {
        let words = Set { left: 1, right: CHARACTER, ..Set::default() }.write(&run(line, &style));
        format!(
            "<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w=\"{ROOM}\" w:type=\"dxa\"/></w:tcPr>{words}</w:tc></w:tr>"
        )
    };
    let rows: String = lines.iter().map(row).collect();
    format!(
        "<w:tbl><w:tblPr><w:tblpPr w:leftFromText=\"0\" w:rightFromText=\"0\" w:vertAnchor=\"page\" w:horzAnchor=\"page\" \
         w:tblpX=\"{LEFT}\" w:tblpY=\"{from_top}\"/><w:tblW w:w=\"{ROOM}\" w:type=\"dxa\"/><w:tblBorders>{edges}</w:tblBorders>\
         <w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid><w:gridCol w:w=\"{ROOM}\"/></w:tblGrid>{rows}</w:tbl>"
    )
}

fn border(edge: &str, size: u32, space: u32, color: &str) -> String {
    format!("<w:{edge} w:val=\"single\" w:sz=\"{size}\" w:space=\"{space}\" w:color=\"{color}\"/>")
}

fn blank(lines: usize) -> String {
    Set::default().write("").repeat(lines)
}

/// How a paragraph is set. `first`, `left` and `hanging` are in characters.
struct Set {
    align: &'static str,
    pitch: u32,
    first: u32,
    left: u32,
    hanging: u32,
    right: u32,
    keep: bool,
    border: String,
}

impl Default for Set {
    fn default() -> Self {
        Set { align: "both", pitch: PITCH, first: 0, left: 0, hanging: 0, right: 0, keep: false, border: String::new() }
    }
}

impl Set {
    fn write(&self, runs: &str) -> String {
        let keep = if self.keep { "<w:keepNext/>" } else { "" };
        let border = if self.border.is_empty() { String::new() } else { format!("<w:pBdr>{}</w:pBdr>", self.border) };
        let mut indent = format!("w:left=\"{}\" w:right=\"{}\"", self.left * CHARACTER, self.right);
        if self.first > 0 {
            indent.push_str(&format!(" w:firstLine=\"{}\"", self.first * CHARACTER));
        }
        if self.hanging > 0 {
            indent.push_str(&format!(" w:hanging=\"{}\"", self.hanging * CHARACTER));
        }
        format!(
            "<w:p><w:pPr>{keep}{border}<w:autoSpaceDE w:val=\"0\"/><w:autoSpaceDN w:val=\"0\"/>\
             <w:spacing w:before=\"0\" w:after=\"0\" w:line=\"{}\" w:lineRule=\"exact\"/><w:ind {indent}/><w:jc w:val=\"{}\"/></w:pPr>{runs}</w:p>",
            self.pitch, self.align
        )
    }
}

fn runs(line: &[WordRun], style: &Style) -> String {
    line.iter()
        .map(|piece| match piece {
            WordRun::Text(text) => run(text, style),
            WordRun::Gap => format!(
                "<w:r><w:rPr>{}<w:u w:val=\"single\"/></w:rPr><w:t xml:space=\"preserve\">{}</w:t></w:r>",
                style.properties(),
                escape(GAP)
            ),
        })
        .collect()
}

/// About how wide a line is: a letter of the Latin alphabet and a digit are half a character.
fn width(line: &[WordRun]) -> u32 {
    let letters = |text: &str| text.chars().map(|c| if c.is_ascii() { CHARACTER / 2 } else { CHARACTER }).sum();
    line.iter()
        .map(|piece| match piece {
            WordRun::Text(text) => letters(text),
            WordRun::Gap => 4 * CHARACTER,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Align, Limits, SheetColumn, WordCell};
    use quick_xml::events::Event;

    fn text(words: &str) -> Vec<WordRun> {
        vec![WordRun::Text(words.to_owned())]
    }

    fn sample() -> WordLetter {
        WordLetter {
            red_head: None,
            number: vec![
                WordRun::Text("示例市监投受〔2026〕".to_owned()),
                WordRun::Gap,
                WordRun::Text("号".to_owned()),
            ],
            title: "投诉受理决定书".to_owned(),
            addressee: text("王某某："),
            body: vec![
                LetterPart::words("你于2026年3月1日提出的投诉，本机关决定予以受理。".repeat(3)),
                LetterPart::Table(WordTable {
                    columns: vec![SheetColumn { header: "序号".to_owned(), width: 1 }],
                    rows: vec![vec![WordCell::new("1", Align::Center)]],
                    ..WordTable::default()
                }),
            ],
            attachments: vec!["投诉登记表".to_owned(), "证据清单".to_owned()],
            sign: Some(LetterSign {
                body: text("示例县市场监督管理局"), date: text("2026年3月5日"), seal: true
            }),
            imprint: vec!["送达：投诉人、被投诉人".to_owned()],
            footing: Footing { watermark: Some("演示数据".to_owned()) },
        }
    }

    /// GB/T 9704-2012: 5.2 页边与版心, 5.2.3 行数和字数, 7.3.1 标题, 7.3.3 正文, 7.3.5 署名和成文日期, 7.4 版记, 7.5 页码.
    #[test]
    fn a_letter_is_set_as_the_standard_says() {
        let written = document(&sample());
        for wanted in [
            "w:top=\"2098\" w:right=\"1474\" w:bottom=\"1984\" w:left=\"1587\"",
            "<w:spacing w:val=\"-5\"/><w:sz w:val=\"32\"/>",
            "w:line=\"560\" w:lineRule=\"exact\"",
            "w:eastAsia=\"方正小标宋简体\"/><w:sz w:val=\"44\"/><w:szCs w:val=\"44\"/></w:rPr><w:t xml:space=\"preserve\">投诉受理决定书",
            "w:firstLine=\"630\"",
            "附件：1. 投诉登记表",
            "2. 证据清单",
            "w:vertAnchor=\"page\" w:horzAnchor=\"page\" w:tblpX=\"1587\" w:tblpY=\"14294\"",
            "<w:u w:val=\"single\"/>",
        ] {
            assert!(written.contains(wanted), "{wanted}\n{written}");
        }
        // Twenty-two lines and twenty-eight characters fill the type area and no more.
        let high = HEIGHT - TOP - BOTTOM;
        assert_eq!((high / PITCH, ROOM / CHARACTER), (22, 28));
        // The date ends four characters from the edge, the signature is centred above it: 2 and 8 characters wide.
        let short = LetterSign { body: text("县办"), date: text("2026年10月15日"), seal: false };
        let edge = |right: u32| format!("w:right=\"{right}\"/><w:jc w:val=\"right\"/>");
        let date = width(&short.date);
        let (first, second) = (edge(4 * CHARACTER + date / 2 - CHARACTER), edge(4 * CHARACTER));
        let (body, day) = (sign(&short).find(&first), sign(&short).find(&second));
        assert!(body.is_some() && body < day, "{}", sign(&short));
        // A signature longer than that keeps two characters from the edge.
        assert!(written.contains(&edge(2 * CHARACTER)), "{written}");
        let order: Vec<usize> =
            ["投诉受理决定书", "〔2026〕", "王某某：", "<w:tbl>", "附件：", "2026年3月5日", "送达："]
                .iter()
                .map(|words| written.find(words).unwrap_or(usize::MAX))
                .collect();
        assert!(order.is_sorted(), "{order:?}");
    }

    #[test]
    fn with_a_red_head_the_number_stands_above_a_red_rule() {
        let letter = WordLetter {
            red_head: Some("示例县质量强县工作领导小组办公室文件".to_owned()), ..sample()
        };
        let written = document(&letter);
        let (head, title) = (written.find("领导小组办公室文件").unwrap(), written.find("投诉受理决定书").unwrap());
        let number = written.find("〔2026〕").unwrap();
        assert!(head < number && number < title);
        assert!(written.contains("<w:bottom w:val=\"single\" w:sz=\"12\" w:space=\"11\" w:color=\"FF0000\"/>"));
        assert!(!document(&sample()).contains(RED));
    }

    #[test]
    fn every_part_is_well_formed_and_named_in_the_package() {
        let bytes = write_letter(&sample()).unwrap();
        assert_eq!(bytes, write_letter(&sample()).unwrap());
        let limits = Limits::default();
        let names = crate::package::inspect(&bytes, &limits).unwrap();
        let part = |name: &str| String::from_utf8(crate::package::part(&bytes, name, &limits).unwrap()).unwrap();
        for name in &names {
            let text = part(name);
            let mut reader = quick_xml::Reader::from_str(&text);
            while !matches!(reader.read_event().unwrap(), Event::Eof) {}
        }
        let (types, relations, document) =
            (part("[Content_Types].xml"), part("word/_rels/document.xml.rels"), part("word/document.xml"));
        for (id, name) in (1..).zip(["styles", "fontTable", "settings", "footer1", "footer2", "header1", "header2"]) {
            assert!(types.contains(&format!("/word/{name}.xml")), "{name}");
            assert!(relations.contains(&format!("Id=\"rId{id}\"")) && relations.contains(&format!("{name}.xml")));
        }
        for (id, reference) in [(4, "footerReference"), (5, "footerReference"), (6, "headerReference")] {
            assert!(document.contains(&format!("r:id=\"rId{id}\"")) && document.contains(reference));
        }
        assert!(part("word/footer1.xml").contains("— ") && part("word/settings.xml").contains("evenAndOddHeaders"));
    }
}
