//! 批量办理: one step for several cases, from the workbench and from every list. Which of the ticked ones can take it is told before; then each is taken by
//! itself, so that one that cannot be taken stops no other.

use std::collections::BTreeMap;

use axum::extract::State;
use serde_json::Value as Json;
use zhiheng_app::{Account, App, Error, Foreseen, Offers, RequestKey, StepWanted, Taker};
use zhiheng_pack::case::Act;
use zhiheng_pack::procedure::{ReasonWanted, Step};
use zhiheng_pack::{Draft, Field as Declared, Kind, Pack, Problem, Record, Type};
use zhiheng_store::{RecordId, RecordRow};

use super::content::Content;
use super::fields::{Sent, Typed, controls, sent_of};
use super::forms::{KEY, REASON};
use super::phrases::{Phrases, kept, with_phrases};
use super::records::{filter_values, href, kind_of};
use super::references::{References, resolve, suggested};
use super::steps::{ASSIGNEE, NOTE, asked_where, homeless, note_field, reason_of, said, some};
use super::work::say;
use crate::components::{
    Link,
    batch::{BATCH_NAME, BatchStep},
    field::{Choice, Control, Field},
    light::Tone,
};
use crate::extract::{FormBody, Params, Staff, Visit};
use crate::frame::shell;
use crate::pages::{BatchCase, BatchPage, BatchResultPage, Hidden};
use crate::problem::{Answer, refused, see, show as page_of};
use crate::server::Server;

/// Cases that are handled together at most.
const MOST: usize = 200;
/// The name under which 转办 stands among the steps; no step of a pack can be called so.
const ASSIGN: &str = "@assign";
const ASSIGN_WORD: &str = "转办";

const STEP: &str = "step";
const ITEM: &str = "item";
const BACK: &str = "back";

/// The steps that some of these cases can take together, with how many; `prefix` says the kind where several stand in one list.
pub(super) fn offered<'a>(
    cases: impl Iterator<Item = (&'a Kind, RecordId, &'a Offers)>,
    prefix: bool,
) -> Vec<BatchStep> {
    let mut found: Vec<(String, String, Vec<RecordId>)> = Vec::new();
    for (kind, id, offers) in cases {
        let steps = offers.steps.iter().filter(|offer| offer.together).map(|offer| (&*offer.step, &*offer.name));
        for (step, name) in steps.chain(offers.assign.then_some((ASSIGN, ASSIGN_WORD))) {
            let value = format!("{}.{step}", kind.id);
            match found.iter_mut().find(|(known, ..)| *known == value) {
                Some((.., cases)) if cases.contains(&id) => {}
                Some((.., cases)) => cases.push(id),
                None => {
                    let label = if prefix { format!("{}：{name}", kind.name) } else { name.to_owned() };
                    found.push((value, label, vec![id]));
                }
            }
        }
    }
    // 转办 is last: every case can be given to somebody, and it is not what the list is opened for.
    found.sort_by_key(|(value, ..)| value.ends_with(ASSIGN));
    let step = |(value, label, cases): (String, String, Vec<RecordId>)| BatchStep {
        value,
        label: format!("{label}（{} 件可办）", cases.len()),
    };
    found.into_iter().map(step).collect()
}

/// A case that is ticked, and the version that was seen of it.
#[derive(Clone)]
struct Item {
    kind: String,
    id: RecordId,
    version: Option<i64>,
}

/// What a batch is about: `kind.step`, and cases as `kind.record.version`.
#[derive(Clone)]
struct Batch {
    kind: String,
    step: String,
    items: Vec<Item>,
    back: Link,
}

