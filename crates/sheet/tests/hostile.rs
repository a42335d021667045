//! No bytes panic, none run for long, and what is no table is refused by name.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, also in its helpers")]

use proptest::prelude::*;
use std::io::{Cursor, Read, Write};
use zhiheng_sheet::{
    CellKind, Limits, Sheet, SheetCell, SheetColumn, Wanted, WantedColumn, Workbook, read, sheet_names, write_xlsx,
};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

fn wanted() -> Wanted {
    Wanted {
        columns: vec![
            WantedColumn::new("seq", &["序号"], CellKind::Text),
            WantedColumn::new("producer", &["标称生产企业名称"], CellKind::Text),
            WantedColumn::new("party", &["被抽样单位名称"], CellKind::Text),
            WantedColumn::new("name", &["样品名称", "名称"], CellKind::Text),
            WantedColumn::new("day", &["生产日期"], CellKind::Date),
            WantedColumn::new("items", &["不合格项目║检验结果║标准值"], CellKind::FailingItems),
            WantedColumn::new("code", &["统一社会信用代码"], CellKind::Uscc),
            WantedColumn::new("number", &["数量"], CellKind::Decimal),
        ],
    }
}

fn refusal(bytes: &[u8], limits: &Limits) -> &'static str {
    match read(bytes, "上传.xlsx", &wanted(), limits) {
        Ok(table) => panic!("read {} rows", table.row_count),
        Err(refusal) => {
            assert!(refusal.message.contains('请'), "{refusal}");
            refusal.code
        }
    }
}

fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn workbook() -> Vec<u8> {
    let text = |text: &str| SheetCell::Text(text.to_owned());
    let column = |header: &str| SheetColumn { header: header.to_owned(), width: 10 };
    let row = |n: u32| {
        vec![
            text(&n.to_string()),
            text("某食品有限公司"),
            text("醋"),
            SheetCell::Date("2026-01-02".to_owned()),
            text("铅║1║≤2"),
        ]
    };
    let columns =
        ["序号", "标称生产企业名称", "样品名称", "生产日期", "不合格项目║检验结果║标准值"].map(column).to_vec();
    let sheet = Sheet {
        titles: vec!["抽检不合格信息".to_owned()],
        columns,
        rows: (1..20).map(row).collect(),
        ..Sheet::default()
    };
    write_xlsx(&Workbook { sheets: vec![sheet] }).unwrap()
}

#[test]
fn what_is_no_table_is_named() {
    let limits = Limits::default();
    assert_eq!(refusal(b"", &limits), "ZH2001");
    assert_eq!(refusal(b" \n\t", &limits), "ZH2001");
    assert_eq!(refusal(b"%PDF-1.7\n...", &limits), "ZH2002");
    assert_eq!(refusal(b"{\\rtf1 abc}", &limits), "ZH2003");
    assert_eq!(refusal(&zip(&[("word/document.xml", b"<w/>")]), &limits), "ZH2003");
    assert_eq!(refusal(&zip(&[("photo.txt", b"abc")]), &limits), "ZH2004");
    assert_eq!(refusal(b"Rar!\x1A\x07\x00", &limits), "ZH2004");
    assert_eq!(refusal(b"\x89PNG\r\n\x1A\n", &limits), "ZH2005");
    assert_eq!(refusal(b"\xFF\xD8\xFF\xE0", &limits), "ZH2005");
    assert_eq!(refusal(&zip(&[("[Content_Types].xml", b"<a/>")]), &limits), "ZH2008");
    assert_eq!(refusal(b"PK\x03\x04cut off", &limits), "ZH2008");
    assert_eq!(refusal(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], &limits), "ZH2008");
    assert_eq!(refusal(b"\x00\x01\x02\x03\xFE\xFD\x00\x00\x07\x06", &limits), "ZH2009");
    assert_eq!(refusal("<html><body>没有表格</body></html>".as_bytes(), &limits), "ZH2010");
    assert_eq!(refusal("今天天气很好。\n我们去公园。\n".as_bytes(), &limits), "ZH2011");
}

