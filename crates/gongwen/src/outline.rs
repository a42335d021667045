//! Titles, headings, items, annexes: the outer form of a document (GB/T 9704). Headings are recognised by
//! their labels at the start of a line, never by words; a label inside a table or an annex is no heading.

mod front;

use std::collections::BTreeSet;

use crate::dates::whole_date;
use crate::document::{Assignment, Body, Document, Heading, Item, Part, Section};
use crate::page::{Page, Span};
use crate::{bodies, number, script};

/// Kinds of label, highest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Style {
    /// 第一篇, 第一编, 第一部分
    Volume,
    /// 第一章
    Chapter,
    /// 第一节
    Section,
    /// 一、
    Comma,
    /// （一）
    Paren,
    /// 1．
    Digit,
    /// （1）: a heading where a document has neither （一） nor 1．
    Bracket,
    /// 1）, ①: never a heading
    Minor,
}

/// Where a paragraph stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zone {
    /// Title, addressees, the notice around the plan.
    Front,
    Body,
    Glossary,
    Annex,
}

/// A paragraph of running text; a heading's own words are not part of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Para {
    pub(crate) span: Span,
    /// Index of the nearest heading.
    pub(crate) heading: Option<usize>,
    pub(crate) zone: Zone,
}

/// The outer form of a document.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    pub(crate) title: Option<String>,
    pub(crate) plan_title: Option<String>,
    pub(crate) number: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) issued_on: Option<String>,
    pub(crate) headings: Vec<Heading>,
    pub(crate) paras: Vec<Para>,
    /// Year in which the plan's period ends, where the title names one.
    pub(crate) plan_year: Option<i32>,
    /// Where each heading's region ends, parallel to `headings`.
    regions: Vec<Span>,
    /// The next higher heading of each, parallel to `headings`.
    parents: Vec<Option<usize>>,
    /// The lowest level there is, and whether its numbers run through the whole document.
    lowest: Option<u32>,
    numbered_through: bool,
}

/// Reads the outer form. `tables` are the stretches that tables occupy.
pub(crate) fn outline(page: &Page, tables: &[Span]) -> Outline {
    let mut walk = Walk::new(page, tables);
    walk.front();
    walk.body();
    walk.finish()
}

impl Outline {
    /// Indices of the headings above a place, highest first.
    pub(crate) fn path(&self, heading: Option<usize>) -> Vec<usize> {
        let mut path = Vec::new();
        let mut here = heading;
        while let Some(at) = here {
            path.push(at);
            here = self.parents.get(at).copied().flatten();
        }
        path.reverse();
        path
    }

    /// Headings and paragraphs outside glossaries: where a term can be used.
    pub(crate) fn running_text(&self) -> Vec<Span> {
        let headings = self.headings.iter().map(|h| Span::new(h.start, h.end));
        let paras = self.paras.iter().filter(|p| p.zone != Zone::Glossary).map(|p| p.span);
        headings.chain(paras).collect()
    }

    /// Number of part, of section and of item at a place.
    pub(crate) fn address(&self, at: usize) -> (Option<u32>, Option<u32>, Option<u32>) {
        let heading = self.headings.partition_point(|h| h.start <= at).checked_sub(1);
        let path = self.path(heading);
        let lowest = self.lowest;
        let (mut part, mut section, mut item) = (None, None, None);
        for head in path.iter().filter_map(|i| self.headings.get(*i)) {
            match head.level {
                1 => part = Some(head.no),
                2 => section = Some(head.no),
                _ => {}
            }
            if Some(head.level) == lowest && lowest > Some(1) {
                item = Some(head.no);
            }
        }
        (part, section, item)
    }

    /// The item's number where that alone says which item is meant.
    pub(crate) fn item(&self, at: usize) -> Option<u32> {
        let (_, _, item) = self.address(at);
        item.filter(|_| self.numbered_through)
    }

    pub(crate) fn into_document(self, page: &Page, assignments: &[Assignment]) -> Document {
        let items = self.items(page, assignments);
        let parts = self.parts();
        Document {
            title: self.title,
            plan_title: self.plan_title,
            number: self.number,
            issuer: self.issuer,
            issued_on: self.issued_on,
            parts,
            headings: self.headings,
            items,
            ..Document::default()
        }
    }

