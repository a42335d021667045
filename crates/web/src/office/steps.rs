//! 办理一个环节: the form of a step that the procedure declares, and of the acts that every procedure has – 暂停计时, 恢复计时, 延长期限, 交办.
//! Who may take it, and whether it can be taken now, is the use case's to say; a form that was refused says everything at once.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;
use zhiheng_app::{
    Account, AskedView, CaseView, Error, Receipt, RecordView, RequestKey, StepWanted, Taker, extended_in,
};
use zhiheng_pack::case::Act;
use zhiheng_pack::procedure::{Clock, Length, PauseRule, ReasonWanted, Step, Unit};
use zhiheng_pack::{Draft, Field as Declared, Kind, Level, Pack, Problem, Type};

use super::content::Content;
use super::course::{Course, Opened, advice};
use super::fields::{Sent, Typed, controls, sent_of, typed_of};
use super::forms::{KEY, REASON, VERSION, moved};
use super::phrases::{Phrases, kept, with_phrases};
use super::records::{case_of, id_of, kind_of, takes_part};
use super::references::{References, resolve, suggested};
use crate::components::{
    Link,
    action::{Action, Weight},
    field::{Choice, Control, Field},
    flash::Flash,
    light::Tone,
    summary::Line,
};
use crate::extract::{FormBody, Params, Staff, Visit};
use crate::frame::shell;
use crate::held::Once;
use crate::pages::{Hidden, StepPage};
use crate::problem::{Answer, Failure, refused, see, show};
use crate::server::Server;
use crate::words::date;

pub(super) const NOTE: &str = "note";
const CLOCK: &str = "clock";
const LENGTH: &str = "length";
const UNIT: &str = "unit";
pub(super) const ASSIGNEE: &str = "assignee";
const ANSWER: &str = "answer";
/// The page that sent the form; only the home page is one to come back to.
pub(crate) const BACK: &str = "back";
pub(crate) const HOME: &str = "/";
/// Longest reason and remark, in characters.
const REASON_LEN: u32 = 500;
/// Longest opinion of a body that was asked, in characters.
const OPINION_LEN: u32 = 2000;

/// A case that somebody of the staff is about to handle.
struct Handled {
    view: RecordView,
    case: CaseView,
}

impl Handled {
    async fn open(server: &Server, visit: &Visit, kind: &str, id: &str) -> Result<Handled, Failure> {
        let (kind, id) = (kind.to_owned(), id_of(id)?);
        let view = server.run(move |app| app.record(&kind, &id)).await?;
        let case = case_of(server, visit, &view);
        let kind = server.app().pack.kinds.get(view.kind).ok_or(Error::NotPermitted)?;
        if !visit.sees(kind, &view.row) && !takes_part(visit, case.as_ref()) {
            return Err(Error::NotPermitted.into());
        }
        if !view.row.live {
            return Err(Error::WrongState("记录已撤销，请先恢复再办理".to_owned()).into());
        }
        let case = case.ok_or_else(|| Error::WrongState("这条记录不按程序办理".to_owned()))?;
        Ok(Handled { view, case })
    }

    fn here(&self, kind: &Kind) -> String {
        format!("/kinds/{}/{}", kind.id, self.view.row.id)
    }
}

/// What the form holds besides the fields of the record.
#[derive(Default)]
struct Typing {
    key: String,
    version: i64,
    reason: String,
    note: String,
}

impl Typing {
    fn blank(server: &Server, handled: &Handled) -> Typing {
        Typing { key: server.chance::<16>(), version: handled.view.row.version, ..Typing::default() }
    }

    fn of(form: &FormBody) -> Typing {
        Typing {
            key: form.get(KEY).to_owned(),
            version: form.get(VERSION).parse().unwrap_or_default(),
            reason: form.get(REASON).to_owned(),
            note: form.get(NOTE).replace("\r\n", "\n"),
        }
    }

