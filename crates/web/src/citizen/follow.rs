//! 查询进度: the public course of a case for whoever has its code, and what the citizen may do there.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use zhiheng_app::{Entered, Error, PublicClock, PublicCourse, QueryCode, RequestKey, public_entries};
use zhiheng_pack::procedure::{ReasonWanted, Step};
use zhiheng_pack::{Kind, Problem, Type};

use super::limits::{Rule, Sort};
use super::report::{LANG, calls, control_name, rewrite, step_draft, too_often};
use super::{Client, english, photo};
use crate::components::Link;
use crate::components::field::{Choice, Control, Field};
use crate::components::flash::Flash;
use crate::components::light::Tone;
use crate::components::summary::Line;
use crate::components::tag::Tag;
use crate::extract::{FormBody, Params, Visit};
use crate::frame::shell_in;
use crate::office::fields::{controls, typed_of};
use crate::office::records::proof;
use crate::pages::{CourseClock, CoursePage, CourseStep, FollowPage, Language};
use crate::problem::{Answer, Failure, refused, show as page_of};
use crate::public::transparency;
use crate::server::Server;

/// Fields of the forms.
const CODE: &str = "code";
const NUMBER: &str = "number";
const KEY: &str = "key";
const REASON: &str = "reason";
/// The box under what a step ends.
const CONFIRM: &str = "confirm";
const YES: &str = "yes";
/// A wrong code is answered later, and counts as several.
const PAUSE: Duration = Duration::from_millis(400);
const WRONG_COSTS: u32 = 3;

/// `GET /follow`
pub(crate) async fn form(State(server): State<Server>, visit: Visit, params: Params) -> Answer {
    let language = language(&server, params.get(LANG));
    let page = FollowPage {
        shell: shell_in(&server, &visit, language),
        language,
        other: other(&server, language),
        number: params.get(NUMBER).to_owned(),
        error: None,
        calls: calls(&server.app().pack),
    };
    Ok(page_of(page.render()))
}

/// English where it is asked for and some entry speaks it.
fn language(server: &Server, wanted: &str) -> Language {
    let spoken = wanted == "en" && public_entries(&server.app().pack).any(|(_, entry)| entry.english);
    if spoken { Language::English } else { Language::Chinese }
}

/// The same page in the other language.
fn other(server: &Server, language: Language) -> Option<Link> {
    match language {
        Language::English => Some(Link::new("中文", "/follow")),
        Language::Chinese => {
            let spoken = self::language(server, "en") == Language::English;
            spoken.then(|| Link::new("English", "/follow?lang=en"))
        }
    }
}

fn rule(server: &Server) -> Rule {
    Rule { count: server.settings().follows_per_ten_minutes, minutes: 10 }
}

