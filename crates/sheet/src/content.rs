//! What a cell looks like, whatever stands above it: a day, an address, a firm, a laboratory, a limit. Used where there
//! is no header, and to notice rows whose cells slipped into other columns.

use crate::day;
use crate::grid::Line;
use crate::header::Layout;
use crate::items::{Part, is_bar, is_quantity, limit_score};
use crate::names::{Names, Role};
use crate::table::{Column, Verdict};
use crate::value::{self, fold, is_blank, tidy};
use crate::wanted::{CellKind, Wanted, WantedColumn};

/// What a wanted column is expected to look like, told from its kind and label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Sequence,
    /// The day of the thing itself.
    Day,
    /// The day of the announcement: the same for a whole run of rows.
    NoticeDay,
    Party,
    Address,
    Laboratory,
    Authority,
    Items,
    Code,
    Number,
    /// Anything: told by its place between the others.
    Free,
    /// Anything whatever: 备注.
    Remark,
}

impl Shape {
    pub(crate) fn of(column: &WantedColumn) -> Self {
        let label = column.names.first().map(|name| fold(name)).unwrap_or_default();
        let has = |words: &[&str]| words.iter().any(|word| label.contains(word));
        match column.kind {
            CellKind::FailingItems => Shape::Items,
            CellKind::Date | CellKind::Moment if has(&["公告", "通告", "发布", "通报", "公布"]) => {
                Shape::NoticeDay
            }
            CellKind::Date | CellKind::Moment => Shape::Day,
            CellKind::Uscc => Shape::Code,
            CellKind::Integer | CellKind::Decimal => Shape::Number,
            CellKind::YesNo | CellKind::Choice(_) => Shape::Free,
            CellKind::Text if is_sequence(column) => Shape::Sequence,
            CellKind::Text if has(&["地址", "住所", "地点"]) => Shape::Address,
            CellKind::Text if has(&["检验机构", "检测机构", "承检", "实验室", "检验单位"]) => {
                Shape::Laboratory
            }
            CellKind::Text if has(&["任务", "来源", "发布单位", "发布机关", "部门", "机关"]) => {
                Shape::Authority
            }
            CellKind::Text if has(&["企业", "单位", "经营者", "生产者", "公司", "厂商", "主体"]) => {
                Shape::Party
            }
            CellKind::Text if has(&["编号", "号码", "公告号", "通告号", "文号", "证号", "条码"]) => {
                Shape::Code
            }
            CellKind::Text if has(&["备注", "说明", "情况", "意见", "内容"]) => Shape::Remark,
            CellKind::Text => Shape::Free,
        }
    }
}

/// Whether a wanted column is the running number of a table.
pub(crate) fn is_sequence(column: &WantedColumn) -> bool {
    column.names.first().is_some_and(|name| matches!(fold(name).as_str(), "序号" | "编号" | "序" | "no" | "no."))
}

fn ends(text: &str, words: &[&str]) -> bool {
    let text = text.trim_end_matches([')', '）', ' ', '。', '，']);
    words.iter().any(|word| text.ends_with(word))
}

const PARTY: [&str; 33] = [
    "公司",
    "厂",
    "店",
    "超市",
    "商行",
    "经营部",
    "合作社",
    "市场",
    "中心",
    "酒楼",
    "饭店",
    "餐厅",
    "食堂",
    "集团",
    "商场",
    "门市部",
    "食府",
    "工厂",
    "作坊",
    "小卖部",
    "分公司",
    "便利店",
    "购物广场",
    "商城",
    "农场",
    "批发部",
    "商店",
    "酒店",
    "馆",
    "档",
    "摊",
    "加工坊",
    "幼儿园",
];
const LABORATORY: [&str; 9] =
    ["研究院", "检验院", "检测院", "检验所", "检测所", "研究所", "检测中心", "检验中心", "技术中心"];
const AUTHORITY: [&str; 8] = ["监管局", "管理局", "总局", "药监局", "管理委员会", "监督局", "农业农村局", "市监局"];

