//! 报送: a round is opened, its forms are handed out, and what comes back is dragged in together. Only the office that runs the plan does
//! this; units need no account.

use axum::extract::{Path, State};
use axum::response::Response;
use zhiheng_app::{Error, RecordId, Reply, ReplyState, Round, RoundView, RoundWanted, is_scan};
use zhiheng_pack::{Pack, Problem, day};
use zhiheng_sheet::write_zip;

use super::export::Download;
use super::own_reply::state_tag;
use super::records::id_of;
use crate::components::{
    Link,
    field::{Choice, Control, Field},
    flash::Flash,
    light::Tone,
    table::Cell,
    tag::Tag,
};
use crate::extract::{FormBody, Office, Visit};
use crate::frame::shell;
use crate::held::Once;
use crate::pages::{CHOSEN_UNITS, RoundPage, RoundUnit, RoundsPage, Settle};
use crate::problem::{Answer, refused, see, show as page_of};
use crate::routes::SPREADSHEET;
use crate::server::Server;
use crate::words::{date, plain_date, size};

/// Characters of a reason for taking a form or sending it back.
const OPINION_MAX: u32 = 200;

const ACCEPT: &str = ".xlsx,.xls,.xlsm,.ods,.csv,.et,.pdf,.ofd,.jpg,.jpeg,.png";

/// `GET /rounds`
pub(crate) async fn list(State(server): State<Server>, visit: Visit, _office: Office) -> Answer {
    Ok(page_of(rounds_page(&server, &visit, &FormBody::default(), &[]).await?.render()))
}

async fn rounds_page(
    server: &Server,
    visit: &Visit,
    form: &FormBody,
    problems: &[Problem],
) -> Result<RoundsPage, Error> {
    let views = server
        .run(|app| app.rounds()?.iter().map(|round| app.round(&round.id)).collect::<Result<Vec<_>, Error>>())
        .await?;
    let pack = &server.app().pack;
    Ok(RoundsPage {
        shell: shell(server, visit),
        rounds: views.iter().map(round_line).collect(),
        fields: fields(pack, server.app().today(), form, problems),
        action: "/rounds".to_owned(),
    })
}

fn round_line(view: &RoundView) -> Vec<Cell> {
    let reported = view.in_state(ReplyState::Reported).count();
    vec![
        Cell::Link(Link::new(&view.round.name, address(&view.round.id))),
        Cell::Text(view.round.period.clone()),
        Cell::Text(date(view.round.as_of)),
        Cell::Text(date(view.round.due)),
        Cell::Text(format!("{reported} / {}", view.replies.len())),
    ]
}

fn address(round: &RecordId) -> String {
    format!("/rounds/{round}")
}

/// A new round: the last quarter that has ended, due on the twentieth day after it, every reported indicator.
fn fields(pack: &Pack, today: i32, form: &FormBody, problems: &[Problem]) -> Vec<Field> {
    let fresh = form.0.texts.is_empty();
    let (period, as_of) = last_quarter(today);
    let preset = |name: &str, value: String| if fresh { value } else { form.get(name).to_owned() };
    let text = |value: String| Control::Text { value, max_len: Some(60), autocomplete: None };
    let chosen: Vec<&str> = form.all("indicators").collect();
    let options = pack.reported_indicators().map(|indicator| {
        let row = indicator.row.map(|row| format!("第{row}项 ")).unwrap_or_default();
        let reporter = pack.reporter_of(indicator).map(|body| format!("（{}）", body.name)).unwrap_or_default();
        let is_chosen = fresh || chosen.contains(&indicator.id.as_str());
        Choice::new(&indicator.id, format!("{row}{}{reporter}", indicator.name)).chosen(is_chosen)
    });
    let list = [
        Field::new("name", "名称", text(preset("name", format!("{period}指标报送")))).required(),
        Field::new("period", "所属时期", text(preset("period", period))).required(),
        Field::new("as_of", "数据截止日", Control::Date { value: preset("as_of", plain_date(as_of)) }).required(),
        Field::new("due", "报送期限", Control::Date { value: preset("due", plain_date(as_of + 20)) }).required(),
        Field::new("indicators", "报送指标", Control::Choices { options: options.collect() }).required(),
    ];
    let error = |field: &str| problems.iter().find(|problem| problem.field.as_deref() == Some(field));
    list.into_iter()
        .map(|field| Field { error: error(&field.id).map(|problem| problem.message.clone()), ..field })
        .collect()
}

