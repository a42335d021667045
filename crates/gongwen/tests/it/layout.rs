//! The outer forms in which documents arrive: tables flattened in different ways, chapters, notices, wrapped
//! lines, annexes. All documents here are invented.

use zhiheng_gongwen::{Document, Op, PeriodKind, read};

fn headings(document: &Document) -> Vec<(u32, u32, String)> {
    document.headings.iter().map(|h| (h.level, h.no, h.title.clone().unwrap_or_default())).collect()
}

fn rows(document: &Document) -> Vec<(u32, String, String, String, String)> {
    let row = |r: &zhiheng_gongwen::Indicator| {
        let category = r.category.clone().unwrap_or_default();
        let target = format!("{}{}", r.target.op.map_or("", Op::sign), r.target.value.clone().unwrap_or_default());
        (r.no, category, r.name.clone(), r.unit.clone().unwrap_or_default(), target)
    };
    document.indicators.iter().map(row).collect()
}

fn row(no: u32, category: &str, name: &str, unit: &str, target: &str) -> (u32, String, String, String, String) {
    (no, category.to_owned(), name.to_owned(), unit.to_owned(), target.to_owned())
}

#[test]
fn one_cell_a_line_with_merged_cells_lost() {
    let text = "附件1\n质量指标表\n序号\n类别\n指标\n2022年\n2027年\n责任单位\n1\n产品质量\n食品抽检合格率（%）\n98\n≥98.5\n县市场监管局\n2\n药品抽检合格率（%）\n—\n≥99\n县市场监管局、\n县卫生健康委\n3\n质量品牌\n省级品牌（个）\n1\n3\n县市场监管局\n\n附件2\n";
    let document = read(text);
    assert_eq!(
        rows(&document),
        [
            row(1, "产品质量", "食品抽检合格率", "%", ">=98.5"),
            row(2, "产品质量", "药品抽检合格率", "%", ">=99"),
            row(3, "质量品牌", "省级品牌", "个", "=3"),
        ]
    );
    assert_eq!(document.indicators[1].bodies, ["县市场监管局", "县卫生健康委"]);
    assert_eq!(document.indicators[2].bodies, ["县市场监管局"]);
}

#[test]
fn bars_and_blanks_between_cells() {
    let bars = "|序号|指标名称|单位|2023年|2027年目标|属性|\n|---|---|---|---|---|---|\n|1|森林覆盖率|%|60.1|62|约束性|\n|2|发明专利|件|120|≥200|预期性|\n";
    let wanted = [row(1, "", "森林覆盖率", "%", "=62"), row(2, "", "发明专利", "件", ">=200")];
    let document = read(bars);
    assert_eq!(rows(&document), wanted);
    assert_eq!(document.indicators[0].attribute.as_deref(), Some("约束性"));
    assert_eq!(document.indicators[0].baseline.year, Some(2023));
    let blanks =
        "序号 指标名称 单位 2023年 2027年目标 属性\n1 森林覆盖率 % 60.1 62 约束性\n2 发明专利 件 120 ≥200 预期性\n";
    assert_eq!(rows(&read(blanks)), wanted);
}

#[test]
fn further_years_parts_of_rows_and_cumulative_figures() {
    let text = "“十五五”质量发展主要指标\n指标\t单位\t2025年\t2030年\t2035年\t年均增长〔累计〕\t属性\n城镇化率\t%\t45\t50\t55\t〔5〕\t预期性\n其中：户籍人口城镇化率\t%\t38\t42\t—\t—\t预期性\n质量工程师\t人\t120\t300\t500\t＞20\t预期性\n";
    let document = read(text);
    let first = &document.indicators[0];
    assert_eq!((first.target.year, first.target.value.as_deref()), (Some(2030), Some("50")));
    assert_eq!((first.more_targets[0].year, first.more_targets[0].value.as_deref()), (Some(2035), Some("55")));
    let period = first.period.as_ref().unwrap();
    assert_eq!((period.kind, period.value.as_deref(), period.op), (PeriodKind::Cumulative, Some("5"), Some(Op::Equal)));
    assert_eq!(document.indicators[1].group.as_deref(), Some("城镇化率"));
    assert_eq!(document.indicators[1].name, "户籍人口城镇化率");
    assert!(document.indicators[1].period.is_none());
    let period = document.indicators[2].period.as_ref().unwrap();
    assert_eq!((period.kind, period.op), (PeriodKind::Annual, Some(Op::Above)));
}

