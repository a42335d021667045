//! 年度任务: the measures of the plan with the tasks of a year, and 分解年度任务.

use std::collections::BTreeMap;

use axum::extract::State;
use zhiheng_app::{App, Error, Origin, Proposed, RequestKey, YearPlan, YearTask};
use zhiheng_pack::{Kind, Pack, Problem};

use super::content::Content;
use super::forms::KEY;
use super::raised::from_here;
use super::work::say;
use crate::components::{
    Link,
    action::{Action, Weight},
    field::{Choice, Control, Field},
    flash::Flash,
    light::Tone,
    table::{Cell, Column, Row, Table},
    tabs::Tab,
    tag::Tag,
};
use crate::extract::{FormBody, Office, Params, Staff, Visit};
use crate::frame::shell;
use crate::pages::{Hidden, PlanNote, SplitPage, SplitRow, YearMeasure, YearPage, YearPart};
use crate::problem::{Answer, refused, see, show as page_of};
use crate::server::Server;
use crate::words::date;

fn year_of(text: &str, server: &Server) -> i16 {
    text.parse().ok().filter(|year| (2000..2100).contains(year)).unwrap_or_else(|| server.app().this_year())
}

fn address(year: i16) -> String {
    format!("/plan/tasks?year={year}")
}

/// `GET /plan/tasks?year=2026`
pub(crate) async fn show(State(server): State<Server>, visit: Visit, _: Staff, params: Params) -> Answer {
    let year = year_of(params.get("year"), &server);
    let base = YearPage { shell: shell(&server, &visit), ..YearPage::default() };
    let page = server
        .run(move |app| {
            let plan = app.year_plan(year)?;
            year_page(app, &visit, &plan, base)
        })
        .await?;
    Ok(page_of(page.render()))
}

fn year_page(app: &App, visit: &Visit, plan: &YearPlan, base: YearPage) -> Result<YearPage, Error> {
    let missing = || Error::NotFound("年度任务".to_owned());
    let kind = app.pack.kinds.get(plan.kind).ok_or_else(missing)?;
    let mut measures = Vec::with_capacity(plan.measures.len());
    let (mut all, mut closed, mut late) = (0, 0, 0);
    for one in &plan.measures {
        let tasks: Vec<&YearTask> = one.tasks.iter().filter(|task| visit.may_read(kind, &task.row)).collect();
        let own_late = tasks.iter().filter(|task| task.late).count();
        (all, closed, late) =
            (all + tasks.len(), closed + tasks.iter().filter(|task| task.closed).count(), late + own_late);
        let mut tags = Vec::new();
        if tasks.is_empty() {
            tags.push(Tag::new(Tone::Neutral, "没有任务"));
        }
        if own_late > 0 {
            tags.push(Tag::new(Tone::Bad, format!("{own_late} 项超期")));
        }
        measures.push(YearMeasure {
            id: one.id.clone(),
            name: one.name.clone(),
            href: one
                .at
                .map(|at| format!("/plan{}", crate::public::plan::line_at(&app.pack.document, at)))
                .unwrap_or_default(),
            tags,
            parts: tasks.iter().flat_map(|task| parts(app, visit, task)).collect(),
            tasks: (!tasks.is_empty()).then(|| table(&app.pack, kind, visit, one, &tasks)),
            raised: from_here(app, visit, &Origin::Measure(one.id.clone()))?,
        });
    }
    let tab =
        |year: &i16| Tab {
            label: format!("{year}年"), count: None, href: address(*year), current: *year == plan.year
        };
    let next = plan.years.iter().copied().max().unwrap_or(plan.year).saturating_add(1);
    let split = [plan.year, next].map(|year| {
        let link = Action::open(format!("分解{year}年度任务"), format!("/plan/tasks/split?year={year}"));
        if year == plan.year { link.weight(Weight::Primary) } else { link }
    });
    let mut own = vec![Action::open(format!("{}台账", kind.name), format!("/kinds/{}", kind.id))];
    if visit.is_office() {
        own.splice(0..0, split);
    }
    Ok(YearPage {
        title: format!("{}年度任务", plan.year),
        counts: format!("{} 条措施，{all} 项任务，办结 {closed} 项，超期 {late} 项", plan.measures.len()),
        years: plan.years.iter().map(tab).collect(),
        actions: own,
        measures,
        ..base
    })
}

