//! Lists as authorities print them, made up: each shows one way in which real ones differ.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, also in its helpers")]

use zhiheng_sheet::{
    Cell, CellKind, FailingItem, Format, Limits, Row, Scope, Sheet, SheetCell, SheetColumn, Table, Verdict, Wanted,
    WantedColumn, Workbook, read, read_rows, sheet_names, write_xlsx,
};

const SEQ: usize = 0;
const PRODUCER: usize = 1;
const PARTY: usize = 3;
const NAME: usize = 5;
const DAY: usize = 8;
const PURCHASE: usize = 9;
const ITEMS: usize = 10;
const NOTICE_DAY: usize = 11;

fn wanted() -> Wanted {
    let column = |field: &str, names: &[&str], kind: CellKind| WantedColumn::new(field, names, kind);
    Wanted {
        columns: vec![
            column("seq", &["序号"], CellKind::Text),
            column("producer_name", &["标称生产企业名称", "生产企业"], CellKind::Text),
            column("producer_address", &["标称生产企业地址"], CellKind::Text),
            column("sampled_party", &["被抽样单位名称", "被抽检单位名称", "经营者名称"], CellKind::Text),
            column("sampled_party_address", &["被抽样单位地址"], CellKind::Text),
            column("sample_name", &["食品名称", "样品名称", "产品名称"], CellKind::Text),
            column("spec", &["规格型号"], CellKind::Text),
            column("trademark", &["商标"], CellKind::Text),
            column("production_date", &["生产日期/批号", "生产日期"], CellKind::Date),
            column("purchase_date", &["购进日期"], CellKind::Date),
            column("failing_items", &["不合格项目║检验结果║标准值"], CellKind::FailingItems),
            column("notice_date", &["公告日期", "发布日期"], CellKind::Date),
            column("lab", &["检验机构"], CellKind::Text),
        ],
    }
}

fn table(text: &str) -> Table {
    read(text.as_bytes(), "名单.csv", &wanted(), &Limits::default()).unwrap()
}

fn text(row: &Row, field: usize) -> &str {
    match row.cell(field) {
        Some(Cell::Text(text) | Cell::Date(text)) => text,
        None => "",
        Some(other) => panic!("{other:?}"),
    }
}

fn items(row: &Row) -> Vec<(&str, Option<&str>, Option<&str>)> {
    match row.cell(ITEMS) {
        Some(Cell::Items(items)) => items
            .iter()
            .map(|item: &FailingItem| (item.item.as_str(), item.result.as_deref(), item.limit.as_deref()))
            .collect(),
        None => Vec::new(),
        Some(other) => panic!("{other:?}"),
    }
}

#[test]
fn several_rows_of_one_sample_are_one_record() {
    let blank = table(
        "序号,样品名称,不合格项目,检验结果,标准值\n1,醋,总酸,2.1g/100mL,≥3.5g/100mL\n,,苯甲酸,0.2g/kg,不得使用\n2,酱油,铵盐,1%,≤0.5%\n",
    );
    let repeated = table(
        "序号,样品名称,不合格项目,检验结果,标准值\n1,醋,总酸,2.1g/100mL,≥3.5g/100mL\n1,醋,苯甲酸,0.2g/kg,不得使用\n2,酱油,铵盐,1%,≤0.5%\n",
    );
    for table in [blank, repeated] {
        assert_eq!(table.row_count, 2);
        let first = &table.rows[0];
        assert_eq!((first.row, first.folded.as_slice()), (2, [3].as_slice()));
        let expected =
            [("总酸", Some("2.1g/100mL"), Some("≥3.5g/100mL")), ("苯甲酸", Some("0.2g/kg"), Some("不得使用"))];
        assert_eq!(items(first), expected);
    }
    // Two rows without a number of their own are two samples, however alike.
    let alike = table("样品名称,不合格项目,检验结果,标准值\n醋,总酸,2.1,3.5\n醋,苯甲酸,0.2,不得使用\n");
    assert_eq!(alike.row_count, 2);
}