pub(crate) fn is_laboratory(text: &str) -> bool {
    let text = tidy(text);
    let technical = text.contains("检") || text.contains("质量") || text.contains("技术");
    ends(text, &LABORATORY)
        || (technical && ends(text, &["院", "所", "检疫中心", "检测有限公司", "检测股份有限公司", "检测技术有限公司"]))
}

pub(crate) fn is_authority(text: &str) -> bool {
    let text = tidy(text);
    text.chars().count() <= 40 && ends(text, &AUTHORITY)
}

fn is_party(text: &str) -> bool {
    let text = tidy(text);
    !is_laboratory(text) && (ends(text, &PARTY) || text.contains("有限公司") || text.contains("旗舰店"))
}

fn is_address(text: &str) -> bool {
    let text = tidy(text);
    let place = ["省", "市", "县", "区", "镇", "乡", "村", "街道", "自治"].iter().any(|word| text.contains(word));
    let road =
        ["路", "街", "号", "村", "镇", "园区", "组", "大道", "巷", "弄", "屯"].iter().any(|word| text.contains(word));
    (place && road && text.chars().count() >= 6 && !ends(text, &PARTY)) || text.starts_with("http")
}

fn is_day(text: &str) -> bool {
    text.chars().any(|c| value::half(c).is_ascii_digit()) && day::day(text).is_ok()
}

/// Whether a text begins like a day, even when a batch number is stuck to it (2018.05.221805221).
fn begins_like_day(text: &str) -> bool {
    let head: Vec<char> = text.chars().map(value::half).take(7).collect();
    let year = head.iter().take(4).collect::<String>().parse::<u32>().is_ok_and(|year| (1990..=2100).contains(&year));
    let mark = |c: &char| matches!(c, '年' | '-' | '.' | '/');
    let month = head.iter().skip(4).take(3).all(|c| c.is_ascii_digit() || mark(c) || *c == '月');
    year && month && head.len() >= 6
}

