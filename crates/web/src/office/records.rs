//! 台账的列表和记录页.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use zhiheng_app::{
    Account, CaseView, Error, ListView, ListWanted, Offers, Origin, RecordView, Shown, Taker, Verb, VersionView,
    document_went_to, may,
};
use zhiheng_pack::rollup::Standing;
use zhiheng_pack::{Kind, Pack, Record, Type, Value};
use zhiheng_store::{Cursor, Op, RecordId};

use super::content::{Content, condition, read_cursor, write_cursor};
use super::course::{Course, opened, reason_name, who};
use super::export::Download;
use super::kinds::{freshness, mode};
use super::raised::{from_here, sources};
use super::together::offered;
use super::work::urgent_tag;
use crate::components::duplicates::Duplicates;
use crate::components::{
    Link,
    action::{Action, Weight},
    batch::Batch,
    field::{Choice, Control, Field},
    light::Tone,
    pager::Pager,
    query::Query,
    raised::Raised,
    summary::Line,
    table::{Cell, Column},
    tag::Tag,
};
use crate::extract::{Params, Staff, Visit};
use crate::frame::shell;
use crate::pages::{Attachment, Change, CountedIn, FieldChange, KindListPage, ListRow, RecordPage, RecordSection};
use crate::problem::{Answer, show as page_of};
use crate::public::{numbers, transparency};
use crate::server::Server;
use crate::words::{address, count, date, moment, size};

/// Records on a page.
const PAGE: usize = 50;

/// The kind that an address names.
pub(crate) fn kind_of<'a>(pack: &'a Pack, id: &str) -> Result<&'a Kind, Error> {
    pack.kind(id).ok_or_else(|| Error::NotFound("这个登记种类".to_owned()))
}

/// The record id that an address names.
pub(crate) fn id_of(text: &str) -> Result<RecordId, Error> {
    text.parse().map_err(|_| Error::NotFound("这条记录".to_owned()))
}

/// `GET /kinds/KIND`
pub(crate) async fn list(
    State(server): State<Server>,
    visit: Visit,
    Path(kind): Path<String>,
    params: Params,
) -> Answer {
    let pack = server.app().pack.clone();
    let kind = kind_of(&pack, &kind)?;
    let (id, query) = (kind.id.clone(), wanted(kind, &visit, &params));
    let actor = visit.account.clone();
    let (view, steps, begins, imported) = server
        .run(move |app| {
            let kind = kind_of(&app.pack, &id)?;
            let view = app.list(kind, &query)?;
            // The way back has come to the beginning: the first page is shown whole, with what was added meanwhile.
            let begins = query.before.is_some() && view.previous.is_none();
            let first = ListWanted { after: None, before: None, ..query };
            let view = if begins { app.list(kind, &first)? } else { view };
            // What the ticked rows can do together is a question of the rows of this page.
            let offers = |account: &Account| -> Vec<(RecordId, Offers)> {
                view.rows.iter().map(|(row, _)| (row.id, app.offers(account, kind, row))).collect()
            };
            let offers = actor.filter(|_| app.pack.has_cases(kind)).map(|account| offers(&account));
            let steps = offered(offers.iter().flatten().map(|(id, offers)| (kind, *id, offers)), false);
            Ok((view, steps, begins, app.last_imports()?.get(&id).copied()))
        })
        .await?;
    let first = if begins { 1 } else { params.get("no").parse::<u64>().unwrap_or(1).max(1) };
    let freshness = imported.map(|at| freshness(at, server.app().now()));
    let mut page = list_page(&pack, kind, &visit, &params, &view, first, (freshness, server.app().now()));
    page.batch.steps = steps;
    if !kind.public.fields.is_empty() {
        let values = filter_values(kind, &params);
        let filters: Vec<(String, String)> = values
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix("f.")?.to_owned(), value.clone())))
            .collect();
        let draft = server.app().draft_of_list(kind, &filters, params.day("from"), params.day("to"));
        page.toolbar.extend(super::publish::way(&pack, &visit, &draft));
    }
    Ok(page_of(KindListPage { shell: shell(&server, &visit), ..page }.render()))
}

