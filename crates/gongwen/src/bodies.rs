//! Responsible bodies (责任单位): brackets such as （责任单位：县市场监管局）, （体育总局负责）,
//! （生态环境部牵头，国家统计局参与）, lines such as 牵头单位：…, and cells of tables.

use crate::document::{Assignment, Role};
use crate::outline::{Outline, Zone};
use crate::page::{Page, Span};
use crate::script;

/// Roles printed before a colon.
#[rustfmt::skip]
const LEADING: &[&str] = &[
    "责任单位", "责任部门", "责任主体", "主体责任单位", "牵头单位", "牵头部门", "牵头责任单位", "配合单位",
    "配合部门", "参与单位", "参与部门", "参加单位", "主办单位", "协办单位", "协同单位", "协助单位", "落实单位",
    "实施单位", "指导单位", "主管部门", "监管部门", "主要责任单位", "承办单位", "组织单位", "完成单位", "负责单位",
    "负责部门", "支持单位", "牵头", "配合", "责任", "参与", "主责单位",
];

/// Roles printed after the names, longer ones first where one ends another.
#[rustfmt::skip]
const TRAILING: &[&str] = &[
    "按照职责分工负责", "按职责分工分别负责", "按职责分工负责", "按照职责负责", "按职责负责", "根据职责分工负责",
    "按分工负责", "分工负责", "共同负责", "分别负责", "牵头负责", "负责落实", "具体负责", "负责实施", "负责指导",
    "负责", "牵头组织", "牵头实施", "牵头落实", "牵头", "配合落实", "配合", "参与", "参加", "指导", "协助", "协同",
    "组织实施", "具体落实", "落实", "主办", "协办", "承办", "会同",
];

/// Last characters of names of bodies.
#[rustfmt::skip]
const ORGANS: &[char] = &[
    '部', '局', '委', '办', '厅', '署', '院', '会', '府', '团', '司', '心', '行', '社', '组', '处', '站', '队', '馆',
    '校', '区', '县', '乡', '镇', '道', '市', '室', '位', '门', '构', '业', '所', '联', '园', '协', '央', '企', '村',
    '军', '厂', '店', '司', '街', '班', '省', '州', '盟', '旗', '库', '台', '庭', '科',
];

/// Due dates that stand in the same bracket.
const DUE: &[&str] = &["完成时限", "完成时间", "时限", "时间节点", "完成期限", "实施时间"];

/// Remarks about the list itself.
const ASIDES: &[&str] = &["下同", "第一位", "不再列出", "以下均", "排名不分先后", "排名第一"];

/// Terms without a date.
const TERMS: &[&str] = &["长期坚持", "持续推进", "持续实施", "长期推进", "年内完成", "立即实施", "长期"];

/// Whether a bracket's text names bodies with a role.
pub(crate) fn is_assignment(inner: &str) -> bool {
    parse(inner).is_some()
}

/// All assignments of the text in order.
pub(crate) fn assignments(page: &Page, outline: &Outline) -> Vec<Assignment> {
    let mut found = Vec::new();
    let mut cursor = 0;
    let body = outline.paras.iter().filter(|p| matches!(p.zone, Zone::Body | Zone::Front));
    for para in body {
        // A heading line may carry its bracket between title and text.
        let heading = para.heading.and_then(|h| outline.headings.get(h));
        let start =
            heading.map_or(para.span.start, |h| if h.end <= para.span.start { h.end.max(cursor) } else { cursor });
        brackets(page, Span::new(start.min(para.span.start).max(cursor), para.span.end), &mut |span| {
            push(page, outline, span, &mut found);
        });
        whole_line(page, outline, para.span, &mut found);
        cursor = para.span.end;
    }
    for heading in &outline.headings {
        let line = page.lines.partition_point(|l| l.start <= heading.start).checked_sub(1);
        let Some(line) = line.and_then(|l| page.lines.get(l)) else { continue };
        brackets(page, Span::new(heading.end, line.end.max(heading.end)), &mut |span| {
            push(page, outline, span, &mut found);
        });
    }
    found.sort_by_key(|a| a.start);
    found.dedup_by_key(|a| a.start);
    found
}

fn brackets(page: &Page, span: Span, take: &mut dyn FnMut(Span)) {
    const LONGEST: usize = 600;
    let mut open: Vec<usize> = Vec::new();
    for (at, &c) in (span.start..).zip(page.folded(span)) {
        match c {
            '(' | '[' => {
                open.retain(|start| at - start <= LONGEST);
                open.push(at + 1);
            }
            ')' | ']' => {
                if let Some(start) = open.pop()
                    && at - start <= LONGEST
                {
                    take(Span::new(start, at));
                }
            }
            _ => {}
        }
    }
}

