//! 查询进度: the public course of a case for whoever has its code, and what the citizen may do there.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use zhiheng_app::{Error, PublicClock, PublicCourse, QueryCode, RequestKey};
use zhiheng_pack::procedure::{ReasonWanted, Step};
use zhiheng_pack::{Kind, Problem, Type};

use super::limits::{Rule, Sort};
use super::report::{calls, control_name, rewrite, step_draft, too_often};
use super::{Client, photo};
use crate::components::field::{Choice, Control, Field};
use crate::components::flash::Flash;
use crate::components::light::Tone;
use crate::components::summary::Line;
use crate::components::tag::Tag;
use crate::extract::{FormBody, Params, Visit};
use crate::frame::shell;
use crate::office::fields::{controls, typed_of};
use crate::pages::{CourseClock, CoursePage, CourseStep, FollowPage};
use crate::problem::{Answer, Failure, refused, show as page_of};
use crate::server::Server;
use crate::words::date;

/// Fields of the forms.
const CODE: &str = "code";
const NUMBER: &str = "number";
const KEY: &str = "key";
const REASON: &str = "reason";
/// A wrong code is answered later, and counts as several.
const PAUSE: Duration = Duration::from_millis(400);
const WRONG_COSTS: u32 = 3;

/// `GET /follow`
pub(crate) async fn form(State(server): State<Server>, visit: Visit, params: Params) -> Answer {
    let page = FollowPage {
        shell: shell(&server, &visit),
        number: params.get(NUMBER).to_owned(),
        error: None,
        calls: calls(&server.app().pack),
    };
    Ok(page_of(page.render()))
}

fn rule(server: &Server) -> Rule {
    Rule { count: server.settings().follows_per_ten_minutes, minutes: 10 }
}