#[test]
fn merged_cells_hold_for_all_their_rows() {
    let cell = |text: &str| SheetCell::Text(text.to_owned());
    let down = |text: &str, rows| SheetCell::Down(text.to_owned(), rows);
    let columns = ["序号", "被抽样单位名称", "样品名称", "不合格项目║检验结果║标准值"];
    let sheet = Sheet {
        titles: vec!["某县食品抽检不合格信息".to_owned()],
        columns: columns.map(|header| SheetColumn { header: header.to_owned(), width: 12 }).to_vec(),
        rows: vec![
            vec![down("1", 2), down("某超市", 3), down("韭菜", 2), cell("腐霉利║12mg/kg║≤0.2mg/kg")],
            vec![SheetCell::Empty, SheetCell::Empty, SheetCell::Empty, cell("铅║1mg/kg║≤0.3mg/kg")],
            vec![cell("2"), SheetCell::Empty, cell("豇豆"), cell("灭蝇胺║0.7mg/kg║≤0.5mg/kg")],
        ],
        notes: vec!["注:以上结果以检验报告为准。".to_owned()],
        ..Sheet::default()
    };
    let bytes = write_xlsx(&Workbook { sheets: vec![Sheet::default(), sheet] }).unwrap();
    let table = read(&bytes, "名单.xls", &wanted(), &Limits::default()).unwrap();
    assert_eq!((table.header_row, table.row_count, table.format), (2, 2, Format::Xlsx));
    assert_eq!(table.rows.iter().map(|row| text(row, PARTY)).collect::<Vec<_>>(), ["某超市", "某超市"]);
    assert_eq!(table.rows.iter().map(|row| items(row).len()).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(table.notes, [(6, "注:以上结果以检验报告为准。".to_owned())]);
    assert_eq!(table.scope, Some(Scope::Failing));
    assert_eq!(sheet_names(&bytes, &Limits::default()).unwrap().len(), 1);
}

#[test]
fn a_header_printed_again_with_other_columns_takes_effect_there() {
    let table = table(
        "一、加工食品\n序号,样品名称,生产企业,生产日期\n1,醋,甲厂,2020-1-2\n序号,样品名称,生产企业,生产日期\n2,盐,乙厂,2020-1-3\n\
         二、食用农产品\n序号,生产日期,样品名称,经营者名称\n3,2020-1-4,韭菜,某菜店\n",
    );
    assert_eq!(table.row_count, 3);
    assert_eq!(table.blocks.len(), 1);
    let shown: Vec<_> = table
        .rows
        .iter()
        .map(|row| (row.row, text(row, SEQ), text(row, NAME), text(row, DAY), text(row, PARTY)))
        .collect();
    assert_eq!(
        shown,
        [(3, "1", "醋", "2020-01-02", ""), (5, "2", "盐", "2020-01-03", ""), (8, "3", "韭菜", "2020-01-04", "某菜店")]
    );
    assert_eq!(table.notes, [(6, "二、食用农产品".to_owned())]);
    assert_eq!(table.problem_count, 0);
}

#[test]
fn a_richer_header_further_down_does_not_swallow_the_first_block() {
    let table = table(
        "不合格食品\n序号,样品名称,生产企业,生产日期\n1,醋,甲厂,2020-1-2\n序号,样品名称,生产企业,被抽样单位名称,规格型号,生产日期\n2,盐,乙厂,丙店,1kg/袋,2020-1-3\n",
    );
    assert_eq!((table.header_row, table.row_count, table.blocks.len()), (2, 2, 1));
    let shown: Vec<_> = table.rows.iter().map(|row| (text(row, NAME), text(row, PARTY), text(row, DAY))).collect();
    assert_eq!(shown, [("醋", "", "2020-01-02"), ("盐", "丙店", "2020-01-03")]);
}

#[test]
fn rows_above_a_late_header_are_not_taken_for_titles() {
    let table = table(
        "某县抽检信息\n1,醋,甲厂,2020-1-2\n2,盐,乙厂,2020-1-3\n序号,样品名称,生产企业,生产日期\n3,糖,丙厂,2020-1-4\n",
    );
    assert_eq!((table.header_row, table.titles.len()), (4, 1));
    assert_eq!(
        table.rows.iter().map(|row| (row.row, text(row, NAME))).collect::<Vec<_>>(),
        [(2, "醋"), (3, "盐"), (5, "糖")]
    );
}

#[test]
fn every_wrong_cell_is_reported_in_one_pass_and_kept() {
    let table = table(
        "序号,样品名称,生产日期,公告日期\n1,醋,昨天,2020-1-2\n2,盐,2020年13月1日,43831\n3,糖,2020-5-1/2020-5-2,2020年5月\n",
    );
    let said: Vec<_> = table.problems.iter().map(|p| (p.row, p.column.as_str(), p.code, p.value.as_str())).collect();
    let expected = [
        (2, "生产日期", "ZH2101", "昨天"),
        (3, "生产日期", "ZH2101", "2020年13月1日"),
        (4, "生产日期", "ZH2102", "2020-5-1/2020-5-2"),
        (4, "公告日期", "ZH2103", "2020年5月"),
    ];
    assert_eq!(said, expected);
    assert_eq!(table.rows[0].cell(DAY), Some(&Cell::Text("昨天".to_owned())));
    assert_eq!(text(&table.rows[1], NOTICE_DAY), "2020-01-01");
    assert!(table.problems.iter().all(|problem| problem.message.contains('请')));
}

#[test]
fn a_batch_number_instead_of_a_day_is_no_mistake() {
    let mut wanted = wanted();
    wanted.columns.push(WantedColumn::new("batch_no", &["批号"], CellKind::Text));
    let batch = wanted.columns.len() - 1;
    let text = "序号,食品名称,生产日期/批号\n1,醋,J201001\n2,盐,2020-1-2\n3,糖,散装\n";
    let table = read(text.as_bytes(), "a.csv", &wanted, &Limits::default()).unwrap();
    assert_eq!(table.rows[0].cell(DAY), None);
    assert_eq!(table.rows[0].cell(batch), Some(&Cell::Text("J201001".to_owned())));
    assert_eq!(
        table.problems.iter().map(|problem| (problem.row, problem.code)).collect::<Vec<_>>(),
        [(2, "ZH2119"), (4, "ZH2101")]
    );
}

#[test]
fn a_blank_mark_is_no_wrong_choice() {
    let choices = vec![("own".to_owned(), vec!["自有".to_owned()]), ("none".to_owned(), vec!["无".to_owned()])];
    let wanted = Wanted {
        columns: vec![
            WantedColumn::new("name", &["名称"], CellKind::Text),
            WantedColumn::new("kind", &["类型"], CellKind::Choice(choices)),
            WantedColumn::new("open", &["是否营业"], CellKind::YesNo),
        ],
    };
    let text = "名称,类型,是否营业\n甲,自有,是\n乙,N/A,/\n丙,无,无\n丁,租,不详\n";
    let table = read(text.as_bytes(), "a.csv", &wanted, &Limits::default()).unwrap();
    let cells: Vec<_> = table.rows.iter().map(|row| (row.cell(1).cloned(), row.cell(2).cloned())).collect();
    assert_eq!(cells[0], (Some(Cell::Choice("own".to_owned())), Some(Cell::YesNo(true))));
    assert_eq!(cells[1], (None, None));
    assert_eq!(cells[2], (Some(Cell::Choice("none".to_owned())), Some(Cell::YesNo(false))));
    assert_eq!(
        table.problems.iter().map(|problem| (problem.row, problem.code)).collect::<Vec<_>>(),
        [(5, "ZH2108"), (5, "ZH2107")]
    );
}

#[test]
fn a_day_marked_as_purchase_is_no_day_of_production() {
    let unmarked =
        table("序号,食品名称,生产日期/批号\n1,韭菜,2019.4.20(购进)\n2,醋,2019-4-20\n3,鱼,购进日期：2021-10-22\n");
    let shown: Vec<_> = unmarked.rows.iter().map(|row| (text(row, DAY), text(row, PURCHASE))).collect();
    assert_eq!(shown, [("", "2019-04-20"), ("2019-04-20", ""), ("", "2021-10-22")]);
    assert_eq!(unmarked.problem_count, 0);
}

#[test]
fn shifted_rows_are_reported_and_not_rearranged() {
    let table = table(
        "序号,生产企业,食品名称,生产日期,不合格项目,检验结果,标准值,检验机构\n\
         1,甲厂,醋,2020-1-2,总酸,2g/100mL,≥3g/100mL,某市食品检验所\n\
         2,乙厂,鸡,恩诺沙星,144μg/kg,≤75μg/kg,某省产商品质量监督检验研究院,\n",
    );
    let shifted: Vec<_> =
        table.problems.iter().filter(|problem| problem.code == "ZH2111").map(|problem| problem.row).collect();
    assert_eq!(shifted, [3]);
    assert_eq!(table.rows[1].cell(DAY), Some(&Cell::Text("恩诺沙星".to_owned())));
    assert_eq!(table.rows[1].raw.get(4), "144μg/kg");
    // One column missing from a whole block: everything stands one place to the left.
    let block = self::table(
        "序号,生产企业,被抽样单位名称,被抽样单位地址,食品名称,规格型号,生产日期,不合格项目║检验结果║标准值\n\
         1,甲厂,乙超市,某市某区人民路1号,醋,500mL/瓶,2020-1-2,总酸║2║≥3\n\
         2,丙超市,某市某区人民路2号,盐,500g/袋,2020-1-3,碘║3mg/kg║18~33mg/kg,\n",
    );
    let shifted: Vec<_> =
        block.problems.iter().filter(|problem| problem.code == "ZH2111").map(|problem| problem.row).collect();
    assert_eq!(shifted, [3]);
}

#[test]
fn verdicts_decide_what_failed_and_what_a_list_is() {
    let table =
        table("样品名称,检验项目,检验结果,标准值,判定\n醋,总酸,5,≥3.5,合格\n盐,碘,3,18~33,不合格\n糖,色值,1,≤2,待定\n");
    assert_eq!(table.scope, Some(Scope::Mixed));
    assert_eq!(table.rows.iter().map(|row| items(row).len()).collect::<Vec<_>>(), [0, 1, 0]);
    assert_eq!(table.rows[2].verdict, Some(Verdict::Other("待定".to_owned())));
    assert_eq!(table.problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["ZH2113"]);
    let passing =
        read("样品名称,检验项目\n醋,总酸\n".as_bytes(), "合格产品信息.csv", &wanted(), &Limits::default()).unwrap();
    assert_eq!((passing.scope, items(&passing.rows[0]).len()), (Some(Scope::Passing), 0));
}

#[test]
fn a_list_without_header_is_understood_by_its_content() {
    let mut text = String::new();
    for n in 1..=12 {
        let day = format!("2021-03-{n:02}");
        text.push_str(&format!(
            "{n},2021年第3期,某市第{n}食品有限公司,某市某区工业路{n}号,某区第{n}超市,某市某区人民路{n}号,鲜鸡蛋{n},500g/盒,农家,{day},恩诺沙星,{n}.5μg/kg,不得检出,某省食品检验研究院,2021-04-01\n"
        ));
    }
    let table = table(&text);
    assert_eq!((table.header_row, table.row_count, table.problem_count), (0, 12, 0));
    let row = &table.rows[2];
    let shown = [SEQ, PRODUCER, 2, PARTY, 4, NAME, 6, 7, DAY, NOTICE_DAY, 12].map(|field| self::text(row, field));
    let expected = [
        "3",
        "某市第3食品有限公司",
        "某市某区工业路3号",
        "某区第3超市",
        "某市某区人民路3号",
        "鲜鸡蛋3",
        "500g/盒",
        "农家",
        "2021-03-03",
        "2021-04-01",
        "某省食品检验研究院",
    ];
    assert_eq!(shown, expected);
    assert_eq!(items(row), [("恩诺沙星", Some("3.5μg/kg"), Some("不得检出"))]);
    // The same under headers that nobody declared.
    let headed = self::table(&format!("n,a,b,c,d,e,f,g,h,i,j,k,l,m,o\n{text}"));
    assert_eq!((headed.header_row, headed.row_count, self::text(&headed.rows[2], NAME)), (1, 12, "鲜鸡蛋3"));
}

#[test]
fn web_pages_and_other_encodings_read_alike() {
    let page = "<html><head><meta charset=gb2312></head><body><table><tr><td colspan=4>某市不合格食品</td></tr>\
        <tr><td>序号</td><td>样品名称</td><td>生产日期</td><td>不合格项目‖检验结果‖标准值</td></tr>\
        <tr><td rowspan=2>1</td><td rowspan=2>醋</td><td rowspan=2>2020.1.2</td><td>总酸‖2‖≥3.5</td></tr><tr><td>苯甲酸‖1‖不得使用</td></tr></table></body></html>";
    let (gbk, _, _) = encoding_rs::GB18030.encode(page);
    let table = read(&gbk, "名单.xls", &wanted(), &Limits::default()).unwrap();
    assert_eq!(
        (table.format, table.encoding.as_deref(), table.header_row, table.row_count),
        (Format::Html, Some("gb18030"), 2, 1)
    );
    assert_eq!(items(&table.rows[0]).len(), 2);
    assert_eq!(table.titles, ["某市不合格食品"]);
}

#[test]
fn rows_come_one_by_one_with_their_problems() {
    let mut seen = Vec::new();
    let bytes = "序号,样品名称,生产日期\n1,醋,2020-1-2\n2,盐,昨天\n".as_bytes();
    let table = read_rows(bytes, "名单.csv", None, &wanted(), &Limits::default(), &mut |row, problems| {
        seen.push((row.row, problems.len()));
    });
    assert_eq!(seen, [(2, 0), (3, 1)]);
    assert!(table.unwrap().rows.is_empty());
    let missing = read_rows(bytes, "名单.csv", Some("没有"), &wanted(), &Limits::default(), &mut |_, _| {});
    assert_eq!(missing.unwrap_err().code, "ZH2012");
}

#[test]
fn a_group_of_headers_names_the_columns_below_it() {
    let page = "<table><tr><td colspan=8>某市不合格食品</td></tr>\
        <tr><td rowspan=2>序号</td><td colspan=2>被抽样单位</td><td rowspan=2>样品名称</td><td colspan=3>不合格项目</td></tr>\
        <tr><td>名称</td><td>地址</td><td>项目</td><td>检验结果</td><td>标准值</td></tr>\
        <tr><td rowspan=2>1</td><td rowspan=2>甲店</td><td rowspan=2>某市某路1号</td><td rowspan=2>醋</td><td>总酸</td><td>2g/100mL</td><td>≥3.5g/100mL</td></tr>\
        <tr><td>苯甲酸</td><td>1g/kg</td><td>不得使用</td></tr></table>";
    let table = read(page.as_bytes(), "名单.xls", &wanted(), &Limits::default()).unwrap();
    let fields: Vec<_> = table.columns.iter().map(|column| column.field.as_deref().unwrap_or("-")).collect();
    let expected = [
        "seq",
        "sampled_party",
        "sampled_party_address",
        "sample_name",
        "failing_items",
        "failing_items",
        "failing_items",
    ];
    assert_eq!(fields, expected);
    assert_eq!((table.header_row, table.row_count, items(&table.rows[0]).len()), (2, 1, 2));
}

#[test]
fn a_sample_goes_on_in_rows_that_repeat_it_whatever_the_order_of_columns() {
    let table = table(
        "序号,样品名称,被抽样单位名称,不合格项目,检验结果,标准值,标称生产企业名称\n\
         1,酱腌菜,甲店,苯甲酸,1.62g/kg,≤1.0g/kg,丙厂\n1,酱腌菜,甲店,山梨酸,1.8g/kg,≤1g/kg,丙厂\n\
         2,豇豆,乙店,灭蝇胺,1.2mg/kg,≤0.5mg/kg,/\n,豇豆,,噻虫嗪,0.5mg/kg,≤0.3mg/kg,\n,芹菜,丙店,毒死蜱,0.2mg/kg,≤0.02mg/kg,/\n",
    );
    let shown: Vec<_> = table.rows.iter().map(|row| (row.row, text(row, NAME), items(row).len())).collect();
    assert_eq!(shown, [(2, "酱腌菜", 2), (4, "豇豆", 2), (6, "芹菜", 1)]);
}

#[test]
fn two_days_in_one_cell_are_told_apart_by_the_words_beside_them() {
    let table = table(
        "序号,样品名称,被抽样单位名称,生产日期/批号\n1,甲,丙店,生产日期2024-03-02 购进日期2024-03-09\n\
         2,乙,丙店,2024-03-05/2024-03-09(购进)\n3,丁,丙店,2024.1.2-2024.1.5\n4,戊,丙店,2024/02/30\n",
    );
    let shown: Vec<_> = table.rows.iter().map(|row| (text(row, DAY), text(row, PURCHASE))).collect();
    assert_eq!(shown[..2], [("2024-03-02", "2024-03-09"), ("2024-03-05", "2024-03-09")]);
    // Days without words stay unread, and a day that the calendar lacks is no batch number.
    let problems: Vec<_> = table.problems.iter().map(|problem| (problem.row, problem.code)).collect();
    assert_eq!(problems, [(4, "ZH2102"), (5, "ZH2101")]);
}

#[test]
fn composite_cells_are_found_without_a_header() {
    let rows: Vec<String> = (1..=8)
        .map(|n| format!("{n},甲{n}食品有限公司,某省某市某路{n}号,乙{n}超市,某县某街{n}号,糕点{n},500g,某,2024-0{n}-03,酸价║5.{n}mg/g║≤3mg/g"))
        .collect();
    let table = table(&rows.join("\n"));
    assert_eq!((table.header_row, table.row_count), (0, 8));
    assert_eq!(items(&table.rows[1]), [("酸价", Some("5.2mg/g"), Some("≤3mg/g"))]);
}
