//! Titles, headings, items, annexes: the outer form of a document (GB/T 9704). Headings are recognised by
//! their labels at the start of a line, never by words; a label inside a table or an annex is no heading.

use std::collections::BTreeSet;

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
    /// （1）, ①: below what is listed as a heading
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
        for (head, region) in self.headings.iter().zip(&self.regions) {
            if head.level != lowest {
                continue;
            }
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
        let (style, length) = if chinese > 0 { (Style::Paren, chinese) } else { (Style::Minor, digits) };
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
            } else {
                lines.push(page.trim(line));
            }
        }
        let wrapped = wrap_width(&lines);
        Walk { page, lines, at: 0, out: Outline::default(), styles: Vec::new(), wrapped }
    }

    fn line(&self, at: usize) -> Span {
        self.lines.get(at).copied().unwrap_or_default()
    }

    fn folded(&self, at: usize) -> &'p [char] {
        self.page.folded(self.line(at))
    }

    fn is_heading(&self, at: usize) -> bool {
        label(self.folded(at)).is_some_and(|l| l.style < Style::Minor)
    }

    // ---- front ----

    fn front(&mut self) {
        self.title();
        self.dates();
        self.carried_plan();
        let own = [self.out.plan_title.as_deref(), self.out.title.as_deref()];
        self.out.plan_year = own.into_iter().flatten().find_map(plan_year);
        if self.out.plan_year.is_none() && self.out.title.is_none() {
            // A fragment without a title: the period it speaks of.
            let head = Span::new(0, self.page.len().min(400));
            self.out.plan_year = plan_year(&self.page.text(head));
        }
    }

    /// The title is the short lines without full stop before addressees, number or text.
    fn title(&mut self) {
        let mut parts: Vec<Span> = Vec::new();
        let mut gap = 0;
        for at in 0..self.lines.len().min(40) {
            let line = self.line(at);
            if line.is_empty() {
                // Two title lines may stand apart; a blank after more means the title is over.
                gap += usize::from(!parts.is_empty());
                continue;
            }
            let text: String = self.page.folded(line).iter().filter(|c| **c != ' ').collect();
            if parts.is_empty() && (is_dateline(&text) || is_metadata(&text) || file_number(&text)) {
                self.note_metadata(&text);
                continue;
            }
            if file_number(&text) {
                self.out.number = Some(self.page.name(line));
                break;
            }
            let broken = self.page.folded(line).contains(&'\t') || self.page.text(line).contains('\t');
            let ends = text.chars().next_back().is_some_and(|c| TERMINAL.contains(&c) || matches!(c, ',' | '、'));
            let closed = parts.last().is_some_and(|last| closes_title(&self.page.name(*last)));
            let prose = text.contains('。') || text.contains(',') && !closes_title(&text) && !text.starts_with("关于");
            if broken || ends || prose || closed || self.is_heading(at) || line.len() > 60 || text.starts_with("--") {
                break;
            }
            if text.starts_with('(') || whole_date(&text).is_some() || text.starts_with("附件") {
                if parts.is_empty() {
                    continue;
                }
                break;
            }
            if gap > 1 && !text.starts_with("关于") || parts.len() >= 4 {
                break;
            }
            gap = 0;
            parts.push(line);
            self.at = at + 1;
        }
        let title: String = parts.iter().map(|line| self.page.text(*line)).collect();
        let title: String = squeeze(&title);
        let plausible = title.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        self.out.title = Some(title).filter(|t| plausible && t.chars().count() >= 4);
        let rest = (self.at..self.lines.len()).any(|at| !self.line(at).is_empty());
        let table = self.page.trim(Span::new(self.line(self.at).start.min(self.page.len()), self.page.len()));
        if !rest && table.is_empty() {
            // One line alone is text, not a title.
            self.out.title = None;
        }
        if self.out.title.is_none() {
            self.at = 0;
        }
        for at in self.at..self.lines.len().min(self.at + 8) {
            let text: String = self.page.folded(self.line(at)).iter().filter(|c| **c != ' ').collect();
            if self.out.number.is_none() && file_number(&text) {
                self.out.number = Some(self.page.name(self.line(at)));
            }
        }
    }

    fn note_metadata(&mut self, text: &str) {
        if let Some((key, value)) = text.split_once(':') {
            let value = value.trim();
            match key {
                "发文机关" | "发布机构" | "发文单位" if !value.is_empty() => {
                    self.out.issuer = Some(value.to_owned())
                }
                "成文日期" | "发文日期" | "发布日期" if self.out.issued_on.is_none() => {
                    self.out.issued_on = first_date(value);
                }
                "文号" | "发文字号" if !value.is_empty() => self.out.number = Some(value.to_owned()),
                _ => {}
            }
        } else if file_number(text) {
            self.out.number = Some(text.to_owned());
        }
    }

    /// The date line and the signature above it.
    fn dates(&mut self) {
        let mut previous: Option<Span> = None;
        for at in 0..self.lines.len() {
            let line = self.line(at);
            if line.is_empty() {
                continue;
            }
            if line.len() <= 24 {
                let text: String = self.page.folded(line).iter().filter(|c| **c != ' ').collect();
                if let Some(date) = whole_date(&text) {
                    if self.out.issued_on.is_none() {
                        self.out.issued_on = Some(date);
                    }
                    if self.out.issuer.is_none() {
                        self.out.issuer = previous.map(|p| self.page.name(p)).filter(|name| is_signature(name));
                    }
                    break;
                }
            }
            previous = Some(line);
        }
        if self.out.issued_on.is_none() {
            self.out.issued_on = self.printed_near_title();
        }
        if self.out.issuer.is_none()
            && self.out.issued_on.is_some()
            && let Some((before, _)) = self.out.title.as_deref().and_then(|t| t.split_once("关于"))
            && is_signature(before)
        {
            self.out.issuer = Some(before.to_owned());
        }
    }

    /// A date in brackets below the title, or a news agency's date line without the year.
    fn printed_near_title(&self) -> Option<String> {
        let mut seen = 0;
        for at in 0..self.lines.len().min(20) {
            let line = self.line(at);
            if line.is_empty() {
                continue;
            }
            seen += 1;
            let text: String = self.page.folded(line).iter().filter(|c| **c != ' ').collect();
            if is_dateline(&text) {
                let year = self.first_year();
                let (month, day) = month_and_day(&text)?;
                return year.map(|year| format!("{year:04}-{month:02}-{day:02}"));
            }
            if line.len() <= 60
                && !text.contains('。')
                && let Some(date) = first_date(&text)
            {
                return Some(date);
            }
            if seen >= 5 {
                break;
            }
        }
        None
    }

    fn first_year(&self) -> Option<i32> {
        let head = self.page.folded(Span::new(0, self.page.len().min(600)));
        // The first year of the plan's period is the year of its issue, a single year only may be.
        if let Some((first, _)) = period(head) {
            return Some(first);
        }
        head.windows(5).find_map(|w| match w {
            ['2', '0', a, b, '年'] if a.is_ascii_digit() && b.is_ascii_digit() => {
                w.iter().take(4).collect::<String>().parse().ok()
            }
            _ => None,
        })
    }

    fn carried_plan(&mut self) {
        let Some(title) = &self.out.title else { return };
        let Some((_, rest)) = title.split_once("印发").or_else(|| title.split_once("转发")) else { return };
        let Some(at) = rest.rfind("的通知").or_else(|| rest.rfind("通知")) else { return };
        let plan = rest.get(..at).unwrap_or(rest).trim();
        let plan = plan.strip_prefix('《').map_or(plan, |inner| inner.strip_suffix('》').unwrap_or(inner));
        self.out.plan_title = Some(plan.to_owned()).filter(|p| !p.is_empty());
    }

    // ---- body ----

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
            let text: String = self.page.folded(line).iter().filter(|c| **c != ' ').take(80).collect();
            if let Some(mark) = annex_mark(&text) {
                listing_annexes = mark == AnnexMark::List;
                if mark == AnnexMark::Start && (self.has_body() || zone == Zone::Annex) {
                    zone = Zone::Annex;
                }
                at += 1;
                continue;
            }
            if is_glossary_title(&text) && !listing_annexes {
                zone = Zone::Glossary;
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
            if let Some(found) = found.filter(|l| in_body && l.style < Style::Minor) {
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
        let stop = chars.iter().position(|c| matches!(c, '。' | '；' | ';' | '!'));
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
                let sentence = has_figures && commas(stop) > 0 || chars.get(stop) != Some(&'。');
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
        let lowest = self.out.headings.iter().map(|h| h.level).max();
        let numbers: Vec<u32> = self.out.headings.iter().filter(|h| Some(h.level) == lowest).map(|h| h.no).collect();
        self.out.numbered_through = numbers.len() > 1 && numbers.windows(2).all(|two| matches!(two, [a, b] if b > a));
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

fn is_glossary_title(text: &str) -> bool {
    const TITLES: &[&str] =
        &["名词解释", "名词注释", "术语解释", "术语和定义", "名词说明", "有关名词解释", "专业名词解释", "名词术语解释"];
    let text = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '附' | '件' | '录' | ':'));
    TITLES.contains(&text.trim_end_matches(':'))
}