impl Batch {
    fn of<'a>(step: &str, items: impl Iterator<Item = &'a str>, rows: impl Iterator<Item = &'a str>) -> Option<Batch> {
        let (kind, step) = step.split_once('.')?;
        let item = |text: &str| {
            let (kind, rest) = text.split_once('.')?;
            let (id, version) = rest.split_once('.').unwrap_or((rest, ""));
            Some(Item { kind: kind.to_owned(), id: id.parse().ok()?, version: version.parse().ok() })
        };
        let row = |text: &str| Some(Item { kind: kind.to_owned(), id: text.parse().ok()?, version: None });
        let mut found: Vec<Item> = Vec::new();
        for one in items.filter_map(item).chain(rows.filter_map(row)).take(MOST) {
            if !found.iter().any(|known| known.id == one.id) {
                found.push(one);
            }
        }
        let back = Link::new("工作台", "/work");
        Some(Batch { kind: kind.to_owned(), step: step.to_owned(), items: found, back })
    }

    fn of_form(form: &FormBody, pack: &Pack) -> Option<Batch> {
        let batch = Batch::of(form.get(STEP), form.all(ITEM), std::iter::empty())?;
        let list = format!("/kinds/{}", batch.kind);
        let back = form.get(BACK);
        // Only to where it came from: the list of its kind.
        let own = back == list || back.strip_prefix(&list).is_some_and(|rest| rest.starts_with('?'));
        match pack.kind(&batch.kind).filter(|_| own) {
            Some(kind) => Some(Batch { back: Link::new(kind.name.clone(), back), ..batch }),
            None => Some(batch),
        }
    }

    fn act(&self, assignee: &str) -> Act {
        match self.step.as_str() {
            ASSIGN => Act::Assign(some(assignee)),
            step => Act::Step(step.to_owned()),
        }
    }

    /// The step as the kind's newest procedure that has it declares it; none: 转办.
    fn declared<'a>(&self, pack: &'a Pack) -> Result<Option<&'a Step>, Error> {
        if self.step == ASSIGN {
            return Ok(None);
        }
        let procedures = pack.kind(&self.kind).into_iter().flat_map(|kind| &kind.procedures).rev();
        let mut steps = procedures.filter_map(|at| pack.procedures.get(*at)?.step(&self.step));
        steps.next().map(Some).ok_or_else(|| Error::NotFound("这个环节".to_owned()))
    }

    fn hidden(&self, key: &str, ready: &[(Item, i64)]) -> Vec<Hidden> {
        let one = |name: &str, value: String| Hidden { name: name.to_owned(), value };
        let mut hidden = vec![
            one(KEY, key.to_owned()),
            one(STEP, format!("{}.{}", self.kind, self.step)),
            one(BACK, self.back.href.clone()),
        ];
        let item = |(item, version): &(Item, i64)| one(ITEM, format!("{}.{}.{version}", item.kind, item.id));
        hidden.extend(ready.iter().map(item));
        hidden
    }
}

/// `GET /work/batch`: what was ticked on the workbench or on a list, which of it can take the step, and the question for what all of it shares.
pub(crate) async fn choose(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    params: Params,
) -> Answer {
    let all =
        |wanted: &'static str| params.0.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let pack = server.app().pack.clone();
    let from_list = params.get(BACK) != "work";
    let batch = Batch::of(params.get(STEP), all(ITEM), all(BATCH_NAME));
    let kind = batch.as_ref().and_then(|batch| pack.kind(&batch.kind));
    let back = match kind.filter(|_| from_list) {
        Some(kind) => {
            let list = href(&format!("/kinds/{}", kind.id), &filter_values(kind, &params));
            Link::new(kind.name.clone(), list)
        }
        None => Link::new("工作台", "/work"),
    };
    let Some(batch) = batch.filter(|batch| !batch.items.is_empty()) else {
        say(&server, &visit, Tone::Warn, "请先勾选要办理的事项，再选一起办的环节。".to_owned());
        return Ok(see(&back.href));
    };
    let given = Given::default();
    Ok(page_of(page(&server, &visit, &account, Batch { back, ..batch }, &given, &[]).await?.render()))
}

/// What was filled in for all.
#[derive(Default)]
struct Given {
    typed: Typed,
    wrong: BTreeMap<String, String>,
    references: Option<References>,
    reason: String,
    note: String,
    assignee: String,
    problems: Vec<String>,
}

/// A case with what stands before it, as the page shows it.
struct Seen {
    item: Item,
    case: BatchCase,
    found: Option<Foreseen>,
}

