//! Word documents around one table, as official papers look: title in 小标宋 22 pt, text in 仿宋 16 pt, the table smaller,
//! page numbers «— n —». Written by hand: a document of one table needs five small parts and no library.

use crate::write::xlsx::{Paper, WriteError};
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A Word document of one table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WordTable {
    /// The title.
    pub title: String,
    /// Paragraphs between title and table.
    pub lead: Vec<String>,
    /// Headers and widths; the widths are shares of the page.
    pub columns: Vec<crate::SheetColumn>,
    /// Rows of cells, one for each column.
    pub rows: Vec<Vec<WordCell>>,
    /// Paragraphs below the table.
    pub notes: Vec<String>,
    /// The paper.
    pub paper: Paper,
    /// Size of the table's text in half points; 0 stands for 21, which is 10.5 pt (五号).
    pub size: u32,
    /// What stands at the edges of every page.
    pub footing: Footing,
}

/// What stands at the edges of every page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Footing {
    /// A word at the head of every page (演示数据, 内部资料).
    pub watermark: Option<String>,
}

/// A cell of a Word table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WordCell {
    /// Its text; line breaks are kept.
    pub text: String,
    /// Where it stands.
    pub align: Align,
    /// How many rows it holds for: 0 and 1 are one row. The cells below it in its column are not shown.
    pub rows: u32,
}

impl WordCell {
    /// A cell of one row.
    pub fn new(text: impl Into<String>, align: Align) -> Self {
        Self { text: text.into(), align, rows: 1 }
    }
}

/// Where a text stands in its cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Align {
    /// At the left, for words.
    #[default]
    Left,
    /// In the middle, for short words and numbers of rows.
    Center,
    /// At the right, for figures.
    Right,
}

pub(super) const NAMESPACES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
const PROLOGUE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
pub(super) const TITLE_FONT: &str = "方正小标宋简体";
pub(super) const BODY_FONT: &str = "仿宋_GB2312";
pub(super) const HEAD_FONT: &str = "黑体";
/// 公文 margins for a table: 2 cm all round, in twentieths of a point.
const MARGIN: u32 = 1134;

/// Writes a Word document. The same table gives the same bytes.
pub fn write_docx(table: &WordTable) -> Result<Vec<u8>, WriteError> {
    let mut parts = vec![styles(), fonts(), footer()];
    parts.extend(table.footing.watermark.as_deref().map(|words| header("header1", words)));
    package(&document(table), &parts)
}

/// A part of the package beside the document; the document knows it as `rId` and its place in the list, from 1.
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    pub(super) content: String,
}

/// A document with its parts as a file.
pub(super) fn package(document: &str, parts: &[Part]) -> Result<Vec<u8>, WriteError> {
    let failed = |error: &dyn std::fmt::Display| WriteError(error.to_string());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, content: &str| {
        zip.start_file(name, SimpleFileOptions::default()).map_err(|error| failed(&error))?;
        zip.write_all(format!("{PROLOGUE}{content}").as_bytes()).map_err(|error| failed(&error))
    };
    add("[Content_Types].xml", &content_types(parts))?;
    add("_rels/.rels", &package_relations())?;
    add("word/_rels/document.xml.rels", &relations(parts))?;
    add("word/document.xml", document)?;
    for part in parts {
        add(&format!("word/{}.xml", part.name), &part.content)?;
    }
    Ok(zip.finish().map_err(|error| failed(&error))?.into_inner())
}

fn content_types(parts: &[Part]) -> String {
    let word = "application/vnd.openxmlformats-officedocument.wordprocessingml";
    let overrides: String = [("document", "document.main")]
        .into_iter()
        .chain(parts.iter().map(|part| (part.name, part.kind)))
        .map(|(part, kind)| format!("<Override PartName=\"/word/{part}.xml\" ContentType=\"{word}.{kind}+xml\"/>"))
        .collect();
    format!(
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>{overrides}</Types>"
    )
}

const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const KIND: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

fn package_relations() -> String {
    format!(
        "<Relationships xmlns=\"{RELATIONS}\"><Relationship Id=\"rId1\" Type=\"{KIND}/officeDocument\" \
         Target=\"word/document.xml\"/></Relationships>"
    )
}

fn relations(parts: &[Part]) -> String {
    let relations: String = (1..)
        .zip(parts)
        .map(|(at, Part { name, kind, .. })| {
            format!("<Relationship Id=\"rId{at}\" Type=\"{KIND}/{kind}\" Target=\"{name}.xml\"/>")
        })
        .collect();
    format!("<Relationships xmlns=\"{RELATIONS}\">{relations}</Relationships>")
}

/// The fonts of official papers are not on every computer; each names the one that may stand in for it.
pub(super) fn fonts() -> Part {
    let font = |name: &str, instead: &str| {
        format!("<w:font w:name=\"{name}\"><w:altName w:val=\"{instead}\"/><w:charset w:val=\"86\"/></w:font>")
    };
    let content = format!(
        "<w:fonts {NAMESPACES}>{}{}{}</w:fonts>",
        font(TITLE_FONT, "黑体"),
        font(BODY_FONT, "仿宋"),
        font(HEAD_FONT, "SimHei")
    );
    Part { name: "fontTable", kind: "fontTable", content }
}