/// `POST /follow`
pub(crate) async fn find(State(server): State<Server>, visit: Visit, client: Client, form: FormBody) -> Answer {
    // A wrong code counts as several, and is paid for beforehand: many at once are no cheaper than one after the other.
    too_often(&server, (Sort::Follow, client), rule(&server), WRONG_COSTS, None)?;
    let number: String = form.get(NUMBER).chars().take(64).collect();
    let found = match QueryCode::read(form.get(CODE)) {
        Some(code) => {
            let wanted = number.clone();
            server.run(move |app| Ok((app.follow(&code, &wanted)?, code))).await
        }
        None => Err(Error::NotFound(String::new())),
    };
    match found {
        Ok((course, code)) => {
            server.citizens().limits.give_back((Sort::Follow, client), rule(&server), WRONG_COSTS - 1);
            Ok(course_page(&server, &visit, &course, &code, None, &BTreeMap::new()))
        }
        Err(Error::NotFound(_)) => {
            tokio::time::sleep(PAUSE).await;
            let error = "没有找到。请核对回执上的查询码：十个字母和数字，没有数字 0 和 1。编号可以不填，填了就要和回执上的一样。";
            let page = FollowPage {
                shell: shell(&server, &visit),
                number,
                error: Some(error.to_owned()),
                calls: calls(&server.app().pack),
            };
            Ok(refused(page.render()))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /follow/STEP`
pub(crate) async fn step(
    State(server): State<Server>,
    visit: Visit,
    client: Client,
    Path(wanted): Path<String>,
    form: FormBody,
) -> Answer {
    too_often(&server, (Sort::Follow, client), rule(&server), 1, None)?;
    let unknown = || Failure::from(Error::NotFound("这个查询码对应的投诉".to_owned()));
    let code = QueryCode::read(form.get(CODE)).ok_or_else(unknown)?;
    let of = code.clone();
    let course = server.run(move |app| app.follow(&of, "")).await?;
    if form.0.stale {
        let flash = Flash {
            tone: Tone::Warn, text: "页面放得太久了，请核对后再按一次。".to_owned(), link: None
        };
        return Ok(course_page(&server, &visit, &course, &code, Some(flash), &BTreeMap::new()));
    }
    let pack = server.app().pack.clone();
    let kind = pack.kinds.get(course.kind).ok_or_else(unknown)?;
    let taken = course.procedure.step(&wanted).ok_or_else(unknown)?.clone();
    let fields: Vec<usize> = taken.require.iter().chain(&taken.ask).copied().collect();
    let draft = step_draft(kind, &form, &fields);
    let mut photos = Vec::new();
    for field in fields.iter().filter_map(|index| kind.fields.get(*index)).filter(|field| field.kind == Type::File) {
        let Some(file) = form.file(&control_name(&field.id)).filter(|file| !file.bytes.is_empty()) else { continue };
        too_often(&server, (Sort::Photo, client), Rule { count: 30, minutes: 60 }, 1, None)?;
        match rewrite(&server, field, file.bytes.clone()).await? {
            Ok(photo) => photos.push(photo),
            Err(why) => {
                let flash = Flash { tone: Tone::Bad, text: why, link: None };
                return Ok(course_page(&server, &visit, &course, &code, Some(flash), &BTreeMap::new()));
            }
        }
    }
    let reason = Some(form.get(REASON).to_owned()).filter(|reason| !reason.is_empty());
    let key = RequestKey(form.get(KEY).chars().take(64).collect());
    let (of, step) = (code.clone(), wanted.clone());
    let done = server.run(move |app| {
        app.citizen_step(&of, &step, draft, &photos, reason, &key)?;
        app.follow(&of, "")
    });
    match done.await {
        Ok(course) => {
            let flash = Flash { tone: Tone::Good, text: format!("已办好：{}。", taken.name), link: None };
            Ok(course_page(&server, &visit, &course, &code, Some(flash), &BTreeMap::new()))
        }
        Err(Error::Invalid(problems)) => {
            let text = problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("");
            let flash = Flash { tone: Tone::Bad, text, link: None };
            let wrong = [(wanted, problems)].into();
            let page = course_page(&server, &visit, &course, &code, Some(flash), &wrong);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

fn course_page(
    server: &Server,
    visit: &Visit,
    course: &PublicCourse,
    code: &QueryCode,
    flash: Option<Flash>,
    wrong: &BTreeMap<String, Vec<Problem>>,
) -> Response {
    let pack = &server.app().pack;
    let Some(kind) = pack.kinds.get(course.kind) else {
        return Failure::from(Error::NotFound("这个登记种类".to_owned())).into_response();
    };
    let entry = kind.public_entry.as_ref();
    let today = server.app().today();
    let steps = course.steps.iter().map(|step| CourseStep {
        name: step.name.clone(),
        hint: step.hint.clone(),
        action: format!("/follow/{}", step.id),
        key: server.chance::<16>(),
        fields: step_fields(server, kind, course, step, wrong.get(&step.id).map_or(&[], Vec::as_slice)),
    });
    let mut shell = shell(server, visit);
    shell.flash = flash;
    let events = course.events.iter().map(|event| {
        let what = event.step.clone().unwrap_or_else(|| "收到投诉".to_owned());
        let ground = event.ground.as_ref().map(|ground| format!("理由：{ground}"));
        (date(event.day), what, ground.unwrap_or_default())
    });
    page_of(
        CoursePage {
            shell,
            number: course.number.clone(),
            name: entry.map(|entry| entry.name.clone()).unwrap_or_default(),
            state: Tag::new(if course.closed { Tone::Neutral } else { Tone::Good }, course.state.clone()),
            next: next(course),
            events: events.collect(),
            clocks: course.clocks.iter().map(|clock| clock_of(clock, today)).collect(),
            shown: course.shown.iter().map(|(name, text)| Line::text(name, text).wide()).collect(),
            steps: steps.collect(),
            code: code.plain().to_owned(),
            calls: calls(pack),
        }
        .render(),
    )
}

/// What comes next, in a sentence.
fn next(course: &PublicCourse) -> String {
    if course.closed {
        return "这件投诉已经办完。".to_owned();
    }
    let running = course.clocks.iter().filter(|clock| clock.stopped.is_none());
    let soonest = running.filter_map(|clock| Some((clock.due?, clock))).min_by_key(|(due, _)| *due);
    match soonest {
        Some((due, clock)) if clock.late != Some(true) => {
            format!("下一步由办理单位做：{}，最晚 {}。您不用做什么，可以随时回来看。", clock.name, date(due))
        }
        Some((due, clock)) => {
            format!("{}应当在 {} 以前完成，现在已经超期。您可以拨打下面的电话催问。", clock.name, date(due))
        }
        None => "正在办理。您不用做什么，可以随时回来看。".to_owned(),
    }
}

fn clock_of(clock: &PublicClock, today: i32) -> CourseClock {
    let verdict = match (clock.stopped, clock.late, clock.due) {
        (Some(_), Some(true), _) => Tag::new(Tone::Bad, "超期完成"),
        (Some(_), ..) => Tag::new(Tone::Good, "按期完成"),
        (None, Some(true), _) => Tag::new(Tone::Bad, "已超期"),
        (None, _, Some(due)) if due < today => Tag::new(Tone::Bad, "已超期"),
        _ if clock.paused => Tag::new(Tone::Neutral, "暂停计时"),
        _ => Tag::new(Tone::Neutral, "在办"),
    };
    let due = match clock.due {
        Some(due) => format!("最晚 {}{}", date(due), if clock.provisional { "（暂定）" } else { "" }),
        None => "暂停期间不计".to_owned(),
    };
    let done = clock.stopped.map(|day| format!("，{} 完成", date(day))).unwrap_or_default();
    CourseClock {
        name: if clock.promise { format!("{}（本县承诺）", clock.name) } else { clock.name.clone() },
        verdict,
        text: format!("{due}{done}"),
        basis: clock.basis.clone().unwrap_or_default(),
    }
}

fn step_fields(server: &Server, kind: &Kind, course: &PublicCourse, step: &Step, problems: &[Problem]) -> Vec<Field> {
    let pack = &server.app().pack;
    let rate = kind.public_entry.as_ref().and_then(|entry| entry.rate);
    // What the citizen gave before may be put right; what the office wrote is not shown here.
    let typed = typed_of(kind, &course.record);
    let all = controls(
        pack,
        kind.given().map(|(_, field)| field),
        &typed,
        problems,
        &BTreeMap::new(),
        &Default::default(),
        "",
    );
    let one = |index: &usize| {
        let field = kind.fields.get(*index)?;
        let mut control = all.iter().find(|it| it.name == Some(control_name(&field.id)))?.clone();
        control.id = format!("f-{}-{}", step.id, field.id);
        control.required = step.require.contains(index);
        if Some(*index) == rate {
            let given = typed.get(&field.id).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
            let words = ["很不满意", "不满意", "一般", "满意", "很满意"];
            let options = words.iter().zip(1..).map(|(word, score)| {
                Choice::new(score.to_string(), format!("{score} 分 {word}")).chosen(given == score.to_string())
            });
            control.control = Control::Choice { options: options.collect() };
            control.hint = None;
        }
        if field.kind == Type::File {
            control.control =
                Control::File { accept: photo::ACCEPT.to_owned(), max: photo::BYTES_TEXT.to_owned(), current: None };
        }
        Some(control)
    };
    let mut fields: Vec<Field> = step.require.iter().chain(&step.ask).filter_map(one).collect();
    let reason = match step.reason {
        ReasonWanted::Listed(list) => pack.lists.get(list).map(|list| Control::Choice {
            options: list.items.iter().map(|item| Choice::new(&item.id, &item.name)).collect(),
        }),
        ReasonWanted::Words => Some(Control::Passage { value: String::new(), max_len: Some(500), rows: 3 }),
        ReasonWanted::None => None,
    };
    fields.extend(reason.map(|control| Field {
        name: Some(REASON.to_owned()),
        ..Field::new(format!("f-{}-reason", step.id), "理由", control).required()
    }));
    fields
}