fn is_link(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

/// Whether a text is a value and certainly no header.
pub(crate) fn is_data(text: &str) -> bool {
    let text = tidy(text);
    is_link(text) || text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') || is_day(text) || is_quantity(text)
}

/// 合格, 不合格 and their relatives.
pub(crate) fn verdict(text: &str) -> Option<Verdict> {
    let text = tidy(text);
    if text.len() > 36 {
        return None;
    }
    match fold(text).as_str() {
        "合格"
        | "符合"
        | "符合规定"
        | "符合要求"
        | "所检项目合格"
        | "所检项目符合要求"
        | "pass"
        | "qualified"
        | "通过"
        | "抽检合格"
        | "是" => Some(Verdict::Passing),
        "不合格"
        | "不符合"
        | "不符合规定"
        | "不符合要求"
        | "不符合标准规定"
        | "fail"
        | "unqualified"
        | "未通过"
        | "抽检不合格"
        | "否" => Some(Verdict::Failing),
        other if other.contains("不合格") || other.contains("不符合") => Some(Verdict::Failing),
        other if other.ends_with("合格") && other.chars().count() <= 8 => Some(Verdict::Passing),
        _ => None,
    }
}

/// Whether a cell certainly does not belong under a column of this shape. Only what no writer could mean counts.
pub(crate) fn contradicts(shape: Shape, text: &str) -> bool {
    let text = tidy(text);
    if is_blank(text) {
        return false;
    }
    let digit = || text.chars().any(|c| value::half(c).is_ascii_digit());
    let limit = || limit_score(text) >= 4;
    match shape {
        Shape::Day | Shape::NoticeDay => {
            let words = !digit() && text.chars().count() >= 2 && !text.contains('见') && !text.contains('期');
            words || text.contains(is_bar) || is_quantity(text)
        }
        Shape::Party => is_figures(text) || limit() || is_quantity(text) || is_full_day(text) || is_bare_address(text),
        Shape::Address => is_figures(text) || (limit() && !is_link(text)) || is_quantity(text) || is_full_day(text),
        Shape::Laboratory => digit() && (limit() || is_full_day(text) || is_quantity(text)),
        Shape::Items => {
            let limit = digit() && (text.starts_with(['≤', '≥']) || text.starts_with("n="));
            is_laboratory(text) || limit || is_quantity(text) || is_full_day(text)
        }
        Shape::Free => {
            is_authority(text)
                || (text.contains("检") && is_laboratory(text))
                || is_full_day(text)
                || text.contains('║')
        }
        Shape::Code => ends(text, &["有限公司", "超市", "经营部", "食品厂"]),
        Shape::Sequence | Shape::Authority | Shape::Number | Shape::Remark => false,
    }
}

fn is_figures(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A day and nothing else.
fn is_full_day(text: &str) -> bool {
    text.chars().count() <= 11 && begins_like_day(text) && is_day(text)
}

/// An address that is not part of a name: it ends with the number of a house or the name of a road.
fn is_bare_address(text: &str) -> bool {
    ends(text, &["号", "楼", "层", "室", "路", "街", "幢", "栋"]) && is_address(text)
}

/// Whether a cell certainly is neither result nor limit.
pub(crate) fn contradicts_part(part: Part, text: &str) -> bool {
    let text = tidy(text);
    match part {
        Part::Item => contradicts(Shape::Items, text),
        Part::Result => is_laboratory(text) || is_link(text) || text.starts_with(['≤', '≥']),
        Part::Limit => is_laboratory(text) || is_link(text) || is_authority(text),
        Part::Unit => text.chars().count() > 30,
    }
}

/// What share of the cells of a column has each look.
#[derive(Default, Clone)]
struct Look {
    filled: usize,
    distinct: usize,
    sequence: usize,
    day: usize,
    /// Days, and texts that begin like one.
    dayish: usize,
    timed: usize,
    party: usize,
    address: usize,
    laboratory: usize,
    authority: usize,
    result: usize,
    limit: usize,
    code: usize,
    link: usize,
    /// Composite cells: two bars or more.
    barred: usize,
}

fn look(lines: &[Line], column: u32) -> Look {
    let mut look = Look::default();
    let mut previous = String::new();
    let mut number_before = None;
    for line in lines {
        let text = tidy(line.text(column));
        if is_blank(text) {
            continue;
        }
        look.filled += 1;
        look.distinct += usize::from(text != previous);
        previous = text.to_owned();
        let number = text.parse::<u32>().ok();
        look.sequence += usize::from(number.is_some() && number_before.is_none_or(|before| number == Some(before + 1)));
        number_before = number;
        let day = day::day(text).ok();
        look.timed += usize::from(day.as_ref().is_some_and(|day| day.time.is_some()));
        look.day += usize::from(day.is_some());
        look.dayish += usize::from(day.is_some() || begins_like_day(text));
        look.link += usize::from(is_link(text));
        look.barred += usize::from(text.chars().filter(|c| is_bar(*c)).nth(1).is_some());
        look.laboratory += usize::from(is_laboratory(text));
        look.authority += usize::from(is_authority(text));
        look.party += usize::from(is_party(text));
        look.address += usize::from(is_address(text) && !is_link(text));
        look.limit += usize::from(limit_score(text) >= 2);
        look.result += usize::from(limit_score(text) < 2 && (is_quantity(text) || text.starts_with("检出")));
        look.code +=
            usize::from(text.len() >= 10 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) && number.is_none());
    }
    look
}

/// Infers the columns of a table without header. Columns with an unmistakable look are anchors; the wanted columns
/// that can look like anything (名称, 规格, 商标) are dealt, in their usual order, to the columns between two anchors
/// when there are exactly as many. `None` when too little is certain.
pub(crate) fn infer(lines: &[Line], names: &Names, wanted: &Wanted) -> Option<Layout> {
    let width = lines.iter().filter_map(|line| line.cells.last().map(|(column, _)| column + 1)).max()?;
    let looks: Vec<Look> = (0..width.min(200)).map(|column| look(lines, column)).collect();
    let mut deal = Deal { looks: &looks, roles: Vec::new() };
    let shapes: Vec<Shape> = wanted.columns.iter().map(Shape::of).collect();
    let all =
        |shape: Shape| shapes.iter().enumerate().filter(move |(_, other)| **other == shape).map(|(index, _)| index);
    let majority = |count: usize, look: &Look| look.filled > 0 && count * 2 > look.filled;

    for field in all(Shape::Sequence) {
        deal.first(Role::Field(field), |look| {
            look.filled * 10 >= lines.len() * 9 && look.sequence * 10 >= look.filled * 9
        });
    }
    // The announcement's day stays the same over many rows, or carries a time of day.
    for field in all(Shape::NoticeDay) {
        deal.best(Role::Field(field), |look| {
            let steady = look.timed * 2 > look.filled || look.distinct * 3 < look.filled;
            if majority(look.day, look) && steady { look.day } else { 0 }
        });
    }
    // Only one: what would tell a day of purchase from a day of production?
    for field in all(Shape::Day).take(1) {
        deal.best(Role::Field(field), |look| {
            let enough = look.filled > 2 && look.day * 10 > look.filled && look.dayish * 3 > look.filled;
            if enough { look.day * 1000 / look.filled } else { 0 }
        });
    }
    let results: Vec<u32> = deal.free(|look| look.result * 3 > look.filled && look.result > look.limit);
    let limits: Vec<u32> = deal.free(|look| look.limit * 3 > look.filled && look.limit > look.result);
    if names.items.is_some()
        && let Some((result, limit)) =
            results.iter().find_map(|r| limits.iter().find(|l| **l == r + 1).map(|l| (*r, *l)))
        && let Some(item) = result.checked_sub(1).filter(|item| deal.is_free(*item))
    {
        deal.put(item, Role::Part(Part::Item));
        deal.put(result, Role::Part(Part::Result));
        deal.put(limit, Role::Part(Part::Limit));
    }
    if names.items.is_some() && !deal.roles.iter().any(|(_, role)| *role == Role::Part(Part::Item)) {
        // 酸价║5.2mg/g║≤3mg/g: nothing else in a table has bars in it.
        deal.best(Role::Part(Part::Item), |look| if majority(look.barred, look) { look.barred } else { 0 });
    }
    for field in all(Shape::Authority) {
        deal.best(Role::Field(field), |look| if majority(look.authority, look) { look.filled } else { 0 });
    }
    for field in all(Shape::Laboratory) {
        deal.best(Role::Field(field), |look| if majority(look.laboratory, look) { look.laboratory } else { 0 });
    }
    for field in all(Shape::Party) {
        deal.first(Role::Field(field), |look| {
            majority(look.party, look) || (majority(look.party + look.laboratory, look) && look.party * 3 > look.filled)
        });
    }
    for field in all(Shape::Address) {
        deal.address(field, &shapes);
    }
    for field in all(Shape::Code) {
        deal.best(Role::Field(field), |look| if majority(look.code, look) { look.code } else { 0 });
    }
    let certain = deal.roles.iter().filter(|(_, role)| !names_sequence(*role, &shapes)).count();
    let anchored = deal
        .roles
        .iter()
        .any(|(_, role)| matches!(role, Role::Field(field) if shapes.get(*field) == Some(&Shape::Party)));
    if certain < 3 || !anchored {
        return None;
    }
    deal.between(&shapes);
    let mut roles = deal.roles;
    roles.sort_unstable();
    let header = unknown_header(lines, &looks);
    let text = |index: u32| header.map_or("", |line| line.text(index)).to_owned();
    let columns = (0..width).map(|index| Column { header: text(index), field: None, index });
    let mut layout = Layout {
        header_row: header.map_or(0, |line| line.row + 1),
        last_row: header.map_or(0, |line| line.row),
        columns: columns.collect(),
        rivals: Vec::new(),
        strength: certain,
        roles,
        verdict: None,
        order: Vec::new(),
        items_fail: true,
    };
    layout.name_fields(wanted, names);
    Some(layout)
}

/// A first line without a single value, above columns of values: a header in words that nobody declared.
fn unknown_header<'a>(lines: &'a [Line], looks: &[Look]) -> Option<&'a Line> {
    let first = lines.first().filter(|line| line.cells.len() > 2)?;
    let is_value =
        |text: &str| is_data(text) || is_party(text) || is_address(text) || is_laboratory(text) || is_blank(text);
    let of_values = |look: &Look| {
        let values = look.day.max(look.sequence).max(look.result).max(look.party).max(look.address);
        values * 3 > look.filled * 2
    };
    let telling = first.cells.iter().filter(|(column, _)| looks.get(*column as usize).is_some_and(of_values)).count();
    let short = first.cells.iter().all(|(_, value)| value.text.chars().count() <= 20 && !is_value(&value.text));
    (short && telling > 1 && lines.len() > 2).then_some(first)
}