    fn hidden(&self) -> Vec<Hidden> {
        let one = |name: &str, value: String| Hidden { name: name.to_owned(), value };
        vec![one(KEY, self.key.clone()), one(VERSION, self.version.to_string())]
    }
}

pub(super) fn said(problems: &[Problem], field: &str) -> Option<String> {
    let of_field = problems.iter().filter(|it| it.field.as_deref() == Some(field) && it.level == Level::Refuse);
    let all: Vec<&str> = of_field.map(|problem| problem.message.as_str()).collect();
    (!all.is_empty()).then(|| all.join(""))
}

/// What is wrong with the form as a whole: problems that belong to none of its fields.
pub(super) fn homeless(problems: &[Problem], fields: &[Field]) -> Vec<String> {
    let known = |problem: &&Problem| {
        let at = problem.field.as_deref().unwrap_or_default();
        !fields.iter().any(|field| field.id == at || field.id == format!("f-{at}"))
    };
    let refusing = problems.iter().filter(|problem| problem.level == Level::Refuse);
    refusing.filter(known).map(|problem| problem.message.clone()).collect()
}

/// The fields that a step asks for, those that it must have first. A field that must be filled is marked so, whatever the kind says.
/// What stands there already and is not the taker's to read is not asked of him: it stays as it is.
fn asked(kind: &Kind, step: &Step, visit: &Visit, view: &RecordView) -> Vec<Declared> {
    asked_where(kind, step, |index| view.record.value(index).is_none() || visit.reads(kind, index, &view.row))
}

/// The same, of the fields that `open` leaves.
pub(super) fn asked_where(kind: &Kind, step: &Step, open: impl Fn(usize) -> bool) -> Vec<Declared> {
    let must = step.require.iter().map(|index| (index, true));
    let may = step.ask.iter().filter(|index| !step.require.contains(index)).map(|index| (index, false));
    let field = |(index, must): (&usize, bool)| {
        let field = kind.fields.get(*index).filter(|_| open(*index))?.clone();
        Some(Declared { required: field.required || must, ..field })
    };
    must.chain(may).filter_map(field).collect()
}

/// The field of a step's reason; none where it wants none.
pub(super) fn reason_of(pack: &Pack, step: &Step, typed: &str, error: Option<String>) -> Option<Field> {
    let control = match &step.reason {
        ReasonWanted::None => return None,
        ReasonWanted::Words => Control::Passage { value: typed.to_owned(), max_len: Some(REASON_LEN), rows: 2 },
        ReasonWanted::Listed(list) => {
            let items = pack.lists.get(*list).map(|list| list.items.as_slice()).unwrap_or_default();
            let open = items.iter().filter(|item| item.until.is_none());
            Control::Choice {
                options: open.map(|item| Choice::new(&item.id, &item.name).chosen(item.id == typed)).collect(),
            }
        }
    };
    let field = Field::new(REASON, format!("{}的理由", step.name), control).required();
    Some(Field { error, ..field })
}

/// The field of a remark.
pub(super) fn note_field(typed: &str) -> Field {
    let control = Control::Passage { value: typed.to_owned(), max_len: Some(REASON_LEN), rows: 2 };
    Field::new(NOTE, "说明", control).hint("写进办理经过，可不填")
}

/// `GET /kinds/KIND/ID/steps/STEP`
pub(crate) async fn form(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    Path((kind_id, id, step)): Path<(String, String, String)>,
    params: Params,
) -> Answer {
    let handled = Handled::open(&server, &visit, &kind_id, &id).await?;
    let pack = server.app().pack.clone();
    let kind = kind_of(&pack, &kind_id)?;
    let step = offered(&handled, kind, &step)?;
    let mut typed = typed_of(kind, &handled.view.record);
    leave_fresh(kind, step, &handled, &mut typed);
    // A link may fill in what the step asks for: 更正 names what it corrects.
    for field in step.require.iter().chain(&step.ask).filter_map(|at| kind.fields.get(*at)) {
        typed.extend(super::publish::fills(&params.0, &field.id).map(|value| (field.id.clone(), value)));
    }
    let typing = Typing::blank(&server, &handled);
    let references = suggested(&server, &visit, kind).await?;
    let (wrong, references) = (&BTreeMap::new(), &references);
    let phrases = &Phrases::of(&server, &account).await?;
    let filled = Filled { typed: &typed, typing: &typing, problems: &[], wrong, references, phrases };
    Ok(show(page(&server, &visit, kind, &handled, step, &filled).render()))
}

