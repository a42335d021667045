//! The document held against itself (自查): one function per rule, each finding with every place involved. A rule
//! speaks only when it sees a contradiction or a gap; where names only resemble each other it stays silent.

mod alike;
mod rows;
mod text;
mod wording;

use crate::document::{Document, Finding, Indicator, Op, Quote, Target};
use crate::page::{Page, Span};
use crate::{script, words};
use alike::Likeness;

/// No plan has more; what has is noise, and comparing all of it with all of it would never end.
const MOST_ROWS: usize = 400;
const MOST_TARGETS: usize = 1500;
/// Longer texts are not searched for every name.
pub(crate) const LONGEST_SEARCHED: usize = 1_000_000;

/// A target of the text and the row of the table that mean the same.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    pub(crate) target: usize,
    pub(crate) row: usize,
    pub(crate) likeness: Likeness,
}

/// What a rule looks at.
pub(crate) struct Case<'a> {
    pub(crate) page: &'a Page,
    pub(crate) document: &'a Document,
    pub(crate) links: Vec<Link>,
    /// The running text, folded, without blanks and quotation marks; empty when it is too long to search.
    pub(crate) body: String,
}

type Rule = fn(&Case, &mut Vec<Finding>);

/// Every rule, in the order of its findings.
const RULES: &[Rule] = &[
    text::nothing_to_read,
    rows::subset_exceeds_whole,
    rows::target_beyond_baseline,
    rows::baseline_equals_target,
    rows::no_baseline,
    rows::no_unit,
    rows::composite_rows_overlap,
    rows::parts_overlap,
    text::unit_differs,
    text::value_differs,
    text::multiple_not_reached,
    text::boundary_differs,
    text::stock_or_increment,
    text::two_names,
    text::target_without_row,
    text::row_without_target,
    text::part_exceeds_whole,
    text::values_of_one_subject_differ,
    wording::unused_term,
    wording::measures_without_owner,
    wording::measures_without_date,
    wording::vague_quantity,
];

/// Finds for each target of the text the row that it belongs to.
pub(crate) fn link_rows(document: &mut Document) {
    let links = links(document);
    for (at, target) in document.targets.iter_mut().enumerate() {
        let mut rows = links.iter().filter(|l| l.target == at).map(|l| l.row);
        if let (Some(row), None) = (rows.next(), rows.next()) {
            target.row = document.indicators.get(row).map(|r| r.no);
        }
    }
}

/// All findings, rule by rule.
pub(crate) fn findings(page: &Page, document: &Document, paras: &[Span]) -> Vec<Finding> {
    let searched = page.len() <= LONGEST_SEARCHED;
    let body = if searched {
        paras.iter().map(|p| plain(&page.text(*p))).collect::<Vec<_>>().join("\n")
    } else {
        String::new()
    };
    let case = Case { page, document, links: links(document), body };
    let mut findings = Vec::new();
    for rule in RULES {
        rule(&case, &mut findings);
    }
    findings
}

/// Folded, without blanks and quotation marks.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(script::fold).filter(|c| !matches!(c, ' ' | '“' | '”' | '"')).collect()
}

impl Case<'_> {
    pub(crate) fn rows(&self) -> &[Indicator] {
        self.document.indicators.get(..self.document.indicators.len().min(MOST_ROWS)).unwrap_or(&[])
    }

    pub(crate) fn row(&self, link: &Link) -> Option<&Indicator> {
        self.document.indicators.get(link.row)
    }

    pub(crate) fn target(&self, link: &Link) -> Option<&Target> {
        self.document.targets.get(link.target)
    }

    pub(crate) fn row_quote(&self, row: &Indicator) -> Quote {
        self.page.quote(Span::new(row.start, row.end))
    }

    pub(crate) fn target_quote(&self, target: &Target) -> Quote {
        self.page.quote(Span::new(target.start, target.end))
    }

    /// Pairs of a text target and a row that mean the same.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&Target, &Indicator, Likeness)> {
        self.links.iter().filter_map(|l| Some((self.target(l)?, self.row(l)?, l.likeness)))
    }
}

