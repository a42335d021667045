//! The names under which columns are printed, and how a header answers to them: exactly, in one of its halves
//! (产品/Product), without its bracket, without 标称, with or without 名称, or — last — by containing a name
//! whole or ending with it.

use crate::content;
use crate::items::{Part, is_bar};
use crate::value::fold;
use crate::wanted::{CellKind, Wanted};
use std::collections::{HashMap, HashSet};

/// What a column feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Role {
    /// Index into the wanted columns.
    Field(usize),
    /// A part of the failing items.
    Part(Part),
}

const ITEM: &[&str] = &[
    "不合格项目",
    "不合格项",
    "主要不合格项",
    "不合格检验项目",
    "不合格检测项目",
    "不合格项目名称",
    "不符合项目",
    "不合格指标",
    "不达标项目",
    "问题项目",
    "不合格内容",
    "主要不合格项目",
    "不合格原因",
    "检验项目",
    "检测项目",
    "检测参数",
    "检验参数",
    "项目",
    "项目名称",
    "抽检项目",
    "检出项目",
    "hazard",
    "substance",
    "hazardsfound",
];
const RESULT: &[&str] = &[
    "检验结果",
    "检测结果",
    "检验值",
    "检测值",
    "实测值",
    "实测结果",
    "结果",
    "结果值",
    "检验数据",
    "检测数据",
    "不合格结果",
    "实际值",
    "不合格检验结果",
    "检出值",
    "检验检测结果",
    "检出结果",
    "analyticalresult",
    "result",
];
const LIMIT: &[&str] = &[
    "标准值",
    "限量值",
    "标准要求",
    "标准限量",
    "标准规定",
    "标准指标",
    "技术要求",
    "限值",
    "标准",
    "规定值",
    "标准限值",
    "标准限量值",
    "允许限",
    "最大允许限",
    "最大允许值",
    "合格标准",
    "国家标准",
    "标准规定值",
    "限量",
    "限量要求",
    "指标要求",
    "limit",
    "maximumlimit",
];
const UNIT: &[&str] = &["单位", "计量单位", "结果单位", "检测单位(计量)", "unit", "units"];
const VERDICT: &[&str] = &[
    "判定",
    "判定结果",
    "结论",
    "检验结论",
    "检测结论",
    "判定结论",
    "是否合格",
    "合格与否",
    "抽检结论",
    "单项判定",
    "结果判定",
    "抽检结果",
    "检验结果判定",
    "检验判定",
    "综合判定",
    "总体结论",
    "检测结果判定",
    "抽样检验结论",
    "监督抽查结果",
    "抽查结果",
    "合格情况",
    "riskdecision",
];

/// The names of the wanted columns, ready for comparison.
pub(crate) struct Names {
    exact: HashMap<String, Vec<(Role, usize)>>,
    loose: Vec<(String, Role, usize)>,
    verdicts: HashSet<String>,
    /// Fields whose name alone proves nothing: every table has 序号.
    pub(crate) weak: HashSet<Role>,
    pub(crate) items: Option<usize>,
}

/// How well a header answers to a name.
pub(crate) struct Match {
    pub(crate) role: Role,
    pub(crate) score: u32,
    pub(crate) rank: usize,
}

/// Bytes of a header; what is longer is a note.
const LONGEST_HEADER: usize = 300;
/// From here on a match counts as certain.
pub(crate) const STRONG: u32 = 85;

impl Names {
    pub(crate) fn new(wanted: &Wanted) -> Self {
        let items = wanted.columns.iter().position(|column| column.kind == CellKind::FailingItems);
        let mut names = Self {
            exact: HashMap::new(),
            loose: Vec::new(),
            verdicts: VERDICT.iter().map(|name| (*name).to_owned()).collect(),
            weak: HashSet::new(),
            items,
        };
        for (index, column) in wanted.columns.iter().enumerate() {
            let role = if Some(index) == items { Role::Part(Part::Item) } else { Role::Field(index) };
            for (rank, name) in column.names.iter().enumerate() {
                names.add(name, role, rank);
            }
            if content::is_sequence(column) {
                names.weak.insert(role);
            }
        }
        if items.is_some() {
            for (part, known) in [(Part::Item, ITEM), (Part::Result, RESULT), (Part::Limit, LIMIT), (Part::Unit, UNIT)]
            {
                for (rank, name) in known.iter().enumerate() {
                    // Behind every name of the caller's own.
                    names.add(name, Role::Part(part), 100 + rank);
                }
            }
        }
        names
    }

    fn add(&mut self, name: &str, role: Role, rank: usize) {
        let name = plain(name);
        if name.chars().count() >= 2 && rank < 100 {
            self.loose.push((name.clone(), role, rank));
        }
        let known = self.exact.entry(name).or_default();
        if !known.iter().any(|(other, _)| *other == role) {
            known.push((role, rank));
        }
    }