/// 重新填写: what is said anew is not offered as it was. A passage is, to be revised, and a file stays.
fn leave_fresh(kind: &Kind, step: &Step, handled: &Handled, typed: &mut Typed) {
    let again = !step.fresh.is_empty() && handled.case.case.taken(&step.id).is_some();
    let asked = step.require.iter().chain(&step.ask);
    let anew = asked.filter(|at| match handled.case.procedure.is_anchor(**at) {
        // What need not be given stays as it is: left blank, it would be emptied.
        true => step.fresh.contains(at) && step.require.contains(at),
        false => again,
    });
    for field in anew.filter_map(|at| kind.fields.get(*at)) {
        if !matches!(field.kind, Type::Passage | Type::File) {
            typed.remove(&field.id);
        }
    }
}

/// The step that an address names, where it is this reader's to take now; else why not, with the way back.
fn offered<'a>(handled: &'a Handled, kind: &Kind, id: &str) -> Result<&'a Step, Failure> {
    let back = || Action::open("回到这件事", handled.here(kind)).weight(Weight::Primary);
    if let Some(why) = handled.case.blocked.get(id) {
        return Err(Failure::from(Error::WrongState(why.clone())).way(back()));
    }
    let open = handled.case.steps.iter().find(|step| step.id == id);
    open.ok_or_else(|| match handled.case.procedure.step(id) {
        None => Error::NotFound("这个环节".to_owned()).into(),
        Some(step) => {
            let why = format!("现在是“{}”，您不能办理“{}”", handled.case.state, step.name);
            Failure::from(Error::WrongState(why)).way(back())
        }
    })
}

struct Filled<'a> {
    typed: &'a Typed,
    typing: &'a Typing,
    problems: &'a [Problem],
    wrong: &'a BTreeMap<String, String>,
    references: &'a References,
    phrases: &'a Phrases,
}

fn page(server: &Server, visit: &Visit, kind: &Kind, handled: &Handled, step: &Step, filled: &Filled<'_>) -> StepPage {
    let pack = &server.app().pack;
    let here = handled.here(kind);
    let asked = asked(kind, step, visit, &handled.view);
    let mut fields =
        controls(pack, asked.iter(), filled.typed, filled.problems, filled.wrong, filled.references, &here);
    fields.extend(reason_of(pack, step, &filled.typing.reason, said(filled.problems, REASON)));
    let mut note = note_field(&filled.typing.note);
    if !step.evidence.is_empty() {
        note = note.hint("写进办理经过；没有附佐证材料的，在这里写明原因");
    }
    fields.push(note);
    filled.phrases.offer(&mut fields);
    let after = step.to.and_then(|to| handled.case.procedure.states.get(to));
    let mut base = base(server, visit, kind, handled, &step.name);
    base.lines.extend(after.map(|state| Line::text("办理后", &state.name)));
    let (nobody, nothing, none) = (BTreeMap::new(), Opened::new(), BTreeMap::new());
    let (now, own) = (server.app().now(), here.clone());
    let course = Course { pack, case: &handled.case, here: own, now, people: &nobody, opened: &nothing, raises: &none };
    base.remarks = course.stopped_by(step);
    base.remarks.extend(handled.case.source_met.iter().map(|words| advice(words, None)));
    let prompts = handled.case.advice.iter().filter(|(id, ..)| *id == step.id);
    base.remarks.extend(prompts.map(|(_, words, basis)| advice(words, basis.as_deref())));
    StepPage {
        hint: step.hint.clone().unwrap_or_default(),
        action: format!("{here}/steps/{}", step.id),
        hidden: filled.typing.hidden(),
        problems: homeless(filled.problems, &fields),
        fields,
        ..base
    }
}