pub(super) fn styles() -> Part {
    let content = format!(
        "<w:styles {NAMESPACES}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" \
         w:eastAsia=\"{BODY_FONT}\" w:cs=\"Times New Roman\"/><w:sz w:val=\"32\"/><w:szCs w:val=\"32\"/>\
         <w:lang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/></w:rPr></w:rPrDefault></w:docDefaults>\
         <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/></w:style>\
         <w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\"><w:name w:val=\"Normal Table\"/><w:tblPr>\
         <w:tblCellMar><w:left w:w=\"57\" w:type=\"dxa\"/><w:right w:w=\"57\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr></w:style></w:styles>"
    );
    Part { name: "styles", kind: "styles", content }
}

fn footer() -> Part {
    let style = Style { font: BODY_FONT, size: 28, color: None, bold: false, drawn: 0 };
    let content = format!(
        "<w:ftr {NAMESPACES}><w:p><w:pPr><w:jc w:val=\"center\"/></w:pPr>{}</w:p></w:ftr>",
        page_number(&style)
    );
    Part { name: "footer1", kind: "footer", content }
}

/// — n —
pub(super) fn page_number(style: &Style) -> String {
    let properties = style.properties();
    let field = |kind: &str| format!("<w:r><w:rPr>{properties}</w:rPr><w:fldChar w:fldCharType=\"{kind}\"/></w:r>");
    format!(
        "{}{}<w:r><w:rPr>{properties}</w:rPr><w:instrText xml:space=\"preserve\"> PAGE </w:instrText></w:r>{}{}{}{}",
        run("— ", style),
        field("begin"),
        field("separate"),
        run("1", style),
        field("end"),
        run(" —", style)
    )
}

/// Grey words at the head of every page.
pub(super) fn header(name: &'static str, text: &str) -> Part {
    let run = run(text, &Style { font: HEAD_FONT, size: 28, color: Some("A6A6A6"), bold: false, drawn: 0 });
    let content = format!("<w:hdr {NAMESPACES}><w:p><w:pPr><w:jc w:val=\"center\"/></w:pPr>{run}</w:p></w:hdr>");
    Part { name, kind: "header", content }
}

/// How words look; sizes in half points.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) font: &'static str,
    pub(super) size: u32,
    pub(super) color: Option<&'static str>,
    pub(super) bold: bool,
    /// How much wider a character stands than it is, in twentieths of a point.
    pub(super) drawn: i32,
}

impl Style {
    pub(super) fn properties(&self) -> String {
        let color = self.color.map(|color| format!("<w:color w:val=\"{color}\"/>")).unwrap_or_default();
        let bold = if self.bold { "<w:b/>" } else { "" };
        let drawn = if self.drawn == 0 { String::new() } else { format!("<w:spacing w:val=\"{}\"/>", self.drawn) };
        format!(
            "<w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:eastAsia=\"{}\"/>{bold}{color}{drawn}\
             <w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/>",
            self.font,
            size = self.size
        )
    }
}

pub(super) const TITLE: Style = Style { font: TITLE_FONT, size: 44, color: None, bold: false, drawn: 0 };
pub(super) const BODY: Style = Style { font: BODY_FONT, size: 32, color: None, bold: false, drawn: 0 };

/// A run of text; line breaks become breaks.
pub(super) fn run(text: &str, style: &Style) -> String {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| format!("<w:t xml:space=\"preserve\">{}</w:t>", escape(line.trim_end_matches('\r'))))
        .collect();
    format!("<w:r><w:rPr>{}</w:rPr>{}</w:r>", style.properties(), lines.join("<w:br/>"))
}

fn paragraph(text: &str, style: &Style, align: &str, line: u32) -> String {
    format!(
        "<w:p><w:pPr><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"{line}\" w:lineRule=\"atLeast\"/><w:jc w:val=\"{align}\"/></w:pPr>{}</w:p>",
        run(text, style)
    )
}

/// Markup characters replaced; what XML cannot carry left out.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' => escaped.push(' '),
            '\u{FFFE}' | '\u{FFFF}' => {}
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// Width, height and orientation of the paper.
fn paper(paper: Paper) -> (u32, u32, &'static str) {
    match paper {
        Paper::A4 => (11_906, 16_838, ""),
        Paper::A4Landscape => (16_838, 11_906, " w:orient=\"landscape\""),
        Paper::A3Landscape => (23_811, 16_838, " w:orient=\"landscape\""),
    }
}