    fn items(&self, page: &Page, assignments: &[Assignment]) -> Vec<Item> {
        let Some(lowest) = self.lowest else { return Vec::new() };
        let mut items = Vec::new();
        for (at, (head, region)) in self.headings.iter().zip(&self.regions).enumerate() {
            if head.level != lowest {
                continue;
            }
            // What is numbered below an item belongs to it.
            let below = self.headings.iter().zip(&self.regions).skip(at + 1).take_while(|(h, _)| h.level > lowest);
            let region = Span::new(region.start, below.last().map_or(region.end, |(_, inner)| inner.end));
            let (part, section, _) = self.address(head.start);
            let from = assignments.partition_point(|a| a.start < region.start);
            let inside = assignments.iter().skip(from).take_while(|a| region.holds(a.start));
            let bodies = inside
                .flat_map(|a| &a.roles)
                .flat_map(|role| role.bodies.iter().map(|name| Body { name: name.clone(), role: role.role.clone() }));
            let mut named: Vec<Body> = Vec::new();
            for body in bodies {
                if !named.contains(&body) {
                    named.push(body);
                }
            }
            let text = page.text(page.trim(Span::new(head.end, region.end)));
            items.push(Item {
                no: head.no,
                title: head.title.clone(),
                text: text.trim_start_matches(['。', '：', ':']).trim_start().to_owned(),
                part: part.filter(|_| lowest > 1),
                section: section.filter(|_| lowest > 2),
                bodies: named,
                start: head.start,
                end: region.end,
            });
        }
        items
    }

    fn parts(&self) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        let lowest = self.lowest;
        for head in &self.headings {
            if head.level == 1 {
                parts.push(Part { no: head.no, title: head.title.clone(), sections: Vec::new() });
            } else if head.level == 2
                && let Some(part) = parts.last_mut()
            {
                part.sections.push(Section { no: head.no, title: head.title.clone(), items: Vec::new() });
            } else if Some(head.level) == lowest
                && let Some(section) = parts.last_mut().and_then(|p| p.sections.last_mut())
            {
                section.items.push(head.no);
            }
        }
        parts
    }
}

struct Label {
    style: Style,
    no: u32,
    /// Length of the label in characters of the line.
    length: usize,
}

/// The label at the start of a line, if any.
fn label(line: &[char]) -> Option<Label> {
    let at = |i: usize| line.get(i).copied().unwrap_or('\0');
    let run = |from: usize, test: fn(char) -> bool| line.iter().skip(from).take_while(|c| test(**c)).count();
    let no = |from: usize, length: usize| number::whole(line.get(from..from + length)?);
    if at(0) == '第' {
        let length = run(1, |c| number::is_chinese_numeral(c) || c.is_ascii_digit());
        let (style, tail) = match (at(1 + length), at(2 + length)) {
            ('篇' | '编', _) => (Style::Volume, 1),
            ('部', '分') => (Style::Volume, 2),
            ('章', _) => (Style::Chapter, 1),
            ('节', _) => (Style::Section, 1),
            _ => return None,
        };
        let end = 1 + length + tail;
        // 第一章程 or 第一节约 would be words; a label is followed by a blank, a mark or the title's first word.
        return (!matches!(at(end), '程' | '约' | '，' | ',' | '的' | '中'))
            .then_some(())
            .and_then(|()| no(1, length))
            .map(|no| Label { style, no, length: end });
    }
    if number::is_chinese_numeral(at(0)) {
        let length = run(0, number::is_chinese_numeral);
        return (length <= 4 && matches!(at(length), '、' | '.') && at(0) != '〇')
            .then(|| no(0, length))
            .flatten()
            .map(|no| Label { style: Style::Comma, no, length: length + 1 });
    }
    if at(0) == '(' {
        let chinese = run(1, number::is_chinese_numeral);
        let digits = run(1, |c| c.is_ascii_digit());
        let (style, length) = if chinese > 0 { (Style::Paren, chinese) } else { (Style::Bracket, digits) };
        if length == 0 || length > 4 || at(1 + length) != ')' {
            return None;
        }
        let tail = usize::from(at(2 + length) == '、');
        return no(1, length).map(|no| Label { style, no, length: length + 2 + tail });
    }
    let digits = run(0, |c| c.is_ascii_digit());
    if (1..=3).contains(&digits) {
        let style = match at(digits) {
            '.' | '、' if !at(digits + 1).is_ascii_digit() => Style::Digit,
            ')' => Style::Minor,
            _ => return None,
        };
        return no(0, digits).map(|no| Label { style, no, length: digits + 1 });
    }
    if ('①'..='⑳').contains(&at(0)) {
        return Some(Label { style: Style::Minor, no: at(0) as u32 - '①' as u32 + 1, length: 1 });
    }
    None
}