/// The conditions that an address asks for, narrowed to what the reader may see.
pub(crate) fn wanted(kind: &Kind, visit: &Visit, params: &Params) -> ListWanted {
    let filters = conditions(kind)
        .into_iter()
        .filter_map(|index| {
            let value = params.get(&format!("f.{}", kind.fields.get(index)?.id));
            (!value.is_empty()).then(|| (index, value.to_owned()))
        })
        .collect();
    ListWanted {
        filters,
        from: params.day("from"),
        to: params.day("to"),
        withdrawn: params.get("withdrawn") == "yes",
        scope: visit.scope(kind),
        area: None,
        after: read_cursor(params.get("after")),
        before: read_cursor(params.get("before")),
        limit: PAGE,
    }
}

/// Fields that the list may be filtered by: those that the kind declares, its area and its key; never a personal one: a condition that finds
/// somebody tells who he is.
pub(crate) fn conditions(kind: &Kind) -> Vec<usize> {
    let mut indices: Vec<usize> = Vec::new();
    let declared = kind.filters.iter().flatten().copied();
    for index in declared.chain(kind.area).chain(kind.key) {
        let personal = kind.fields.get(index).is_some_and(|field| field.personal);
        if !indices.contains(&index) && !personal {
            indices.push(index);
        }
    }
    indices
}

fn list_page(
    pack: &Pack,
    kind: &Kind,
    visit: &Visit,
    params: &Params,
    view: &ListView,
    first: u64,
    (freshness, now): (Option<String>, i64),
) -> KindListPage {
    let content = Content::of(pack, kind, visit);
    let total = if view.count.exact { count(view.count.at_least) } else { format!("{}+", view.count.at_least) };
    let last = first + u64::try_from(view.rows.len()).unwrap_or_default();
    let turned = |way: &str, cursor: &Cursor, no: u64| {
        let mut values = filter_values(kind, params);
        values.extend([(way.to_owned(), write_cursor(cursor)), ("no".to_owned(), no.to_string())]);
        href(&format!("/kinds/{}", kind.id), &values)
    };
    let next = view.next.map(|cursor| turned("after", &cursor, last));
    let page_size = u64::try_from(PAGE).unwrap_or_default();
    let previous = view.previous.map(|cursor| turned("before", &cursor, first.saturating_sub(page_size).max(1)));
    let row = |(row, record): &(zhiheng_store::RecordRow, zhiheng_pack::Record)| {
        let mut cells = content.at(row).cells(record, &row.id);
        cells.extend(marks(pack, kind, record, row.live, now));
        ListRow { id: row.id.to_string(), cells, withdrawn: !row.live }
    };
    // On a page, who leaves within a day stands first.
    let mut ordered: Vec<_> = view.rows.iter().collect();
    ordered.sort_by_key(|(row, record)| match pack.urgent(kind, record, now).filter(|_| row.live) {
        Some((urgent, leaves)) if urgent.presses() => (0, leaves),
        _ => (1, None),
    });
    KindListPage {
        kind: kind.name.clone(),
        group: kind.group.clone(),
        about: kind.about.clone(),
        mode: mode(kind).to_owned(),
        freshness,
        query: query(pack, kind, visit, params),
        toolbar: toolbar(kind, visit, params, &total),
        batch: batch(kind, visit, params),
        columns: content.columns().into_iter().chain(mark_columns(kind)).collect(),
        first,
        rows: ordered.into_iter().map(row).collect(),
        scan_limit: view
            .stopped
            .then(|| "这一组条件没有索引，只查了最近的一部分记录。请缩小日期范围，或者减少条件后再查。".to_owned()),
        pager: Pager {
            total: total.clone(),
            previous,
            next,
            shown: (last > first).then(|| format!("{first}–{}", last - 1)),
        },
        filtered: !filter_values(kind, params).is_empty(),
        total,
        ..KindListPage::default()
    }
}

/// Columns that no field fills: how urgent a case is, whence a mirrored record comes and how old it is.
fn mark_columns(kind: &Kind) -> impl Iterator<Item = Column> + use<> {
    let urgent = kind.urgency.as_ref().map(|_| Column::text("离开缓急"));
    let mirror = kind.mirror.as_ref().map(|_| Column::text("来源和数据时间"));
    urgent.into_iter().chain(mirror)
}

