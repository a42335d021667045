//! The plan that the programme starts from, read whole: its thirty rows, its thirty measures, its text targets,
//! its glossary, and what it says against itself. Run where the document lies, below `$ZHIHENG_REFERENCE` or
//! under `packs/`.

use std::collections::BTreeSet;
use std::path::Path;

use zhiheng_gongwen::{Document, Finding, Op, read};

#[expect(clippy::disallowed_methods, reason = "tests may ask where the reference cases lie")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn plan() -> Option<Document> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let reference = variable("ZHIHENG_REFERENCE").map_or(root.join("../shared/reference"), Into::into);
    let places = [reference.join("plans/wushan-2024.txt"), root.join("packs/wushan-2024/document.txt")];
    let text = places.iter().find_map(|place| std::fs::read_to_string(place).ok());
    if text.is_none() {
        println!("the plan is not here: nothing run");
    }
    text.map(|text| read(&text))
}

fn findings<'d>(document: &'d Document, code: &str) -> Vec<&'d Finding> {
    document.findings.iter().filter(|f| f.code == code).collect()
}

/// Whether a finding of this rule quotes all of these words.
fn tells(document: &Document, code: &str, words: &[&str]) -> bool {
    findings(document, code).iter().any(|finding| {
        let quoted: String = finding.quotes.iter().map(|q| q.text.as_str()).collect::<Vec<_>>().join("\n");
        words.iter().all(|word| quoted.contains(word))
    })
}

#[test]
fn the_outer_form() {
    let Some(plan) = plan() else { return };
    assert_eq!(plan.title.as_deref(), Some("巫山县人民政府关于印发质量强县建设实施方案的通知"));
    assert_eq!(plan.plan_title.as_deref(), Some("质量强县建设实施方案"));
    assert_eq!(plan.issuer.as_deref(), Some("巫山县人民政府"));
    assert_eq!(plan.issued_on.as_deref(), Some("2024-12-16"));
    assert_eq!(plan.parts.len(), 4);
    assert_eq!(plan.parts.iter().map(|p| p.sections.len()).collect::<Vec<_>>(), [2, 4, 3, 4]);
    assert_eq!(plan.items.iter().map(|i| i.no).collect::<Vec<_>>(), (1..=30).collect::<Vec<_>>());
    assert!(plan.items.iter().all(|i| i.title.is_some() && !i.text.is_empty()));
    assert_eq!(plan.items[7].title.as_deref(), Some("实施消费品质量升级工程"));
    assert_eq!((plan.items[7].part, plan.items[7].section), (Some(2), Some(2)));
    assert_eq!(plan.terms.len(), 11);
    assert_eq!(plan.terms[0].term, "33618");
    assert!(plan.unplaced.is_empty(), "{:?}", plan.unplaced);
}

#[test]
fn the_thirty_rows() {
    let Some(plan) = plan() else { return };
    assert_eq!(plan.indicators.iter().map(|r| r.no).collect::<Vec<_>>(), (1..=30).collect::<Vec<_>>());
    let categories: BTreeSet<&str> = plan.indicators.iter().filter_map(|r| r.category.as_deref()).collect();
    let wanted = [
        "产业质量竞争力水平",
        "产品质量水平",
        "工程质量水平",
        "服务质量水平",
        "质量品牌建设水平",
        "质量基础设施一站式服务",
    ];
    assert_eq!(categories, wanted.into_iter().collect());
    let row = |no: usize| &plan.indicators[no - 1];
    assert!(
        plan.indicators.iter().all(|r| r.target.year == Some(2027) && r.target.value.is_some() && !r.bodies.is_empty())
    );
    assert_eq!(row(1).name, "高新技术企业");
    assert_eq!(row(1).unit.as_deref(), Some("家"));
    assert_eq!(row(5).category.as_deref(), Some("质量品牌建设水平"));
    assert_eq!(row(5).bodies, ["县农业农村委", "县市场监管局", "振兴农业集团"]);
    assert_eq!(row(13).baseline.value.as_deref(), Some("0.6"));
    assert_eq!((row(16).target.op, row(16).target.value.as_deref()), (Some(Op::AtLeast), Some("98.2")));
    assert_eq!(row(19).baseline.value, None);
    assert_eq!(row(24).bodies.len(), 9);
    assert_eq!(row(30).unit, None);
    let bodies: BTreeSet<&String> = plan.indicators.iter().flat_map(|r| &r.bodies).collect();
    assert_eq!(bodies.len(), 18, "{bodies:?}");
}