struct Walk<'p> {
    page: &'p Page,
    /// Lines outside tables, without blanks at their ends; empty ones kept.
    lines: Vec<Span>,
    at: usize,
    out: Outline,
    styles: Vec<Style>,
    /// Width at which the text was broken into lines, when it was.
    wrapped: Option<usize>,
    /// （1） numbers the sections, as in decisions of party congresses.
    bracketed: bool,
}

const TERMINAL: &[char] = &['。', '；', ';', '：', ':', '！', '!', '？', '?'];

impl<'p> Walk<'p> {
    fn new(page: &'p Page, tables: &[Span]) -> Self {
        let mut lines = Vec::new();
        let mut tables = tables.iter().peekable();
        for &line in &page.lines {
            while tables.peek().is_some_and(|t| t.end <= line.start) && tables.peek().is_some_and(|t| !t.is_empty()) {
                tables.next();
            }
            if tables.peek().is_some_and(|t| t.start <= line.start && line.start < t.end) {
                lines.push(Span::new(line.start, line.start));
            } else if !is_page_number(page, page.trim(line)) {
                lines.push(page.trim(line));
            }
        }
        let wrapped = wrap_width(&lines);
        let styles: Vec<Style> = lines.iter().filter_map(|line| label(page.folded(*line))).map(|l| l.style).collect();
        let count = |wanted: Style| styles.iter().filter(|style| **style == wanted).count();
        let bracketed = count(Style::Bracket) >= 3 && count(Style::Paren) + count(Style::Digit) == 0;
        Walk { page, lines, at: 0, out: Outline::default(), styles: Vec::new(), wrapped, bracketed }
    }

    fn line(&self, at: usize) -> Span {
        self.lines.get(at).copied().unwrap_or_default()
    }