/// 2026年第三季度 and its last day, on any day of the fourth quarter.
fn last_quarter(today: i32) -> (String, i32) {
    let today = day::date(today);
    let (year, quarter) = match (i32::from(today.month()) - 1) / 3 {
        0 => (today.year() - 1, 4),
        ended => (today.year(), ended),
    };
    let word = ["一", "二", "三", "四"].get(usize::try_from(quarter - 1).unwrap_or_default()).copied().unwrap_or("");
    let ends = ["03-31", "06-30", "09-30", "12-31"];
    let end = ends.get(usize::try_from(quarter - 1).unwrap_or_default()).copied().unwrap_or("12-31");
    let as_of = day::parse(&format!("{year}-{end}")).map(day::number).unwrap_or_default();
    (format!("{year}年第{word}季度"), as_of)
}

/// `POST /rounds`
pub(crate) async fn open(State(server): State<Server>, visit: Visit, Office(actor): Office, form: FormBody) -> Answer {
    let mut problems = Vec::new();
    let mut day_of = |field: &str, what: &str| {
        let read = day::parse(form.get(field)).map(day::number);
        if read.is_none() {
            let say = format!("{what}请按 2026-09-30 的写法填写。");
            problems.push(Problem::of_field(zhiheng_pack::problem::CHECK_FAILED, field, say));
        }
        read.unwrap_or_default()
    };
    let (as_of, due) = (day_of("as_of", "数据截止日"), day_of("due", "报送期限"));
    let indicators: Vec<String> = form.all("indicators").map(str::to_owned).collect();
    if indicators.is_empty() {
        problems.push(Problem::of_field(zhiheng_pack::problem::CHECK_FAILED, "indicators", "请至少选择一个指标。"));
    }
    if !problems.is_empty() {
        return Ok(refused(rounds_page(&server, &visit, &form, &problems).await?.render()));
    }
    let (name, period) = (form.get("name").to_owned(), form.get("period").to_owned());
    let wanted = RoundWanted { name, period, as_of, due, indicators };
    match server.run(move |app| app.open_round(&actor.login, &wanted)).await {
        Ok(id) => {
            say(&server, &visit, Tone::Good, "已发起。下一步：下载填报表，发给各单位。".to_owned());
            Ok(see(&address(&id)))
        }
        Err(Error::Invalid(problems)) => Ok(refused(rounds_page(&server, &visit, &form, &problems).await?.render())),
        Err(error) => Err(error.into()),
    }
}

fn say(server: &Server, visit: &Visit, tone: Tone, text: String) {
    server.held().leave(&visit.secret, Once { flash: Some(Flash { tone, text, link: None }), link: None });
}

/// `GET /rounds/ID`
pub(crate) async fn show(
    State(server): State<Server>,
    visit: Visit,
    _office: Office,
    Path(id): Path<String>,
) -> Answer {
    Ok(page_of(round_page(&server, &visit, id_of(&id)?, Vec::new(), None).await?.render()))
}

async fn round_page(
    server: &Server,
    visit: &Visit,
    id: RecordId,
    refused: Vec<(String, String)>,
    error: Option<String>,
) -> Result<RoundPage, Error> {
    round_page_with(server, visit, id, refused, error, None).await
}

/// What was typed into one of the two small forms of a round, and what is wrong with it.
struct Typed<'a> {
    form: &'a FormBody,
    /// Of the deadline; else of the calling off.
    due: bool,
    problems: &'a [Problem],
}

/// 新的期限 and its reason; the reason for calling the round off.
fn change_fields(round: &Round, typed: Option<&Typed<'_>>) -> (Vec<Field>, Field) {
    let of = |due: bool| typed.filter(|typed| typed.due == due);
    let error = |due: bool, field: &str| {
        let found = of(due)?.problems.iter().find(|problem| problem.field.as_deref() == Some(field))?;
        Some(found.message.clone())
    };
    let text = |due: bool| Control::Text {
        value: of(due).map(|typed| typed.form.get("reason").to_owned()).unwrap_or_default(),
        max_len: Some(OPINION_MAX),
        autocomplete: None,
    };
    let reason = |due: bool, id: &str| {
        let field = Field { name: Some("reason".to_owned()), ..Field::new(id, "理由", text(due)) };
        Field { error: error(due, "reason"), ..field.required() }
    };
    let day = of(true).map_or_else(|| plain_date(round.due), |typed| typed.form.get("due").to_owned());
    let due = Field {
        error: error(true, "due"),
        ..Field::new("due", "新的报送期限", Control::Date { value: day }).required()
    };
    (vec![due, reason(true, "due_reason")], reason(false, "cancel_reason"))
}

