//! 新增和更正: one form for every declared kind. A double click stores once; a stale form is refused with the way to what it missed.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::json;
use zhiheng_app::{Account, Act, Error, Receipt, RecordView, RequestKey, Submission, Verb, may};
use zhiheng_pack::{Draft, Field, Kind, Level, Pack, Problem, Record};

use super::content::Content;
use super::fields::{Sent, Typed, control_name, controls, defaults, sent_of, typed_of};
use super::records::{id_of, kind_of};
use super::references::{References, resolve, suggested};
use crate::components::{
    Link,
    action::{Action, Weight},
    field::{Control, Field as Shown},
    flash::Flash,
    light::Tone,
};
use crate::extract::{FormBody, Params, Staff, Visit};
use crate::frame::shell;
use crate::held::Once;
use crate::pages::{FormSection, Hidden, RecordFormPage};
use crate::problem::{Answer, Failure, refused, see, show};
use crate::server::Server;

/// Hidden fields of every record form.
pub(super) const KEY: &str = "request_key";
pub(super) const VERSION: &str = "expected_version";
pub(super) const REASON: &str = "reason";

/// `GET /kinds/KIND/new`
pub(crate) async fn blank(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    Path(kind): Path<String>,
    params: Params,
) -> Answer {
    let pack = server.app().pack.clone();
    let kind = writable(&pack, &kind, &visit)?;
    let mut typed = defaults(kind);
    // A link may fill in any field: 报送数值 names its indicator.
    for (name, value) in params.0.iter().filter(|(name, _)| kind.field_index(name).is_some()) {
        typed.insert(name.clone(), json!(value));
    }
    let (reader, actor, of, asked) = (visit.clone(), account.clone(), kind.id.clone(), params.clone());
    let raised = server.run(move |app| super::raised::typed(app, &reader, &actor, kind_of(&app.pack, &of)?, &asked));
    typed.extend(raised.await?.unwrap_or_default());
    let body = kind.body_field.and_then(|index| kind.fields.get(index)).zip(account.body.as_deref());
    if let Some((field, body)) = body {
        typed.entry(field.id.clone()).or_insert_with(|| json!(body));
    }
    let references = suggested(&server, &visit, kind).await?;
    let form = Filled {
        typed: &typed,
        problems: &[],
        wrong: &BTreeMap::new(),
        references: &references,
        reason: "",
        reason_error: None,
        kept: &[],
    };
    Ok(show(create_page(&server, &visit, kind, &server.chance::<16>(), &form).render()))
}

fn writable<'a>(pack: &'a Pack, id: &str, visit: &Visit) -> Result<&'a Kind, Error> {
    let kind = kind_of(pack, id)?;
    if visit.may_write_kind(kind) { Ok(kind) } else { Err(Error::NotPermitted) }
}

/// A form with what was typed.
struct Filled<'a> {
    typed: &'a Typed,
    problems: &'a [Problem],
    wrong: &'a BTreeMap<String, String>,
    references: &'a References,
    reason: &'a str,
    reason_error: Option<String>,
    /// Fields that stand there and are not the writer's to read.
    kept: &'a [usize],
}

/// Personal fields of a record that somebody who corrects it does not read: they stay as they are.
fn kept(kind: &Kind, visit: &Visit, view: &RecordView) -> Vec<usize> {
    let hidden = |index: &usize| view.record.value(*index).is_some() && !visit.reads(kind, *index, &view.row);
    (0..kind.fields.len()).filter(hidden).collect()
}

fn create_page(server: &Server, visit: &Visit, kind: &Kind, key: &str, form: &Filled<'_>) -> RecordFormPage {
    let list = format!("/kinds/{}", kind.id);
    RecordFormPage {
        shell: shell(server, visit),
        title: format!("新增{}", kind.name),
        kind: kind.name.clone(),
        about: kind.about.clone(),
        action: format!("{list}/new"),
        submit: "保存".to_owned(),
        cancel: list.clone(),
        kind_href: list,
        hidden: std::iter::once(Hidden { name: KEY.to_owned(), value: key.to_owned() })
            .chain(unseen(&server.app().pack, kind, form))
            .collect(),
        reason: None,
        sections: sections(server, kind, form, "", &later(&server.app().pack, kind)),
        problems: whole(kind, form.problems),
    }
}