    fn folded(&self, at: usize) -> &'p [char] {
        self.page.folded(self.line(at))
    }

    /// Whether a label begins a heading in this document.
    fn heads(&self, label: &Label) -> bool {
        label.style < Style::Bracket || label.style == Style::Bracket && self.bracketed
    }

    fn is_heading(&self, at: usize) -> bool {
        label(self.folded(at)).is_some_and(|l| self.heads(&l))
    }

    fn body(&mut self) {
        let mut zone = Zone::Front;
        let mut listing_annexes = false;
        let mut at = self.at;
        while at < self.lines.len() {
            let line = self.line(at);
            if line.is_empty() {
                at += 1;
                continue;
            }
            let text: String = self.page.folded(line).iter().filter(|c| **c != ' ').take(200).collect();
            if is_contents_line(&text) {
                at += 1;
                continue;
            }
            if is_glossary_title(&text) && (!listing_annexes || text.starts_with("附件")) {
                zone = Zone::Glossary;
                at += 1;
                continue;
            }
            if let Some(mark) = annex_mark(&text) {
                listing_annexes = mark == AnnexMark::List;
                if mark == AnnexMark::Start && (self.has_body() || zone == Zone::Annex) {
                    zone = Zone::Annex;
                }
                at += 1;
                continue;
            }
            let found = label(self.folded(at));
            if listing_annexes && found.as_ref().is_some_and(|l| l.style == Style::Digit) && line.len() <= 60 {
                at += 1;
                continue;
            }
            listing_annexes = false;
            let in_body = matches!(zone, Zone::Front | Zone::Body);
            if let Some(found) = found.filter(|l| in_body && self.heads(l)) {
                zone = Zone::Body;
                at = self.heading(at, &found);
            } else {
                at = self.paragraph(at, line.start, zone);
            }
        }
    }

    fn has_body(&self) -> bool {
        self.styles.contains(&Style::Comma)
            || self.styles.iter().any(|s| *s <= Style::Section)
            || self.styles.len() >= 3
    }

    /// Takes a heading and the text that follows it in its line; says where to go on.
    fn heading(&mut self, at: usize, found: &Label) -> usize {
        let line = self.line(at);
        let label_end = line.start + found.length;
        let mut rest = self.page.trim(Span::new(label_end, line.end));
        let mut next = at + 1;
        if rest.is_empty() && found.style <= Style::Section {
            // 第一章 alone in its line: the title is the next line.
            let follow = (at + 1..self.lines.len().min(at + 3)).find(|i| !self.line(*i).is_empty());
            if let Some(follow) = follow.filter(|i| self.line(*i).len() <= 40 && !self.is_heading(*i)) {
                rest = self.line(follow);
                next = follow + 1;
            }
        }
        let title = self.heading_title(rest, found.style, next);
        let label_text = self.page.name(Span::new(line.start, label_end));
        let (title_text, starts, end) = match title {
            Some(span) => (Some(squeeze(&self.page.text(span))), None, span.end),
            None => {
                let first = Span::new(rest.start, rest.end.min(rest.start + 20));
                (None, Some(self.page.name(first)), label_end)
            }
        };
        self.styles.push(found.style);
        self.out.headings.push(Heading {
            level: 0,
            no: found.no,
            label: label_text,
            title: title_text,
            starts,
            start: line.start,
            end,
        });
        if self.page.folded(Span::new(label_end, end)).iter().filter(|c| c.is_ascii_digit()).count() > 0 {
            // 1．培育企业10家。 is a title and a target.
            let heading = self.out.headings.len().checked_sub(1);
            self.out.paras.push(Para { span: self.page.trim(Span::new(label_end, end)), heading, zone: Zone::Body });
        }
        let after = self.after_mark(Span::new(end, rest.end));
        if after.is_empty() { next } else { self.paragraph(next - 1, after.start, Zone::Body) }
    }

    fn after_mark(&self, rest: Span) -> Span {
        let rest = self.page.trim(rest);
        let mark = matches!(self.page.at(rest.start), '。' | ':' | '.' | ';') && !rest.is_empty();
        self.page.trim(Span::new(rest.start + usize::from(mark), rest.end))
    }

    /// The title within the rest of the heading's line: up to the first full stop, or the whole line.
    fn heading_title(&self, rest: Span, style: Style, next: usize) -> Option<Span> {
        if rest.is_empty() {
            return None;
        }
        if style <= Style::Section {
            return Some(rest);
        }
        let chars = self.page.folded(rest);
        let rest = match assignment_tail(chars) {
            Some(length) => self.page.trim(Span::new(rest.start, rest.start + length)),
            None => rest,
        };
        let chars = self.page.folded(rest);
        let ascii = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(char::is_ascii_alphanumeric);
        // A half-width full stop between Chinese characters ends a sentence.
        let ends = |(at, c): (usize, &char)| match c {
            '。' | '；' | ';' | '!' => true,
            '.' => at > 0 && !ascii(at.checked_sub(1)) && !ascii(Some(at + 1)),
            _ => false,
        };
        let stop = chars.iter().enumerate().position(ends);
        let colon = chars.iter().position(|c| *c == ':').filter(|p| *p <= 15 && stop.is_none_or(|s| *p < s));
        let has_figures = chars.iter().take(stop.unwrap_or(chars.len())).filter(|c| c.is_ascii_digit()).count() >= 4;
        let commas = |to: usize| chars.iter().take(to).filter(|c| **c == ',').count();
        if let Some(colon) = colon {
            return Some(Span::new(rest.start, rest.start + colon));
        }
        match stop {
            Some(stop) => {
                let alone = stop + 1 >= chars.len();
                let followed = alone && self.lines.get(next).is_some() && !self.is_heading(next);
                let limit = match (alone && !followed, commas(stop)) {
                    (false, 0) => 50,
                    (false, _) => 45,
                    (true, 0) => 30,
                    (true, _) => 24,
                };
                let sentence = has_figures && commas(stop) > 0 || !matches!(chars.get(stop), Some('。' | '.'));
                (stop <= limit && !sentence && commas(stop) <= 3).then(|| Span::new(rest.start, rest.start + stop))
            }
            None => (chars.len() <= 60 && !(has_figures && commas(chars.len()) > 1)).then_some(rest),
        }
    }

    /// Takes the paragraph that starts at `start` in line `at`, joining lines broken in mid-sentence.
    fn paragraph(&mut self, at: usize, start: usize, zone: Zone) -> usize {
        let mut end = self.line(at).end;
        let mut next = at + 1;
        let mut last = self.line(at);
        while next < self.lines.len() && self.runs_on(last, next) {
            last = self.line(next);
            end = last.end;
            next += 1;
        }
        let heading = self.out.headings.len().checked_sub(1).filter(|_| zone == Zone::Body);
        self.out.paras.push(Para { span: Span::new(start, end), heading, zone });
        next
    }

    /// Whether the line goes on in the next one.
    fn runs_on(&self, line: Span, next: usize) -> bool {
        let follow = self.line(next);
        if follow.is_empty() || label(self.folded(next)).is_some() {
            return false;
        }
        let first = self.page.at(follow.start);
        let last = self.page.at(line.end.saturating_sub(1));
        if first == '-' || matches!(first, '●' | '■' | '◆' | '•' | '·' | '▪') || self.starts_annex(next) {
            return false;
        }
        if let Some(width) = self.wrapped {
            return line.len() + 3 >= width;
        }
        let open = !TERMINAL.contains(&last) && !matches!(last, '”' | ')' | '》');
        let prose = self.page.folded(line).iter().any(|c| matches!(c, ',' | '。' | '、'));
        open && prose && line.len() >= 12
    }

    fn starts_annex(&self, at: usize) -> bool {
        let text: String = self.folded(at).iter().filter(|c| **c != ' ').take(20).collect();
        text.starts_with("附件") || text.starts_with("附表") || whole_date(&text).is_some()
    }

    fn finish(mut self) -> Outline {
        let present: BTreeSet<Style> = self.styles.iter().copied().collect();
        let above: Vec<Style> = present.iter().copied().filter(|s| *s <= Style::Section).collect();
        for (heading, style) in self.out.headings.iter_mut().zip(&self.styles) {
            heading.level = match above.iter().position(|s| s == style) {
                Some(at) => at as u32 + 1,
                // Where there is no （一）, 1. stands right below 一、.
                None if *style == Style::Digit
                    && !present.contains(&Style::Paren)
                    && present.contains(&Style::Comma) =>
                {
                    above.len() as u32 + 2
                }
                None if *style == Style::Bracket => above.len() as u32 + 2,
                None => above.len() as u32 + *style as u32 - Style::Comma as u32 + 1,
            };
        }
        let body_end = self.out.paras.iter().filter(|p| p.zone == Zone::Body).map(|p| p.span.end).max().unwrap_or(0);
        let starts: Vec<usize> = self.out.headings.iter().map(|h| h.start).collect();
        for (at, heading) in self.out.headings.iter().enumerate() {
            let next = starts.get(at + 1).copied().unwrap_or(body_end.max(heading.end));
            let region = self.page.trim(Span::new(heading.start, next));
            self.out.regions.push(Span::new(heading.start, region.end));
        }
        let mut above: Vec<(u32, usize)> = Vec::new();
        for (at, heading) in self.out.headings.iter().enumerate() {
            while above.last().is_some_and(|(level, _)| *level >= heading.level) {
                above.pop();
            }
            self.out.parents.push(above.last().map(|(_, parent)| *parent));
            above.push((heading.level, at));
        }
        let numbers =
            |level: u32| -> Vec<u32> { self.out.headings.iter().filter(|h| h.level == level).map(|h| h.no).collect() };
        let through =
            |numbers: &[u32]| numbers.len() > 1 && numbers.windows(2).all(|two| matches!(two, [a, b] if b > a));
        let mut lowest = self.out.headings.iter().map(|h| h.level).max();
        // Two principles numbered 1. and 2. are not the items of a plan whose measures run from （一） to （三十）.
        if let Some(level) = lowest.filter(|level| *level > 2) {
            let above = numbers(level - 1);
            if through(&above) && above.len() > numbers(level).len() {
                lowest = Some(level - 1);
            }
        }
        self.out.numbered_through = lowest.is_some_and(|level| through(&numbers(level)));
        self.out.lowest = lowest;
        self.out
    }
}