fn look(app: &App, visit: &Visit, account: &Account, batch: &Batch) -> Result<Vec<Seen>, Error> {
    let act = batch.act("");
    let one = |item: &Item| {
        let found = app.foresee(account, &item.kind, &item.id, &act)?;
        Ok(Seen { case: told(app, visit, item, found.as_ref(), &batch.kind), item: item.clone(), found })
    };
    batch.items.iter().map(one).collect()
}

/// What a case is called, for somebody who may know it, and why it cannot be taken.
fn told(app: &App, visit: &Visit, item: &Item, found: Option<&Foreseen>, kind_id: &str) -> BatchCase {
    let kind = app.pack.kind(&item.kind);
    let name = kind.map_or("（没有这个种类）", |kind| kind.name.as_str());
    let link = |label: &str| Link::new(label, format!("/kinds/{}/{}", item.kind, item.id));
    let Some((kind, found)) = kind.zip(found) else {
        return BatchCase { case: link(name), state: String::new(), why: "没有这条记录。".to_owned() };
    };
    let mut why = found.obstacle.clone().unwrap_or_default();
    if !visit.may_read(kind, &found.row) && !why.is_empty() {
        let why = "不是您办理的事项。".to_owned();
        return BatchCase { case: link(name), state: String::new(), why };
    }
    if item.kind != kind_id {
        why = "这一类没有这个环节。".to_owned();
    }
    let content = Content::of(&app.pack, kind, visit).at(&found.row);
    // Whoever may take the step has a part in the case.
    let content = if found.obstacle.is_none() { content.taking_part() } else { content };
    let label = content.label(&found.record);
    let state = app.pack.state_of(&found.record).map(|state| state.name.clone()).unwrap_or_default();
    BatchCase { case: link(&label), state, why }
}

async fn page(
    server: &Server,
    visit: &Visit,
    account: &Account,
    batch: Batch,
    given: &Given,
    problems: &[Problem],
) -> Result<BatchPage, Error> {
    let pack = server.app().pack.clone();
    let kind = kind_of(&pack, &batch.kind)?;
    let step = batch.declared(&pack)?;
    let (reader, own, wanted) = (visit.clone(), account.clone(), batch.clone());
    let (seen, people) = server
        .run(move |app| {
            let seen = look(app, &reader, &own, &wanted)?;
            let people = if wanted.step == ASSIGN { people(app, &seen)? } else { Vec::new() };
            Ok((seen, people))
        })
        .await?;
    let ready: Vec<(Item, i64)> = seen
        .iter()
        .filter(|one| one.case.why.is_empty())
        .filter_map(|one| Some((one.item.clone(), one.found.as_ref()?.row.version)))
        .collect();
    let mut fields = match step {
        Some(step) => {
            let suggested = match &given.references {
                Some(known) => known.clone(),
                None => suggested(server, visit, kind).await?,
            };
            let shared = shared(kind, step, visit, &seen);
            let mut fields = controls(&pack, shared.iter(), &given.typed, problems, &given.wrong, &suggested, "");
            fields.extend(reason_of(&pack, step, &given.reason, said(problems, REASON)));
            fields
        }
        None => vec![assignee(people, &given.assignee)],
    };
    fields.push(note_field(&given.note));
    Phrases::of(server, account).await?.offer(&mut fields);
    let mut problems = homeless(problems, &fields);
    problems.extend(given.problems.iter().cloned());
    Ok(BatchPage {
        shell: shell(server, visit),
        step: step.map_or(ASSIGN_WORD, |step| step.name.as_str()).to_owned(),
        hidden: batch.hidden(&server.chance::<16>(), &ready),
        back: batch.back,
        cases: seen.into_iter().map(|one| one.case).collect(),
        fields,
        problems,
    })
}

/// The fields of a step that are asked of all of these cases: what stands in one of them and is not the taker's to read is not written over in any.
fn asked_of<'a>(
    kind: &Kind,
    step: &Step,
    visit: &Visit,
    cases: impl Iterator<Item = (&'a Record, &'a RecordRow)> + Clone,
) -> Vec<Declared> {
    let open = |index: usize| {
        cases.clone().all(|(record, row)| record.value(index).is_none() || visit.reads(kind, index, row))
    };
    let mut fields = asked_where(kind, step, open);
    fields.retain(|field| field.kind != Type::File);
    fields
}