/// The cells under them.
fn marks(pack: &Pack, kind: &Kind, record: &Record, live: bool, now: i64) -> impl Iterator<Item = Cell> + use<> {
    let urgent = kind.urgency.as_ref().map(|_| {
        let found = pack.urgent(kind, record, now).filter(|_| live);
        let tag = found.and_then(|(urgent, leaves)| urgent_tag(urgent, leaves, pack.utc_offset_hours));
        match (tag, found) {
            (Some(tag), _) => Cell::Tag(tag),
            (None, Some((urgent, _))) => Cell::Soft(urgent.name().to_owned()),
            (None, None) => Cell::Text(String::new()),
        }
    });
    let mirror = mirrored(pack, kind, record, pack.day_of(now)).map(|(text, old)| match old {
        true => Cell::Tag(Tag::new(Tone::Warn, text)),
        false => Cell::Text(text),
    });
    urgent.into_iter().chain(mirror)
}

/// 12345政务服务便民热线 SL2026…，数据截至 2026年5月6日（3 天前）; and whether that is older than the kind allows. None for what is handled here.
pub(super) fn mirrored(pack: &Pack, kind: &Kind, record: &Record, today: i32) -> Option<(String, bool)> {
    let mirror = kind.mirror.as_ref()?;
    let shown =
        |index: Option<usize>| index.map(|index| pack.show(kind, record, index)).filter(|text| !text.is_empty());
    let source = [shown(mirror.system), shown(mirror.number)].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let source = if source.is_empty() { "来源未填".to_owned() } else { source };
    let Some(day) = record.day(mirror.as_of) else {
        return Some((format!("{source}，未写数据截至哪一日"), true));
    };
    let age = today - day;
    let ago = match age {
        ..=0 => "今天".to_owned(),
        days => format!("{days} 天前"),
    };
    let closed = pack.is_over_elsewhere(kind, record);
    Some((format!("{source}，数据截至 {}（{ago}）", date(day)), age > mirror.stale && !closed))
}