/// A 发文字号: 国发〔2019〕4号, 巫山府办发〔2024〕12号.
fn file_number(text: &str) -> bool {
    let Some((before, rest)) = text.split_once('[') else { return false };
    let Some((year, after)) = rest.split_once(']') else { return false };
    let short = before.chars().count() <= 12 && after.chars().count() <= 10;
    short
        && !before.contains(['。', ','])
        && year.len() == 4
        && year.chars().all(|c| c.is_ascii_digit())
        && after.ends_with('号')
}

fn is_dateline(text: &str) -> bool {
    text.starts_with("新华社") && text.chars().count() <= 40
        || text.ends_with('电') && text.contains("月") && text.chars().count() <= 24
}

fn is_metadata(text: &str) -> bool {
    const KEYS: &[&str] = &[
        "索引号",
        "索 引 号",
        "发文机关",
        "发布机构",
        "发文单位",
        "成文日期",
        "发文日期",
        "发布日期",
        "主题分类",
        "主题词",
        "来源",
        "文号",
        "发文字号",
        "标题",
        "公开方式",
        "有效性",
        "名称",
        "分类",
        "体裁分类",
    ];
    text.split_once(':').is_some_and(|(key, _)| KEYS.contains(&key))
}

/// A title ends with the kind of document.
fn closes_title(text: &str) -> bool {
    const KINDS: &[&str] = &["的通知", "的意见", "的决定", "的公告", "的通告", "的批复", "的函"];
    KINDS.iter().any(|kind| text.ends_with(kind))
}