/// The fields of a step that are asked once: what is left blank stays in every case as it is. A file is of one case.
fn shared(kind: &Kind, step: &Step, visit: &Visit, seen: &[Seen]) -> Vec<Declared> {
    let ready: Vec<&Foreseen> =
        seen.iter().filter(|one| one.case.why.is_empty()).filter_map(|one| one.found.as_ref()).collect();
    let one = |at: usize, field: Declared| {
        let lacking = ready.iter().filter(|case| case.lacks.contains(&at)).count();
        let all = !ready.is_empty() && lacking == ready.len();
        let keeps = match lacking {
            _ if all => None,
            0 => Some("不填的，各件保持原来的内容".to_owned()),
            some => Some(format!("不填的，各件保持原来的内容；有 {some} 件还空着，必须填")),
        };
        let hint = [field.hint.clone(), keeps].into_iter().flatten().collect::<Vec<_>>().join("；");
        Declared { required: all, hint: (!hint.is_empty()).then_some(hint), ..field }
    };
    let fields = asked_of(kind, step, visit, ready.iter().map(|case| (&case.record, &case.row))).into_iter();
    fields.filter_map(|field| Some(one(kind.field_index(&field.id)?, field))).collect()
}

/// Whom some of the cases can be given to: accounts of the bodies that have them and that can take a step.
fn people(app: &App, seen: &[Seen]) -> Result<Vec<(String, String)>, Error> {
    let ready = seen.iter().filter(|one| one.case.why.is_empty()).filter_map(|one| one.found.as_ref());
    let mut found: Vec<(String, String)> = Vec::new();
    for case in ready {
        let Some(kind) = app.pack.kind(&case.row.kind) else { continue };
        let body = case.row.body.as_deref().and_then(|body| app.pack.body(body));
        let of = body.map_or("", |body| body.name.as_str());
        for (login, name) in app.assignable(kind, &case.row)?.people {
            if !found.iter().any(|(known, _)| *known == login) {
                found.push((login, format!("{name}（{of}）")));
            }
        }
    }
    Ok(found)
}

fn assignee(people: Vec<(String, String)>, chosen: &str) -> Field {
    let all = people.into_iter().map(|(login, name)| Choice::new(&login, name).chosen(login == chosen));
    Field::new(ASSIGNEE, "转给谁", Control::Area { options: all.collect() })
        .hint("只能转给承办单位的人，他会收到消息；不选的，本单位的人都能办")
}