/// What the form of a step and that of an act have in common.
fn base(server: &Server, visit: &Visit, kind: &Kind, handled: &Handled, word: &str) -> StepPage {
    let content = Content::of(&server.app().pack, kind, visit).at(&handled.view.row).taking_part();
    let label = content.label(&handled.view.record);
    StepPage {
        shell: shell(server, visit),
        title: format!("{word}：{label}"),
        kind: kind.name.clone(),
        kind_href: format!("/kinds/{}", kind.id),
        lines: vec![Line::text(kind.name.clone(), label.clone()), Line::text("现在", &handled.case.state)],
        label,
        submit: word.to_owned(),
        cancel: handled.here(kind),
        ..StepPage::default()
    }
}

/// `POST /kinds/KIND/ID/steps/STEP`
pub(crate) async fn take(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    Path((kind_id, id, step_id)): Path<(String, String, String)>,
    form: FormBody,
) -> Answer {
    let form = with_phrases(&form);
    let handled = Handled::open(&server, &visit, &kind_id, &id).await?;
    let pack = server.app().pack.clone();
    let kind = kind_of(&pack, &kind_id)?;
    // A second click finds the step taken: its answer is kept under its key, so the use case is asked before the state is.
    let step = handled.case.procedure.step(&step_id).ok_or_else(|| Error::NotFound("这个环节".to_owned()))?;
    let asked = asked(kind, step, &visit, &handled.view);
    let mut given = sent_of(kind, asked.iter(), &form, Some(&handled.view.record));
    let references = resolve(&server, &visit, kind, &form, &mut given).await?;
    let typing = Typing::of(&form);
    let phrases = Phrases::of(&server, &account).await?;
    let again = |problems: &[Problem]| {
        let (typed, wrong) = (&given.draft.fields, &given.wrong);
        let filled = Filled { typed, typing: &typing, problems, wrong, references: &references, phrases: &phrases };
        refused(page(&server, &visit, kind, &handled, step, &filled).render())
    };
    if !given.wrong.is_empty() {
        return Ok(again(&[]));
    }
    let wanted = StepWanted {
        kind: kind_id,
        id: handled.view.row.id,
        act: Act::Step(step_id),
        fields: Draft { fields: given.draft.fields.clone(), scope: None },
        reason: some(&typing.reason),
        note: some(&typing.note),
        expected_version: Some(typing.version),
    };
    match taken(&server, &account, wanted, &given, &typing.key).await {
        Ok(receipt) => {
            let word = format!("已办理：{}{}", step.name, keep(&server, &account, &form).await?);
            Ok(done(&server, &visit, kind, &receipt, &word, form.get(BACK)))
        }
        Err(Error::Invalid(problems)) => Ok(again(&problems)),
        Err(error) => Err(back(error, &handled, kind)),
    }
}

pub(super) fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

async fn taken(
    server: &Server,
    account: &Account,
    wanted: StepWanted,
    given: &Sent,
    key: &str,
) -> Result<Receipt, Error> {
    let (account, files) = (account.clone(), given.files.clone());
    let key = (key.len() >= 16).then(|| RequestKey(key.to_owned()));
    server
        .run(move |app| {
            for (file, media_type) in &files {
                app.store_file(&account.login, &file.name, media_type, &file.bytes)?;
            }
            app.take_step(Taker::Staff(&account), &wanted, key.as_ref())
        })
        .await
}