fn is_signature(name: &str) -> bool {
    (2..=30).contains(&name.chars().count()) && !name.contains(['。', '，', '：', '；', '、', '（', '《'])
}

/// Blanks inside a title are kept only where they part two phrases.
fn squeeze(text: &str) -> String {
    let words: Vec<&str> = text.split(script::is_blank).filter(|w| !w.is_empty()).collect();
    words.join(" ")
}

/// The date that a whole line consists of, `YYYY-MM-DD`.
fn whole_date(text: &str) -> Option<String> {
    let date = first_date(text)?;
    let day = text.find('日')?;
    (text.starts_with(|c: char| c.is_ascii_digit() || c == '二' || c == '一') && text.len() == day + '日'.len_utf8())
        .then_some(date)
}

/// The first full date in a text, `YYYY-MM-DD`.
fn first_date(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let year_at = chars.iter().position(|c| *c == '年')?;
    let year = number_before(&chars, year_at)?;
    let rest: String = chars.iter().skip(year_at + 1).collect();
    let (month, day) = month_and_day(&rest)?;
    ((1900..=2100).contains(&year)).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

fn month_and_day(text: &str) -> Option<(u32, u32)> {
    let chars: Vec<char> = text.chars().collect();
    let month_at = chars.iter().position(|c| *c == '月')?;
    let day_at = chars.iter().position(|c| *c == '日')?;
    let month = number_before(&chars, month_at)?;
    let day = number_before(&chars, day_at).filter(|_| day_at > month_at)?;
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((month, day))
}

fn number_before(chars: &[char], at: usize) -> Option<u32> {
    let is_digit = |c: &&char| c.is_ascii_digit() || number::is_chinese_numeral(**c);
    let length = chars.iter().take(at).rev().take_while(is_digit).count();
    number::whole(chars.get(at - length..at)?)
}

/// The last year of a plan's period, where a title names one: 十四五, 第十四个五年, 2021—2025年.
pub(crate) fn plan_year(text: &str) -> Option<i32> {
    let chars: Vec<char> = text.chars().map(script::fold).filter(|c| *c != ' ').collect();
    if let Some((_, last)) = period(&chars) {
        return Some(last);
    }
    let ordinal = |at: usize, length: usize| {
        let no = number::chinese(chars.get(at..at + length)?)?;
        // The first five-year plan ended in 1957, the tenth in 2005.
        (10..=30).contains(&no).then(|| 2005 + (no as i32 - 10) * 5)
    };
    for (at, window) in chars.windows(3).enumerate() {
        if let ['十', digit, '五'] = window
            && number::digit(*digit).is_some()
            && !chars.iter().take(at).rev().take(2).any(|c| matches!(c, '于' | '比' | '较'))
        {
            return ordinal(at, 2);
        }
        if let ['个', '五', '年'] = window {
            let length = chars.iter().take(at).rev().take_while(|c| number::is_chinese_numeral(**c)).count();
            return ordinal(at - length, length);
        }
    }
    None
}

/// First and last year of 2021-2025年.
fn period(chars: &[char]) -> Option<(i32, i32)> {
    let four = |at: usize| -> Option<i32> {
        let digits = chars.get(at..at + 4)?;
        let year: i32 = digits.iter().collect::<String>().parse().ok()?;
        (1950..=2100).contains(&year).then_some(year)
    };
    (0..chars.len()).find_map(|at| {
        let first = four(at)?;
        let mut here = at + 4;
        here += usize::from(chars.get(here) == Some(&'年'));
        if !matches!(chars.get(here), Some('-' | '至' | '到')) {
            return None;
        }
        while matches!(chars.get(here), Some('-' | '至' | '到')) {
            here += 1;
        }
        let last = four(here)?;
        (last > first && chars.get(here + 4) == Some(&'年')).then_some((first, last))
    })
}