#[test]
fn a_document_that_says_one_size_and_has_another_is_not_believed() {
    let zeros = vec![b' '; 8 << 20];
    let limits = Limits { unpacked_bytes: 4 << 20, ..Limits::default() };
    let mut bomb = zip(&[("xl/workbook.xml", &zeros)]);
    assert_eq!(refusal(&bomb, &limits), "ZH2007");
    assert_eq!(refusal(&bomb, &Limits { ratio: 100, ..Limits::default() }), "ZH2007");
    // The directory claims a small part.
    let claimed = (8u32 << 20).to_le_bytes();
    let places: Vec<usize> =
        bomb.windows(4).enumerate().filter(|(_, four)| *four == claimed).map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    for at in places {
        bomb.splice(at..at + 4, 100u32.to_le_bytes());
    }
    assert!(matches!(refusal(&bomb, &limits), "ZH2007" | "ZH2008"));
}

#[test]
fn entities_and_too_many_rows_are_refused() {
    let parts: Vec<(String, Vec<u8>)> = unpack(&workbook());
    let with_entities: Vec<(&str, Vec<u8>)> = parts
        .iter()
        .map(|(name, content)| {
            let mut content = content.clone();
            if name == "xl/workbook.xml" {
                let prologue = content.iter().position(|byte| *byte == b'>').unwrap() + 1;
                content.splice(prologue..prologue, *b"<!DOCTYPE x [<!ENTITY a \"b\">]>");
            }
            (name.as_str(), content)
        })
        .collect();
    let parts: Vec<(&str, &[u8])> = with_entities.iter().map(|(name, content)| (*name, content.as_slice())).collect();
    assert_eq!(refusal(&zip(&parts), &Limits::default()), "ZH2013");
    assert_eq!(refusal(&workbook(), &Limits { rows: 5, ..Limits::default() }), "ZH2014");
    assert_eq!(refusal(&vec![b'a'; 2 << 20], &Limits { file_bytes: 1 << 20, ..Limits::default() }), "ZH2007");
}

fn unpack(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let part = |at: usize, archive: &mut ZipArchive<Cursor<&[u8]>>| {
        let mut part = archive.by_index(at).unwrap();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        (part.name().unwrap().into_owned(), content)
    };
    (0..archive.len()).map(|at| part(at, &mut archive)).collect()
}

/// Reads, and must come back.
fn survives(bytes: &[u8]) {
    let limits = Limits { unpacked_bytes: 16 << 20, rows: 50_000, ..Limits::default() };
    let _ = sheet_names(bytes, &limits);
    let _ = read(bytes, "文件.xls", &wanted(), &limits);
}

/// Files to be spoiled, one of each format.
fn seeds() -> Vec<Vec<u8>> {
    let table = "<table><tr><th>序号<th>样品名称<th>生产日期</tr><tr><td rowspan=2>1<td>醋<td>2020-1-2</tr><tr><td colspan=3>酱</table>";
    let xml = "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"a\"><Table><Row><Cell><Data ss:Type=\"String\">序号</Data></Cell><Cell ss:Index=\"3\"><Data ss:Type=\"String\">样品名称</Data></Cell></Row><Row ss:Index=\"9\"><Cell ss:MergeAcross=\"2\"><Data ss:Type=\"Number\">1</Data></Cell></Row></Table></Worksheet></Workbook>";
    let content = "<office:document-content><table:table table:name=\"a\"><table:table-row table:number-rows-repeated=\"3\"><table:table-cell><text:p>序号</text:p></table:table-cell><table:table-cell table:number-columns-repeated=\"4\"><text:p>样品名称</text:p></table:table-cell></table:table-row></table:table></office:document-content>";
    let csv = "序号,样品名称,生产日期,不合格项目║检验结果║标准值\n1,醋,2020-1-2,\"铅║1║≤2\n镉║3║≤4\"\n";
    vec![
        table.as_bytes().to_vec(),
        xml.as_bytes().to_vec(),
        zip(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content.as_bytes())]),
        csv.as_bytes().to_vec(),
        workbook(),
    ]
}