/// Keeps as phrases what was ticked so; what is said where one was not kept.
async fn keep(server: &Server, account: &Account, form: &FormBody) -> Result<String, Error> {
    let (texts, account) = (kept(form), account.clone());
    if texts.is_empty() {
        return Ok(String::new());
    }
    server
        .run(move |app| {
            for text in &texts {
                match app.keep_phrase(&account, text) {
                    Ok(()) => {}
                    Err(Error::Invalid(problems)) => {
                        let why = problems.first().map(|problem| problem.message.clone()).unwrap_or_default();
                        return Ok(format!("。没有存为常用意见：{}", why.trim_end_matches('。')));
                    }
                    Err(error) => return Err(error),
                }
            }
            Ok("，写的话已存为常用意见".to_owned())
        })
        .await
}

/// Leaves the message and leads to the record, or to the home page whose button it was.
fn done(server: &Server, visit: &Visit, kind: &Kind, receipt: &Receipt, word: &str, back: &str) -> Response {
    let moved = moved(&server.app().pack, receipt);
    let mut text = match moved.first() {
        None => format!("{word}。"),
        Some(first) if moved.len() == 1 => format!("{word}。{}的数字随之更新。", first.name),
        Some(first) => format!("{word}。{}等 {} 项指标的数字随之更新。", first.name, moved.len()),
    };
    for warning in &receipt.warnings {
        text.push_str(&format!(" 提醒：{warning}"));
    }
    let home = back == HOME;
    let link = (!home).then(|| Link::new("回到工作台", "/work"));
    server.held().leave(&visit.secret, Once { flash: Some(Flash { tone: Tone::Good, text, link }), link: None });
    if home {
        return see(HOME);
    }
    see(&format!("/kinds/{}/{}", kind.id, receipt.id))
}

/// What went wrong, with the way back to the case as it is now.
fn back(error: Error, handled: &Handled, kind: &Kind) -> Failure {
    match error {
        Error::Conflict(_) | Error::WrongState(_) => {
            Failure::from(error).way(Action::open("查看最新情况", handled.here(kind)).weight(Weight::Primary))
        }
        other => other.into(),
    }
}

/// The acts that every procedure has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BuiltIn {
    Pause,
    Resume,
    Extend,
    Confirm,
    Assign,
    Answer,
    Unask,
}

impl BuiltIn {
    fn of_name(name: &str) -> Option<BuiltIn> {
        Some(match name {
            "pause" => BuiltIn::Pause,
            "resume" => BuiltIn::Resume,
            "extend" => BuiltIn::Extend,
            "confirm" => BuiltIn::Confirm,
            "assign" => BuiltIn::Assign,
            "answer" => BuiltIn::Answer,
            "unask" => BuiltIn::Unask,
            _ => return None,
        })
    }

    fn word(self) -> &'static str {
        match self {
            BuiltIn::Pause => "暂停计时",
            BuiltIn::Resume => "恢复计时",
            BuiltIn::Extend => "延长期限",
            BuiltIn::Confirm => "确认更正",
            BuiltIn::Assign => "交办",
            BuiltIn::Answer => "答复",
            BuiltIn::Unask => "收回",
        }
    }

    fn name(self) -> &'static str {
        match self {
            BuiltIn::Pause => "pause",
            BuiltIn::Resume => "resume",
            BuiltIn::Extend => "extend",
            BuiltIn::Confirm => "confirm",
            BuiltIn::Assign => "assign",
            BuiltIn::Answer => "answer",
            BuiltIn::Unask => "unask",
        }
    }

    /// What it does, in a sentence.
    fn hint(self) -> &'static str {
        match self {
            BuiltIn::Pause => "暂停当日仍计，次日起不计；恢复以后接着算。",
            BuiltIn::Resume => "恢复当日不计，次日起接着算。",
            BuiltIn::Extend => "延长以后重新计算到期日，并从新的到期日重新提醒。",
            BuiltIn::Confirm => "核对原始凭证，确认更正后的日期属实：这次逾期不再计入，办理经过里两次的日期都留着。",
            BuiltIn::Assign => "交给本单位的一个人承办；没有交办的，本单位的人都看得到、都能办。",
            BuiltIn::Answer => "代表本单位答复，答复以后不能再改；要补充的，请发出单位再次征求。",
            BuiltIn::Unask => "不再需要这一家答复，它的待办随之结束；其他单位不受影响。",
        }
    }

    /// The clock that an address names, where the act is offered on it.
    fn clock<'a>(self, case: &'a CaseView, id: &str) -> Option<&'a Clock> {
        let allowed = match self {
            BuiltIn::Pause => &case.pausable,
            BuiltIn::Resume => &case.resumable,
            BuiltIn::Extend => &case.extensible,
            BuiltIn::Confirm => &case.confirmable,
            BuiltIn::Assign | BuiltIn::Answer | BuiltIn::Unask => return None,
        };
        allowed.iter().filter_map(|at| case.procedure.clocks.get(*at)).find(|clock| clock.id == id)
    }
}

