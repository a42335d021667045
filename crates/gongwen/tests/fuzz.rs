//! Whatever is given, `read` answers: no panic, every quote equal to the text between its offsets, lists bounded.

#![expect(clippy::indexing_slicing, reason = "a helper of tests")]

use proptest::prelude::*;
use zhiheng_gongwen::{Decoded, Document, QUOTE_LIMIT, read, read_bytes};

fn sound(text: &str) -> Document {
    let document = read(text);
    let chars: Vec<char> = text.chars().collect();
    let between = |start: usize, end: usize| chars[start..end].iter().collect::<String>();
    for quote in document.findings.iter().flat_map(|f| &f.quotes).chain(&document.unplaced) {
        assert_eq!(between(quote.start, quote.end), quote.text);
        assert!(quote.text.chars().count() <= QUOTE_LIMIT);
    }
    for target in &document.targets {
        assert_eq!(between(target.start, target.end), target.quote);
        assert!(target.quote.chars().count() <= QUOTE_LIMIT);
        assert!(!target.subject.is_empty());
    }
    let spans = document.headings.iter().map(|h| (h.start, h.end));
    let spans = spans.chain(document.items.iter().map(|i| (i.start, i.end)));
    let spans = spans.chain(document.indicators.iter().map(|i| (i.start, i.end)));
    let spans = spans.chain(document.terms.iter().map(|t| (t.start, t.end)));
    let spans = spans.chain(document.assignments.iter().map(|a| (a.start, a.end)));
    for (start, end) in spans {
        assert!(start <= end && end <= chars.len());
    }
    document
}

/// Pieces that official documents are made of, and pieces that break them.
const PIECES: &[&str] = &[
    "到2027年，",
    "全县",
    "食品抽检合格率",
    "达到98%以上",
    "、",
    "，",
    "。",
    "\n",
    "一、总体要求\n",
    "（一）主要目标\n",
    "1．",
    "——",
    "培育",
    "10家",
    "龙头企业",
    "和",
    "分别",
    "均",
    "各",
    "其中",
    "翻一番",
    "5%—6%",
    "（责任单位：县市场监管局）",
    "\t",
    "序号\t指标\t单位\t2022年\t2027年\n",
    "1\t合格率\t%\t98\t≥99\n",
    "附件1\n",
    "名词解释\n",
    "1．团体标准：指……\n",
    "\u{200b}",
    "\u{202e}",
    "“",
    "”",
    "（",
    "）",
    "〔2024〕",
    "第",
    "零发生",
    "2022年的2倍",
    "比2020年",
    "下降",
    "0.5个百分点",
    "亿元",
    "万",
    "一半以上",
    "：",
    "；",
    ".",
    "-",
    "第一章",
    "第一篇 ",
    "不低于",
    "控制在",
    "以内",
    "\u{1f600}",
    "\0",
    "\r\n",
    "99999999999999999999",
    "1,000,000",
    "\"",
    "四分之三",
    "占比过半",
    "用3年时间",
    "12/10万",
    "省级20家",
    "- 3 -\n",
    "一、产品质量\n",
    "责任\n单位\n",
    "〔10〕",
    "预期性",
    "一批",
    "2022年和2030年",
    "完成",
    "总数",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in "\\PC{0,400}") {
        sound(&text);
    }

    #[test]
    fn any_line_structure_is_read(text in "[一二三（）、。，：；0-9年月日%个家\\n\\t 附件名词解释达到以上第章节合格率分别均和万亿元“”《》〔〕—.]{0,600}") {
        sound(&text);
    }

    #[test]
    fn any_composition_of_pieces_is_read(picks in proptest::collection::vec(0..PIECES.len(), 0..120)) {
        let text: String = picks.into_iter().map(|at| PIECES[at]).collect();
        sound(&text);
    }

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        if let Decoded::Text { text, .. } = read_bytes(&bytes) {
            sound(&text);
        }
    }

    #[test]
    fn a_mutilated_plan_is_read(cuts in proptest::collection::vec((0..4000_usize, 0..4000_usize, 0..PIECES.len()), 1..12)) {
        let mut chars: Vec<char> = PLAN.chars().collect();
        for (from, to, piece) in cuts {
            let from = from % (chars.len() + 1);
            let to = (from + to % 40).min(chars.len());
            chars.splice(from..to, PIECES[piece].chars());
        }
        sound(&chars.into_iter().collect::<String>());
    }
}

/// An invented plan with everything that a plan has.
const PLAN: &str = "江口县人民政府\n关于印发质量提升行动方案的通知\n江口府发〔2025〕3号\n各乡镇人民政府：\n现将《质量提升行动方案》印发给你们。\n江口县人民政府\n2025年3月2日\n\n质量提升行动方案\n一、总体要求\n（一）发展基础。2022年，食品抽检合格率达98.1%，稳定在98%以上。\n（二）主要目标。到2027年，全县质量水平明显提升。\n——产品质量。食品、药品抽检合格率分别达到98.5%、99%以上，高新技术企业翻一番。\n——品牌。争创省级品牌3个、市级品牌10个。\n二、重点任务\n1．提升产品质量。培育一批质量标杆企业，建立监测点12个。（责任单位：县市场监管局、县农业农村局；完成时限：2026年12月）\n2．强化标准。制修订地方标准5项、团体标准12项。（县市场监管局牵头，县林业局等配合）\n三、保障措施\n（一）加强领导。\n附件：1．指标表\n2．名词解释\n附件1\n质量指标表\n序号\t类别\t指标（单位）\t2022年\t2027年\t责任单位\n1\t产品\t食品抽检合格率（%）\t98.1\t≥98.5\t县市场监管局\n2\t\t药品抽检合格率（%）\t—\t≥99\t县市场监管局\n3\t品牌\t省级品牌（个）\t1\t3\t县市场监管局\n附件2\n名词解释\n1．团体标准：指团体制定的标准。\n2．质量标杆：指先进企业。\n";

#[test]
fn the_invented_plan_itself() {
    let plan = sound(PLAN);
    assert_eq!(plan.issuer.as_deref(), Some("江口县人民政府"));
    assert_eq!(plan.number.as_deref(), Some("江口府发〔2025〕3号"));
    assert_eq!(plan.issued_on.as_deref(), Some("2025-03-02"));
    assert_eq!(plan.plan_title.as_deref(), Some("质量提升行动方案"));
    assert_eq!(plan.indicators.len(), 3);
    assert_eq!(plan.targets.len(), 8);
    assert_eq!(plan.terms.len(), 2);
    assert_eq!(plan.assignments.len(), 2);
    assert_eq!(plan.assignments[0].due.as_deref(), Some("2026年12月"));
    assert!(plan.assignments[1].roles[1].open_ended);
}

#[test]
fn one_endless_line_and_nothing_at_all() {
    assert_eq!(sound("").findings[0].code, "nothing_to_read");
    sound(&"质".repeat(200_000));
    sound(&"到2027年，合格率达到98%以上，".repeat(5_000));
    sound(&"1".repeat(100_000));
    sound(&"（".repeat(50_000));
    sound(&"、".repeat(50_000));
    sound(&"\n".repeat(50_000));
    sound(&"第一章\n".repeat(5_000));
    sound(&"1,".repeat(50_000));
}