/// Fields that a step writes down: they are no part of the form of a new record.
fn later(pack: &Pack, kind: &Kind) -> Vec<usize> {
    pack.not_of_entry(kind).map(|(index, _)| index).collect()
}

/// Reads a form without some fields. What was sent of them all the same is handed on, to be refused and not passed over.
fn sent_without(kind: &Kind, form: &FormBody, before: Option<&Record>, shut: &[usize]) -> Sent {
    let there =
        |(index, field): &(usize, &Field)| !shut.contains(index) || form.all(&control_name(&field.id)).next().is_some();
    let open: Vec<&Field> = kind.given().filter(there).map(|(_, field)| field).collect();
    let mut given = sent_of(kind, open.into_iter(), form, before);
    let old = before.map(|record| typed_of(kind, record)).unwrap_or_default();
    for (id, value) in old {
        given.draft.fields.entry(id).or_insert(value);
    }
    given
}

/// Fields that lead back to where the record was opened travel unseen: nobody types an address.
fn unseen(pack: &Pack, kind: &Kind, form: &Filled<'_>) -> Vec<Hidden> {
    let of = |at: usize| {
        let field = kind.fields.get(at)?;
        let value = form.typed.get(&field.id)?.as_str()?.to_owned();
        Some(Hidden { name: control_name(&field.id), value })
    };
    super::raised::ways_back(pack, kind).into_iter().filter_map(of).collect()
}

fn sections(server: &Server, kind: &Kind, form: &Filled<'_>, here: &str, shut: &[usize]) -> Vec<FormSection> {
    let back = super::raised::ways_back(&server.app().pack, kind);
    let shut: Vec<usize> = shut.iter().copied().chain(back).collect();
    let wrong = |field: &Field| form.problems.iter().any(|it| it.field.as_deref() == Some(field.id.as_str()));
    let fields = controls(
        &server.app().pack,
        kind.given()
            .filter(|(index, field)| !form.kept.contains(index) && (!shut.contains(index) || wrong(field)))
            .map(|(_, field)| field),
        form.typed,
        form.problems,
        form.wrong,
        form.references,
        here,
    );
    let (files, plain): (Vec<Shown>, Vec<Shown>) =
        fields.into_iter().partition(|field| matches!(field.control, Control::File { .. }));
    let section = |title: &str, fields| FormSection { title: title.to_owned(), fields };
    let all = [section("登记内容", plain), section("附件", files)];
    all.into_iter().filter(|section| !section.fields.is_empty()).collect()
}

/// Problems that belong to no field of the form.
fn whole(kind: &Kind, problems: &[Problem]) -> Vec<String> {
    let homeless = |problem: &&Problem| {
        problem.level == Level::Refuse
            && problem.field.as_deref().is_none_or(|field| field != REASON && kind.field_index(field).is_none())
    };
    problems.iter().filter(homeless).map(|problem| problem.message.clone()).collect()
}

/// `POST /kinds/KIND/new`
pub(crate) async fn create(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    Path(kind_id): Path<String>,
    form: FormBody,
) -> Answer {
    let pack = server.app().pack.clone();
    let kind = writable(&pack, &kind_id, &visit)?;
    let mut given = sent_without(kind, &form, None, &later(&pack, kind));
    let references = resolve(&server, &visit, kind, &form, &mut given).await?;
    let problems = problems(&server, kind, &given.draft, &account)?;
    let key = form.get(KEY).to_owned();
    let again = |problems: &[Problem]| {
        let typed = Filled {
            typed: &given.draft.fields,
            problems,
            wrong: &given.wrong,
            references: &references,
            reason: "",
            reason_error: None,
            kept: &[],
        };
        refused(create_page(&server, &visit, kind, &key, &typed).render())
    };
    if !given.wrong.is_empty() || problems.iter().any(|problem| problem.level == Level::Refuse) {
        return Ok(again(&problems));
    }
    let submission = Submission {
        act: Act::Create(given.draft.clone()),
        kind: kind_id,
        id: None,
        expected_version: None,
        reason: None,
    };
    match submit(&server, &account, submission, &given, &key).await {
        Ok(receipt) => Ok(stored(&server, &visit, kind, &receipt, "已保存")),
        Err(Error::Invalid(problems)) => Ok(again(&problems)),
        Err(error) => Err(error.into()),
    }
}

