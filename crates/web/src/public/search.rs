//! 检索: one box for everybody. Who may see no records searches the plan's own content; the reader's reach goes with the question, and
//! what is found was permitted before it was read.

use axum::extract::State;
use zhiheng_app::{PlanHit, PlanHits, Question, Reach, RecordHit, SearchView, SearchWanted};
use zhiheng_pack::Pack;

use super::numbers;
use crate::components::{Link, action::Action, empty::Empty, flash::Flash, light::Tone};
use crate::extract::{Params, Visit};
use crate::frame::shell;
use crate::office::content::Content;
use crate::pages::{Marked, SearchGroup, SearchHit, SearchPage};
use crate::problem::{Answer, show as page_of};
use crate::server::Server;
use crate::words::{address, date};

/// Records on a page.
const PAGE: usize = 20;
/// Characters of a text around the first word that was found.
const AROUND: usize = 90;
const BEFORE: usize = 24;

/// `GET /search`
pub(crate) async fn show(State(server): State<Server>, visit: Visit, params: Params) -> Answer {
    let text = params.get("q").to_owned();
    let pack = server.app().pack.clone();
    let kind = pack.kind(params.get("kind")).map(|kind| kind.id.clone());
    let wanted = SearchWanted {
        text: text.clone(),
        reach: visit.reach(&pack),
        reader: visit.account.clone(),
        kind,
        before: params.get("before").parse().ok(),
        limit: PAGE,
    };
    let asked = wanted.clone();
    let view = server.run(move |app| app.search(&asked)).await?;
    let page = page(&pack, &visit, &wanted, &view);
    let mut shell = shell(&server, &visit);
    shell.searched = text;
    Ok(page_of(SearchPage { shell, ..page }.render()))
}

fn page(pack: &Pack, visit: &Visit, wanted: &SearchWanted, view: &SearchView) -> SearchPage {
    let mut page = SearchPage { text: wanted.text.clone(), ..SearchPage::default() };
    let Some(question) = &view.question else {
        page.nothing = Some(nothing_asked(wanted));
        return page;
    };
    page.remarks = remarks(wanted, view);
    page.groups = view.plan.iter().filter_map(|hits| plan_group(pack, visit, question, hits)).collect();
    if !view.records.is_empty() {
        page.groups.push(records(pack, visit, wanted, question, &view.records));
    }
    page.next = view.next.map(|before| href(wanted, wanted.kind.as_deref(), Some(before)));
    let kind = wanted.kind.as_deref().and_then(|id| pack.kind(id));
    page.narrowed = kind.map(|kind| Link::new(&kind.name, href(wanted, None, None)));
    if page.groups.is_empty() && page.next.is_none() {
        page.nothing = Some(nothing_found(visit, wanted));
    }
    page
}

fn href(wanted: &SearchWanted, kind: Option<&str>, before: Option<i64>) -> String {
    let before = before.map(|before| before.to_string()).unwrap_or_default();
    address("/search", &[("q", &wanted.text), ("kind", kind.unwrap_or_default()), ("before", &before)])
}

fn remarks(wanted: &SearchWanted, view: &SearchView) -> Vec<Flash> {
    let mut remarks = Vec::new();
    let mut say = |tone, text: &str, link| remarks.push(Flash { tone, text: text.to_owned(), link });
    if wanted.reach == Reach::Nothing {
        let link = Link::new("登录", address("/login", &[("next", &href(wanted, None, None))]));
        say(Tone::Neutral, "这里检索的是方案本身的内容。登记台账里的记录，登录后可以一并检索。", Some(link));
    }
    if view.building {
        say(Tone::Warn, "检索索引正在建立，较早的记录可能暂时找不到。过几分钟再查一次。", None);
    }
    if view.stopped {
        say(Tone::Warn, "这次只查了最近的一部分记录。可以点“继续往前找”，或者多输一个词。", None);
    }
    remarks
}