fn table(pack: &Pack, kind: &Kind, visit: &Visit, one: &zhiheng_app::MeasureTasks, tasks: &[&YearTask]) -> Table {
    let parts = kind.yearly;
    let row = |task: &&YearTask| {
        let content = Content::of(pack, kind, visit).at(&task.row);
        let text = |at: Option<usize>| at.map(|at| content.text(&task.record, at)).unwrap_or_default();
        let state = match (task.late, task.closed) {
            (true, _) => Tag::new(Tone::Bad, format!("{}，超期", task.state)),
            (false, true) => Tag::new(Tone::Good, &task.state),
            (false, false) => Tag::new(Tone::Neutral, &task.state),
        };
        Row::new(vec![
            Cell::Link(Link::new(text(parts.map(|it| it.title)), content.href(&task.row.id))),
            Cell::Text(text(parts.map(|it| it.lead))),
            Cell::Text(text(parts.map(|it| it.assisting))),
            Cell::Short(task.due.map(date).unwrap_or_default()),
            Cell::Tag(state),
        ])
    };
    Table {
        id: format!("tasks-{}", one.id),
        caption: format!("{}的任务", one.name),
        quiet_caption: true,
        columns: vec![
            Column::header("任务"),
            Column::text("牵头"),
            Column::text("配合"),
            Column::text("完成时限"),
            Column::text("状态"),
        ],
        rows: tasks.iter().map(row).collect(),
        stacked: true,
        ..Table::default()
    }
}

fn parts(app: &App, visit: &Visit, task: &YearTask) -> Vec<YearPart> {
    let one = |part: &zhiheng_app::TaskPart| {
        let kind = app.pack.kinds.get(part.kind).filter(|kind| visit.may_read(kind, &part.row))?;
        let mut tags = vec![Tag::new(if part.closed { Tone::Good } else { Tone::Neutral }, &part.state)];
        tags.extend(part.late.then(|| Tag::new(Tone::Bad, "超期")));
        tags.retain(|tag| !tag.word.is_empty());
        let link = Link::new(format!("{}：{}", kind.name, part.label), format!("/kinds/{}/{}", kind.id, part.row.id));
        Some(YearPart { link, tags })
    };
    task.parts.iter().filter_map(one).collect()
}

/// `GET /plan/tasks/split?year=2027`
pub(crate) async fn split_form(State(server): State<Server>, visit: Visit, _: Office, params: Params) -> Answer {
    let year = year_of(params.get("year"), &server);
    let proposed = server.run(move |app| app.propose(year)).await?;
    let rows: Vec<(bool, Proposed)> = proposed.into_iter().map(|one| (!one.has, one)).collect();
    let key = server.chance::<16>();
    Ok(page_of(split_page(&server, &visit, year, &key, &rows, &[]).render()))
}

/// `POST /plan/tasks/split`: looked over, then stored; whatever is wrong is said at its row.
pub(crate) async fn split(State(server): State<Server>, visit: Visit, Office(actor): Office, form: FormBody) -> Answer {
    let year = year_of(form.get("year"), &server);
    let rows = read(&form);
    let taken: Vec<Proposed> = rows.iter().filter(|(taken, _)| *taken).map(|(_, one)| one.clone()).collect();
    let key = form.get(KEY).to_owned();
    if form.get("do") == "edit" {
        return Ok(page_of(split_page(&server, &visit, year, &key, &rows, &[]).render()));
    }
    let checked = taken.clone();
    let problems = server.run(move |app| app.check_split(year, &checked)).await?;
    if taken.is_empty() || problems.iter().any(|one| !one.is_empty()) {
        return Ok(refused(split_page(&server, &visit, year, &key, &rows, &problems).render()));
    }
    if form.get("do") != "save" {
        return Ok(page_of(looked_over(&server, &visit, year, &key, &rows).render()));
    }
    let (count, request) = (taken.len(), (key.len() >= 16).then(|| RequestKey(key.clone())));
    server.run(move |app| app.split(&actor, year, &taken, request.as_ref())).await?;
    say(
        &server,
        &visit,
        Tone::Good,
        format!("已分解 {count} 项年度任务，都在“待分解”：逐项或者批量“分解下达”后，单位才收到。"),
    );
    Ok(see(&address(year)))
}