fn document(table: &WordTable) -> String {
    let (width, height, orientation) = paper(table.paper);
    let mut body = paragraph(&table.title, &TITLE, "center", 600);
    body.extend(table.lead.iter().map(|text| paragraph(text, &BODY, "center", 560)));
    body.push_str(&grid(table, width - 2 * MARGIN));
    body.extend(table.notes.iter().map(|text| paragraph(text, &Style { size: 24, ..BODY }, "left", 360)));
    if table.notes.is_empty() {
        // A document may not end with a table.
        body.push_str(
            "<w:p><w:pPr><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"20\" w:lineRule=\"exact\"/></w:pPr></w:p>",
        );
    }
    let header =
        if table.footing.watermark.is_some() { "<w:headerReference w:type=\"default\" r:id=\"rId4\"/>" } else { "" };
    format!(
        "<w:document {NAMESPACES}><w:body>{body}<w:sectPr>{header}<w:footerReference w:type=\"default\" r:id=\"rId3\"/>\
         <w:pgSz w:w=\"{width}\" w:h=\"{height}\"{orientation}/><w:pgMar w:top=\"{MARGIN}\" w:right=\"{MARGIN}\" w:bottom=\"{MARGIN}\" \
         w:left=\"{MARGIN}\" w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>"
    )
}

pub(super) fn grid(table: &WordTable, room: u32) -> String {
    let size = if table.size == 0 { 21 } else { table.size };
    let shares: u32 = table.columns.iter().map(|column| column.width.max(1)).sum();
    let widths: Vec<u32> = table.columns.iter().map(|column| room * column.width.max(1) / shares.max(1)).collect();
    if widths.is_empty() {
        return String::new();
    }
    let edges: String = ["top", "left", "bottom", "right", "insideH", "insideV"]
        .iter()
        .map(|edge| format!("<w:{edge} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>"))
        .collect();
    let columns: String = widths.iter().map(|width| format!("<w:gridCol w:w=\"{width}\"/>")).collect();
    let head = Style { font: HEAD_FONT, size, color: None, bold: false, drawn: 0 };
    let body = Style { font: BODY_FONT, size, color: None, bold: false, drawn: 0 };
    let header: String = table
        .columns
        .iter()
        .zip(&widths)
        .map(|(column, width)| cell(&column.header, &head, Align::Center, *width, ""))
        .collect();
    let mut rows = format!("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{header}</w:tr>");
    // Rows that the cell above still covers, column by column.
    let mut covered = vec![0u32; widths.len()];
    for row in &table.rows {
        rows.push_str("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
        for ((at, width), left) in widths.iter().enumerate().zip(&mut covered) {
            let given = row.get(at).cloned().unwrap_or_default();
            if *left > 0 {
                *left -= 1;
                rows.push_str(&cell("", &body, given.align, *width, "<w:vMerge/>"));
            } else {
                *left = given.rows.saturating_sub(1);
                let merge = if *left > 0 { "<w:vMerge w:val=\"restart\"/>" } else { "" };
                rows.push_str(&cell(&given.text, &body, given.align, *width, merge));
            }
        }
        rows.push_str("</w:tr>");
    }
    format!(
        "<w:tbl><w:tblPr><w:tblW w:w=\"{}\" w:type=\"dxa\"/><w:jc w:val=\"center\"/><w:tblBorders>{edges}</w:tblBorders>\
         <w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl>",
        widths.iter().sum::<u32>()
    )
}

fn cell(text: &str, style: &Style, align: Align, width: u32, merge: &str) -> String {
    let align = match align {
        Align::Left => "left",
        Align::Center => "center",
        Align::Right => "right",
    };
    format!(
        "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>{merge}<w:vAlign w:val=\"center\"/></w:tcPr>{}</w:tc>",
        paragraph(text, style, align, style.size * 12)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SheetColumn;
    use quick_xml::events::Event;

    fn sample() -> WordTable {
        let column = |header: &str, width| SheetColumn { header: header.to_owned(), width };
        let cell = |text: &str, rows| WordCell { text: text.to_owned(), align: Align::Left, rows };
        WordTable {
            title: "指标进度一览表".to_owned(),
            lead: vec!["(截至 2026 年 11 月 23 日)".to_owned()],
            columns: vec![column("类别", 1), column("指标", 3), column("完成值", 2)],
            rows: vec![
                vec![cell("质量水平", 2), cell("合格率 <&> \u{1}", 1), cell("98.2", 1)],
                vec![cell("", 1), cell("甲\n乙", 1), cell("", 1)],
            ],
            footing: Footing { watermark: Some("演示数据".to_owned()) },
            paper: Paper::A3Landscape,
            ..WordTable::default()
        }
    }

    #[test]
    fn every_part_is_well_formed_and_the_merge_goes_down() {
        let bytes = write_docx(&sample()).unwrap();
        assert_eq!(bytes, write_docx(&sample()).unwrap());
        let limits = crate::Limits::default();
        for name in crate::package::inspect(&bytes, &limits).unwrap() {
            let text = String::from_utf8(crate::package::part(&bytes, &name, &limits).unwrap()).unwrap();
            let mut reader = quick_xml::Reader::from_str(&text);
            while !matches!(reader.read_event().unwrap(), Event::Eof) {}
        }
        let text = document(&sample());
        assert_eq!(text.matches("<w:vMerge w:val=\"restart\"/>").count(), 1);
        assert_eq!(text.matches("<w:vMerge/>").count(), 1);
        assert!(
            text.contains("合格率 &lt;&amp;&gt; ")
                && text.contains("甲</w:t><w:br/>")
                && text.contains("w:orient=\"landscape\"")
        );
    }
}