/// `POST /work/batch/take`: takes the step case by case and says what became of each.
pub(crate) async fn take(State(server): State<Server>, visit: Visit, Staff(account): Staff, form: FormBody) -> Answer {
    let form = with_phrases(&form);
    let pack = server.app().pack.clone();
    let batch = Batch::of_form(&form, &pack).ok_or_else(|| Error::NotFound("这个环节".to_owned()))?;
    let kind = kind_of(&pack, &batch.kind)?;
    let step = batch.declared(&pack)?;
    let fields: Vec<Declared> = step.map(|step| asked_where(kind, step, |_| true)).unwrap_or_default();
    let shared = fields.iter().filter(|field| field.kind != Type::File);
    let mut sent: Sent = sent_of(kind, shared, &form, None);
    let references = resolve(&server, &visit, kind, &form, &mut sent).await?;
    let mut given = Given {
        typed: sent.draft.fields.clone(),
        wrong: sent.wrong,
        references: Some(references),
        reason: form.get(REASON).to_owned(),
        note: form.get(NOTE).replace("\r\n", "\n"),
        assignee: form.get(ASSIGNEE).to_owned(),
        problems: Vec::new(),
    };
    let wants_reason = step.is_some_and(|step| step.reason != ReasonWanted::None);
    if wants_reason && given.reason.is_empty() {
        let blank = Problem {
            message: "请写明理由。".to_owned(),
            ..Problem::of_field(zhiheng_pack::problem::REQUIRED, REASON, "")
        };
        return Ok(refused(page(&server, &visit, &account, batch, &given, &[blank]).await?.render()));
    }
    let blank = |value: &Json| match value {
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        other => other.is_null(),
    };
    let wanted = StepWanted {
        kind: batch.kind.clone(),
        id: RecordId([0; 16]),
        act: batch.act(&given.assignee),
        fields: Draft {
            fields: given.typed.clone().into_iter().filter(|(_, value)| !blank(value)).collect(),
            scope: None,
        },
        reason: some(&given.reason),
        note: some(&given.note),
        expected_version: None,
    };
    let (key, phrases) = (form.get(KEY).to_owned(), kept(&form));
    let (reader, own, asked) = (visit.clone(), account.clone(), batch.clone());
    let (results, problems, remarks) = server
        .run(move |app| {
            let (mut results, mut problems) = (Vec::with_capacity(asked.items.len()), Vec::new());
            for item in &asked.items {
                let found = app.foresee(&own, &item.kind, &item.id, &wanted.act)?;
                let case = told(app, &reader, item, found.as_ref(), &asked.kind);
                let shut = found.as_ref().and_then(|found| shut(app, &reader, found, &wanted.fields));
                let why = shut.or_else(|| one_of(app, &own, &wanted, item, &key, &mut problems).err());
                // What a stranger's case says is not told.
                let hidden = case.why.starts_with("不是您办理") && why.is_some();
                let why = if hidden { case.why.clone() } else { why.unwrap_or_default() };
                results.push(BatchCase { why, ..case });
            }
            let refused = phrases.iter().filter_map(|text| app.keep_phrase(&own, text).err());
            let remarks: Vec<String> = refused.map(|error| format!("没有存为常用意见：{}", words(&error))).collect();
            Ok((results, problems, remarks))
        })
        .await?;
    // What is wrong in every one of them was filled in wrong: it is asked again, with what was written.
    if results.iter().all(|one| !one.why.is_empty()) && problems.len() == results.len() {
        let first = problems.into_iter().next().unwrap_or_default();
        given.problems = Vec::new();
        return Ok(refused(page(&server, &visit, &account, batch, &given, &first).await?.render()));
    }
    let step = step.map_or(ASSIGN_WORD, |step| step.name.as_str()).to_owned();
    Ok(page_of(BatchResultPage { shell: shell(&server, &visit), step, back: batch.back, results, remarks }.render()))
}

fn words(error: &Error) -> String {
    match error {
        Error::Invalid(problems) => {
            let all: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
            all.join("；")
        }
        other => other.message(),
    }
}

/// Why what was filled in for all may not be written over what stands in this case: it is not the taker's to read.
fn shut(app: &App, visit: &Visit, found: &Foreseen, given: &Draft) -> Option<String> {
    let kind = app.pack.kind(&found.row.kind)?;
    let stands = |id: &String| {
        let index = kind.field_index(id)?;
        let kept = found.record.value(index).is_some() && !visit.reads(kind, index, &found.row);
        kept.then(|| kind.fields.get(index)).flatten().map(|field| field.name.as_str())
    };
    let names: Vec<&str> = given.fields.keys().filter_map(stands).collect();
    let said = || format!("“{}”已有内容，您不能查看，也不能在一起办理时改写；请单独办理这一件。", names.join("”“"));
    (!names.is_empty()).then(said)
}

/// Takes the step of one case; says why not. `problems` gathers what was wrong with what was filled in.
fn one_of(
    app: &App,
    account: &Account,
    wanted: &StepWanted,
    item: &Item,
    key: &str,
    problems: &mut Vec<Vec<Problem>>,
) -> Result<(), String> {
    if item.kind != wanted.kind {
        return Err("这一类没有这个环节。".to_owned());
    }
    let wanted = StepWanted { id: item.id, expected_version: item.version, ..wanted.clone() };
    let key = (key.len() >= 16).then(|| RequestKey(format!("{key}.{}", item.id)));
    app.take_step(Taker::Staff(account), &wanted, key.as_ref()).map(|_| ()).map_err(|error| {
        let told = words(&error);
        if let Error::Invalid(found) = error {
            problems.push(found);
        }
        told
    })
}
