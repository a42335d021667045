//! 办理: steps of a procedure, the built-in acts on its clocks and its assignee, and the work that waits.

use axum::extract::State;
use serde_json::{Map, Value as Json, json};
use zhiheng_app::{Bin, Error, RecordView, Right, StepWanted, Taker, WorkItem};
use zhiheng_pack::case::Act;
use zhiheng_pack::procedure::{Clock, PauseRule, Procedure, ReasonWanted, Step, roles};
use zhiheng_pack::{Draft, Kind, Pack, day};
use zhiheng_store::TaskCursor;

use super::call::Call;
use super::content::{asked_field, instant};
use super::records::{REASON, data, done, fields_of, resolve};
use super::refusal::{Outcome, Refusal};
use super::shape::{Form, Member, Shape};
use crate::office::records::kind_of;
use crate::server::Server;

/// Longest note in characters.
const NOTE: usize = 1000;

/// The steps of a kind that people take, each id once: of several procedures, as the newest has it.
pub(super) fn steps<'a>(pack: &'a Pack, kind: &Kind) -> impl Iterator<Item = &'a Step> {
    let mut found: Vec<&Step> = Vec::new();
    // A reply of a round is brought to its state by the form that comes in: none of its steps is taken by itself.
    let reply = pack.collection.as_ref().and_then(|parts| pack.kinds.get(parts.reply.kind));
    let taken = reply.is_none_or(|reply| reply.id != kind.id);
    for procedure in procedures(pack, kind).filter(|_| taken) {
        let own = |role: &String| !matches!(role.as_str(), roles::SYSTEM | roles::CITIZEN);
        for step in procedure.steps.iter().filter(|step| step.roles.iter().any(own)) {
            match found.iter_mut().find(|known| known.id == step.id) {
                Some(known) => *known = step,
                None => found.push(step),
            }
        }
    }
    found.into_iter()
}

/// The procedures of a kind, the newest last.
pub(super) fn procedures<'a>(pack: &'a Pack, kind: &Kind) -> impl Iterator<Item = &'a Procedure> {
    let mut found: Vec<&Procedure> = kind.procedures.iter().filter_map(|at| pack.procedures.get(*at)).collect();
    found.sort_by_key(|procedure| procedure.since);
    found.into_iter()
}

/// What a step sends.
pub(super) fn step_shape(pack: &Pack, kind: &Kind, step: &Step, today: i32) -> Shape {
    let mut members = Vec::new();
    let asked = step.require.iter().chain(&step.ask).filter_map(|index| kind.fields.get(*index));
    let mut fields: Vec<Member> = Vec::new();
    for field in asked.filter(|field| !field.derived) {
        if !fields.iter().any(|known| known.name == field.id) {
            fields.push(asked_field(pack, field, today));
        }
    }
    if !fields.is_empty() {
        let required = step.require.iter().filter_map(|index| kind.fields.get(*index));
        let names: Vec<&str> = required.map(|field| field.name.as_str()).collect();
        let about =
            if names.is_empty() { String::new() } else { format!("办理后必须有：{}", names.join("、")) };
        members.push(Member::maybe("fields", Shape::Object(fields)).about(&about));
    }
    match &step.reason {
        ReasonWanted::None => {}
        ReasonWanted::Words => members.push(Member::of("reason", Shape::Text(1, REASON)).titled("理由")),
        ReasonWanted::Listed(list) => {
            let items = pack.lists.get(*list).map(|list| list.items.as_slice()).unwrap_or_default();
            let ids = items.iter().map(|item| item.id.clone()).collect();
            members.push(Member::of("reason", Shape::Choice(ids)).titled("理由"));
        }
    }
    members.push(note());
    Shape::Object(members)
}

fn note() -> Member {
    Member::maybe("note", Shape::Text(1, NOTE).or_null()).titled("补充说明")
}

/// An act on a case that is not a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BuiltIn {
    Pause,
    Resume,
    Extend,
    Assign,
    Answer,
    Unask,
}

impl BuiltIn {
    pub(super) const ALL: [BuiltIn; 6] =
        [BuiltIn::Pause, BuiltIn::Resume, BuiltIn::Extend, BuiltIn::Assign, BuiltIn::Answer, BuiltIn::Unask];

