//! 记录的 JSON: the shape of a kind's fields, as they are given and as they are told, and a record as JSON for one reader.

use serde_json::{Map, Value as Json, json};
use zhiheng_app::{App, CaseView, ClockView};
use zhiheng_pack::kind::Format;
use zhiheng_pack::procedure::ClockKind;
use zhiheng_pack::{Field, Kind, Pack, Record, Type, day};
use zhiheng_store::{Op, RecordRow};

use super::shape::{Form, Member, Shape};
use crate::office::content::Content;

/// Texts without a bound of their own: names of records and areas.
const NAME: usize = 500;
/// Greatest whole number that every reader of JSON keeps exactly.
const SAFE: i64 = 9_007_199_254_740_991;

/// The fields of a kind as a request gives them.
pub(crate) fn given(pack: &Pack, kind: &Kind, today: i32) -> Shape {
    Shape::Object(kind.given().map(|(_, field)| given_field(pack, field, today)).collect())
}

fn given_field(pack: &Pack, field: &Field, today: i32) -> Member {
    let required = field.required && field.serial.is_none();
    let shape = given_shape(pack, field, today);
    let member = match required {
        true => Member::of(&field.id, shape),
        false => Member::maybe(&field.id, shape.or_null()),
    };
    member.titled(&field.name).about(&about(field))
}

/// A field that a step asks for: it may be on the record already.
pub(crate) fn asked_field(pack: &Pack, field: &Field, today: i32) -> Member {
    Member::maybe(&field.id, given_shape(pack, field, today).or_null()).titled(&field.name).about(&about(field))
}

fn given_shape(pack: &Pack, field: &Field, today: i32) -> Shape {
    let id = || Shape::Form(Form::Hex(32));
    match field.kind {
        Type::Text | Type::Passage => Shape::Text(1, field.max_len),
        Type::Integer => {
            let whole = |bound: Option<zhiheng_pack::Decimal>, usual: i64| {
                bound.and_then(|bound| bound.normalize().to_string().parse().ok()).unwrap_or(usual)
            };
            Shape::Int(whole(field.min, -SAFE), whole(field.max, SAFE))
        }
        Type::Decimal => Shape::Form(Form::Decimal(field.decimals)),
        Type::Date => Shape::Form(Form::Date),
        Type::Moment => Shape::Form(Form::Moment),
        Type::YesNo => Shape::Choice(vec!["yes".to_owned(), "no".to_owned()]),
        Type::Choice => Shape::Choice(items(pack, field, today)),
        Type::Choices => Shape::Choice(items(pack, field, today)).list(100),
        Type::Reference => Shape::Either(vec![
            Shape::Text(1, NAME),
            Shape::Object(vec![Member::of("as_written", Shape::Text(1, NAME)), Member::maybe("id", id().or_null())]),
        ]),
        Type::Area => Shape::Either(vec![
            Shape::Text(1, NAME),
            Shape::Object(vec![
                Member::of("as_written", Shape::Text(1, NAME)),
                Member::maybe(
                    "code",
                    Shape::Choice(pack.areas.iter().map(|area| area.code.clone()).collect()).or_null(),
                ),
            ]),
        ]),
        Type::Point => Shape::Form(Form::Point),
        Type::Gs1Key => Shape::Text(1, 40),
        Type::File => Shape::Object(vec![
            Member::of("digest", Shape::Form(Form::Hex(64))),
            Member::maybe("name", Shape::Text(1, super::call::VALUE)),
            Member::maybe("media_type", Shape::Text(1, super::call::VALUE)),
            Member::maybe("size", Shape::Int(0, SAFE)),
        ]),
    }
}

/// The items of a field's list that a new record may have.
fn items(pack: &Pack, field: &Field, today: i32) -> Vec<String> {
    let list = field.list.and_then(|list| pack.lists.get(list));
    let items = list.map(|list| list.items.as_slice()).unwrap_or_default().iter();
    items
        .filter(|item| item.until.is_none_or(|until| day::number(until) >= today))
        .map(|item| item.id.clone())
        .collect()
}

fn about(field: &Field) -> String {
    let mut said: Vec<String> = field.hint.iter().cloned().collect();
    match field.kind {
        Type::Choice | Type::Choices => said.push("写列表中的标识".to_owned()),
        Type::YesNo => said.push("yes 是，no 否".to_owned()),
        Type::Area => said.push("写行政区划代码或者名称；不在列表中的按所写保存".to_owned()),
        Type::Reference => {
            said.push(format!("所指的记录（{}）：写编号或者名称", field.to.as_deref().unwrap_or_default()))
        }
        Type::Point => said.push("先纬度后经度".to_owned()),
        Type::Moment => said.push("当地时间".to_owned()),
        Type::File => said.push("先 POST /files，再写它的 digest；name、media_type、size 以上传时为准".to_owned()),
        _ => {}
    }
    if let Some(unit) = &field.unit {
        said.push(format!("计量单位：{unit}"));
    }
    if field.format == Some(Format::FailingItems) {
        said.push("一行一项：项目║检验结果║标准值".to_owned());
    }
    if field.serial.is_some() {
        said.push("不写则由系统编号".to_owned());
    }
    if field.personal {
        said.push("个人信息".to_owned());
    }
    said.join("；")
}