fn push(page: &Page, outline: &Outline, span: Span, found: &mut Vec<Assignment>) {
    let raw = page.text(span);
    let Some((roles, due)) = parse(&raw) else { return };
    let (part, section, _) = outline.address(span.start);
    found.push(Assignment {
        item: outline.item(span.start),
        part,
        section,
        bodies: all_bodies(&roles),
        raw: page.text(page.trim(span)),
        roles,
        due,
        start: span.start,
        end: span.end,
    });
}

/// A line that consists of an assignment: 责任单位：县市场监管局、县农业农村委.
fn whole_line(page: &Page, outline: &Outline, span: Span, found: &mut Vec<Assignment>) {
    if span.len() > 400 {
        return;
    }
    let text: String = page.folded(span).iter().filter(|c| !script::is_blank(**c)).take(12).collect();
    if LEADING.iter().any(|role| text.strip_prefix(role).is_some_and(|rest| rest.starts_with(':'))) {
        push(page, outline, span, found);
    }
}

pub(crate) fn all_bodies(roles: &[Role]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for name in roles.iter().flat_map(|role| &role.bodies) {
        if !all.contains(name) {
            all.push(name.clone());
        }
    }
    all
}

/// Roles and term of a bracket's text; none when it is a bracket of another kind.
fn parse(raw: &str) -> Option<(Vec<Role>, Option<String>)> {
    let text: Vec<char> = raw.chars().filter(|c| !script::is_blank(*c)).collect();
    let folded: Vec<char> = text.iter().map(|c| script::fold(*c)).collect();
    if text.len() < 3 {
        return None;
    }
    let mut roles: Vec<Role> = Vec::new();
    let mut due = None;
    let mut waiting: Vec<String> = Vec::new();
    let mut waiting_open = false;
    for (start, end) in segments(&folded) {
        let part = folded.get(start..end)?;
        let shown = text.get(start..end)?;
        let said: String = part.iter().collect();
        if ASIDES.iter().any(|word| said.contains(word)) {
            continue;
        }
        if said.starts_with(|c: char| c.is_ascii_digit()) && said.contains('年') || TERMS.contains(&said.as_str()) {
            due = Some(shown.iter().collect());
            continue;
        }
        let colon = part.iter().position(|c| *c == ':');
        if let Some(colon) = colon {
            let key: String = part.iter().take(colon).collect();
            let (_, names) = part.split_at(colon + 1);
            let (_, shown) = shown.split_at(colon + 1);
            if DUE.contains(&key.as_str()) {
                due = Some(shown.iter().collect());
                continue;
            }
            if !LEADING.contains(&key.as_str()) {
                return None;
            }
            let (bodies, open_ended) = names_of(names, shown)?;
            roles.push(Role { role: key, bodies, open_ended });
            continue;
        }
        let ended: String = part.iter().collect();
        if let Some(role) = TRAILING.iter().find(|role| ended.ends_with(**role)) {
            let length = part.len() - role.chars().count();
            let (mut bodies, open_ended) = match length {
                0 if !waiting.is_empty() => (Vec::new(), false),
                _ => names_of(part.get(..length)?, shown.get(..length)?)?,
            };
            let mut named = std::mem::take(&mut waiting);
            named.append(&mut bodies);
            roles.push(Role { role: (*role).to_owned(), bodies: named, open_ended: open_ended || waiting_open });
            waiting_open = false;
        } else if let Some(last) = roles.last_mut().filter(|last| LEADING.contains(&last.role.as_str())) {
            let (mut bodies, open_ended) = names_of(part, shown)?;
            last.bodies.append(&mut bodies);
            last.open_ended |= open_ended;
        } else {
            let (mut bodies, open_ended) = names_of(part, shown)?;
            waiting.append(&mut bodies);
            waiting_open |= open_ended;
        }
    }
    let complete = !roles.is_empty() && waiting.is_empty() && roles.iter().all(|role| !role.bodies.is_empty());
    complete.then_some((roles, due))
}

/// Segments of the first sentence, parted by commas and semicolons.
fn segments(folded: &[char]) -> Vec<(usize, usize)> {
    let end = folded.iter().position(|c| *c == '。').unwrap_or(folded.len());
    cut(folded.get(..end).unwrap_or(folded), |c| matches!(c, ',' | ';'))
}

/// Stretches between the marks that stand outside inner brackets; empty ones are left out.
fn cut(folded: &[char], is_mark: fn(char) -> bool) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let (mut start, mut depth) = (0, 0_i32);
    for (at, &c) in folded.iter().chain(std::iter::once(&'\0')).enumerate() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ => {}
        }
        if at == folded.len() || depth <= 0 && is_mark(c) {
            if at > start {
                out.push((start, at));
            }
            start = at + 1;
        }
    }
    out
}