/// The conditions in force, as an address carries them.
pub(super) fn filter_values(kind: &Kind, params: &Params) -> Vec<(String, String)> {
    let fields = conditions(kind).into_iter().filter_map(|index| kind.fields.get(index));
    let names = fields.map(|field| format!("f.{}", field.id));
    names
        .chain(["from", "to", "withdrawn"].map(str::to_owned))
        .map(|name| (name.clone(), params.get(&name).to_owned()))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

pub(super) fn href(path: &str, values: &[(String, String)]) -> String {
    let pairs: Vec<(&str, &str)> = values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    address(path, &pairs)
}

fn query(pack: &Pack, kind: &Kind, visit: &Visit, params: &Params) -> Query {
    let named = |id: &str, label: &str, control: Control| Field {
        name: Some(id.to_owned()),
        ..Field::new(format!("q-{}", id.replace('.', "-")), label, control)
    };
    let mut fields: Vec<Field> = conditions(kind)
        .into_iter()
        .filter_map(|index| kind.fields.get(index))
        .map(|field| {
            let name = format!("f.{}", field.id);
            named(&name, &field.name, condition(pack, field, params.get(&name)))
        })
        .collect();
    if let Some(day) = kind.day.and_then(|index| kind.fields.get(index)) {
        let at = fields.len().min(2);
        let date = |id: &str, label: String| {
            let wrong = !params.get(id).is_empty() && params.day(id).is_none();
            Field {
                error: wrong.then(|| "没有按这个日期筛选：请写成 2026-01-31 的样子。".to_owned()),
                ..named(id, &label, Control::Date { value: params.get(id).to_owned() })
            }
        };
        fields.insert(at, date("from", format!("{}自", day.name)));
        fields.insert(at + 1, date("to", "至".to_owned()));
    }
    if visit.account.is_some() {
        let options = vec![Choice::new("yes", "已撤销的").chosen(params.get("withdrawn") == "yes")];
        fields.push(named("withdrawn", "范围", Control::Area { options }));
    }
    let seen = 4;
    let open = fields.iter().skip(seen).any(|field| !params.get(field.name.as_deref().unwrap_or_default()).is_empty());
    Query { action: format!("/kinds/{}", kind.id), fields, keep: Vec::new(), open }
}

fn toolbar(kind: &Kind, visit: &Visit, params: &Params, total: &str) -> Vec<Action> {
    let path = format!("/kinds/{}", kind.id);
    let mut actions = Vec::new();
    if visit.may_import(kind) {
        actions.push(Action::open("导入", format!("{path}/import")).weight(Weight::Primary));
    }
    if visit.may_write_kind(kind) {
        actions.push(Action::open("新增", format!("{path}/new")));
    }
    if visit.may_export(kind) {
        let values = filter_values(kind, params);
        actions.push(Action::open(
            format!("导出当前筛选结果（共 {total} 条）"),
            href(&format!("{path}/export.xlsx"), &values),
        ));
        actions.push(Action::open("导出 CSV", href(&format!("{path}/export.csv"), &values)));
    }
    actions
}

/// What can be done with ticked rows.
fn batch(kind: &Kind, visit: &Visit, params: &Params) -> Batch {
    let files = kind.fields.iter().any(|field| field.kind == Type::File);
    let exports = visit.may_export(kind);
    let counting = params.get("withdrawn") != "yes";
    let offered = [
        (true, "打印台账", "print"),
        (kind.poster.is_some() && counting, "打印投诉海报", "posters"),
        (exports, "导出勾选的记录", "chosen.xlsx"),
        (exports && files, "下载附件", "files.zip"),
        (counting && visit.may_write_kind(kind), "批量撤销", "withdraw"),
    ];
    let action = |(offered, label, path): (bool, &str, &str)| {
        offered.then(|| (label.to_owned(), format!("/kinds/{}/{path}", kind.id)))
    };
    Batch {
        keep: filter_values(kind, params),
        actions: offered.into_iter().filter_map(action).collect(),
        steps: Vec::new(),
        note: "没有勾选时，“打印台账”印当前筛选结果。".to_owned(),
    }
}

/// `GET /kinds/KIND/ID`
pub(crate) async fn show(
    State(server): State<Server>,
    visit: Visit,
    Path((kind, id)): Path<(String, String)>,
) -> Answer {
    let id = id_of(&id)?;
    let (kind_id, reader) = (kind.clone(), visit.clone());
    let (view, people, opened, sources) = server
        .run(move |app| {
            let people = if reader.account.is_some() { app.people()? } else { BTreeMap::new() };
            let view = app.record(&kind_id, &id)?;
            let opened = opened(app, &reader, &view)?;
            let sources = sources(app, &reader, &view)?;
            Ok((view, people, opened, sources))
        })
        .await?;
    let case = case_of(&server, &visit, &view);
    let pack = &server.app().pack;
    let kind = kind_of(pack, &kind)?;
    let part = takes_part(&visit, case.as_ref());
    if !visit.may_read(kind, &view.row) && !part {
        return Err(Error::NotPermitted.into());
    }
    let content = Content::of(pack, kind, &visit).at(&view.row);
    let content = if part { content.taking_part() } else { content };
    opened_personal(&server, &visit, &content, &view).await?;
    let mut page = page(&content, &visit, &view, &people, server.app().today());
    with_sources(&mut page, &content, &view, &sources);
    if visit.account.is_some() && content.is_whole() {
        let (id, version) = (view.row.id, view.row.version);
        if let Some(entered) = server.run(move |app| app.entered(&id, version)).await? {
            page.facts.push(transparency::entered(entered).1);
            page.actions.push(Action::open("存证回执", format!("/kinds/{}/{id}/receipt.tlog-proof", kind.id)));
        }
    }
    // To whom a record was only sent, the course of the case before and after is not sent.
    let duplicates = if content.is_whole() {
        super::merge::card(&server, &visit, kind, &view).await?
    } else {
        Duplicates::default()
    };
    if content.is_whole() && pack.can_be_raised_from(view.kind) {
        let reader = visit.clone();
        let (kind, id, row) = (kind.id.clone(), view.row.id, view.row.clone());
        page.raised = server
            .run(move |app| {
                let shown = from_here(app, &reader, &Origin::Record { kind, id })?;
                // What was withdrawn gives no occasion for anything.
                Ok(if row.live { shown } else { Raised { actions: Vec::new(), ..shown } })
            })
            .await?;
    }
    let now = server.app().now();
    let urgent = pack.urgent(kind, &view.record, now).filter(|_| view.row.live && content.is_whole());
    if let Some((urgent, leaves)) = urgent {
        let words = urgent_tag(urgent, leaves, pack.utc_offset_hours).map(|tag| tag.word);
        page.facts.push(format!("缓急：{}", words.unwrap_or_else(|| urgent.name().to_owned())));
    }
    if let Some(case) = case.as_ref().filter(|_| content.is_whole()) {
        let here = format!("/kinds/{}/{}", kind.id, view.row.id);
        let (reader, of, own) = (visit.clone(), view.clone(), case.clone());
        let raises = server.run(move |app| super::course::raises(app, &reader, &of, &own)).await?;
        let course = Course { pack, case, here, now, people: &people, opened: &opened, raises: &raises };
        page.state = page.state.or_else(|| Some(course.state()));
        page.clocks = course.clocks();
        page.asked = course.asked(visit.account.is_some());
        page.course = course.events(server.app(), visit.account.is_some());
        page.handling = (visit.account.is_some() && view.row.live).then(|| course.handling());
        if let Some(handling) = page.handling.as_mut().filter(|_| server.app().is_reply_kind(&kind.id)) {
            handling.nothing.clear();
            handling
                .steps
                .push(Action::open("打开报送页", format!("/reports/{}", view.row.id)).weight(Weight::Primary));
        }
    }
    if !kind.public.fields.is_empty() && view.row.live {
        let draft = server.app().draft_of_record(kind, &view.row, &view.record);
        page.actions.extend(super::publish::way(pack, &visit, &draft));
    }
    if kind.publishes.is_some() && visit.account.is_some() {
        page.actions.extend(super::publish::of_publication(&server, view.row.id).await?);
    }
    Ok(page_of(RecordPage { shell: shell(&server, &visit), duplicates, ..page }.render()))
}

/// Fields that lead back to where the record was opened become links.
fn with_sources(page: &mut RecordPage, content: &Content<'_>, view: &RecordView, sources: &BTreeMap<usize, Link>) {
    for (at, link) in sources.iter().filter(|(at, _)| content.has(&view.record, **at)) {
        let Some(field) = content.kind.fields.get(*at) else { continue };
        let lines = page.sections.iter_mut().flat_map(|section| &mut section.lines);
        for line in lines.filter(|line| line.name == field.name) {
            line.value = if link.href.is_empty() { Cell::Text(link.label.clone()) } else { Cell::Link(link.clone()) };
        }
    }
}

/// `GET /kinds/KIND/ID/receipt.tlog-proof`: that the last version stands in the log. What it says is opened to whoever reads all of it.
pub(crate) async fn receipt(
    State(server): State<Server>,
    visit: Visit,
    _staff: Staff,
    Path((kind, id)): Path<(String, String)>,
) -> Answer {
    let id = id_of(&id)?;
    let view = server.run(move |app| app.record(&kind, &id)).await?;
    let pack = &server.app().pack;
    let kind = pack.kinds.get(view.kind).ok_or_else(|| Error::NotFound("这条记录".to_owned()))?;
    if !visit.may_read(kind, &view.row) {
        return Err(Error::NotPermitted.into());
    }
    let content = Content::of(pack, kind, &visit).at(&view.row);
    let all = content.is_whole() && (0..kind.fields.len()).all(|index| content.reads(index));
    let shown = if all { Shown::Opened } else { Shown::Sealed };
    if all {
        opened_personal(&server, &visit, &content, &view).await?;
    }
    let version = view.row.version;
    let text = server.run(move |app| app.receipt_of(&id, version, shown)).await?;
    Ok(proof(format!("{id}-{version}.tlog-proof"), text).answer())
}

/// A receipt as a file.
pub(crate) fn proof(name: String, text: String) -> Download {
    Download { name, media_type: "text/plain; charset=utf-8".to_owned(), bytes: text.into_bytes() }
}

/// 打开个人信息: who reads somebody's personal data as they are is written down, with whose record it was.
pub(crate) async fn opened_personal(
    server: &Server,
    visit: &Visit,
    content: &Content<'_>,
    view: &RecordView,
) -> Result<(), Error> {
    let fields = content.opened(&view.record);
    let Some(account) = visit.account.clone().filter(|_| !fields.is_empty()) else { return Ok(()) };
    let (kind, id, fields) = (content.kind.id.clone(), view.row.id, fields.join("、"));
    server.run(move |app| app.log_personal(&account, &kind, &id, &fields)).await
}

/// How the case of a record stands for a reader.
pub(crate) fn case_of(server: &Server, visit: &Visit, view: &RecordView) -> Option<CaseView> {
    server.app().case(visit.account.as_ref().map(Taker::Staff), view)
}

/// Whether a case of another body is a reader's to see all the same: it has a step for him, his body was asked for an answer, it is assigned to him, or he
/// has handled it.
pub(crate) fn takes_part(visit: &Visit, case: Option<&CaseView>) -> bool {
    let (Some(account), Some(case)) = (&visit.account, case) else { return false };
    let own = |login: &str| login == account.login;
    !case.steps.is_empty()
        || case.asked.iter().any(|one| one.answerable)
        || case.case.assignee.as_deref().is_some_and(own)
        || case.case.events.iter().any(|event| own(&event.by))
}

/// Fills a record's page.
pub(crate) fn page(
    content: &Content<'_>,
    visit: &Visit,
    view: &RecordView,
    people: &BTreeMap<String, String>,
    today: i32,
) -> RecordPage {
    let (pack, kind) = (content.pack, content.kind);
    let record = &view.record;
    let body = view.row.body.as_deref().and_then(|body| pack.body(body)).map(|body| body.name.clone());
    let day = view.row.day.map(|day| {
        let name = kind.day.and_then(|index| kind.fields.get(index)).map_or("", |field| field.name.as_str());
        format!("{name} {}", date(day))
    });
    let key = kind.key.map(|index| content.text(record, index)).unwrap_or_default();
    RecordPage {
        kind: kind.name.clone(),
        kind_href: format!("/kinds/{}", kind.id),
        number: key,
        title: content.label(record),
        state: (!view.row.live).then(|| Tag::new(Tone::Neutral, "已撤销")),
        facts: body.into_iter().chain(day).collect(),
        sections: sections(content, view, people, today),
        counted_in: counted_in(pack, view),
        attachments: attachments(content, view, visit),
        documents: documents(content, view, visit),
        history: history(content, view, people, visit),
        actions: actions(kind, visit, view),
        ..RecordPage::default()
    }
}

fn sections(
    content: &Content<'_>,
    view: &RecordView,
    people: &BTreeMap<String, String>,
    today: i32,
) -> Vec<RecordSection> {
    let kind = content.kind;
    let derived = |index: usize| kind.fields.get(index).is_some_and(|field| field.derived);
    // What leads back to where the record was opened is a link, and no gap where it was opened by itself.
    let back = super::raised::ways_back(content.pack, kind);
    let leads = |index: &usize| back.contains(index) && !super::raised::is_link(kind, view, *index);
    let shown: Vec<usize> = (0..kind.fields.len())
        .filter(|index| content.has(&view.record, *index) && !is_file(kind, *index) && !derived(*index))
        .filter(|index| !leads(index))
        .collect();
    let (filled, blank): (Vec<usize>, Vec<usize>) =
        shown.iter().partition(|index| view.record.value(**index).is_some());
    let mut lines: Vec<Line> = filled.iter().filter_map(|index| line(content, view, *index)).collect();
    let names: Vec<&str> =
        blank.iter().filter_map(|index| kind.fields.get(*index)).map(|field| field.name.as_str()).collect();
    if !names.is_empty() {
        lines.push(Line::new("未填", Cell::Soft(names.join("、"))).wide());
    }
    let mut source = vec![
        Line::text("完整度", format!("{} 项中已填 {} 项", shown.len(), filled.len())),
        Line::text("记录编号", view.row.id.to_string()),
        Line::text("版本", format!("第 {} 版", view.row.version)),
    ];
    if let Some(version) = view.versions.last() {
        let who = Some(who(&version.row.actor, people)).filter(|who| !who.is_empty());
        let when = moment(version.row.recorded_at, content.pack.utc_offset_hours);
        source.push(Line::text("记录时间", when + &who.map(|who| format!("　{who}")).unwrap_or_default()));
    }
    if let Some((text, old)) = mirrored(content.pack, kind, &view.record, today) {
        let warning = format!("{text}；超过 {} 天没有同步，请重新导入", kind.mirror.map_or(0, |mirror| mirror.stale));
        source.push(match old {
            true => Line::new("台账来源", Cell::Tag(Tag::new(Tone::Warn, warning))).wide(),
            false => Line::text("台账来源", text).wide(),
        });
    }
    if view.row.batch.is_some() {
        source.push(Line::text("来源", "表格导入"));
    }
    if let Some(scope) = view.record.scope {
        let word = match scope {
            zhiheng_pack::record::ListScope::Passing => "合格名单",
            zhiheng_pack::record::ListScope::FailingOnly => "不合格名单（没有检验批次数）",
            zhiheng_pack::record::ListScope::FailingCounted => "不合格名单（有检验批次数）",
            zhiheng_pack::record::ListScope::Mixed => "合格与不合格都有的名单",
        };
        source.push(Line::text("名单性质", word));
    }
    // Nobody fills in what follows from the course of the case: what is not known yet is not missing.
    let course: Vec<Line> =
        (0..kind.fields.len()).filter(|at| derived(*at)).filter_map(|at| line(content, view, at)).collect();
    let section = |title: &str, lines: Vec<Line>| RecordSection { title: title.to_owned(), lines };
    let all = [section("登记内容", lines), section("办理情况", course), section("来源与版本", source)];
    all.into_iter().filter(|section| !section.lines.is_empty()).collect()
}

fn is_file(kind: &Kind, index: usize) -> bool {
    kind.fields.get(index).is_some_and(|field| field.kind == Type::File)
}

fn line(content: &Content<'_>, view: &RecordView, index: usize) -> Option<Line> {
    let field = content.kind.fields.get(index).filter(|_| content.has(&view.record, index))?;
    let text = content.text(&view.record, index);
    let cell = match view.record.value(index)? {
        Value::Reference { as_written, id: Some(id) } => match &field.to {
            Some(to) => Cell::Link(Link::new(as_written, format!("/kinds/{to}/{id}"))),
            None => Cell::Text(text),
        },
        _ => Cell::Text(text),
    };
    let line = Line::new(&field.name, cell);
    let long =
        matches!(field.kind, Type::Passage) || matches!(&line.value, Cell::Text(text) if text.chars().count() > 40);
    Some(if long { line.wide() } else { line })
}

fn counted_in(pack: &Pack, view: &RecordView) -> Vec<CountedIn> {
    let one = |(at, standing): &(usize, Standing)| {
        let indicator = pack.indicators.get(*at)?;
        let ratio = indicator.form == zhiheng_pack::indicator::Form::Ratio;
        let note = match standing {
            Standing::Counted { numerator: true, denominator: true } if ratio => "分子 +1，分母 +1".to_owned(),
            Standing::Counted { numerator: false, denominator: true } if ratio => "分母 +1".to_owned(),
            Standing::Counted { numerator: true, denominator: false } if ratio => "分子 +1".to_owned(),
            Standing::Counted { numerator: false, denominator: false } => "未计入".to_owned(),
            Standing::Counted { .. } => "计入".to_owned(),
            Standing::Uncounted(reason) => format!("未计入：{reason}"),
            Standing::NotAbout => return None,
        };
        let label = format!("{} {}", numbers::position(indicator), indicator.name);
        Some(CountedIn { link: Link::new(label, format!("/indicators/{}", indicator.id)), note })
    };
    view.standings.iter().filter_map(one).collect()
}

fn attachments(content: &Content<'_>, view: &RecordView, visit: &Visit) -> Vec<Attachment> {
    if visit.account.is_none() {
        return Vec::new();
    }
    let one = |(index, field): (usize, &zhiheng_pack::Field)| match view.record.value(index)? {
        Value::File(file) if content.has(&view.record, index) && content.reads(index) => Some(Attachment {
            link: Link::new(&file.name, format!("{}/files/{}", content.href(&view.row.id), file.digest)),
            note: format!("{}，{}", field.name, size(file.size)),
        }),
        _ => None,
    };
    content.kind.fields.iter().enumerate().filter_map(one).collect()
}

/// For those who may write the record, and for those to whom they were sent.
fn documents(content: &Content<'_>, view: &RecordView, visit: &Visit) -> Vec<Link> {
    let writes = visit.may(Verb::Correct, content.kind, &view.row);
    let sent = |document: &str| {
        visit.account.as_ref().is_some_and(|one| document_went_to(one, content.kind, &view.record, document))
    };
    let offered = content.pack.offered(content.kind, &view.record).into_iter();
    let offered = offered.filter(|document| view.row.live && (writes || sent(&document.id)));
    let here = content.href(&view.row.id);
    offered.map(|document| Link::new(&document.name, format!("{here}/documents/{}", document.id))).collect()
}

/// The versions, the newest first; of a record that was only sent, what became of it inside is not told.
fn history(content: &Content<'_>, view: &RecordView, people: &BTreeMap<String, String>, visit: &Visit) -> Vec<Change> {
    let versions = view.versions.iter().rev().filter(|_| content.is_whole());
    versions.map(|version| change(content, view, version, people, visit)).collect()
}

fn change(
    content: &Content<'_>,
    view: &RecordView,
    version: &VersionView,
    people: &BTreeMap<String, String>,
    visit: &Visit,
) -> Change {
    let act = match version.row.op {
        Op::Create => "新增",
        Op::Correct => "更正",
        Op::Withdraw => "撤销",
        Op::Restore => "恢复",
        Op::Step => "办理",
    };
    let event = view.record.case.as_ref().and_then(|case| {
        let event = case.events.iter().find(|event| event.version == version.row.version)?;
        Some(reason_name(content.pack, content.pack.procedure_of(case)?, event))
    });
    let why = event.or_else(|| version.row.reason.clone()).filter(|_| visit.account.is_some());
    let index = |name: &str| content.kind.fields.iter().position(|field| field.name == name);
    let shown = |name: &str| index(name).is_none_or(|index| content.has(&view.record, index));
    let seen = |name: &str, text: &String| match index(name) {
        Some(index) => content.seen(&view.record, index, text.clone()),
        None => text.clone(),
    };
    let fields = version.changes.iter().filter(|(name, ..)| shown(name));
    Change {
        version: format!("第 {} 版", version.row.version),
        act: act.to_owned(),
        when: moment(version.row.recorded_at, content.pack.utc_offset_hours),
        who: who(&version.row.actor, people),
        why: why.unwrap_or_default(),
        fields: fields
            .map(|(name, old, new)| FieldChange { name: name.clone(), old: seen(name, old), new: seen(name, new) })
            .collect(),
    }
}

fn actions(kind: &Kind, visit: &Visit, view: &RecordView) -> Vec<Action> {
    let Some(account) = &visit.account else { return Vec::new() };
    let (owner, area) = (view.row.body.as_deref(), view.row.area.as_deref());
    let path = format!("/kinds/{}/{}", kind.id, view.row.id);
    let offered = if view.row.live {
        vec![
            (Verb::Correct, Action::open("更正", format!("{path}/correct")).weight(Weight::Primary)),
            (Verb::Withdraw, Action::open("撤销", format!("{path}/withdraw")).weight(Weight::Danger)),
        ]
    } else {
        vec![(Verb::Correct, Action::open("恢复", format!("{path}/restore")))]
    };
    let allowed = offered.into_iter().filter(|(verb, _)| may(account, *verb, kind, owner, area));
    let id = view.row.id.to_string();
    let poster = (kind.poster.is_some() && view.row.live)
        .then(|| Action::open("打印投诉海报", address(&format!("/kinds/{}/posters", kind.id), &[("id", &id)])));
    allowed.map(|(_, action)| action).chain(poster).collect()
}