#[test]
fn the_targets_of_the_text() {
    let Some(plan) = plan() else { return };
    let has = |subject: &str, op: Op, value: &str, unit: &str, year: Option<i32>, item: Option<u32>| {
        plan.targets.iter().any(|t| {
            t.subject.contains(subject)
                && t.op == op
                && t.value == value
                && t.unit == unit
                && t.year == year
                && t.item == item
        })
    };
    let aims = [
        ("旅游产业增加值占地区生产总值的比重", Op::AtLeast, "10", "%"),
        ("高新技术企业、科技型企业", Op::Times, "2", ""),
        ("农产品质量安全例行监测合格率", Op::AtLeast, "98.3", "%"),
        ("食品抽检合格率", Op::AtLeast, "98.2", "%"),
        ("制造业产品和消费品质量合格率", Op::AtLeast, "95", "%"),
        ("流通领域药品抽检合格率", Op::AtLeast, "99.5", "%"),
        ("装配式建筑面积占新建建筑面积的比例", Op::Equal, "20", "%"),
        ("城镇新建绿色建筑占比", Op::Equal, "100", "%"),
        ("重大建设工程竣工验收合格率", Op::Equal, "100", "%"),
        ("公共服务质量满意度", Op::Equal, "82", "分"),
        ("生活性服务业质量满意度", Op::Equal, "81", "分"),
        ("国家驰名商标", Op::Equal, "1", "个"),
        ("国家级标准化示范项目", Op::Equal, "2", "个"),
        ("世界遗产", Op::Equal, "2", "个"),
        ("国家5A级景区", Op::Equal, "2", "个"),
        ("国家4A级旅游景区", Op::Equal, "5", "个"),
        ("国家级旅游度假区", Op::Equal, "2", "个"),
        ("巫山脆李品牌价值", Op::Times, "2", ""),
        ("巫山脆李品牌价值", Op::Equal, "50", "亿元"),
    ];
    for (subject, op, value, unit) in aims {
        assert!(has(subject, op, value, unit, Some(2027), None), "{subject}");
    }
    let measures = [
        ("重点消费品质量合格率", Op::AtLeast, "95", "%", 8),
        ("伤害监测点", Op::Equal, "10", "个", 8),
        ("地方标准", Op::Equal, "3", "项", 8),
        ("团体标准", Op::Equal, "10", "项", 8),
        ("检验检测机构", Op::Equal, "1", "家", 19),
        ("一站式服务站点", Op::Equal, "8", "个", 22),
    ];
    for (subject, op, value, unit, item) in measures {
        assert!(has(subject, op, value, unit, None, Some(item)), "{subject}");
    }
    assert_eq!(plan.targets.len(), aims.len() + measures.len(), "no other number is a target");
    let row = |subject: &str| plan.targets.iter().find(|t| t.subject == subject).and_then(|t| t.row);
    assert_eq!(row("农产品质量安全例行监测合格率"), Some(17));
    assert_eq!(row("世界遗产"), Some(10));
    assert_eq!(row("国家驰名商标"), None);
}

#[test]
fn what_it_says_against_itself() {
    let Some(plan) = plan() else { return };
    let wanted: &[(&str, &[&str])] = &[
        ("subset_exceeds_whole", &["万人高价值发明专利拥有量", "万人发明专利拥有量（件）"]),
        ("target_worse_than_baseline", &["流通领域药品抽检合格率"]),
        ("baseline_equals_target", &["工程一次验收合格率"]),
        ("no_baseline", &["消费品质量合格率"]),
        ("no_baseline", &["公共服务质量满意度"]),
        ("no_baseline", &["生活性服务质量满意度"]),
        ("no_unit", &["质量基础设施服务一站式服务站点"]),
        ("unit_differs", &["82分", "公共服务质量满意度（%）"]),
        ("unit_differs", &["81分", "生活性服务质量满意度（%）"]),
        ("target_without_row", &["旅游产业增加值"]),
        ("target_without_row", &["脆李品牌价值", "50亿元"]),
        ("target_without_row", &["驰名商标"]),
        ("target_without_row", &["伤害监测点"]),
        ("two_names", &["世界遗产2个", "世界自然遗产"]),
        ("two_names", &["占新建建筑面积", "新开工装配式"]),
        ("two_names", &["竣工验收", "一次验收"]),
        ("stock_or_increment", &["国家级标准化示范项目2个", "国家级标准化示范项目（个）"]),
        ("stock_or_increment", &["国家5A级景区2个", "5A级旅游景区（个）"]),
        ("stock_or_increment", &["国家4A级旅游景区5个"]),
        ("stock_or_increment", &["地方标准3项"]),
        ("row_without_target", &["区域公共品牌"]),
        ("row_without_target", &["每万户市场注册有效注册商标量"]),
        ("composite_rows_overlap", &["考核中的品牌", "5A级旅游景区"]),
        ("parts_of_row_overlap", &["专精特新小巨人"]),
        ("unused_term", &["企业标准化领跑者制度"]),
        ("unused_term", &["4个2"]),
        ("unused_term", &["生产性服务业"]),
        ("measures_without_owner", &["增强产业基础质量支撑", "构建多元治理新局面"]),
        ("measures_without_date", &["增强产业基础质量支撑"]),
        ("vague_quantity", &["培育一批质量效益型企业"]),
    ];
    for (code, words) in wanted {
        assert!(tells(&plan, code, words), "{code} {words:?}");
    }
    // Reviewed one by one: these and no more.
    let count = |code: &str| findings(&plan, code).len();
    assert_eq!(count("subset_exceeds_whole"), 1);
    assert_eq!(count("target_worse_than_baseline"), 1);
    assert_eq!(count("baseline_equals_target"), 1);
    assert_eq!(count("no_baseline"), 3);
    assert_eq!(count("no_unit"), 1);
    assert_eq!(count("unit_differs"), 2);
    assert_eq!(count("value_differs"), 0);
    assert_eq!(count("multiple_not_reached"), 0);
    assert_eq!(count("boundary_differs"), 0);
    assert_eq!(count("text_values_differ"), 0);
    assert_eq!(count("stock_or_increment"), 6);
    assert_eq!(count("two_names"), 8);
    assert_eq!(count("target_without_row"), 4);
    assert_eq!(count("row_without_target"), 9);
    assert_eq!(count("unused_term"), 3);
    assert_eq!(count("vague_quantity"), 5);
}