fn names_sequence(role: Role, shapes: &[Shape]) -> bool {
    matches!(role, Role::Field(field) if shapes.get(field) == Some(&Shape::Sequence))
}

struct Deal<'a> {
    looks: &'a [Look],
    roles: Vec<(u32, Role)>,
}

impl Deal<'_> {
    fn is_free(&self, column: u32) -> bool {
        !self.roles.iter().any(|(taken, _)| *taken == column)
    }

    fn put(&mut self, column: u32, role: Role) {
        self.roles.push((column, role));
    }

    fn free(&self, fits: impl Fn(&Look) -> bool) -> Vec<u32> {
        (0u32..)
            .zip(self.looks)
            .filter(|(column, look)| self.is_free(*column) && fits(look))
            .map(|(column, _)| column)
            .collect()
    }

    fn first(&mut self, role: Role, fits: impl Fn(&Look) -> bool) {
        if let Some(column) = self.free(fits).first() {
            self.put(*column, role);
        }
    }

    fn best(&mut self, role: Role, score: impl Fn(&Look) -> usize) {
        // A link is full of figures that look like days and codes.
        let open = |(column, look): &(u32, &Look)| self.is_free(*column) && look.link == 0 && score(look) > 0;
        let columns = (0u32..).zip(self.looks).filter(open);
        if let Some((column, _)) = columns.max_by_key(|(column, look)| (score(look), std::cmp::Reverse(*column))) {
            self.put(column, role);
        }
    }

    /// An address stands right behind the party whose address it is: the party wanted just before it.
    fn address(&mut self, field: usize, shapes: &[Shape]) {
        let owner = field.checked_sub(1).filter(|owner| shapes.get(*owner) == Some(&Shape::Party));
        let place = owner.and_then(|owner| {
            self.roles.iter().find(|(_, role)| *role == Role::Field(owner)).map(|(column, _)| column + 1)
        });
        let fits = |look: &Look| look.filled == 0 || (look.address + look.link) * 2 > look.filled;
        match place.filter(|column| self.is_free(*column)) {
            Some(column) if self.looks.get(column as usize).is_some_and(fits) => self.put(column, Role::Field(field)),
            _ if owner.is_none() => {
                self.first(Role::Field(field), |look| look.filled > 0 && look.address * 2 > look.filled)
            }
            _ => {}
        }
    }

    /// Deals the wanted columns without a look of their own to the columns between two anchors.
    fn between(&mut self, shapes: &[Shape]) {
        let is_free_shape = |field: usize| shapes.get(field) == Some(&Shape::Free);
        let place = |roles: &[(u32, Role)], field: usize| {
            let of_items = shapes.get(field) == Some(&Shape::Items);
            let is_it = |role: Role| role == Role::Field(field) || (of_items && role == Role::Part(Part::Item));
            roles.iter().find(|(_, role)| is_it(*role)).map(|(column, _)| *column)
        };
        let mut field = 0;
        while field < shapes.len() {
            if !is_free_shape(field) {
                field += 1;
                continue;
            }
            let end = (field..shapes.len()).find(|next| !is_free_shape(*next)).unwrap_or(shapes.len());
            let left = (0..field).rev().find_map(|before| place(&self.roles, before));
            let right = (end..shapes.len()).find_map(|after| place(&self.roles, after));
            if let (Some(left), Some(right)) = (left, right)
                && left < right
            {
                let open: Vec<u32> = (left + 1..right).filter(|column| self.is_free(*column)).collect();
                // With fewer columns than names the first ones stand: a table may lack 商标, not 名称.
                if open.len() == end - field || open.len() == 1 {
                    for (column, field) in open.into_iter().zip(field..end) {
                        self.put(column, Role::Field(field));
                    }
                }
            }
            field = end;
        }
    }
}