/// A body that was asked, as addresses and forms name it.
pub(super) fn line_of(one: &AskedView) -> String {
    format!("{}.{}", one.ask.id, one.asked.body)
}

/// What an act works on: a clock, a body that was asked, or the people a case may be given to.
enum Target<'a> {
    Clock(&'a Clock),
    Asked(&'a AskedView),
    People(zhiheng_app::Assignable),
}

async fn target<'a>(
    server: &Server,
    handled: &'a Handled,
    kind: &Kind,
    act: BuiltIn,
    clock: &str,
) -> Result<Target<'a>, Failure> {
    let back = || Action::open("回到这件事", handled.here(kind)).weight(Weight::Primary);
    if act == BuiltIn::Assign {
        if !handled.case.assignable {
            return Err(Error::NotPermitted.into());
        }
        let (kind, row) = (kind.id.clone(), handled.view.row.clone());
        let found = server.run(move |app| app.assignable(super::records::kind_of(&app.pack, &kind)?, &row)).await?;
        return Ok(Target::People(found));
    }
    if matches!(act, BuiltIn::Answer | BuiltIn::Unask) {
        let allowed = |one: &&AskedView| if act == BuiltIn::Answer { one.answerable } else { one.retractable };
        let asked = handled.case.asked.iter().filter(allowed).find(|one| line_of(one) == clock);
        let why = || Error::WrongState(format!("这一家已经答复、不再需要它答复，或者不由您{}", act.word()));
        return asked.map(Target::Asked).ok_or_else(|| Failure::from(why()).way(back()));
    }
    let why = || Error::WrongState(format!("这个时限现在不能{}", act.word()));
    let clock = act.clock(&handled.case, clock).ok_or_else(|| Failure::from(why()).way(back()))?;
    Ok(Target::Clock(clock))
}

/// `GET /kinds/KIND/ID/acts/ACT?clock=…`
pub(crate) async fn act_form(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    Path((kind_id, id, act)): Path<(String, String, String)>,
    params: Params,
) -> Answer {
    let act = BuiltIn::of_name(&act).ok_or_else(|| Error::NotFound("这个页面".to_owned()))?;
    let handled = Handled::open(&server, &visit, &kind_id, &id).await?;
    let pack = server.app().pack.clone();
    let kind = kind_of(&pack, &kind_id)?;
    let target = target(&server, &handled, kind, act, params.get(CLOCK)).await?;
    let typing = Typing::blank(&server, &handled);
    let chosen = Chosen { assignee: handled.case.case.assignee.clone().unwrap_or_default(), ..Chosen::default() };
    let mut page = act_page(&server, &visit, kind, &handled, (act, &target), &typing, &chosen, &[]);
    Phrases::of(&server, &account).await?.offer(&mut page.fields);
    Ok(show(page.render()))
}

/// What was chosen in the form of an act.
#[derive(Default)]
struct Chosen {
    count: String,
    unit: String,
    assignee: String,
    answer: String,
}