#[test]
fn a_name_over_two_cells() {
    let text = "类别\t指标\t2025年\t2030年\n民生\t（1）养老床位（张）\t800\t1200\n\t（2）城镇化率（%）\t常住人口城镇化率\t45\t50\n\t\t户籍人口城镇化率\t38\t42\n";
    let document = read(text);
    assert_eq!(
        rows(&document),
        [
            row(1, "民生", "养老床位", "张", "=1200"),
            row(2, "民生", "常住人口城镇化率", "%", "=50"),
            row(2, "民生", "户籍人口城镇化率", "%", "=42"),
        ]
    );
    let groups: Vec<Option<&str>> = document.indicators.iter().map(|r| r.group.as_deref()).collect();
    assert_eq!(groups, [None, Some("城镇化率"), Some("城镇化率")]);
}

#[test]
fn categories_in_rows_of_their_own() {
    let text = "指标\t2025年\t2030年\t年均增长\t属性\n一、产品质量\n（1）食品抽检合格率（%）\t98\t98.5\t—\t预期性\n（2）药品抽检合格率（%）\t99\t＞99.2\t—\t约束性\n质量品牌\t\t\t\t\n（3）省级品牌（个）\t1\t3\t〔2〕\t预期性\n注：〔〕内为累计数。\n";
    let document = read(text);
    assert_eq!(
        rows(&document),
        [
            row(1, "产品质量", "食品抽检合格率", "%", "=98.5"),
            row(2, "产品质量", "药品抽检合格率", "%", ">99.2"),
            row(3, "质量品牌", "省级品牌", "个", "=3"),
        ]
    );
}

#[test]
fn remarks_and_terms_in_the_brackets_of_owners() {
    let text = "方案\n一、任务\n（一）甲。做好工作。（县财政局、各乡镇（街道、园区）人民政府负责，列第一位的为牵头单位，下同）\n（二）乙。做好工作。（县科技局会同县财政局等负责，2026年底前完成）\n";
    let document = read(text);
    assert_eq!(document.assignments[0].bodies, ["县财政局", "各乡镇（街道、园区）人民政府"]);
    assert_eq!(document.assignments[1].bodies, ["县科技局", "县财政局"]);
    assert!(document.assignments[1].roles[0].open_ended);
    assert_eq!(document.assignments[1].due.as_deref(), Some("2026年底前完成"));
}

#[test]
fn task_tables() {
    let text = "附件\n重点任务分工表\n序号\t重点任务\t牵头单位\t配合单位\t完成时限\n1\t开展质量提升行动\t县市场监管局\t县农业农村局、县住房城乡建设局\t2026年12月\n2\t建设检验检测平台\t县科技局\t各乡镇人民政府等\t长期坚持\n";
    let document = read(text);
    assert_eq!(document.task_table.len(), 2);
    let first = &document.task_table[0];
    assert_eq!((first.no, first.task.as_str(), first.due.as_deref()), (1, "开展质量提升行动", Some("2026年12月")));
    assert_eq!(first.roles[0].role, "牵头单位");
    assert_eq!(first.bodies, ["县市场监管局", "县农业农村局", "县住房城乡建设局"]);
    assert!(document.task_table[1].roles[1].open_ended);
    assert!(document.indicators.is_empty());
}

#[test]
fn chapters_without_volumes() {
    let text = "江口县质量强县建设“十四五”规划\n\n第一章  发展基础\n第一节  主要成就\n“十三五”以来，产品抽检合格率稳定在97%以上，建成检测中心2个。\n第二章  总体要求\n第一节  指导思想\n以质量为先。\n第二节  发展目标\n一、总体目标\n到2025年，食品抽检合格率达到98%以上。\n二、具体目标\n（一）产品质量\n药品抽检合格率不低于99%。\n";
    let document = read(text);
    let wanted: Vec<(u32, u32, String)> = [
        (1, 1, "发展基础"),
        (2, 1, "主要成就"),
        (1, 2, "总体要求"),
        (2, 1, "指导思想"),
        (2, 2, "发展目标"),
        (3, 1, "总体目标"),
        (3, 2, "具体目标"),
        (4, 1, "产品质量"),
    ]
    .map(|(level, no, title)| (level, no, title.to_owned()))
    .to_vec();
    assert_eq!(headings(&document), wanted);
    let targets: Vec<(&str, &str, Option<i32>)> =
        document.targets.iter().map(|t| (t.subject.as_str(), t.value.as_str(), t.year)).collect();
    assert_eq!(targets, [("食品抽检合格率", "98", Some(2025)), ("药品抽检合格率", "99", Some(2025))]);
}