/// The names of a list, and whether it ends in 等; none when they are no names of bodies.
fn names_of(folded: &[char], shown: &[char]) -> Option<(Vec<String>, bool)> {
    const FOREIGN: &[&str] = &["由", "其中", "以下", "不得", "应当", "按照", "包括", "以上", "是指", "例如"];
    const ET_CETERA: &[&str] = &["等有关部门", "等相关部门", "等部门", "等单位", "等有关单位", "等相关单位", "等"];
    let mut names = Vec::new();
    let mut open_ended = false;
    for (start, end) in cut(folded, |c| matches!(c, '、' | ',' | ';' | '/' | ' ')) {
        let part: String = folded.get(start..end)?.iter().collect();
        let full: String = shown.get(start..end)?.iter().collect();
        if let Some(at) =
            part.find("会同").map(|at| part.get(..at).map_or(0, |before| before.chars().count())).filter(|at| *at > 0)
        {
            let (mut first, _) = names_of(folded.get(start..start + at)?, shown.get(start..start + at)?)?;
            let (mut second, open) = names_of(folded.get(start + at + 2..end)?, shown.get(start + at + 2..end)?)?;
            names.append(&mut first);
            names.append(&mut second);
            open_ended |= open;
            continue;
        }
        let tail = ET_CETERA.iter().find(|tail| part.ends_with(**tail));
        let length = part.chars().count() - tail.map_or(0, |tail| tail.chars().count());
        open_ended |= tail.is_some();
        let name: String = full.chars().take(length).collect();
        if name.is_empty() {
            continue;
        }
        let organ = part.chars().take(length).last().is_some_and(|c| ORGANS.contains(&c) || c == ')');
        if !organ || !(2..=30).contains(&length) || FOREIGN.iter().any(|word| part.contains(word)) {
            return None;
        }
        names.push(name);
    }
    (!names.is_empty()).then_some((names, open_ended))
}

/// The bodies of a table cell, which has nothing else in it. A role may stand before a colon.
pub(crate) fn cell(text: &str, role: &str) -> Vec<Role> {
    if let Some((roles, _)) = parse(text) {
        return roles;
    }
    let mut names = Vec::new();
    let mut open_ended = false;
    let shown: Vec<char> = text.chars().collect();
    let folded: Vec<char> = shown.iter().map(|c| script::fold(*c)).collect();
    for (start, end) in cut(&folded, |c| matches!(c, '、' | ',' | ';' | ' ')) {
        let part: String = shown.get(start..end).unwrap_or(&[]).iter().filter(|c| !script::is_blank(**c)).collect();
        let stripped = part.trim_end_matches(['。', '.']).trim_end_matches("等");
        open_ended |= part.ends_with('等');
        if !stripped.is_empty() && !matches!(stripped, "-" | "—" | "/" | "——") {
            names.push(stripped.to_owned());
        }
    }
    if names.is_empty() { Vec::new() } else { vec![Role { role: role.to_owned(), bodies: names, open_ended }] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(raw: &str) -> Vec<(String, Vec<String>, bool)> {
        let (roles, _) = parse(raw).unwrap_or_default();
        roles.into_iter().map(|role| (role.role, role.bodies, role.open_ended)).collect()
    }

    fn role(role: &str, bodies: &[&str], open_ended: bool) -> (String, Vec<String>, bool) {
        (role.to_owned(), bodies.iter().map(|b| (*b).to_owned()).collect(), open_ended)
    }

    #[test]
    fn roles_stand_before_or_after_the_names() {
        assert_eq!(roles("县财政局负责"), [role("负责", &["县财政局"], false)]);
        assert_eq!(
            roles("县科技局牵头，县财政局、县教委等参与"),
            [role("牵头", &["县科技局"], false), role("参与", &["县财政局", "县教委"], true)]
        );
        assert_eq!(roles("责任单位：县林业局，县水利局"), [role("责任单位", &["县林业局", "县水利局"], false)]);
        assert_eq!(roles("县教委、县民政局按职责分工负责"), [role("按职责分工负责", &["县教委", "县民政局"], false)]);
    }

    #[test]
    fn other_brackets_name_no_bodies() {
        for raw in
            ["以下简称试点", "PPP", "技工院校内由人力社保部门负责", "群", "2021—2025年", "含高级工以上职业资格人员"]
        {
            assert_eq!(roles(raw), [], "{raw}");
        }
    }
}