/// `POST /rounds/ID/due`
pub(crate) async fn move_due(
    State(server): State<Server>,
    visit: Visit,
    Office(actor): Office,
    Path(id): Path<String>,
    form: FormBody,
) -> Answer {
    let id = id_of(&id)?;
    let Some(due) = day::parse(form.get("due")).map(day::number) else {
        let say = "报送期限请按 2026-10-20 的写法填写。";
        let problems = [Problem::of_field(zhiheng_pack::problem::CHECK_FAILED, "due", say)];
        return change_refused(&server, &visit, id, &Typed { form: &form, due: true, problems: &problems }).await;
    };
    let reason = form.get("reason").to_owned();
    match server.run(move |app| app.move_round(&actor.login, &id, due, &reason)).await {
        Ok(()) => {
            say(&server, &visit, Tone::Good, format!("报送期限改为{}，各单位的待办已随之改变。", date(due)));
            Ok(see(&address(&id)))
        }
        Err(Error::Invalid(problems)) => {
            change_refused(&server, &visit, id, &Typed { form: &form, due: true, problems: &problems }).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /rounds/ID/cancel`
pub(crate) async fn cancel(
    State(server): State<Server>,
    visit: Visit,
    Office(actor): Office,
    Path(id): Path<String>,
    form: FormBody,
) -> Answer {
    let id = id_of(&id)?;
    let reason = form.get("reason").to_owned();
    match server.run(move |app| app.cancel_round(&actor.login, &id, &reason)).await {
        Ok(()) => {
            say(&server, &visit, Tone::Neutral, "这一轮已撤销，没有报的单位不再有待办；已收下的数保留。".to_owned());
            Ok(see("/rounds"))
        }
        Err(Error::Invalid(problems)) => {
            change_refused(&server, &visit, id, &Typed { form: &form, due: false, problems: &problems }).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn change_refused(server: &Server, visit: &Visit, id: RecordId, typed: &Typed<'_>) -> Answer {
    Ok(refused(round_page_with(server, visit, id, Vec::new(), None, Some(typed)).await?.render()))
}

async fn round_page_with(
    server: &Server,
    visit: &Visit,
    id: RecordId,
    refused: Vec<(String, String)>,
    error: Option<String>,
    typed: Option<&Typed<'_>>,
) -> Result<RoundPage, Error> {
    let (view, urge) = server.run(move |app| Ok((app.round(&id)?, app.urge(&id)?))).await?;
    let pack = &server.app().pack;
    let states = [
        (ReplyState::Reported, Tone::Good),
        (ReplyState::Questioned, Tone::Warn),
        (ReplyState::Returned, Tone::Bad),
        (ReplyState::Missing, Tone::Neutral),
    ];
    let here = address(&id);
    let (due, cancel) = change_fields(&view.round, typed);
    let upload =
        Control::Files { accept: ACCEPT.to_owned(), max: size(i64::try_from(SPREADSHEET).unwrap_or(i64::MAX)) };
    Ok(RoundPage {
        shell: shell(server, visit),
        name: view.round.name.clone(),
        lead: format!("数据截至{}，请各单位于{}前报回。", date(view.round.as_of), date(view.round.due)),
        counts: states
            .iter()
            .map(|(state, tone)| Tag::new(*tone, format!("{} {}", state.word(), view.in_state(*state).count())))
            .collect(),
        downloads: vec![
            Link::new("下载全部填报表", format!("{here}/forms.zip")),
            Link::new("下载通报（Word 拟稿）", format!("{here}/notice.docx")),
        ]
        .into_iter()
        .chain(record_link(pack, &view.round))
        .collect(),
        notice: drafts(pack).1.then(|| format!("{here}/notice")),
        units: view.replies.iter().map(|reply| unit(pack, &view.round, reply)).collect(),
        together: Field {
            name: Some("opinion".to_owned()),
            ..Field::new(
                "opinion_together",
                "理由",
                Control::Text { value: String::new(), max_len: Some(OPINION_MAX), autocomplete: None },
            )
        }
        .required()
        .hint("在上表“单位”一栏勾选；采用只办有疑问的，其余的不动"),
        together_action: format!("{here}/settle"),
        upload: Field { error, ..Field::new("files", "报回的文件", upload) }
            .required()
            .hint(
                "填报表（Excel）和盖章扫描件（pdf、jpg、png、ofd）可以一次选多个，也可以拖进来。填报表按表号认单位，扫描件按文件名里的单位名称认；\
                 同一份文件收两次，不会重复",
            ),
        due,
        due_action: format!("{here}/due"),
        cancel,
        cancel_action: format!("{here}/cancel"),
        action: here,
        refused,
        urge: Field::new("urge", "催报文字", Control::Passage { value: urge, max_len: None, rows: 7 })
            .hint("可以复制到短信、微信或者公文里"),
    })
}

/// Whether the pack says how the letter and the notice of a round are drafted.
fn drafts(pack: &Pack) -> (bool, bool) {
    pack.collection.as_ref().map_or((false, false), |parts| (parts.letter.is_some(), parts.notice.is_some()))
}

/// The round is a record like any other: there its history is told.
fn record_link(pack: &Pack, round: &Round) -> Option<Link> {
    let kind = pack.kinds.get(pack.collection.as_ref()?.round.kind)?;
    Some(Link::new("登记和历次改动", format!("/kinds/{}/{}", kind.id, round.id)))
}

fn unit(pack: &Pack, round: &Round, reply: &Reply) -> RoundUnit {
    let here = address(&round.id);
    let body = pack.bodies.get(reply.body);
    let id = body.map_or("", |body| body.id.as_str());
    let mut links = vec![Link::new("填报表", format!("{here}/forms/{id}"))];
    if let (Some(record), Some(parts)) = (reply.record, &pack.collection)
        && let Some(kind) = pack.kinds.get(parts.reply.kind)
    {
        links.push(Link::new("报送页", format!("/reports/{record}")));
        links.push(Link::new("报送表", format!("/kinds/{}/{record}", kind.id)));
    }
    let letter = (reply.state != ReplyState::Reported).then(|| format!("{here}/letters/{id}"));
    links.extend(letter.iter().map(|href| Link::new("提示函（Word 拟稿）", href)));
    let asked = reply.indicators.iter().filter_map(|at| pack.indicators.get(*at));
    let late = reply.received.is_some_and(|received| received > round.due);
    let signed: Vec<&str> = reply.signed.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    let received = reply.received.map(|received| {
        let late = if late { "（逾期）" } else { "" };
        format!("{}{late} {}", plain_date(received), signed.join("、"))
    });
    let opinion = Control::Text { value: String::new(), max_len: Some(OPINION_MAX), autocomplete: None };
    RoundUnit {
        name: body.map(|body| body.name.clone()).unwrap_or_default(),
        links,
        asked: asked
            .map(|indicator| {
                let label = indicator.row.map_or_else(|| indicator.name.clone(), |row| format!("第{row}项"));
                Link::new(label, format!("/indicators/{}", indicator.id))
            })
            .collect(),
        letter: letter.filter(|_| drafts(pack).0),
        state: state_tag(reply),
        received: received.unwrap_or_default(),
        reasons: reply.remark.lines().map(str::to_owned).collect(),
        settle: (reply.file.is_some() && matches!(reply.state, ReplyState::Questioned | ReplyState::Reported)).then(
            || Settle {
                body: id.to_owned(),
                action: format!("{here}/settle/{id}"),
                opinion: Field {
                    name: Some("opinion".to_owned()),
                    ..Field::new(format!("opinion_{id}"), "理由", opinion)
                }
                .required(),
                questioned: reply.state == ReplyState::Questioned,
            },
        ),
    }
}

/// `POST /rounds/ID`
pub(crate) async fn receive(
    State(server): State<Server>,
    visit: Visit,
    Office(actor): Office,
    Path(id): Path<String>,
    form: FormBody,
) -> Answer {
    let id = id_of(&id)?;
    let mut files: Vec<(String, axum::body::Bytes)> =
        form.files("files").map(|file| (file.name.clone(), file.bytes.clone())).collect();
    // Forms before their scans, in whatever order they were dragged in.
    files.sort_by_key(|(name, _)| is_scan(name));
    if files.is_empty() {
        let why = Some("请选择报回的文件。".to_owned());
        return Ok(refused(round_page(&server, &visit, id, Vec::new(), why).await?.render()));
    }
    let outcomes = server
        .run(move |app| {
            let actor = actor.login;
            let take = |(name, bytes): (String, axum::body::Bytes)| {
                let outcome = app.receive(&actor, &id, &name, &bytes);
                (name, outcome)
            };
            Ok(files.into_iter().map(take).collect::<Vec<_>>())
        })
        .await?;
    let taken: Vec<_> = outcomes.iter().filter_map(|(_, outcome)| outcome.as_ref().ok()).collect();
    let of = |state: ReplyState| taken.iter().filter(|received| received.state == state).count();
    let text = format!(
        "收到 {} 个文件：已报 {}，有疑问 {}，退回 {}，没有收下 {}。",
        outcomes.len(),
        of(ReplyState::Reported),
        of(ReplyState::Questioned),
        of(ReplyState::Returned),
        outcomes.len() - taken.len()
    );
    let text = text + &twice(&server.app().pack, &outcomes);
    let refusals: Vec<(String, String)> = outcomes
        .iter()
        .filter_map(|(name, outcome)| outcome.as_ref().err().map(|error| (name.clone(), error.message())))
        .collect();
    let clean = of(ReplyState::Reported) == outcomes.len();
    let tone = if clean { Tone::Good } else { Tone::Warn };
    if refusals.is_empty() {
        say(&server, &visit, tone, text);
        return Ok(see(&address(&id)));
    }
    let page = round_page(&server, &visit, id, refusals, None).await?;
    let mut page = RoundPage { ..page };
    page.shell.flash = Some(Flash { tone, text, link: None });
    Ok(refused_page(page))
}

/// Units of which several forms came in one go: the last one counts.
fn twice(pack: &Pack, outcomes: &[(String, Result<zhiheng_app::Received, Error>)]) -> String {
    let mut by_unit: std::collections::BTreeMap<usize, Vec<&str>> = std::collections::BTreeMap::new();
    for (name, outcome) in outcomes.iter().filter(|(name, _)| !is_scan(name)) {
        if let Ok(received) = outcome {
            by_unit.entry(received.body).or_default().push(name);
        }
    }
    let say = |(body, names): (usize, Vec<&str>)| {
        let unit = pack.bodies.get(body).map_or("", |body| body.name.as_str());
        format!("{unit}一次交了 {} 份（{}），以最后一份为准。", names.len(), names.join("、"))
    };
    by_unit.into_iter().filter(|(_, names)| names.len() > 1).map(say).collect()
}

fn refused_page(page: RoundPage) -> Response {
    refused(page.render())
}

/// 采用或者退回, and why; else what is missing.
fn decided(form: &FormBody) -> Result<(bool, String), &'static str> {
    let accept = match form.get("decision") {
        "take" => true,
        "return" => false,
        _ => return Err("请选择采用或者退回。"),
    };
    let opinion = form.get("opinion").trim();
    if opinion.is_empty() || opinion.chars().count() > OPINION_MAX as usize {
        return Err("请写明采用或者退回的理由，不超过 200 字。");
    }
    Ok((accept, opinion.to_owned()))
}

/// `POST /rounds/ID/settle/BODY`
pub(crate) async fn settle(
    State(server): State<Server>,
    visit: Visit,
    Office(actor): Office,
    Path((id, body)): Path<(String, String)>,
    form: FormBody,
) -> Answer {
    let id = id_of(&id)?;
    let (accept, opinion) = match decided(&form) {
        Ok(decided) => decided,
        Err(why) => return settle_again(&server, &visit, id, why).await,
    };
    let received = server.run(move |app| app.settle(&actor.login, &id, &body, accept, &opinion)).await?;
    let name = server.app().pack.bodies.get(received.body).map(|body| body.name.clone()).unwrap_or_default();
    let text = match received.state {
        ReplyState::Reported => format!("已采用{name}的报送表，{} 个数已更新。", received.values),
        _ => format!("已退回{name}的报送表，这一轮收过的数已一并撤回；重报以后再计入。"),
    };
    say(&server, &visit, Tone::Neutral, text);
    Ok(see(&address(&id)))
}

/// `POST /rounds/ID/settle`: one word for several units.
pub(crate) async fn settle_together(
    State(server): State<Server>,
    visit: Visit,
    Office(actor): Office,
    Path(id): Path<String>,
    form: FormBody,
) -> Answer {
    let id = id_of(&id)?;
    let (accept, opinion) = match decided(&form) {
        Ok(decided) => decided,
        Err(why) => return settle_again(&server, &visit, id, why).await,
    };
    let bodies: Vec<String> = form.all(CHOSEN_UNITS).map(str::to_owned).collect();
    if bodies.is_empty() {
        return settle_again(&server, &visit, id, "请先在表里勾选单位。").await;
    }
    let outcomes = server
        .run(move |app| {
            let settled = |body: String| {
                let outcome = app.settle(&actor.login, &id, &body, accept, &opinion);
                (app.pack.body(&body).map_or(body.clone(), |body| body.name.clone()), outcome)
            };
            Ok(bodies.into_iter().map(settled).collect::<Vec<_>>())
        })
        .await?;
    let done: Vec<&str> = outcomes.iter().filter(|(_, it)| it.is_ok()).map(|(name, _)| name.as_str()).collect();
    let word = if accept { "采用" } else { "退回" };
    let left: Vec<String> = outcomes
        .iter()
        .filter_map(|(name, it)| it.as_ref().err().map(|error| format!("{name}没有办：{}", error.message())))
        .collect();
    let tone = if left.is_empty() { Tone::Good } else { Tone::Warn };
    let mut said: Vec<String> = left;
    if !done.is_empty() {
        said.insert(0, format!("已{word} {} 个单位的报送表：{}", done.len(), done.join("、")));
    }
    let text = format!("{}。", said.join("；"));
    say(&server, &visit, tone, text);
    Ok(see(&address(&id)))
}

async fn settle_again(server: &Server, visit: &Visit, id: RecordId, why: &str) -> Answer {
    let mut page = round_page(server, visit, id, Vec::new(), None).await?;
    page.shell.flash = Some(Flash { tone: Tone::Bad, text: why.to_owned(), link: None });
    Ok(refused(page.render()))
}

/// `GET /rounds/ID/forms.zip`
pub(crate) async fn forms(State(server): State<Server>, _office: Office, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let (name, files) = server.run(move |app| Ok((app.round(&id)?.round.name, app.round_forms(&id)?))).await?;
    let entries: Vec<(String, &[u8])> = files.iter().map(|file| (file.name.clone(), file.bytes.as_slice())).collect();
    let bytes = write_zip(&entries).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(Download { name: format!("填报表_{name}.zip"), media_type: "application/zip".to_owned(), bytes }.answer())
}

/// `GET /rounds/ID/forms/BODY`
pub(crate) async fn form(
    State(server): State<Server>,
    _office: Office,
    Path((id, body)): Path<(String, String)>,
) -> Answer {
    let id = id_of(&id)?;
    let made = server.run(move |app| app.round_form(&id, &body)).await?;
    Ok(Download::from(made).answer())
}

/// `GET /rounds/ID/notice.docx`
pub(crate) async fn notice(State(server): State<Server>, _office: Office, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let made = server.run(move |app| app.round_notice(&id)).await?;
    Ok(Download::from(made).answer())
}

/// `GET /rounds/ID/letters/BODY`
pub(crate) async fn letter(
    State(server): State<Server>,
    _office: Office,
    Path((id, body)): Path<(String, String)>,
) -> Answer {
    let id = id_of(&id)?;
    let made = server.run(move |app| app.round_letter(&id, &body)).await?;
    Ok(Download::from(made).answer())
}

/// `POST /rounds/ID/letters/BODY`
pub(crate) async fn draft_letter(
    State(server): State<Server>,
    visit: Visit,
    Office(actor): Office,
    Path((id, body)): Path<(String, String)>,
) -> Answer {
    let id = id_of(&id)?;
    let (kind, letter) = server.run(move |app| app.draft_letter_of_round(&actor, &id, &body)).await?;
    say(&server, &visit, Tone::Good, "已起草提示函。核对以后送审，签发后印发，文号自动编。".to_owned());
    Ok(see(&format!("/kinds/{kind}/{letter}")))
}

/// `POST /rounds/ID/notice`
pub(crate) async fn draft_notice(
    State(server): State<Server>,
    visit: Visit,
    Office(actor): Office,
    Path(id): Path<String>,
) -> Answer {
    let id = id_of(&id)?;
    let (kind, letter) = server.run(move |app| app.draft_notice_of_round(&actor, &id)).await?;
    say(&server, &visit, Tone::Good, "已起草通报。核对以后送审，签发后印发，文号自动编。".to_owned());
    Ok(see(&format!("/kinds/{kind}/{letter}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_quarter_is_the_one_that_has_ended() {
        let on = |text: &str| {
            let (period, as_of) = last_quarter(day::parse(text).map(day::number).unwrap());
            (period, plain_date(as_of))
        };
        assert_eq!(on("2026-11-24"), ("2026年第三季度".to_owned(), "2026-09-30".to_owned()));
        assert_eq!(on("2027-01-01"), ("2026年第四季度".to_owned(), "2026-12-31".to_owned()));
        assert_eq!(on("2026-03-31"), ("2025年第四季度".to_owned(), "2025-12-31".to_owned()));
    }
}