#[test]
fn bracketed_numbers_head_sections_where_nothing_else_does() {
    let text = "关于质量工作的决定\n一、总体要求\n（1）重要意义。质量是生命。\n（2）主要目标。到2030年，合格率达到99%以上。\n二、任务\n（3）健全制度。完善体系。\n";
    let document = read(text);
    let wanted = [(1, 1, "总体要求"), (2, 1, "重要意义"), (2, 2, "主要目标"), (1, 2, "任务"), (2, 3, "健全制度")];
    assert_eq!(headings(&document), wanted.map(|(level, no, title)| (level, no, title.to_owned())).to_vec());
    assert_eq!(document.items.len(), 3);
    assert_eq!(document.targets[0].item, Some(2));
}

#[test]
fn a_glossary_with_its_annex_number_in_one_line() {
    let text = "方案\n一、任务\n（一）甲。推行首席质量官制度。\n附件1 指标表\n附件2 名词解释\n1．首席质量官：指企业质量负责人。\n2．质量云：指平台。\n";
    let document = read(text);
    assert_eq!(document.terms.iter().map(|t| t.term.as_str()).collect::<Vec<_>>(), ["首席质量官", "质量云"]);
    let unused: Vec<&str> =
        document.findings.iter().filter(|f| f.code == "unused_term").map(|f| f.quotes[0].text.as_str()).collect();
    assert_eq!(unused, ["2．质量云：指平台。"]);
}

#[test]
fn a_year_holds_below_the_heading_of_targets() {
    let text = "江口县质量工作方案\n一、总体要求\n（一）主要目标\n到2027年，质量水平明显提升。\n1．产品质量。食品抽检合格率达到98%以上。\n2．品牌建设。到2030年，省级品牌达到6个。\n3．服务质量。群众满意度达到85分。\n二、重点任务\n（一）产品质量。建设追溯平台2个。\n";
    let document = read(text);
    let years: Vec<Option<i32>> = document.targets.iter().map(|t| t.year).collect();
    assert_eq!(years, [Some(2027), Some(2030), Some(2027), None]);
}

#[test]
fn numbered_paragraphs_without_titles() {
    let text = "江口县2026年质量工作要点\n一、重点工作\n1. 2026年6月底前，完成全县特种设备普查，建立台账，报县政府。\n2. 提升服务。优化流程，压缩时限。\n3、加强宣传\n利用质量月开展宣传活动。\n";
    let document = read(text);
    assert_eq!(document.headings[1].title, None);
    assert_eq!(document.headings[1].starts.as_deref().map(|s| s.starts_with("2026年6月底前")), Some(true));
    assert_eq!(document.headings[2].title.as_deref(), Some("提升服务"));
    assert_eq!(document.headings[3].title.as_deref(), Some("加强宣传"));
    assert_eq!(document.items.len(), 3);
    assert_eq!(document.items[2].text, "利用质量月开展宣传活动。");
}

#[test]
fn owners_in_brackets_lines_and_headings() {
    let text = "江口县质量强县工作方案\n一、主要任务\n（一）提升产品质量（牵头单位：县市场监管局；配合单位：县农业农村局、县卫生健康局）\n健全制度。\n（二）提升工程质量。加强监管。[责任单位：县住房城乡建设局、县交通运输局，各乡镇人民政府（街道办事处）]\n（三）提升服务质量。优化服务（含政务服务），简称“优服”（以下简称优服）。\n责任单位：县政务服务中心等\n";
    let document = read(text);
    assert_eq!(document.headings[1].title.as_deref(), Some("提升产品质量"));
    let assigned: Vec<(Option<u32>, Vec<String>)> =
        document.assignments.iter().map(|a| (a.item, a.bodies.clone())).collect();
    assert_eq!(assigned[0].0, Some(1));
    assert_eq!(assigned[0].1, ["县市场监管局", "县农业农村局", "县卫生健康局"]);
    assert_eq!(document.items[0].bodies[0].role, "牵头单位");
    assert_eq!(assigned[1].0, Some(2));
    assert_eq!(assigned[1].1[..2], ["县住房城乡建设局", "县交通运输局"]);
    assert_eq!(assigned[2], (Some(3), vec!["县政务服务中心".to_owned()]));
    assert_eq!(assigned.len(), 3);
}