/// The fields of a kind as an answer tells them. What is stored may be older than the lists and bounds of today.
pub(crate) fn told(kind: &Kind) -> Shape {
    let member = |field: &Field| {
        let member = Member::maybe(&field.id, told_shape(field)).titled(&field.name).about(&about(field));
        if field.derived { member.read_only() } else { member }
    };
    Shape::Object(kind.fields.iter().map(member).collect())
}

fn told_shape(field: &Field) -> Shape {
    let words = || Shape::Words;
    let shape = match field.kind {
        Type::Integer => Shape::Int(i64::MIN, i64::MAX),
        Type::Date => Shape::Form(Form::Date),
        Type::Choices => words().list(1000),
        Type::Reference => Shape::Either(vec![
            words(),
            Shape::Object(vec![Member::of("as_written", words()), Member::maybe("id", words().or_null())]),
        ]),
        Type::Area => Shape::Either(vec![
            words(),
            Shape::Object(vec![Member::of("as_written", words()), Member::maybe("code", words().or_null())]),
        ]),
        Type::File => Shape::Object(vec![
            Member::of("digest", Shape::Form(Form::Hex(64))),
            Member::of("name", words()),
            Member::of("media_type", words()),
            Member::of("size", Shape::Int(0, SAFE)),
        ]),
        _ => words(),
    };
    // Masked, it is a text whatever it was.
    match (&shape, field.personal) {
        (Shape::Words, _) | (_, false) => shape,
        _ => Shape::Either(vec![shape, Shape::Words]),
    }
}

/// A record for one reader.
pub(crate) fn record(content: &Content<'_>, row: &RecordRow, record: &Record) -> Map<String, Json> {
    let kind = content.kind;
    let value = |(index, field): (usize, &Field)| Some((field.id.clone(), content.json(record, index)?));
    let fields: Map<String, Json> = kind.fields.iter().enumerate().filter_map(value).collect();
    object(json!({
        "id": row.id.to_string(),
        "kind": kind.id,
        "version": row.version,
        "live": row.live,
        "label": content.label(record),
        "day": row.day.map(|day| day::date(day).to_string()),
        "body": row.body,
        "area": row.area,
        "state": record.case.as_ref().map(|case| &case.state),
        "recorded_at": instant(content.pack, row.recorded_at),
        "fields": fields,
    }))
}

/// How a case stands, and what this reader may do with it.
pub(crate) fn case(app: &App, view: &CaseView) -> Json {
    let pack = &app.pack;
    let clock_id = |at: &usize| view.procedure.clocks.get(*at).map(|clock| clock.id.clone());
    let ids = |positions: &[usize]| positions.iter().filter_map(clock_id).collect::<Vec<_>>();
    let step = |step: &zhiheng_pack::procedure::Step| json!({ "id": step.id, "name": step.name, "hint": step.hint });
    json!({
        "procedure": view.procedure.id,
        "procedure_name": view.procedure.name,
        "state": view.case.state,
        "state_name": view.state,
        "closed": view.closed,
        "assignee": view.case.assignee,
        "steps": view.steps.iter().map(step).collect::<Vec<_>>(),
        "pausable": ids(&view.pausable),
        "resumable": ids(&view.resumable),
        "extensible": ids(&view.extensible),
        "assignable": view.assignable,
        "clocks": view.clocks.iter().map(|clock| clock_json(pack, clock)).collect::<Vec<_>>(),
    })
}

fn clock_json(pack: &Pack, view: &ClockView) -> Json {
    let run = &view.run;
    let count = view.count.iter().map(
        |counted| json!({ "day": day::date(counted.day).to_string(), "counted": counted.counted, "why": counted.why }),
    );
    json!({
        "clock": view.clock.id,
        "name": view.clock.name,
        "sort": sort(view.clock.kind),
        "number": run.number,
        "started_at": instant(pack, run.started_at),
        "from": day::date(run.from_day).to_string(),
        "paused": run.paused,
        "stopped_at": run.stopped_at.map(|at| instant(pack, at)),
        "due": run.due.map(|due| day::date(due.day).to_string()),
        "due_at": run.due.map(|due| instant(pack, due.at)),
        "provisional": run.due.map(|due| due.provisional),
        "late": run.late,
        "count": count.collect::<Vec<_>>(),
    })
}

fn sort(kind: ClockKind) -> &'static str {
    match kind {
        ClockKind::Duty => "duty",
        ClockKind::Right => "right",
        ClockKind::Reminder => "reminder",
        ClockKind::Auto => "auto",
    }
}

/// The name of what was done.
pub(crate) fn op(op: Op) -> &'static str {
    match op {
        Op::Create => "create",
        Op::Correct => "correct",
        Op::Withdraw => "withdraw",
        Op::Restore => "restore",
        Op::Step => "step",
    }
}

/// An instant at the place: `2026-11-23T14:06:00+08:00`.
pub(crate) fn instant(pack: &Pack, micros: i64) -> String {
    let offset = pack.utc_offset_hours;
    let seconds = micros.saturating_add(offset * 3_600_000_000).div_euclid(1_000_000).rem_euclid(86_400);
    let sign = if offset < 0 { '-' } else { '+' };
    format!(
        "{}T{:02}:{:02}:{:02}{sign}{:02}:00",
        day::date(day::of_instant(micros, offset)),
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        offset.abs()
    )
}

/// The members of an object.
pub(crate) fn object(data: Json) -> Map<String, Json> {
    match data {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}