#[expect(clippy::too_many_arguments, reason = "everything that one form shows, in one place")]
fn act_page(
    server: &Server,
    visit: &Visit,
    kind: &Kind,
    handled: &Handled,
    (act, target): (BuiltIn, &Target<'_>),
    typing: &Typing,
    chosen: &Chosen,
    problems: &[Problem],
) -> StepPage {
    let words = |label: &str| {
        let control = Control::Passage { value: typing.reason.clone(), max_len: Some(REASON_LEN), rows: 2 };
        Field { error: said(problems, REASON), ..Field::new(REASON, label, control) }
    };
    let mut fields: Vec<Field> = Vec::new();
    let mut base = base(server, visit, kind, handled, act.word());
    let mut hidden = typing.hidden();
    match target {
        Target::Clock(clock) => {
            let due = handled.case.clocks.iter().rev().find(|view| view.clock.id == clock.id && view.run.is_open());
            let due = due.and_then(|view| view.run.due).map(|due| format!("现在到 {}", date(due.day)));
            base.lines.push(Line::text("时限", &clock.name).note(due.unwrap_or_default()));
            hidden.push(Hidden { name: CLOCK.to_owned(), value: clock.id.clone() });
            match act {
                BuiltIn::Pause => {
                    let reasons = clock.pause.iter().filter_map(|rule| match rule {
                        PauseRule::Reason(reason) => Some(reason),
                        PauseRule::State(_) => None,
                    });
                    let options = reasons.map(|it| Choice::new(it, it).chosen(*it == typing.reason)).collect();
                    let field = Field::new(REASON, "暂停事由", Control::Choice { options }).required();
                    fields.push(Field { error: said(problems, REASON), ..field });
                }
                BuiltIn::Extend => fields.extend(extension(clock, chosen, problems, words("延长理由"))),
                BuiltIn::Confirm => fields.push(words("确认的依据").required()),
                _ => {}
            }
        }
        Target::Asked(one) => {
            let due = one.asked.run.due.map(|due| format!("{}前答复", date(due.day)));
            base.lines.push(Line::text(one.ask.name.clone(), &one.body).note(due.unwrap_or_default()));
            hidden.push(Hidden { name: CLOCK.to_owned(), value: line_of(one) });
            if act == BuiltIn::Answer {
                let options = one.ask.answers.iter();
                let options = options.map(|it| Choice::new(&it.id, &it.name).chosen(it.id == chosen.answer)).collect();
                let field = Field::new(ANSWER, "答复", Control::Choice { options }).required();
                fields.push(Field { error: said(problems, ANSWER), ..field });
            } else {
                fields.push(words("收回的理由").required());
            }
        }
        Target::People(found) => {
            let mut options: Vec<Choice> = vec![Choice::new("", "不指定（本单位的人都能办）")];
            options.extend(found.people.iter().map(|(login, name)| Choice::new(login, name)));
            for option in &mut options {
                option.chosen = option.value == chosen.assignee;
            }
            let field = Field::new(ASSIGNEE, "交给谁", Control::Area { options });
            let field = match &found.why {
                Some(why) => field.hint(why),
                None => field.hint("只列出担任现在环节岗位的人"),
            };
            fields.push(Field { error: said(problems, ASSIGNEE), ..field });
        }
    }
    fields.push(match target {
        Target::Asked(one) if act == BuiltIn::Answer => opinion(one, &typing.note, problems),
        _ => note_field(&typing.note),
    });
    StepPage {
        hint: act.hint().to_owned(),
        action: format!("{}/acts/{}", base.cancel, act.name()),
        hidden,
        problems: homeless(problems, &fields),
        fields,
        ..base
    }
}

/// The words of an answer.
fn opinion(one: &AskedView, typed: &str, problems: &[Problem]) -> Field {
    let wanted: Vec<&str> = one.ask.answers.iter().filter(|it| it.words).map(|it| it.name.as_str()).collect();
    let hint = match wanted.is_empty() {
        true => "可不填".to_owned(),
        false => format!("答复“{}”的，写明具体意见", wanted.join("”“")),
    };
    let control = Control::Passage { value: typed.to_owned(), max_len: Some(OPINION_LEN), rows: 4 };
    Field { error: said(problems, NOTE), ..Field::new(NOTE, "意见", control).hint(hint) }
}

/// How long, in which unit, and why.
fn extension(clock: &Clock, chosen: &Chosen, problems: &[Problem], why: Field) -> Vec<Field> {
    let rule = clock.extend.as_ref();
    let longest = rule.and_then(|rule| rule.max).map(|max| format!("一次最多延长{}", max.words()));
    let count = Control::Integer { value: chosen.count.clone(), unit: None };
    let count = Field { hint: longest, error: said(problems, LENGTH), ..Field::new(LENGTH, "延长多少", count) };
    let only = extended_in(clock);
    let units = Unit::NAMES
        .iter()
        .filter(|(.., unit)| only.is_none_or(|only| only == *unit))
        .map(|(name, word, _)| Choice::new(*name, word.trim_start_matches('个')).chosen(*name == chosen.unit));
    let unit = Field::new(UNIT, "单位", Control::Area { options: units.collect() }).required();
    let why = if rule.is_some_and(|rule| rule.reason) { why.required() } else { why };
    vec![count.required(), unit, why]
}

/// `POST /kinds/KIND/ID/acts/ACT`
pub(crate) async fn act(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    Path((kind_id, id, act)): Path<(String, String, String)>,
    form: FormBody,
) -> Answer {
    let form = with_phrases(&form);
    let act = BuiltIn::of_name(&act).ok_or_else(|| Error::NotFound("这个页面".to_owned()))?;
    let handled = Handled::open(&server, &visit, &kind_id, &id).await?;
    let pack = server.app().pack.clone();
    let kind = kind_of(&pack, &kind_id)?;
    let (typing, clock) = (Typing::of(&form), form.get(CLOCK).to_owned());
    let chosen = Chosen {
        count: form.get(LENGTH).to_owned(),
        unit: form.get(UNIT).to_owned(),
        assignee: form.get(ASSIGNEE).to_owned(),
        answer: form.get(ANSWER).to_owned(),
    };
    let (ask, body) = clock.split_once('.').map(|(ask, body)| (ask.to_owned(), body.to_owned())).unwrap_or_default();
    let wanted = StepWanted {
        kind: kind_id,
        id: handled.view.row.id,
        act: match act {
            BuiltIn::Pause => Act::Pause(clock.clone()),
            BuiltIn::Resume => Act::Resume(clock.clone()),
            BuiltIn::Extend => {
                let length = format!("{} {}", chosen.count, chosen.unit);
                Act::Extend(clock.clone(), Length::parse(&length).map_or(length, Length::text))
            }
            BuiltIn::Confirm => Act::Confirm(clock.clone()),
            BuiltIn::Assign => Act::Assign(some(&chosen.assignee)),
            BuiltIn::Answer => Act::Answer { ask, body, answer: chosen.answer.clone() },
            BuiltIn::Unask => Act::Unask { ask, body },
        },
        fields: Draft::default(),
        reason: some(&typing.reason),
        note: some(&typing.note),
        expected_version: Some(typing.version),
    };
    let nothing = Sent { draft: Draft::default(), files: Vec::new(), wrong: BTreeMap::new() };
    match taken(&server, &account, wanted, &nothing, &typing.key).await {
        Ok(receipt) => {
            let word = format!("已{}{}", act.word(), keep(&server, &account, &form).await?);
            Ok(done(&server, &visit, kind, &receipt, &word, ""))
        }
        Err(Error::Invalid(problems)) => {
            let target = target(&server, &handled, kind, act, &clock).await?;
            let mut page = act_page(&server, &visit, kind, &handled, (act, &target), &typing, &chosen, &problems);
            Phrases::of(&server, &account).await?.offer(&mut page.fields);
            Ok(refused(page.render()))
        }
        Err(error) => Err(back(error, &handled, kind)),
    }
}
