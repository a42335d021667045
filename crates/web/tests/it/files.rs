//! Files in and out: a spreadsheet becomes rows, an export comes back unchanged, an attachment is handed out by its record.

use axum::http::{StatusCode, header};

use crate::county::County;

const LIST: &str = "抽样单编号,样品名称,抽样日期,任务类型,抽样地点所在乡镇（街道）,最终结论\n\
                    B-1,菜籽油,2026-02-01,监督抽检,高唐街道,合格\n\
                    B-2,挂面,2026-02-02,监督抽检,高唐街道,不合格\n\
                    B-3,白酒,2026-02-30,监督抽检,高唐街道,合格\n";

#[tokio::test]
async fn a_spreadsheet_is_previewed_confirmed_and_counted() {
    let county = County::real();
    let mut office = county.office().await;
    office.get("/kinds/food_sample/import").await.assert_shows("认得的列").assert_shows("下载空白模板");
    let nothing = office.upload("/kinds/food_sample/import", &[], ("file", "", b"")).await;
    nothing.assert_shows("请选择一个表格文件");
    let page = office.upload("/kinds/food_sample/import", &[], ("file", "抽检.csv", LIST.as_bytes())).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let here = page.location().to_owned();
    let preview = office.get(&here).await;
    preview.assert_shows("还没有保存").assert_shows("这份名单里有什么").assert_shows("2026-02-30");
    office.get("/kinds/food_sample").await.assert_shows("还没有食品抽检样品记录");
    let file = office.get(&format!("{here}/errors.xlsx")).await;
    assert!(file.bytes.starts_with(b"PK"));
    office.get(&here).await;
    let unsaid = office.post(&here, &[("do", "import")]).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    unsaid.assert_shows("请选择这份名单里有什么");
    let result = office.post_on(&here, &[("do", "import"), ("scope", "mixed")]).await;
    result.assert_shows("已导入 2 行").assert_shows("食品抽检合格率 2026 年").assert_shows("50.0");
    office.get("/board").await.assert_shows("n=2");
    // The same file again changes nothing, and says so.
    office.get("/kinds/food_sample/import").await.assert_shows("抽检.csv");
    let again = office.upload("/kinds/food_sample/import", &[], ("file", "抽检.csv", LIST.as_bytes())).await;
    let here = again.location().to_owned();
    office.get(&here).await.assert_shows("导入过").assert_shows("内容未变");
    office.post_on(&here, &[("do", "discard")]).await.assert_shows("没有导入");
    assert_eq!(office.get(&here).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn one_mistake_in_many_rows_is_told_once_with_its_rows() {
    let county = County::real();
    let mut office = county.office().await;
    office.get("/kinds/food_sample/import").await;
    let mut list = "抽样单编号,样品名称,抽样日期,最终结论\n".to_owned();
    (1..=7).for_each(|no| list += &format!("C-{no},挂面,2026-02-30,合格\n"));
    list += "C-8,挂面,2026-02-31,合格\n";
    let page = office.upload("/kinds/food_sample/import", &[], ("file", "抽检.csv", list.as_bytes())).await;
    let preview = office.get(page.location()).await;
    preview.assert_shows("8").assert_shows("2、3、4、5、6 等 7 行").assert_shows("2026-02-31");
    assert_eq!(preview.text.matches("2026-02-30").count(), 2, "in the cell and in the sentence, once each");
}

#[tokio::test]
async fn an_upload_belongs_to_whoever_sent_it() {
    let county = County::real();
    let mut office = county.office().await;
    office.get("/kinds/food_sample/import").await;
    let page = office.upload("/kinds/food_sample/import", &[], ("file", "抽检.csv", LIST.as_bytes())).await;
    let here = page.location().to_owned();
    let mut other = county.bureau(&mut office, "scjg").await;
    assert_eq!(other.get(&here).await.status, StatusCode::CONFLICT);
    assert_eq!(office.get(&here).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_table_is_refused_with_the_reason() {
    let county = County::real();
    let mut office = county.office().await;
    office.get("/kinds/food_sample/import").await;
    let page = office.upload("/kinds/food_sample/import", &[], ("file", "a.xlsx", b"%PDF-1.7 not a table")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("有 1 处需要修改");
}

#[tokio::test]
async fn an_export_comes_back_unchanged() {
    let county = County::real();
    let mut office = county.office().await;
    for no in 1..=3 {
        office.food_sample(&format!("C-{no}"), "qualified").await;
    }
    let file = office.get("/kinds/food_sample/export.xlsx?f.verdict=qualified").await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(file.headers[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment; filename="));
    office.get("/kinds/food_sample/import").await;
    let page = office.upload("/kinds/food_sample/import", &[], ("file", "导出.xlsx", &file.bytes)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let here = page.location().to_owned();
    office.get(&here).await.assert_shows("内容未变").assert_hides("行新增");
    for path in ["/exports/board.xlsx", "/exports/board.docx", "/kinds/food_sample/template.xlsx"] {
        assert!(office.get(path).await.bytes.starts_with(b"PK"), "{path}");
    }
    office.get("/kinds/food_sample/export.csv").await.assert_shows("C-1");
    assert!(office.get("/indicators/food_pass_rate/records.xlsx").await.bytes.starts_with(b"PK"));
}

#[tokio::test]
async fn an_attachment_is_handed_out_by_its_record() {
    let county = County::real();
    let mut office = county.office().await;
    let key = office.get("/kinds/food_sample/new").await.hidden("request_key");
    let field = {
        let kind = county.app.pack.kind("food_sample").unwrap();
        kind.fields.iter().find(|field| field.kind == zhiheng_pack::Type::File).unwrap().id.clone()
    };
    let name = format!("f.{field}");
    let fields = crate::county::sample("D-1", "qualified", &key);
    let wrong = office.upload("/kinds/food_sample/new", &fields, (&name, "病毒.exe", b"MZ")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.assert_shows("不收这种文件");
    let page = office.upload("/kinds/food_sample/new", &fields, (&name, "报告.pdf", b"%PDF-1.7 report")).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let record = page.location().to_owned();
    let page = office.get(&record).await;
    page.assert_shows("报告.pdf");
    let at = page.text.find(&format!("{record}/files/")).unwrap();
    let file = page.text[at..].split('"').next().unwrap().to_owned();
    let got = office.get(&file).await;
    assert_eq!(got.bytes, b"%PDF-1.7 report");
    assert!(got.headers[header::CONTENT_DISPOSITION].to_str().unwrap().contains("attachment"));
    // Ticked in the list, it comes in an archive under the unit, 序号 and the date of its record.
    let id = record.rsplit('/').next().unwrap();
    let archive = office.get(&format!("/kinds/food_sample/files.zip?id={id}")).await;
    assert_eq!(archive.status, StatusCode::OK, "{}", archive.text);
    assert!(archive.text.contains("县市场监管局_1_2026-03-01_报告.pdf"), "{}", archive.text);
    assert_eq!(county.anybody().get(&file).await.status, StatusCode::SEE_OTHER);
    let mut other = county.bureau(&mut office, "kjj").await;
    assert_eq!(other.get(&file).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_ruling_of_the_office_makes_a_finding_public() {
    let county = County::real();
    let mut office = county.office().await;
    let page = office.get("/plan").await;
    page.assert_shows("文本核对").assert_shows("记录县里的口径");
    let at = page.text.find("/plan/findings/").unwrap();
    let action = page.text[at..].split('"').next().unwrap().to_owned();
    let mut bureau = county.bureau(&mut office, "scjg").await;
    bureau.get("/plan").await.assert_shows("文本核对").assert_hides("记录县里的口径");
    county.anybody().get("/plan").await.assert_hides("文本核对");
    office.get("/plan").await;
    let fields = [("decision", "define"), ("text", "按抽样日期归属"), ("basis", "质强办〔2026〕2 号")];
    office.post_on(&action, &fields).await.assert_shows("口径已保存");
    county.anybody().get("/plan").await.assert_shows("另定口径：按抽样日期归属").assert_hides("记录县里的口径");
}