/// Links targets and rows: first the same names, then among the rest names alike with equal values.
fn links(document: &Document) -> Vec<Link> {
    let rows: Vec<(usize, &Indicator)> = document.indicators.iter().enumerate().take(MOST_ROWS).collect();
    let mut links: Vec<Link> = Vec::new();
    if rows.is_empty() {
        return links;
    }
    let row_names: Vec<String> = rows.iter().map(|(_, row)| alike::core(&row.name)).collect();
    let targets: Vec<(usize, &Target)> = document.targets.iter().enumerate().take(MOST_TARGETS).collect();
    for (at, target) in &targets {
        for name in alike::names(&target.subject) {
            let same = row_names.iter().position(|row| *row == name);
            if let Some(row) = same {
                links.push(Link { target: *at, row, likeness: Likeness::Same });
            }
        }
    }
    let mut near: Vec<(u32, Link)> = Vec::new();
    for (at, target) in &targets {
        if links.iter().any(|l| l.target == *at) {
            continue;
        }
        let names = alike::names(&target.subject);
        for ((row, indicator), row_name) in rows.iter().zip(&row_names) {
            let likeness = names.iter().map(|name| alike::likeness(name, row_name)).max().unwrap_or(0);
            let narrower = names.iter().any(|name| name.len() > row_name.len() && name.ends_with(row_name.as_str()));
            let equal = indicator.target.value.as_deref() == Some(target.value.as_str());
            let taken = links.iter().any(|l| l.row == *row);
            let fits = words::same_family(&target.unit, indicator.unit.as_deref().unwrap_or(""));
            if fits && equal && narrower && taken {
                near.push((likeness, Link { target: *at, row: *row, likeness: Likeness::Narrower }));
            } else if fits && !taken && (equal && likeness >= 50 || likeness >= 80) {
                near.push((likeness, Link { target: *at, row: *row, likeness: Likeness::Near }));
            }
        }
    }
    near.sort_by_key(|(likeness, _)| std::cmp::Reverse(*likeness));
    for (_, link) in near {
        let free = !links.iter().any(|l| l.target == link.target);
        let row_free = link.likeness == Likeness::Narrower || !links.iter().any(|l| l.row == link.row);
        if free && row_free {
            links.push(link);
        }
    }
    links.sort_by_key(|l| (l.target, l.row));
    links
}

/// Whether less is better of what a name measures.
pub(crate) fn is_lower_better(name: &str) -> bool {
    #[rustfmt::skip]
    const WORDS: &[&str] = &[
        "恩格尔系数", "收入比", "单位GDP", "单位地区生产总值", "单位国内生产总值", "万元", "辍学率", "空置率", "漏损率", "返贫", "失业率", "死亡率", "发生率", "发病率", "排放", "浓度", "能耗", "消耗", "水耗", "用水量", "投诉", "事故",
        "缺陷", "召回", "负债率", "赤字", "降低", "下降", "缩短", "时限", "办理时间", "等候", "成本", "损失", "差距",
        "不合格", "缺陷率", "退货", "案件", "通胀", "涨幅", "碳强度",
    ];
    WORDS.iter().any(|word| name.contains(word))
}

/// Whether a name speaks of a change, which has no baseline of its own.
pub(crate) fn is_change(name: &str) -> bool {
    ["增长", "降低", "下降", "提高", "减少", "增速", "增幅", "降幅", "提升", "增加", "增长率", "下降率", "压减", "翻番"]
        .iter()
        .any(|word| name.ends_with(word))
}

/// Whether a comparator sets a floor or a plain value to be reached.
pub(crate) fn is_level(op: Op) -> bool {
    !matches!(op, Op::Change | Op::Times | Op::Range)
}