#[test]
fn a_plan_carried_as_an_annex() {
    let text = "江口县人民政府办公室关于印发《江口县质量提升三年行动计划（2025—2027年）》的通知\n江口府办〔2025〕8号\n各乡镇人民政府：\n现印发给你们，请认真贯彻落实。\n附件：江口县质量提升三年行动计划（2025—2027年）\n江口县人民政府办公室\n2025年1月8日\n附件\n江口县质量提升三年行动计划（2025—2027年）\n一、工作目标\n培育质量标杆企业12家。\n二、工作任务\n（一）强化标准。制定地方标准4项。\n";
    let document = read(text);
    assert_eq!(document.plan_title.as_deref(), Some("江口县质量提升三年行动计划（2025—2027年）"));
    assert_eq!(document.number.as_deref(), Some("江口府办〔2025〕8号"));
    assert_eq!(document.issuer.as_deref(), Some("江口县人民政府办公室"));
    assert_eq!(document.headings.len(), 3);
    let targets: Vec<(&str, &str, Option<i32>)> =
        document.targets.iter().map(|t| (t.subject.as_str(), t.value.as_str(), t.year)).collect();
    assert_eq!(targets, [("质量标杆企业", "12", Some(2027)), ("制定地方标准", "4", Some(2027))]);
}

#[test]
fn lines_wrapped_at_a_fixed_width() {
    let prose = "一、主要目标。到2027年，全县食品抽检合格率达到98%以上，培育质量标杆企业十分有力，新增绿色食品认证产品15个，制修订地方标准5项、团体标准12项，公共服务质量满意度达到85分，生活性服务质量满意度达到83分，重大质量安全事故零发生，质量强县建设取得明显成效，群众满意度明显提升，为高质量发展提供坚实支撑，质量基础设施更加完善，品牌影响力不断增强。";
    let chars: Vec<char> = prose.chars().collect();
    let wrapped: String = chars.chunks(24).map(|line| line.iter().collect::<String>() + "\n").collect();
    let one = read(prose);
    let many = read(&wrapped);
    let targets =
        |d: &Document| d.targets.iter().map(|t| format!("{}{}{}", t.subject, t.value, t.unit)).collect::<Vec<_>>();
    assert_eq!(targets(&one), targets(&many));
    assert_eq!(one.targets.len(), 7);
}

#[test]
fn page_heads_contents_and_two_signatures() {
    let text = "[ 索 引 号 ] 115002/2025-1 [ 主题分类 ] 质量监督\n[ 发布机构 ] 江口县政府办 [ 发文字号 ] 江口府发〔2024〕14号\n[ 成文日期 ] 2024-04-19 [ 发布日期 ] 2024-05-06\n\n江口县发展和改革局 江口县市场监督管理局关于印发《江口县质量强县“十五五”规划》的通知\n各有关单位：\n现印发给你们。\n江口县发展和改革局　　江口县市场监督管理局\n2024年4月19日\n江口县质量强县“十五五”规划\n目  录\n第一章 现实基础.................... 2\n第二章 主要目标…………………… 9\n第一章 现实基础\n合格率稳定在97%以上。\n第二章 主要目标\n合格率达到98%以上。\n";
    let document = read(text);
    assert_eq!(document.number.as_deref(), Some("江口府发〔2024〕14号"));
    assert_eq!(document.issued_on.as_deref(), Some("2024-04-19"));
    assert_eq!(document.plan_title.as_deref(), Some("江口县质量强县“十五五”规划"));
    assert_eq!(headings(&document), [(1, 1, "现实基础".to_owned()), (1, 2, "主要目标".to_owned())]);
    assert_eq!(document.targets.len(), 1);
    assert_eq!(document.targets[0].year, Some(2030));
}