/// `POST /follow`
pub(crate) async fn find(State(server): State<Server>, visit: Visit, client: Client, form: FormBody) -> Answer {
    // A wrong code counts as several, and is paid for beforehand: many at once are no cheaper than one after the other.
    too_often(&server, (Sort::Follow, client), rule(&server), WRONG_COSTS, None)?;
    let language = language(&server, form.get(LANG));
    let number: String = form.get(NUMBER).chars().take(64).collect();
    let found = match QueryCode::read(form.get(CODE)) {
        Some(code) => {
            let wanted = number.clone();
            server.run(move |app| Ok((app.follow(&code, &wanted, language)?, code))).await
        }
        None => Err(Error::NotFound(String::new())),
    };
    match found {
        Ok((course, code)) => {
            server.citizens().limits.give_back((Sort::Follow, client), rule(&server), WRONG_COSTS - 1);
            Ok(course_page(&server, &visit, (&course, language), &code, None, &BTreeMap::new()))
        }
        Err(Error::NotFound(_)) => {
            tokio::time::sleep(PAUSE).await;
            let error = language.say(
                "没有找到。请核对回执上的查询码：十个字母和数字，没有数字 0 和 1。编号可以不填，填了就要和回执上的一样。",
                "Not found. Please check the query code on your receipt: ten letters and digits, never 0 or 1. The number may be left out; if you give it, it must be the one on the receipt.",
            );
            let page = FollowPage {
                shell: shell_in(&server, &visit, language),
                language,
                other: other(&server, language),
                number,
                error: Some(error.to_owned()),
                calls: calls(&server.app().pack),
            };
            Ok(refused(page.render()))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /follow/receipt.tlog-proof`: that the submission stands in the log, with what it said.
pub(crate) async fn receipt(State(server): State<Server>, client: Client, form: FormBody) -> Answer {
    too_often(&server, (Sort::Follow, client), rule(&server), 1, None)?;
    let unknown = || Failure::from(Error::NotFound("这个查询码对应的投诉".to_owned()));
    let code = QueryCode::read(form.get(CODE)).ok_or_else(unknown)?;
    let text = server.run(move |app| app.receipt_by(&code)).await?;
    Ok(proof("存证回执.tlog-proof".to_owned(), text).answer())
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
    let language = language(&server, form.get(LANG));
    let course = server.run(move |app| app.follow(&of, "", language)).await?;
    if form.0.stale {
        let text =
            language.say("页面放得太久了，请核对后再按一次。", "This page had expired. Please check and press again.");
        let flash = Flash { tone: Tone::Warn, text: text.to_owned(), link: None };
        return Ok(course_page(&server, &visit, (&course, language), &code, Some(flash), &BTreeMap::new()));
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
                let text = language.say(&why, photo::REFUSED_ENGLISH).to_owned();
                let flash = Flash { tone: Tone::Bad, text, link: None };
                return Ok(course_page(&server, &visit, (&course, language), &code, Some(flash), &BTreeMap::new()));
            }
        }
    }
    if taken.consequence.is_some() && form.get(CONFIRM) != YES {
        let why = format!("请先在“确认”里打勾，再按“{}”", taken.name);
        let problem = Problem::of_field(zhiheng_pack::problem::REQUIRED, CONFIRM, why);
        let text = language.say(&problem.message, "Nothing was done: please tick the box first.").to_owned();
        let flash = Flash { tone: Tone::Bad, text, link: None };
        let wrong = [(wanted, vec![problem])].into();
        let page = course_page(&server, &visit, (&course, language), &code, Some(flash), &wrong);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let reason = Some(form.get(REASON).to_owned()).filter(|reason| !reason.is_empty());
    let key = RequestKey(form.get(KEY).chars().take(64).collect());
    let (of, step) = (code.clone(), wanted.clone());
    let done = server.run(move |app| {
        app.citizen_step(&of, &step, draft, &photos, reason, &key)?;
        app.follow(&of, "", language)
    });
    match done.await {
        Ok(course) => {
            let name = language.of(&taken.name, taken.english.as_deref());
            let text = language.say("已办好：{}。", "Done: {}.").replace("{}", name);
            let flash = Flash { tone: Tone::Good, text, link: None };
            Ok(course_page(&server, &visit, (&course, language), &code, Some(flash), &BTreeMap::new()))
        }
        Err(Error::Invalid(problems)) => {
            let said = |problem: &Problem| language.say(&problem.message, english::sentence(problem)).to_owned();
            let text = problems.iter().map(said).collect::<Vec<_>>().join(language.say("", " "));
            let flash = Flash { tone: Tone::Bad, text, link: None };
            let wrong = [(wanted, problems)].into();
            let page = course_page(&server, &visit, (&course, language), &code, Some(flash), &wrong);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

fn course_page(
    server: &Server,
    visit: &Visit,
    (course, language): (&PublicCourse, Language),
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
        name: language.of(&step.name, step.english.as_deref()).to_owned(),
        hint: match language {
            Language::Chinese => step.hint.clone(),
            Language::English => step.english_hint.clone(),
        },
        consequence: step
            .consequence
            .as_ref()
            .map(|words| language.of(words, step.english_consequence.as_deref()).to_owned()),
        action: format!("/follow/{}", step.id),
        key: server.chance::<16>(),
        fields: step_fields(server, kind, (course, language), step, wrong.get(&step.id).map_or(&[], Vec::as_slice)),
    });
    let mut shell = shell_in(server, visit, language);
    shell.flash = flash;
    let events = course.events.iter().map(|event| {
        let what = event
            .step
            .clone()
            .unwrap_or_else(|| language.say(&format!("收到{}", course.word), "Complaint received").to_owned());
        let ground = event.ground.as_ref().map(|ground| format!("{}{ground}", language.say("理由：", "Reason: ")));
        (english::day(language, event.day), what, ground.unwrap_or_default())
    });
    page_of(
        CoursePage {
            shell,
            language,
            number: course.number.clone(),
            name: entry
                .map(|entry| language.of(&entry.name, entry.english_name.as_deref()).to_owned())
                .unwrap_or_default(),
            state: Tag::new(if course.closed { Tone::Neutral } else { Tone::Good }, course.state.clone()),
            next: next(course, language),
            events: events.collect(),
            clocks: course.clocks.iter().map(|clock| clock_of(clock, today, language)).collect(),
            shown: course.shown.iter().map(|(name, text)| Line::text(name, text).wide()).collect(),
            steps: steps.collect(),
            code: code.plain().to_owned(),
            entered: course.entered.map(|entered| match (entered, language) {
                (entered, Language::Chinese) => transparency::entered(entered).1,
                (Entered::Accepted { index }, _) => format!("Accepted: entry {index} of the county's log."),
                (Entered::InLog { index, .. }, _) => {
                    format!("Entered under a signed head: entry {index} of the county's log.")
                }
            }),
            calls: calls(pack),
        }
        .render(),
    )
}

/// What comes next, in a sentence: first what the citizen has to do himself, then what the office owes. That he need do nothing is said only
/// where it is so.
fn next(course: &PublicCourse, language: Language) -> String {
    if let Some(reason) = &course.removed {
        let why = if reason.is_empty() {
            String::new()
        } else {
            format!("{}{reason}", language.say("理由：", "Reason: "))
        };
        return match language {
            Language::Chinese => format!(
                "办理单位已经撤销这件{}的登记，不再办理。{why}{}对此有疑问，可以拨打下面的电话。",
                course.word,
                if why.is_empty() { "" } else { "。" }
            ),
            Language::English => format!(
                "The authority has taken this complaint off its register and does not work on it any more. {why} You may call the numbers below and ask."
            ),
        };
    }
    if course.closed {
        return language.say(&format!("这件{}已经办完。", course.word), "This complaint is closed.").to_owned();
    }
    let told = |chinese: &str, english: &str, clock: &PublicClock, due: i32| {
        let text = language.say(chinese, english);
        let steps = clock.yours.join(language.say("或者", " or "));
        text.replace("{clock}", &clock.name).replace("{due}", &english::day(language, due)).replace("{steps}", &steps)
    };
    let running = || course.clocks.iter().filter(|clock| clock.stopped.is_none() && !clock.ended);
    let soonest = |yours: bool| {
        let of = running().filter(move |clock| clock.yours.is_empty() != yours);
        of.filter_map(|clock| Some((clock.due?, clock))).min_by_key(|(due, _)| *due)
    };
    let asked = soonest(true).map(|(due, clock)| {
        let english = "Now it is your turn: {steps}, by {due}, further down on this page.";
        told("现在要您做：{steps}，最晚 {due}，就在这一页下面办。", english, clock, due)
    });
    let owed = match (soonest(false), asked.is_some()) {
        (Some((due, clock)), _) if clock.late == Some(true) => {
            let english = "{clock} was due by {due} and is late. You may call the numbers below and ask.";
            told("{clock}应当在 {due} 以前完成，现在已经超期。您可以拨打下面的电话催问。", english, clock, due)
        }
        (Some((due, clock)), true) => {
            told("办理单位要做的：{clock}，最晚 {due}。", "The authority owes you: {clock}, by {due}.", clock, due)
        }
        (Some((due, clock)), false) => {
            let english = "Next, the authority owes you: {clock}, by {due}. You need not do anything and may come back at any time.";
            told("下一步由办理单位做：{clock}，最晚 {due}。您不用做什么，可以随时回来看。", english, clock, due)
        }
        (None, true) => String::new(),
        (None, false) => {
            let english = "It is being handled. You need not do anything and may come back at any time.";
            language.say("正在办理。您不用做什么，可以随时回来看。", english).to_owned()
        }
    };
    let parts = asked.into_iter().chain([owed]).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(language.say("", " "))
}

fn clock_of(clock: &PublicClock, today: i32, language: Language) -> CourseClock {
    let tag = |tone, chinese: &str, english: &str| Tag::new(tone, language.say(chinese, english));
    let his = !clock.yours.is_empty();
    let verdict = match (clock.stopped, clock.late, clock.due) {
        // What ended with the case, and not by what it waited for, was neither kept nor missed.
        _ if clock.ended => tag(Tone::Neutral, "不再计时", "ended"),
        (None, _, Some(due)) if his && due < today => tag(Tone::Warn, "期限已过", "the day has passed"),
        (None, ..) if his => tag(Tone::Warn, "要您办", "yours to do"),
        (Some(_), Some(true), _) => tag(Tone::Bad, "超期完成", "done late"),
        // A right that was used: nobody was to be in time.
        (Some(_), None, _) => tag(Tone::Good, "已完成", "done"),
        (Some(_), ..) => tag(Tone::Good, "按期完成", "done in time"),
        (None, Some(true), _) => tag(Tone::Bad, "已超期", "late"),
        (None, _, Some(due)) if due < today => tag(Tone::Bad, "已超期", "late"),
        _ if clock.paused => tag(Tone::Neutral, "暂停计时", "paused"),
        _ => tag(Tone::Neutral, "在办", "running"),
    };
    let day = |number| english::day(language, number);
    let due = match clock.due {
        Some(due) => {
            // What is over is provisional no more.
            let open = clock.provisional && clock.stopped.is_none();
            let provisional = if open { language.say("（暂定）", " (provisional)") } else { "" };
            format!("{}{}{provisional}", language.say("最晚 ", "by "), day(due))
        }
        None => language.say("暂停期间不计", "not counted while paused").to_owned(),
    };
    let done = clock.stopped.filter(|_| !clock.ended).map(|at| match language {
        Language::Chinese => format!("，{} 完成", day(at)),
        Language::English => format!(", done on {}", day(at)),
    });
    CourseClock {
        name: format!(
            "{}{}",
            clock.name,
            if clock.promise && !clock.name.contains("承诺") {
                language.say("（本县承诺）", " (promise of the county)")
            } else {
                ""
            }
        ),
        verdict,
        text: format!("{due}{}", done.unwrap_or_default()),
        basis: clock.basis.clone().unwrap_or_default(),
    }
}

fn step_fields(
    server: &Server,
    kind: &Kind,
    (course, language): (&PublicCourse, Language),
    step: &Step,
    problems: &[Problem],
) -> Vec<Field> {
    let pack = &server.app().pack;
    let rate = kind.public_entry.as_ref().and_then(|entry| entry.rate);
    // What the citizen gave before may be put right; what the office wrote is not shown here.
    // Whoever has the code is not always who filed: what is personal is not shown back.
    let mut typed = typed_of(kind, &course.record);
    kind.fields.iter().filter(|field| field.personal).for_each(|field| drop(typed.remove(&field.id)));
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
        english::speak(language, pack, field, &mut control, problems);
        if let Some(entry) = kind.public_entry.as_ref().filter(|_| language == Language::English) {
            control.label = entry.name_of(kind, *index, language);
        }
        if Some(*index) == rate {
            let given = typed.get(&field.id).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
            let words = [
                ("很不满意", "very dissatisfied"),
                ("不满意", "dissatisfied"),
                ("一般", "neither"),
                ("满意", "satisfied"),
                ("很满意", "very satisfied"),
            ];
            let options = words.iter().zip(1..).map(|((chinese, english), score)| {
                let word = language.say(chinese, english);
                Choice::new(score.to_string(), format!("{score} {}{word}", language.say("分 ", "– ")))
                    .chosen(given == score.to_string())
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
            options: list
                .items
                .iter()
                .map(|item| Choice::new(&item.id, language.of(&item.name, item.english.as_deref())))
                .collect(),
        }),
        ReasonWanted::Words => Some(Control::Passage { value: String::new(), max_len: Some(500), rows: 3 }),
        ReasonWanted::None => None,
    };
    let said = |id: &str| {
        let found = problems.iter().find(|problem| problem.field.as_deref() == Some(id));
        found.map(|problem| language.say(&problem.message, english::sentence(problem)).to_owned())
    };
    fields.extend(reason.map(|control| Field {
        name: Some(REASON.to_owned()),
        language,
        error: said(REASON),
        ..Field::new(format!("f-{}-reason", step.id), language.say("理由", "Reason"), control).required()
    }));
    fields.extend(step.consequence.is_some().then(|| {
        let words = language.say("我看清楚了，确定", "I have read this and want to");
        let name = language.of(&step.name, step.english.as_deref());
        let words = format!("{words}{}{name}", language.say("", ": "));
        let control = Control::Choices { options: vec![Choice::new(YES, words)] };
        Field {
            name: Some(CONFIRM.to_owned()),
            language,
            error: said(CONFIRM),
            ..Field::new(format!("f-{}-confirm", step.id), language.say("确认", "Confirm"), control).required()
        }
    }));
    fields
}