    /// Whether a text is, as it stands, a header that somebody knows.
    pub(crate) fn knows(&self, text: &str) -> bool {
        text.len() <= LONGEST_HEADER
            && self.variants(text).iter().any(|(name, _)| self.exact.contains_key(name) || self.verdicts.contains(name))
    }

    pub(crate) fn is_verdict(&self, text: &str) -> bool {
        self.variants(text).iter().any(|(name, score)| *score >= 90 && self.verdicts.contains(name))
    }

    /// The forms of a header that are compared, best first.
    fn variants(&self, text: &str) -> Vec<(String, u32)> {
        let full = plain(text);
        let mut forms = vec![(without_brackets(&full), 95), (full.clone(), 100)];
        if let Some(rest) = full.strip_prefix("标称") {
            forms.push((rest.to_owned(), 94));
        }
        if full.contains(['/', '、', ',']) || text.contains('\n') {
            forms.extend(
                text.split(['/', '／', '、', ',', '，', '\n']).map(|part| (without_brackets(&plain(part)), 90)),
            );
        }
        for (form, score) in forms.clone() {
            match form.strip_suffix("名称") {
                Some(stem) => forms.push((stem.to_owned(), score - 10)),
                None => forms.push((format!("{form}名称"), score - 10)),
            }
        }
        forms.retain(|(form, _)| !form.is_empty() && form != "名称" || full == *form);
        forms.sort_by_key(|(_, score)| std::cmp::Reverse(*score));
        forms
    }

    /// Everything that a header may mean, best first within each role.
    pub(crate) fn matches(&self, text: &str) -> Vec<Match> {
        let mut found: Vec<Match> = Vec::new();
        if text.len() > LONGEST_HEADER {
            return found;
        }
        for (form, score) in self.variants(text) {
            for (role, rank) in self.exact.get(&form).into_iter().flatten() {
                if !found.iter().any(|other| other.role == *role) {
                    found.push(Match { role: *role, score, rank: *rank });
                }
            }
        }
        let order = composite_order(text);
        if self.items.is_some() && order.len() >= 2 && order.contains(&Part::Item) {
            found.retain(|other| !matches!(other.role, Role::Part(_)));
            found.push(Match { role: Role::Part(Part::Item), score: 98, rank: 0 });
        }
        if found.is_empty() {
            let full = plain(text);
            let length = full.chars().count();
            for (name, role, rank) in &self.loose {
                let known = name.chars().count();
                let close = length <= known + 6 && !differs(&full, name);
                // A short name must be the last word: 众创空间名称 is a 名称.
                let score = match () {
                    () if close && known >= 4 && full.contains(name.as_str()) => 60,
                    () if close
                        && length > known
                        && full.ends_with(name.as_str())
                        && matches!(role, Role::Field(_)) =>
                    {
                        50
                    }
                    () => continue,
                };
                if !found.iter().any(|other| other.role == *role) {
                    found.push(Match { role: *role, score, rank: *rank });
                }
            }
        }
        found
    }
}

/// A header without blanks, marks and the colon of a form.
fn plain(text: &str) -> String {
    let folded = fold(text);
    let marks = |c: char| matches!(c, '*' | '★' | '☆' | '※' | ':' | '"' | '\'');
    folded.trim_matches(marks).trim_end_matches("(必填)").trim_end_matches("(选填)").to_owned()
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0;
    let mut kept = String::new();
    for c in text.chars() {
        match c {
            '(' | '[' | '【' | '〔' | '<' => depth += 1,
            ')' | ']' | '】' | '〕' | '>' => depth = (depth - 1).max(0),
            c if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    kept
}

/// Words that make another column of a name: 被抽样单位 is no 被抽样单位地址.
fn differs(header: &str, name: &str) -> bool {
    const WORDS: [&str; 22] = [
        "地址", "省份", "电话", "日期", "时间", "编号", "代码", "号码", "证号", "联系", "数量", "类型", "性质", "所在",
        "单位", "名称", "结果", "分类", "等级", "金额", "邮编", "法人",
    ];
    WORDS.iter().any(|word| header.contains(word) && !name.contains(word))
}

/// The order of parts in a header like 不合格项目║检验结果║标准值.
pub(crate) fn composite_order(text: &str) -> Vec<Part> {
    let folded: String = fold(text).chars().map(|c| if is_bar(c) { '|' } else { c }).collect();
    let pieces =
        folded.split(['|', '/', '、', ',', '(', ')', '+', '-', '和', '及', ';', ':']).filter(|piece| !piece.is_empty());
    let mut order: Vec<Part> = Vec::new();
    for piece in pieces {
        let part = [(Part::Item, ITEM), (Part::Result, RESULT), (Part::Limit, LIMIT)]
            .into_iter()
            .find(|(_, known)| known.contains(&piece))
            .map(|(part, _)| part);
        if let Some(part) = part.filter(|part| !order.contains(part)) {
            order.push(part);
        }
    }
    order
}