/// Everything that is wrong with a draft, and whether it would belong to a body for which the account may write.
fn problems(server: &Server, kind: &Kind, draft: &Draft, account: &Account) -> Result<Vec<Problem>, Error> {
    let app = server.app();
    let checked = app.pack.check(kind, draft, app.today());
    if let Some(record) = &checked.record {
        let envelope = app.pack.envelope(kind, record);
        if !may(account, Verb::Create, kind, envelope.body.as_deref(), envelope.area.as_deref()) {
            return Err(Error::NotPermitted);
        }
    }
    Ok(checked.problems)
}

async fn submit(
    server: &Server,
    account: &Account,
    submission: Submission,
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
            app.submit_as(&account, &submission, key.as_ref())
        })
        .await
}

/// Leaves the message and leads to the record.
pub(super) fn stored(server: &Server, visit: &Visit, kind: &Kind, receipt: &Receipt, word: &str) -> Response {
    let shown = moved(&server.app().pack, receipt);
    let mut text = match shown.first() {
        None => format!("{word}。没有指标因此变动。"),
        Some(first) if shown.len() == 1 => format!("{word}，{}的数字随之更新。", first.name),
        Some(first) => format!("{word}，{}等 {} 项指标的数字随之更新。", first.name, shown.len()),
    };
    for warning in &receipt.warnings {
        text.push_str(" 提醒：");
        text.push_str(warning);
    }
    let link = shown.first().map(|first| Link::new("查看指标", format!("/indicators/{}", first.id)));
    let tone = if receipt.warnings.is_empty() { Tone::Good } else { Tone::Warn };
    server.held().leave(&visit.secret, Once { flash: Some(Flash { tone, text, link }), link: None });
    see(&format!("/kinds/{}/{}", kind.id, receipt.id))
}

/// The indicators that a version moved.
pub(super) fn moved<'a>(pack: &'a Pack, receipt: &Receipt) -> Vec<&'a zhiheng_pack::Indicator> {
    let mut moved: Vec<&str> = receipt.moved.iter().map(|moved| moved.indicator.as_str()).collect();
    moved.dedup();
    moved.into_iter().filter_map(|id| pack.indicator(id)).filter(|indicator| !indicator.helper).collect()
}

/// The record that an address names, for somebody who may write it.
pub(super) async fn own_record(
    server: &Server,
    account: &Account,
    verb: Verb<'_>,
    kind: &str,
    id: &str,
) -> Result<RecordView, Error> {
    let (kind, id) = (kind.to_owned(), id_of(id)?);
    let view = server.run(move |app| app.record(&kind, &id)).await?;
    let (owner, area) = (view.row.body.as_deref(), view.row.area.as_deref());
    let kind = server.app().pack.kinds.get(view.kind);
    let held = kind.is_some_and(|kind| may(account, verb, kind, owner, area));
    if held { Ok(view) } else { Err(Error::NotPermitted) }
}

/// `GET /kinds/KIND/ID/correct`
pub(crate) async fn filled(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    Path((kind_id, id)): Path<(String, String)>,
) -> Answer {
    let view = own_record(&server, &account, Verb::Correct, &kind_id, &id).await?;
    let pack = server.app().pack.clone();
    let kind = kind_of(&pack, &kind_id)?;
    let typed = typed_of(kind, &view.record);
    let references = suggested(&server, &visit, kind).await?;
    let form = Filled {
        typed: &typed,
        problems: &[],
        wrong: &BTreeMap::new(),
        references: &references,
        reason: "",
        reason_error: None,
        kept: &kept(kind, &visit, &view),
    };
    let shut = shut(&server, &account, kind, &view);
    let page = correct_page(&server, &visit, kind, &view, &server.chance::<16>(), (view.row.version, &shut), &form);
    Ok(show(page.render()))
}

/// The fields of a record that its reader may not correct: what a time runs from, what steps have said, what is signed.
fn shut(server: &Server, account: &Account, kind: &Kind, view: &RecordView) -> Vec<usize> {
    let app = server.app();
    kind.given().map(|(index, _)| index).filter(|index| app.why_fixed(account, view, *index).is_some()).collect()
}

fn about_correction(kind: &Kind, shut: &[usize]) -> String {
    let kept = "原来的内容留在修改历史里；数字在它所属的时期重算。";
    let names: Vec<&str> = shut.iter().filter_map(|at| Some(kind.fields.get(*at)?.name.as_str())).collect();
    match names.as_slice() {
        [] => kept.to_owned(),
        names => format!(
            "{kept}时限的起算日和办理环节写下的内容由另一位有权的人更正，定稿的内容不能更正，这里不列：{}。",
            names.join("、")
        ),
    }
}