#[test]
fn traditional_script() {
    let text = "江口縣品質強縣實施方案\n\n一、總體要求\n（一）主要目標。到2027年，農產品監測合格率穩定在98%以上，創建省級示範園區3個。\n（二）發展基礎。食品抽檢合格率達97%以上。\n二、保障措施\n（責任單位：縣市場監管局）\n";
    let document = read(text);
    assert_eq!(document.headings.len(), 4);
    let targets: Vec<String> =
        document.targets.iter().map(|t| format!("{}{}{}", t.subject, t.op.sign(), t.value)).collect();
    assert_eq!(targets, ["農產品監測合格率>=98", "省級示範園區=3"]);
    assert_eq!(document.assignments[0].bodies, ["縣市場監管局"]);
}

#[test]
fn the_audit_speaks_only_of_what_is_there() {
    let sound = "江口县质量强县方案\n一、主要目标\n到2027年，食品抽检合格率达到98.5%以上，省级品牌达到3个。\n二、任务\n1．提升产品质量。2026年底前完成。（责任单位：县市场监管局）\n2．培育品牌。每年评审。（责任单位：县商务局）\n附件\n指标表\n序号\t指标\t2022年\t2027年\t责任单位\n1\t食品抽检合格率（%）\t98.1\t≥98.5\t县市场监管局\n2\t省级品牌（个）\t1\t3\t县商务局\n";
    assert_eq!(read(sound).findings, []);
    let torn = sound.replace("98.5%以上", "98.4%以上").replace("品牌（个）\t1\t3", "品牌（个）\t4\t3");
    let codes: Vec<&str> = read(&torn).findings.iter().map(|f| f.code).collect();
    assert_eq!(codes, ["target_worse_than_baseline", "value_differs"]);
}

#[test]
fn parts_of_the_text_greater_than_their_whole_are_told() {
    let codes = |text: &str| read(text).findings.iter().map(|f| f.code).collect::<Vec<_>>();
    let torn =
        "到2027年，培育质量标杆企业10家，其中规模以上12家，发明专利拥有量达到50件，高价值发明专利拥有量达到80件。";
    assert_eq!(codes(torn), ["subset_exceeds_whole", "subset_exceeds_whole"]);
    assert_eq!(codes(&torn.replace("12家", "6家").replace("80件", "20件")), [""; 0]);
    assert_eq!(codes("到2027年，出口额达到30亿元，进出口额达到50亿元，财政收入10亿元，财政总收入20亿元。"), [""; 0]);
}

#[test]
fn a_first_column_of_categories_without_a_header_and_rows_that_lost_cells() {
    let text = "主要指标\n指标\t2015年\t2020年\t年均增速〔累计〕\t属性\n经济发展\t（1）劳动生产率（万元/人）\t8.7\t＞12\t＞6.6%\t预期性\n\t（2）城镇化率（%）\t56.1\t60\t〔3.9〕\t预期性\n资源环境\t（3）污染物排放总量减少（%）\t化学需氧量\t—\t—\t〔10〕\t约束性\n\t\t氨氮\t〔8〕\n";
    let document = read(text);
    assert_eq!(
        rows(&document),
        [
            row(1, "经济发展", "劳动生产率", "万元/人", ">12"),
            row(2, "经济发展", "城镇化率", "%", "=60"),
            row(3, "资源环境", "化学需氧量", "%", ""),
            row(3, "资源环境", "氨氮", "%", ""),
        ]
    );
    let periods: Vec<Option<&str>> =
        document.indicators.iter().map(|r| r.period.as_ref().and_then(|p| p.value.as_deref())).collect();
    assert_eq!(periods, [Some("6.6"), Some("3.9"), Some("10"), Some("8")]);
}

#[test]
fn parts_between_rows_end_with_the_last_row() {
    let text = "表1 主要指标\n序号 指标 2025年 2030年 累计 属性\n一、质量效益\n1 高新技术企业（家） 56 120 64 预期性\n二、安全\n2 食品抽检合格率（%） 98.2 ≥98.5 — 约束性\n注：合格率以上级通报为准。\n三、保障措施\n（一）加强领导。\n";
    let document = read(text);
    assert_eq!(
        rows(&document),
        [row(1, "质量效益", "高新技术企业", "家", "=120"), row(2, "安全", "食品抽检合格率", "%", ">=98.5")]
    );
    let period = document.indicators[0].period.as_ref().unwrap();
    assert_eq!(period.kind, PeriodKind::Cumulative, "the header says 累计");
    assert_eq!(headings(&document), [(1, 3, "保障措施".to_owned()), (2, 1, "加强领导".to_owned())]);
}