    pub(super) fn name(self) -> &'static str {
        match self {
            BuiltIn::Pause => "pause",
            BuiltIn::Resume => "resume",
            BuiltIn::Extend => "extend",
            BuiltIn::Assign => "assign",
            BuiltIn::Answer => "answer",
            BuiltIn::Unask => "unask",
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            BuiltIn::Pause => "暂停计时",
            BuiltIn::Resume => "恢复计时",
            BuiltIn::Extend => "延长时限",
            BuiltIn::Assign => "交办",
            BuiltIn::Answer => "答复征求意见",
            BuiltIn::Unask => "收回征求意见",
        }
    }

    /// What it sends under some procedures; none where they do not know it.
    pub(super) fn shape<'a>(self, procedures: impl Iterator<Item = &'a Procedure>) -> Option<Shape> {
        let procedures: Vec<&Procedure> = procedures.collect();
        if matches!(self, BuiltIn::Answer | BuiltIn::Unask) {
            return self.shape_of_asks(&procedures);
        }
        let clocks: Vec<&Clock> = procedures.iter().flat_map(|it| &it.clocks).collect();
        let ids = |fits: &dyn Fn(&Clock) -> bool| {
            let mut ids: Vec<String> = Vec::new();
            for clock in clocks.iter().filter(|clock| fits(clock)) {
                if !ids.contains(&clock.id) {
                    ids.push(clock.id.clone());
                }
            }
            ids
        };
        let reasons: Vec<String> =
            clocks.iter().flat_map(|clock| reasons_of(clock)).fold(Vec::new(), |mut all, one| {
                if !all.contains(one) {
                    all.push(one.clone());
                }
                all
            });
        let pausable = ids(&|clock| reasons_of(clock).next().is_some());
        let clock = |ids: Vec<String>| Member::of("clock", Shape::Choice(ids)).titled("时限");
        let members = match self {
            BuiltIn::Pause if pausable.is_empty() => return None,
            BuiltIn::Pause => {
                vec![clock(pausable), Member::of("reason", Shape::Choice(reasons)).titled("暂停事由"), note()]
            }
            BuiltIn::Resume if pausable.is_empty() => return None,
            BuiltIn::Resume => vec![clock(pausable), note()],
            BuiltIn::Extend => {
                let extensible = ids(&|clock| clock.extend.is_some());
                if extensible.is_empty() {
                    return None;
                }
                let length = Member::of("length", Shape::Form(Form::Length)).titled("延长多久");
                let reason = Member::maybe("reason", Shape::Text(1, REASON).or_null()).titled("延长理由");
                vec![clock(extensible), length, reason, note()]
            }
            BuiltIn::Answer | BuiltIn::Unask => return None,
            BuiltIn::Assign => {
                let to = Shape::Text(1, 60).or_null();
                vec![
                    Member::of("assignee", to).titled("交给谁").about("本单位在用账号的登录名；null 为取消交办"),
                    note(),
                ]
            }
        };
        Some(Shape::Object(members))
    }

    /// What an answer, or the taking back of a question, sends: of what is asked, for which body.
    fn shape_of_asks(self, procedures: &[&Procedure]) -> Option<Shape> {
        let asks = || procedures.iter().flat_map(|it| &it.asks);
        let each = |ids: &mut dyn Iterator<Item = &String>| {
            ids.fold(Vec::new(), |mut all: Vec<String>, id| {
                if !all.contains(id) {
                    all.push(id.clone());
                }
                all
            })
        };
        let ids = each(&mut asks().map(|ask| &ask.id));
        if ids.is_empty() {
            return None;
        }
        let mut members = vec![
            Member::of("ask", Shape::Choice(ids)).titled("征求什么"),
            Member::of("body", Shape::Text(1, 60)).titled("单位").about("被征求的单位的标识"),
        ];
        if self == BuiltIn::Answer {
            let answers = each(&mut asks().flat_map(|ask| &ask.answers).map(|answer| &answer.id));
            members.push(Member::of("answer", Shape::Choice(answers)).titled("答复"));
        } else {
            members.push(Member::of("reason", Shape::Text(1, REASON)).titled("收回的理由"));
        }
        members.push(note());
        Some(Shape::Object(members))
    }
}

fn reasons_of(clock: &Clock) -> impl Iterator<Item = &String> {
    clock.pause.iter().filter_map(|rule| match rule {
        PauseRule::Reason(reason) => Some(reason),
        PauseRule::State(_) => None,
    })
}

/// The case that the address names, and the procedure it follows.
async fn opened<'a>(
    server: &Server,
    call: &Call,
    pack: &'a Pack,
    kind: &Kind,
) -> Result<(RecordView, &'a Procedure), Refusal> {
    call.caller.may(kind, Right::Step)?;
    call.asked(&[])?;
    let (id, record) = (kind.id.clone(), call.id()?);
    let view = server.run(move |app| app.record(&id, &record)).await?;
    // Who may take part in a case that lies elsewhere sees nothing of it but the receipt; whether he may, the use case says.
    match pack.case_of(&view.record) {
        Some((_, procedure)) => Ok((view, procedure)),
        None if call.caller.visit.may_read(kind, &view.row) => {
            Err(Error::WrongState("这条记录不按程序办理".to_owned()).into())
        }
        None => Err(Error::NotPermitted.into()),
    }
}

/// `POST /api/v1/kinds/KIND/records/ID/steps/STEP`
pub(crate) async fn step(State(server): State<Server>, call: Call) -> Outcome {
    let pack = server.app().pack.clone();
    let kind = call.kind(&pack)?;
    let (view, procedure) = opened(&server, &call, &pack, kind).await?;
    let name = call.part("step").to_owned();
    let step = procedure.step(&name).ok_or_else(|| Error::NotFound("这个环节".to_owned()))?;
    let body = call.body(&step_shape(&pack, kind, step, server.app().today()))?;
    take(&server, &call, view, Act::Step(name), &body).await
}