/// Spoils bytes: overwrite, cut out, double.
fn spoil(bytes: &mut Vec<u8>, changes: &[(usize, u8, u8)]) {
    for (place, kind, value) in changes {
        if bytes.is_empty() {
            return;
        }
        let at = place % bytes.len();
        match kind % 4 {
            0 => bytes.splice(at..=at, [*value]).for_each(drop),
            1 => bytes.splice(at..(at + 1 + usize::from(*value)).min(bytes.len()), []).for_each(drop),
            2 => {
                let copy = bytes.get(at..(at + usize::from(*value)).min(bytes.len())).unwrap_or_default().to_vec();
                bytes.splice(at..at, copy).for_each(drop);
            }
            _ => bytes.splice(at..at, value.to_string().into_bytes()).for_each(drop),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..2000), head in 0usize..12) {
        let heads: [&[u8]; 12] = [b"", b"PK\x03\x04", &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], b"<table><tr><td>", b"\xFF\xFE", b"\xFE\xFF",
            b"<?xml version=\"1.0\"?><Workbook urn:schemas-microsoft-com:office:spreadsheet>", "序号,样品名称\n".as_bytes(), b"\xEF\xBB\xBF", b"sep=;\n", b"\"", b"BM"];
        survives(&[heads.get(head).copied().unwrap_or_default(), bytes.as_slice()].concat());
    }

    #[test]
    fn any_text_comes_back(text in "[序号样品名称生产日期║‖丨/;；、,\"\n\t 0-9a-zA-Z年月日.≤()（）=-]{0,300}") {
        survives(text.as_bytes());
        survives(format!("序号,标称生产企业名称,样品名称,生产日期,不合格项目║检验结果║标准值,数量,统一社会信用代码\n1,2,{text}").as_bytes());
    }

    #[test]
    fn spoiled_files_come_back(changes in proptest::collection::vec((any::<usize>(), any::<u8>(), any::<u8>()), 1..8), seed in 0usize..5) {
        let mut bytes = seeds().swap_remove(seed);
        spoil(&mut bytes, &changes);
        survives(&bytes);
    }

    #[test]
    fn spoiled_parts_come_back(changes in proptest::collection::vec((any::<usize>(), any::<u8>(), any::<u8>()), 1..8), part in any::<usize>()) {
        let mut parts = unpack(&workbook());
        let count = parts.len();
        if let Some((_, content)) = parts.get_mut(part % count) {
            spoil(content, &changes);
        }
        let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
        survives(&zip(&parts));
    }
}

/// Files that are cheap to send and must stay cheap to read: each is a few megabytes of the same thing.
#[test]
fn long_files_of_one_thing_take_no_longer_than_others() {
    let many = |text: &str, bytes: usize| text.repeat(bytes / text.len()).into_bytes();
    let start = std::time::Instant::now();
    for thing in [
        "&",
        "<a",
        "<table",
        "<td>",
        "\"",
        ",\"",
        "\"\"",
        ",",
        "\n",
        "1-",
        "(",
        "║",
        "2020-",
        "序号,",
        "<td rowspan=9 colspan=9>",
        "'",
        "&#1;",
        "<!--",
    ] {
        survives(&many(thing, 1 << 20));
        survives(&[b"<table><tr><td>".as_slice(), &many(thing, 1 << 20)].concat());
        survives(&["序号,样品名称,生产日期,不合格项目\n1,醋,".as_bytes(), &many(thing, 1 << 20)].concat());
    }
    assert!(start.elapsed().as_secs() < 120, "{:?}", start.elapsed());
}

#[test]
fn a_hundred_thousand_merges_and_columns_are_no_burden() {
    let mut page = String::from("<table><tr><td>序号<td>样品名称<td>生产日期</tr>");
    for n in 0..30_000 {
        page.push_str(&format!("<tr><td rowspan=2>{n}<td rowspan=2>醋<td>2020-1-2</tr><tr><td>2020-1-3</tr>"));
    }
    let table = read(page.as_bytes(), "名单.xls", &wanted(), &Limits::default()).unwrap();
    assert_eq!(table.row_count, 60_000);
    let wide = format!("序号,样品名称,生产日期{}\n1,醋,2020-1-2{}\n", ",x".repeat(16_381), ",y".repeat(16_381));
    let table = read(wide.as_bytes(), "名单.csv", &wanted(), &Limits::default()).unwrap();
    assert_eq!((table.row_count, table.problems.first().map(|problem| problem.code)), (1, Some("ZH2115")));
    assert_eq!(table.rows.first().map(|row| row.raw.len()), Some(256));
}