/// Length of the heading's words before a bracket that names responsible bodies at the end of the line.
fn assignment_tail(chars: &[char]) -> Option<usize> {
    let end = chars.len() - chars.iter().rev().take_while(|c| matches!(c, '。' | ' ')).count();
    if end == 0 || chars.get(end - 1) != Some(&')') {
        return None;
    }
    let open = chars.iter().take(end).rposition(|c| *c == '(')?;
    let inner: String = chars.iter().take(end - 1).skip(open + 1).collect();
    bodies::is_assignment(&inner).then_some(open)
}

/// The width at which a text was broken into lines of equal length, if it was.
fn wrap_width(lines: &[Span]) -> Option<usize> {
    let lengths: Vec<usize> = lines.iter().map(|l| l.len()).filter(|l| *l > 0).collect();
    let width = lengths.iter().copied().max()?;
    let full = lengths.iter().filter(|l| **l + 3 >= width).count();
    (lengths.len() >= 8 && (20..=60).contains(&width) && full * 2 >= lengths.len()).then_some(width)
}

#[derive(PartialEq, Eq)]
enum AnnexMark {
    /// 附件：1．… below the text
    List,
    /// 附件1 at the head of an annex
    Start,
}

fn annex_mark(text: &str) -> Option<AnnexMark> {
    let rest = text.strip_prefix("附件").or_else(|| text.strip_prefix("附表")).or_else(|| text.strip_prefix("附录"))?;
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || number::is_chinese_numeral(c));
    match rest.chars().next() {
        None => Some(AnnexMark::Start),
        Some(':' | '.' | '、') if rest.chars().count() == 1 => Some(AnnexMark::Start),
        Some(':') => Some(AnnexMark::List),
        Some(_) if rest.chars().count() <= 30 && !rest.contains(['。', ',']) => Some(AnnexMark::Start),
        Some(_) => None,
    }
}