/// The rows of the form, each with whether it is taken.
fn read(form: &FormBody) -> Vec<(bool, Proposed)> {
    let rows: usize = form.get("rows").parse().unwrap_or_default();
    let one = |at: usize| {
        let get = |name: &str| form.get(&format!("r{at}.{name}")).to_owned();
        let taken = get("use") == "true";
        let row = Proposed {
            measure: get("measure"),
            title: get("title"),
            lead: get("lead"),
            assisting: get("assisting"),
            due: get("due"),
            carried: get("carried") == "true",
            has: get("has") == "true",
        };
        (taken, row)
    };
    (0..rows.min(zhiheng_app::SPLIT_MOST)).map(one).collect()
}

fn split_page(
    server: &Server,
    visit: &Visit,
    year: i16,
    key: &str,
    rows: &[(bool, Proposed)],
    problems: &[Vec<Problem>],
) -> SplitPage {
    let pack = &server.app().pack;
    let kind = pack.kinds.iter().find(|kind| kind.yearly.is_some());
    let mut said = problems.iter();
    let mut shown = Vec::with_capacity(rows.len());
    let mut unseen = hidden(year, key, rows.len());
    for (at, (taken, one)) in rows.iter().enumerate() {
        let own = if *taken { said.next() } else { None };
        let wrong: BTreeMap<&str, &str> = own
            .into_iter()
            .flatten()
            .filter_map(|problem| Some((problem.field.as_deref()?, problem.message.as_str())))
            .collect();
        shown.push(split_row(pack, kind, at, *taken, one, &wrong));
        unseen.extend(kept(at, one, &["measure", "carried", "has"]));
    }
    let nothing = rows.iter().all(|(taken, _)| !taken);
    let remark = |tone, text: &str| Flash { tone, text: text.to_owned(), link: None };
    let mut remarks = Vec::new();
    if rows.iter().any(|(_, one)| one.carried) {
        remarks.push(remark(Tone::Warn, "上一年没有办结的任务已经带过来，标着“上年结转”，时限顺延一年，请核对。"));
    }
    if nothing {
        remarks.push(remark(Tone::Warn, "没有勾选任何一条。各条措施都已有任务的，勾选后可以再加一项。"));
    }
    SplitPage {
        shell: shell(server, visit),
        title: format!("分解{year}年度任务"),
        action: "/plan/tasks/split".to_owned(),
        back: address(year),
        remarks,
        rows: shown,
        preview: None,
        hidden: unseen,
    }
}

fn split_row(
    pack: &Pack,
    kind: Option<&Kind>,
    at: usize,
    taken: bool,
    one: &Proposed,
    wrong: &BTreeMap<&str, &str>,
) -> SplitRow {
    let parts = kind.and_then(|kind| Some((kind, kind.yearly?)));
    let list = parts.and_then(|(kind, parts)| pack.lists.get(kind.fields.get(parts.measure)?.list?));
    let item = list.and_then(|list| list.items.iter().find(|item| item.id == one.measure));
    let error = |of: fn(&zhiheng_pack::kind::Yearly) -> usize| {
        let field = parts.and_then(|(kind, parts)| kind.fields.get(of(&parts)))?;
        wrong.get(field.id.as_str()).map(|words| (*words).to_owned())
    };
    let named = |name: &str, label: &str, control: Control| Field {
        name: Some(format!("r{at}.{name}")),
        ..Field::new(format!("r{at}-{name}"), label, control)
    };
    let text = |value: &str| Control::Text { value: value.to_owned(), max_len: None, autocomplete: None };
    let bodies = pack.bodies.iter().filter(|body| body.until.is_none());
    let options = bodies.map(|body| Choice::new(&body.id, &body.name).chosen(body.id == one.lead)).collect();
    let mut tags = Vec::new();
    tags.extend(one.carried.then(|| Tag::new(Tone::Warn, "上年结转")));
    tags.extend(one.has.then(|| Tag::new(Tone::Neutral, "已有任务")));
    let take = Control::Choices { options: vec![Choice::new("true", "分解这一条").chosen(taken)] };
    let lead = named("lead", "牵头单位", Control::Choice { options });
    SplitRow {
        measure: item.map_or_else(|| one.measure.clone(), |item| item.name.clone()),
        tags,
        fields: vec![
            Field { error: error(|it| it.measure), ..named("use", "是否分解", take) },
            Field { error: error(|it| it.title), ..named("title", "任务内容", text(&one.title)) },
            Field { error: error(|it| it.lead), ..lead },
            Field { error: error(|it| it.assisting), ..named("assisting", "配合单位", text(&one.assisting)) }
                .hint("写单位名称，用顿号隔开"),
            Field {
                error: error(|it| it.due), ..named("due", "完成时限", Control::Date { value: one.due.clone() })
            },
        ],
    }
}