#[test]
fn header_cells_broken_over_lines_and_tasks_with_figures() {
    let stacked = "附件\n序\n号\n指标名称\n单位\n2025年\n2030年\n指标\n属性\n责任\n单位\n1\n食品抽检合格率\n%\n98.6\n98.8\n约束性\n县市场监管局\n2\n发明专利\n件\n3\n5\n预期性\n县市场监管局、\n县科技局\n";
    let document = read(stacked);
    assert_eq!(rows(&document), [row(1, "", "食品抽检合格率", "%", "=98.8"), row(2, "", "发明专利", "件", "=5")]);
    assert_eq!(document.indicators[1].bodies, ["县市场监管局", "县科技局"]);
    assert_eq!(document.indicators[0].attribute.as_deref(), Some("约束性"));
    let tasks = "序号\t目标任务\t2026年目标\t2027年目标\t牵头单位\n1\t食品抽检合格率\t98%\t98.5%以上\t县市场监管局\n2\t质量标杆企业\t2家\t3家\t县工信局\n";
    let document = read(tasks);
    assert_eq!(document.indicators.len(), 2);
    assert!(document.task_table.is_empty());
}

#[test]
fn half_width_marks_straight_quotes_and_page_numbers() {
    let text = "某县质量提升行动计划\r\n一﹑总体要求\r\n1.工作目标.到2026年,产品质量合格率达到95%以上;新增\"绿色食品\"10个,推进质量\r\n- 3 -\r\n提升.\r\n2.工作任务.(县农业农村局牵头,县林业局配合)\r\n二﹑保障措施\r\n加强领导.\r\n";
    let document = read(text);
    assert_eq!(
        headings(&document),
        [
            (1, 1, "总体要求".to_owned()),
            // Without （一） between them 1. is the second level.
            (2, 1, "工作目标".to_owned()),
            (2, 2, "工作任务".to_owned()),
            (1, 2, "保障措施".to_owned()),
        ]
    );
    let targets: Vec<String> = document.targets.iter().map(|t| format!("{} {}", t.subject, t.value)).collect();
    assert_eq!(targets, ["产品质量合格率 95", "新增\"绿色食品\" 10"]);
    assert_eq!(document.assignments[0].bodies, ["县农业农村局", "县林业局"]);
}

#[test]
fn gaps_that_are_none() {
    let text = "某县质量提升方案\n一、任务\n（一）提升质量。到2027年，食品抽检合格率达到98%。\n二、保障措施\n（一）考核。权重不低于3%。\n附件\n指标\t单位\t2022年\t2027年\n食品抽检合格率\t%\t97\t98\n制造业质量竞争力指数\t—\t84\t86\n新增地方标准\t项\t—\t3\n";
    let document = read(text);
    let said: Vec<(&str, &str)> =
        document.findings.iter().map(|f| (f.code, f.quotes.first().map_or("", |q| q.text.as_str()))).collect();
    // An index has no unit, what is newly made no baseline, and the plan's own safeguards no row.
    for (code, about) in [("no_unit", "指数"), ("no_baseline", "新增"), ("target_without_row", "权重")] {
        assert!(!said.iter().any(|(c, quote)| *c == code && quote.contains(about)), "{code}: {said:?}");
    }
}

#[test]
fn items_are_what_runs_through_the_document_and_a_letterhead_is_no_title() {
    let text = "某县人民政府办公室文件\n某政办发〔2024〕8号\n某县人民政府办公室\n关于印发质量强县实施方案的通知\n各镇人民政府：\n现印发给你们。\n某县人民政府办公室\n2024年3月20日\n质量强县实施方案\n一、总体要求\n（一）基本原则\n1.坚持党的领导。\n2.坚持质量第一。\n二、主要任务\n（二）提升质量。做好工作。（责任部门：县市场监管局、县水利局；各镇街）\n（三）完善标准。做好工作。（县财政局负责）\n";
    let document = read(text);
    assert_eq!(document.title.as_deref(), Some("某县人民政府办公室关于印发质量强县实施方案的通知"));
    assert_eq!(document.number.as_deref(), Some("某政办发〔2024〕8号"));
    assert_eq!(document.items.iter().map(|item| item.no).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(document.items[0].text.contains("质量第一"), "what is numbered below an item is part of it");
    assert_eq!(document.assignments[0].item, Some(2));
    assert_eq!(document.assignments[0].bodies, ["县市场监管局", "县水利局", "各镇街"]);
}