/// A line that only numbers a page: - 3 -, 第3页 共12页.
fn is_page_number(page: &Page, line: Span) -> bool {
    if line.len() > 20 || !matches!(page.at(line.start), '-' | '第') {
        return false;
    }
    let text: String = page.folded(line).iter().filter(|c| **c != ' ').collect();
    let digits = |text: &str| (1..=4).contains(&text.len()) && text.chars().all(|c| c.is_ascii_digit());
    let dashed = text.strip_prefix('-').and_then(|rest| rest.strip_suffix('-')).map(|inner| inner.trim_matches('-'));
    let page_of = text.strip_prefix('第').and_then(|rest| rest.split_once('页'));
    let counted = |rest: &str| {
        let rest = rest.trim_start_matches([',', '/', '(']).trim_end_matches(')');
        rest.is_empty() || rest.strip_prefix('共').and_then(|r| r.strip_suffix('页')).is_some_and(digits)
    };
    dashed.is_some_and(digits) || page_of.is_some_and(|(no, rest)| digits(no) && counted(rest))
}

/// A line of a table of contents: 第一章 总则……3.
fn is_contents_line(text: &str) -> bool {
    let page = text.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '(' | ')'));
    let led = ["....", "……", "····", "．．", "----", "…."].iter().any(|dots| page.ends_with(dots));
    page.len() < text.len() && led || text == "目录"
}

fn is_glossary_title(text: &str) -> bool {
    const TITLES: &[&str] =
        &["名词解释", "名词注释", "术语解释", "术语和定义", "名词说明", "有关名词解释", "专业名词解释", "名词术语解释"];
    let text = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '附' | '件' | '录' | ':'));
    TITLES.contains(&text.trim_end_matches(':'))
}

/// Blanks inside a title are kept only where they part two phrases.
fn squeeze(text: &str) -> String {
    let words: Vec<&str> = text.split(script::is_blank).filter(|w| !w.is_empty()).collect();
    words.join(" ")
}