fn correct_page(
    server: &Server,
    visit: &Visit,
    kind: &Kind,
    view: &RecordView,
    key: &str,
    (version, shut): (i64, &[usize]),
    form: &Filled<'_>,
) -> RecordFormPage {
    let content = Content::of(&server.app().pack, kind, visit).at(&view.row);
    let here = content.href(&view.row.id);
    let hidden = |name: &str, value: &str| Hidden { name: name.to_owned(), value: value.to_owned() };
    RecordFormPage {
        shell: shell(server, visit),
        title: format!("更正：{}", content.label(&view.record)),
        kind: kind.name.clone(),
        kind_href: format!("/kinds/{}", kind.id),
        about: about_correction(kind, shut),
        action: format!("{here}/correct"),
        submit: "保存更正".to_owned(),
        cancel: here.clone(),
        hidden: [hidden(KEY, key), hidden(VERSION, &version.to_string())]
            .into_iter()
            .chain(unseen(&server.app().pack, kind, form))
            .collect(),
        reason: Some(reason_field("更正原因", form.reason, form.reason_error.clone())),
        sections: sections(server, kind, form, &here, shut),
        problems: whole(kind, form.problems),
    }
}

/// The field of a reason.
pub(super) fn reason_field(label: &str, value: &str, error: Option<String>) -> Shown {
    let control = Control::Passage { value: value.to_owned(), max_len: Some(500), rows: 2 };
    Shown { error, ..Shown::new(REASON, label, control).required() }
}

/// `POST /kinds/KIND/ID/correct`
pub(crate) async fn correct(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    Path((kind_id, id)): Path<(String, String)>,
    form: FormBody,
) -> Answer {
    let view = own_record(&server, &account, Verb::Correct, &kind_id, &id).await?;
    let pack = server.app().pack.clone();
    let kind = kind_of(&pack, &kind_id)?;
    let shut = shut(&server, &account, kind, &view);
    let mut given = sent_without(kind, &form, Some(&view.record), &shut);
    let kept = kept(kind, &visit, &view);
    for field in kept.iter().filter_map(|index| kind.fields.get(*index)) {
        let stored = typed_of(kind, &view.record).remove(&field.id);
        given.draft.fields.extend(stored.map(|value| (field.id.clone(), value)));
    }
    let references = resolve(&server, &visit, kind, &form, &mut given).await?;
    let problems = problems(&server, kind, &given.draft, &account)?;
    let (key, reason) = (form.get(KEY).to_owned(), form.get(REASON).to_owned());
    let version: i64 = form.get(VERSION).parse().unwrap_or_default();
    let again = |problems: &[Problem]| {
        let typed = Filled {
            typed: &given.draft.fields,
            problems,
            wrong: &given.wrong,
            references: &references,
            reason: &reason,
            reason_error: reason.is_empty().then(|| "请写明为什么更正。".to_owned()),
            kept: &kept,
        };
        refused(correct_page(&server, &visit, kind, &view, &key, (version, &shut), &typed).render())
    };
    let refuse = problems.iter().any(|problem| problem.level == Level::Refuse);
    if reason.is_empty() || refuse || !given.wrong.is_empty() {
        return Ok(again(&problems));
    }
    let submission = Submission {
        act: Act::Correct(given.draft.clone()),
        kind: kind_id,
        id: Some(view.row.id),
        expected_version: Some(version),
        reason: Some(reason.clone()),
    };
    match submit(&server, &account, submission, &given, &key).await {
        Ok(receipt) => Ok(stored(&server, &visit, kind, &receipt, "已更正")),
        Err(Error::Invalid(problems)) => Ok(again(&problems)),
        Err(error) => Err(stale(error, kind, &view)),
    }
}

/// A conflict leads to what it missed.
pub(super) fn stale(error: Error, kind: &Kind, view: &RecordView) -> Failure {
    let record = format!("/kinds/{}/{}", kind.id, view.row.id);
    match error {
        Error::Conflict(_) => Failure::from(error)
            .way(Action::open("查看最新内容", record.clone()).weight(Weight::Primary))
            .way(Action::open("按最新内容重新更正", format!("{record}/correct"))),
        other => other.into(),
    }
}