/// `POST /api/v1/kinds/KIND/records/ID/acts/ACT`
pub(crate) async fn act(State(server): State<Server>, call: Call) -> Outcome {
    let pack = server.app().pack.clone();
    let kind = call.kind(&pack)?;
    let (view, procedure) = opened(&server, &call, &pack, kind).await?;
    let missing = || Error::NotFound("这种办理".to_owned());
    let built_in = BuiltIn::ALL.into_iter().find(|one| one.name() == call.part("act")).ok_or_else(missing)?;
    let body = call.body(&built_in.shape(std::iter::once(procedure)).ok_or_else(missing)?)?;
    let text = |name: &str| body.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let act = match built_in {
        BuiltIn::Pause => Act::Pause(text("clock")),
        BuiltIn::Resume => Act::Resume(text("clock")),
        BuiltIn::Extend => Act::Extend(text("clock"), text("length")),
        BuiltIn::Answer => Act::Answer { ask: text("ask"), body: text("body"), answer: text("answer") },
        BuiltIn::Unask => Act::Unask { ask: text("ask"), body: text("body") },
        BuiltIn::Assign => Act::Assign(body.get("assignee").and_then(Json::as_str).map(str::to_owned)),
    };
    take(&server, &call, view, act, &body).await
}

async fn take(server: &Server, call: &Call, view: RecordView, act: Act, body: &Map<String, Json>) -> Outcome {
    let (key, version) = (call.request_key()?, call.version()?);
    let now = view.row.version;
    let (caller, fields) = (call.caller.clone(), fields_of(body));
    let text = |name: &str| body.get(name).and_then(Json::as_str).map(str::to_owned);
    let (reason, note) = (text("reason"), text("note"));
    if version.is_some_and(|version| version != now) {
        let done_before = match key.clone() {
            Some(key) => {
                let actor = caller.account().login.clone();
                server.run(move |app| app.was_answered(&actor, &key)).await?
            }
            None => false,
        };
        if !done_before {
            return Err(Refusal::Stale(now));
        }
    }
    let receipt = server
        .run(move |app| {
            let kind = app.pack.kinds.get(view.kind).ok_or_else(|| Error::NotFound("登记种类".to_owned()))?;
            let kind = kind_of(&app.pack, &kind.id)?;
            let mut draft = Draft { fields, scope: None };
            let problems = resolve(app, &caller, kind, &mut draft.fields, Some(&view.record))?;
            let wanted = StepWanted {
                kind: kind.id.clone(),
                id: view.row.id,
                act,
                fields: draft,
                reason,
                note,
                expected_version: version,
            };
            let taken = || app.take_step(Taker::Staff(caller.account()), &wanted, key.as_ref());
            if problems.is_empty() { taken() } else { Err(Error::Invalid(problems)) }
        })
        .await?;
    done(&receipt)
}

/// Which part of the work, as the address names it.
pub(super) const BINS: [(&str, Bin); 3] = [("open", Bin::Open), ("soon", Bin::Soon), ("overdue", Bin::Overdue)];

/// `GET /api/v1/work`
pub(crate) async fn work(State(server): State<Server>, call: Call) -> Outcome {
    call.caller.may_somewhere(Right::Read)?;
    let asked = call.asked(&["bin", "after", "limit"])?;
    let name = asked.word("bin", &BINS.map(|(name, _)| name))?.unwrap_or("open");
    let bin = BINS.iter().find(|(known, _)| *known == name).map_or(Bin::Open, |(_, bin)| *bin);
    let (after, limit) = (asked.after(Form::Due, TaskCursor::read)?, asked.limit()?);
    let account = call.caller.account().clone();
    let page = server.run(move |app| app.work(&account, bin, after, limit)).await?;
    let pack = &server.app().pack;
    let seen = |item: &&WorkItem| call.caller.has(&item.task.kind, Right::Read);
    let items: Vec<Json> = page.items.iter().filter(seen).map(|item| item_json(pack, item)).collect();
    Ok(data(json!({ "work": items, "next": page.next.as_ref().map(TaskCursor::write) })))
}

fn item_json(pack: &Pack, item: &WorkItem) -> Json {
    let task = &item.task;
    json!({
        "record": task.record.to_string(),
        "kind": task.kind,
        "kind_name": item.kind,
        "label": item.label,
        "clock": Some(&task.clock).filter(|clock| !clock.is_empty()),
        "clock_name": item.clock,
        "state": task.state,
        "state_name": item.state,
        "body": Some(&task.body).filter(|body| !body.is_empty()),
        "role": task.role,
        "assignee": task.assignee,
        "due": task.due_day.map(|due| day::date(due).to_string()),
        "due_at": task.due_at.map(|at| instant(pack, at)),
        "provisional": task.provisional,
        "paused": task.paused,
        "late": item.late,
    })
}