fn nothing_asked(wanted: &SearchWanted) -> Empty {
    if wanted.text.is_empty() {
        let text = "在页面上方的检索框里输入要找的词：产品、单位、编号、措施里的话都可以，两个字也行。";
        return SearchPage::empty("还没有输入检索词".to_owned(), text, Vec::new());
    }
    let text = "电话号码和身份证号属于个人信息，不能检索；标点也不行。请换成名称或者编号。";
    SearchPage::empty("没有可以检索的内容".to_owned(), text, Vec::new())
}

fn nothing_found(visit: &Visit, wanted: &SearchWanted) -> Empty {
    let mut actions = vec![Action::open("看目标指标", "/board"), Action::open("看方案原文", "/plan")];
    if wanted.kind.is_some() {
        actions.insert(0, Action::open("在全部内容里找", href(wanted, None, None)));
    }
    if visit.sees_live() {
        actions.push(Action::open("看登记台账", "/kinds"));
    }
    let text = "少输几个字，或者换一个说法；几个词用空格隔开，每个词都要出现。编号要从开头输起。个人信息不能检索。";
    SearchPage::empty(format!("没有找到“{}”", wanted.text), text, actions)
}

fn plan_group(pack: &Pack, visit: &Visit, question: &Question, found: &PlanHits) -> Option<SearchGroup> {
    let mut name = "";
    let hits: Vec<SearchHit> = found
        .hits
        .iter()
        .filter_map(|(hit, text)| {
            let (sort, hit) = plan_hit(pack, visit, question, hit, text)?;
            name = sort;
            Some(hit)
        })
        .collect();
    let note = if found.more { format!("只显示前 {} 处", hits.len()) } else { format!("{} 处", hits.len()) };
    (!hits.is_empty()).then(|| SearchGroup { name: name.to_owned(), note, narrow: Vec::new(), hits })
}

/// The name of the sort, and the hit; `None` for what the reader has no page of.
fn plan_hit(
    pack: &Pack,
    visit: &Visit,
    question: &Question,
    hit: &PlanHit,
    text: &str,
) -> Option<(&'static str, SearchHit)> {
    let of = |name: &str, href: Option<String>, tag: String| SearchHit {
        title: whole(question, name),
        href,
        tag,
        snippet: if text == name { Vec::new() } else { around(question, text) },
        facts: Vec::new(),
    };
    let at_line = |start: &usize| Some(format!("/plan#l{start}"));
    Some(match hit {
        PlanHit::Indicator(at) => {
            let one = pack.indicators.get(*at)?;
            let bodies = numbers::bodies(pack, one);
            let found = of(&one.name, Some(format!("/indicators/{}", one.id)), numbers::position(one));
            ("指标", SearchHit { facts: vec![bodies], ..found })
        }
        PlanHit::Paragraph(start) => {
            ("方案原文", SearchHit { title: around(question, text), href: at_line(start), ..SearchHit::default() })
        }
        PlanHit::Term(start, term) => ("名词解释", of(term, at_line(start), String::new())),
        PlanHit::Kind(at) => {
            let kind = pack.kinds.get(*at).filter(|_| visit.sees_live())?;
            ("登记种类", of(&kind.name, Some(format!("/kinds/{}", kind.id)), String::new()))
        }
        PlanHit::Body(at) => {
            let body = pack.bodies.get(*at)?;
            ("单位", of(&body.name, Some(address("/board", &[("body", &body.id)])), String::new()))
        }
        PlanHit::Area(at) => {
            let area = pack.areas.get(*at)?;
            ("乡镇街道", SearchHit { facts: vec![area.code.clone()], ..of(&area.name, None, String::new()) })
        }
    })
}