fn hidden(year: i16, key: &str, rows: usize) -> Vec<Hidden> {
    let one = |name: &str, value: String| Hidden { name: name.to_owned(), value };
    vec![one(KEY, key.to_owned()), one("year", year.to_string()), one("rows", rows.to_string())]
}

fn kept(at: usize, one: &Proposed, names: &[&str]) -> Vec<Hidden> {
    let value = |name: &str| match name {
        "measure" => one.measure.clone(),
        "title" => one.title.clone(),
        "lead" => one.lead.clone(),
        "assisting" => one.assisting.clone(),
        "due" => one.due.clone(),
        "carried" => one.carried.to_string(),
        _ => one.has.to_string(),
    };
    names.iter().map(|name| Hidden { name: format!("r{at}.{name}"), value: value(name) }).collect()
}

/// What will be stored, to be looked over.
fn looked_over(server: &Server, visit: &Visit, year: i16, key: &str, rows: &[(bool, Proposed)]) -> SplitPage {
    let pack = &server.app().pack;
    let base = split_page(server, visit, year, key, rows, &[]);
    let mut unseen = hidden(year, key, rows.len());
    for (at, (taken, one)) in rows.iter().enumerate() {
        unseen.extend(kept(at, one, &["measure", "title", "lead", "assisting", "due", "carried", "has"]));
        unseen.extend(taken.then(|| Hidden { name: format!("r{at}.use"), value: "true".to_owned() }));
    }
    let name = |body: &str| pack.body(body).map_or_else(|| body.to_owned(), |body| body.name.clone());
    let taken = rows.iter().zip(&base.rows).filter(|((taken, _), _)| *taken);
    let row = |((_, one), shown): (&(bool, Proposed), &SplitRow)| {
        Row::new(vec![
            Cell::Text(shown.measure.clone()),
            Cell::Text(one.title.clone()),
            Cell::Text(name(&one.lead)),
            Cell::Text(one.assisting.clone()),
            Cell::Short(
                zhiheng_pack::day::parse(&one.due).map(zhiheng_pack::day::number).map(date).unwrap_or_default(),
            ),
        ])
    };
    let rows: Vec<Row> = taken.map(row).collect();
    let count = rows.len();
    let text = format!("核对无误的话，点“全部保存”，新增 {count} 项年度任务。");
    SplitPage {
        remarks: vec![Flash { tone: Tone::Good, text, link: None }],
        rows: Vec::new(),
        preview: Some(Table {
            id: "split".into(),
            caption: format!("将要新增的 {count} 项"),
            columns: vec![
                Column::header("措施"),
                Column::text("任务"),
                Column::text("牵头"),
                Column::text("配合"),
                Column::text("完成时限"),
            ],
            rows,
            stacked: true,
            ..Table::default()
        }),
        hidden: unseen,
        ..base
    }
}

/// How the tasks of the running year stand, beside each measure of the plan: where it stands in the document, and the words.
pub(crate) async fn notes(server: &Server, visit: &Visit) -> Result<Vec<(usize, PlanNote)>, Error> {
    let (year, reader) = (server.app().this_year(), visit.clone());
    let plan = server.run(move |app| app.year_plan(year)).await?;
    let pack = &server.app().pack;
    let Some(kind) = pack.kinds.get(plan.kind) else { return Ok(Vec::new()) };
    let one = |one: &zhiheng_app::MeasureTasks| {
        let own = one.tasks.iter().filter(|task| reader.may_read(kind, &task.row));
        let (all, late) = own.fold((0, 0), |(all, late), task| (all + 1, late + usize::from(task.late)));
        let label = match (all, late) {
            (0, _) => format!("{year}年没有任务"),
            (all, 0) => format!("{year}年任务 {all} 项"),
            (all, late) => format!("{year}年任务 {all} 项，超期 {late} 项"),
        };
        let link = Link::new(label, format!("{}#{}", address(year), one.id));
        Some((one.at?, PlanNote { link, light: None }))
    };
    Ok(plan.measures.iter().filter_map(one).collect())
}