fn records(pack: &Pack, visit: &Visit, wanted: &SearchWanted, question: &Question, found: &[RecordHit]) -> SearchGroup {
    let mut narrow: Vec<Link> = Vec::new();
    for kind in found.iter().filter_map(|hit| pack.kinds.get(hit.kind)).filter(|_| wanted.kind.is_none()) {
        if narrow.iter().all(|link| link.label != kind.name) {
            narrow.push(Link::new(&kind.name, href(wanted, Some(&kind.id), None)));
        }
    }
    SearchGroup {
        name: "记录".to_owned(),
        note: "最近登记或更正的在前".to_owned(),
        narrow,
        hits: found.iter().filter_map(|hit| record(pack, visit, question, hit)).collect(),
    }
}

fn record(pack: &Pack, visit: &Visit, question: &Question, hit: &RecordHit) -> Option<SearchHit> {
    let kind = pack.kinds.get(hit.kind)?;
    let content = Content::of(pack, kind, visit).at(&hit.row);
    let mut snippet: Vec<Marked> = Vec::new();
    for (index, text) in &hit.fields {
        let shown = kind.fields.get(*index).filter(|_| content.has(&hit.record, *index));
        // What the label names, the title shows already.
        let Some(field) = shown.filter(|field| !kind.label.contains(&format!("{{{}}}", field.id))) else { continue };
        let before = if snippet.is_empty() { "" } else { "　" };
        snippet.push(Marked::Plain(format!("{before}{}：", field.name)));
        snippet.extend(around(question, &text.replace('║', "　")));
    }
    let body = hit.row.body.as_deref().and_then(|body| pack.body(body)).map(|body| body.name.clone());
    Some(SearchHit {
        title: whole(question, &content.label(&hit.record)),
        href: Some(content.href(&hit.row.id)),
        tag: kind.name.clone(),
        snippet,
        facts: body.into_iter().chain(hit.row.day.map(date)).collect(),
    })
}

/// A text with its words marked.
fn whole(question: &Question, text: &str) -> Vec<Marked> {
    pieces(text, &question.marks(text), 0, usize::MAX)
}

/// The part of a text around its first word.
fn around(question: &Question, text: &str) -> Vec<Marked> {
    let text = text.trim();
    let marks = question.marks(text);
    let length = text.chars().count();
    let first = marks.first().map_or(0, |(from, _)| *from);
    let from = if length <= AROUND { 0 } else { first.saturating_sub(BEFORE).min(length - AROUND) };
    let mut found = pieces(text, &marks, from, from + AROUND);
    if from > 0 {
        found.insert(0, Marked::Plain("…".to_owned()));
    }
    if from + AROUND < length {
        found.push(Marked::Plain("…".to_owned()));
    }
    found
}

/// The characters from one to another, parted at the marks.
fn pieces(text: &str, marks: &[(usize, usize)], from: usize, to: usize) -> Vec<Marked> {
    let chars: Vec<char> = text.chars().collect();
    let part = |a: usize, b: usize| -> String {
        chars.get(a.max(from)..b.min(to).min(chars.len())).unwrap_or_default().iter().collect()
    };
    let mut found = Vec::new();
    let mut at = from;
    for (start, end) in marks {
        found.push(Marked::Plain(part(at, *start)));
        found.push(Marked::Word(part(*start, *end)));
        at = at.max(*end);
    }
    found.push(Marked::Plain(part(at, to)));
    found.retain(|piece| !matches!(piece, Marked::Plain(text) | Marked::Word(text) if text.is_empty()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_shown_around_its_first_word() {
        let question = Question::read("脆李").unwrap();
        let text = format!("{}脆李{}", "前".repeat(200), "后".repeat(200));
        let shown = around(&question, &text);
        let plain = |piece: &Marked| match piece {
            Marked::Plain(text) | Marked::Word(text) => text.clone(),
        };
        assert!(shown.contains(&Marked::Word("脆李".to_owned())));
        let length: usize = shown.iter().map(|piece| plain(piece).chars().count()).sum();
        assert_eq!(length, AROUND + 2);
        assert_eq!(whole(&question, "巫山脆李"), [Marked::Plain("巫山".into()), Marked::Word("脆李".into())]);
    }
}
