//! OpenAPI 3.1: the whole API of a county as a document, written from its pack. Every kind has paths of its own, so that a program sees the
//! fields, lists and steps that it will meet. The schemas are the shapes that requests are checked against.

use serde_json::{Map, Value as Json, json};
use zhiheng_app::Right;
use zhiheng_pack::{Kind, Pack, Type};

use super::batch;
use super::call::{KEY, LIMIT, VALUE};
use super::cases::{BINS, BuiltIn, procedures, step_shape, steps};
use super::content::{given, told};
use super::files::{BINARY, FORM};
use super::numbers::PARTS;
use super::records::{REASON, reasoned};
use super::shape::{Form, Member, Shape};

/// The document of a pack, as of a day: items of lists end.
pub fn document(pack: &Pack, today: i32) -> Json {
    let mut paths = Map::new();
    let mut schemas = common_schemas();
    general(pack, &mut paths);
    for kind in &pack.kinds {
        of_kind(pack, kind, today, &mut paths);
        let mut put = |name: String, shape: &Shape| schemas.insert(name, shape.schema());
        put(fields_name(kind), &told(kind));
        put(given_name(kind), &given(pack, kind, today));
        put(record_name(kind), &record_shape(kind));
    }
    let mut groups: Vec<&str> = Vec::new();
    for kind in &pack.kinds {
        if !groups.contains(&kind.group.as_str()) {
            groups.push(&kind.group);
        }
    }
    let tags = std::iter::once(GENERAL).chain(groups).map(|name| json!({ "name": name }));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("质衡接口：{}", pack.place_name),
            "version": "1",
            "description": "登记、办理、指标和检索。校验和权限与网页相同。见 docs/api.md。",
        },
        "servers": [{ "url": "/api/v1" }],
        "security": [{ "token": [] }],
        "tags": tags.collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "description": "接口令牌 zh_…" } },
            "schemas": schemas,
            "responses": refusals(),
        },
    })
}

/// The same with only those operations of kinds that one reader may use.
pub(crate) fn document_for(pack: &Pack, today: i32, allowed: &dyn Fn(&Kind, Right) -> bool) -> Json {
    let mut document = document(pack, today);
    for kind in &pack.kinds {
        let mut left = 0;
        let of_kind = format!("/kinds/{}/", kind.id);
        let Some(paths) = document.get_mut("paths").and_then(Json::as_object_mut) else { continue };
        for (path, item) in paths.iter_mut().filter(|(path, _)| path.starts_with(&of_kind)) {
            let Some(item) = item.as_object_mut() else { continue };
            item.retain(|method, _| allowed(kind, right_of(method, path)));
            // What an answer leads to may be left out.
            let answers = item.values_mut().filter_map(|operation| operation.get_mut("responses")?.as_object_mut());
            answers.flat_map(|answers| answers.values_mut()).filter_map(Json::as_object_mut).for_each(|answer| {
                answer.remove("links");
            });
            left += item.len();
        }
        paths.retain(|path, item| !path.starts_with(&of_kind) || item.as_object().is_some_and(|item| !item.is_empty()));
        if left == 0 {
            let schemas = document.pointer_mut("/components/schemas").and_then(Json::as_object_mut);
            schemas.into_iter().for_each(|schemas| {
                schemas.retain(|name, _| ![fields_name(kind), given_name(kind), record_name(kind)].contains(name));
            });
        }
    }
    document
}

/// The right that an operation of a kind asks for.
fn right_of(method: &str, path: &str) -> Right {
    match method {
        "get" => Right::Read,
        _ if path.contains("/steps/") || path.contains("/acts/") => Right::Step,
        _ => Right::Write,
    }
}

const GENERAL: &str = "总体";

fn fields_name(kind: &Kind) -> String {
    format!("{}_fields", kind.id)
}

fn given_name(kind: &Kind) -> String {
    format!("{}_given", kind.id)
}

fn record_name(kind: &Kind) -> String {
    format!("{}_record", kind.id)
}

/// An operation in the making.
struct Operation {
    id: String,
    tag: String,
    summary: String,
    parameters: Vec<Json>,
    body: Option<Json>,
    answers: Map<String, Json>,
    open: bool,
}

impl Operation {
    fn new(id: impl Into<String>, tag: &str, summary: impl Into<String>) -> Operation {
        let answers = [401, 403, 429, 503].map(|status| (status.to_string(), refused(status)));
        Operation {
            id: id.into(),
            tag: tag.to_owned(),
            summary: summary.into(),
            parameters: Vec::new(),
            body: None,
            answers: answers.into_iter().collect(),
            open: false,
        }
    }

    fn refuses(mut self, statuses: &[u16]) -> Operation {
        self.answers.extend(statuses.iter().map(|status| (status.to_string(), refused(*status))));
        self
    }

    fn takes(mut self, parameter: Json) -> Operation {
        self.parameters.push(parameter);
        self
    }

    /// A JSON body.
    fn given(mut self, schema: Json, example: Option<Json>) -> Operation {
        let mut media = json!({ "schema": schema });
        if let (Some(media), Some(example)) = (media.as_object_mut(), example) {
            media.insert("example".to_owned(), example);
        }
        self.body = Some(json!({ "required": true, "content": { "application/json": media } }));
        self.refuses(&[400, 413, 415, 422])
    }

    fn answers(mut self, status: u16, schema: Json) -> Operation {
        let content = json!({ "application/json": { "schema": schema } });
        let words = if status == 201 { "已保存" } else { "成功" };
        self.answers.insert(status.to_string(), json!({ "description": words, "content": content }));
        self
    }

    /// Nothing is sent again to whoever has it already.
    fn or_unchanged(mut self) -> Operation {
        self.answers.insert("304".to_owned(), json!({ "description": "与 If-None-Match 写明的那一版相同，不再发送" }));
        let schema = json!({ "type": "string" });
        let about = "已有的版本，即 ETag；没有变化时答 304";
        self.takes(json!({ "name": "If-None-Match", "in": "header", "required": false, "description": about, "schema": schema }))
    }

    /// What can be done next with what was answered.
    fn links(mut self, status: u16, links: Json) -> Operation {
        if let Some(answer) = self.answers.get_mut(&status.to_string()).and_then(Json::as_object_mut) {
            answer.insert("links".to_owned(), links);
        }
        self
    }

    fn json(self) -> Json {
        let mut answers: Vec<(String, Json)> = self.answers.into_iter().collect();
        answers.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut operation = json!({ "operationId": self.id, "tags": [self.tag], "summary": self.summary });
        if let Some(operation) = operation.as_object_mut() {
            if self.open {
                operation.insert("security".to_owned(), json!([]));
            }
            if !self.parameters.is_empty() {
                operation.insert("parameters".to_owned(), Json::Array(self.parameters));
            }
            operation.extend(self.body.map(|body| ("requestBody".to_owned(), body)));
            operation.insert("responses".to_owned(), Json::Object(answers.into_iter().collect()));
        }
        operation
    }
}

fn refused(status: u16) -> Json {
    json!({ "$ref": format!("#/components/responses/{status}") })
}

fn put(paths: &mut Map<String, Json>, path: &str, method: &str, operation: Operation) {
    let item = paths.entry(path.to_owned()).or_insert_with(|| json!({}));
    if let Some(item) = item.as_object_mut() {
        item.insert(method.to_owned(), operation.json());
    }
}

fn query(name: &str, schema: Json, about: &str) -> Json {
    json!({ "name": name, "in": "query", "description": about, "schema": schema })
}

fn required(mut parameter: Json) -> Json {
    if let Some(parameter) = parameter.as_object_mut() {
        parameter.insert("required".to_owned(), json!(true));
    }
    parameter
}

fn in_path(name: &str, schema: Json, about: &str) -> Json {
    json!({ "name": name, "in": "path", "required": true, "description": about, "schema": schema })
}

/// A text in an address, without control characters.
fn words() -> Json {
    json!({ "type": "string", "pattern": format!("^[^\\u0000-\\u001f\\u007f-\\u009f]{{1,{VALUE}}}$") })
}

fn date(name: &str, about: &str) -> Json {
    query(name, Shape::Form(Form::Date).schema(), about)
}

fn limit() -> Json {
    let (least, usual, most) = LIMIT;
    let schema = json!({ "type": "integer", "minimum": least, "maximum": most, "default": usual });
    query("limit", schema, "一页多少条")
}

fn after(form: Form) -> Json {
    query("after", Shape::Form(form).schema(), "上一页的 next；照原样写")
}

fn id_of(kind: &Kind) -> Json {
    in_path("id", Shape::Form(Form::Hex(32)).schema(), &format!("{}的记录编号", kind.name))
}

fn if_match(required: bool) -> Json {
    let about = "读到的版本号，即 ETag；记录已有变化时不保存，答 412";
    let schema = json!({ "type": "string", "pattern": "^\"[0-9]{1,9}\"$" });
    json!({ "name": "If-Match", "in": "header", "required": required, "description": about, "schema": schema })
}

fn request_key() -> Json {
    let (least, most) = KEY;
    let about = "这次请求的编号，自定；同一编号重试不会做两次";
    let schema = json!({ "type": "string", "pattern": format!("^[A-Za-z0-9._~-]{{{least},{most}}}$") });
    json!({ "name": "Idempotency-Key", "in": "header", "required": false, "description": about, "schema": schema })
}

fn page(name: &str, item: Shape, more: Vec<Member>) -> Json {
    let mut members = vec![Member::of(name, item.many()), Member::of("next", Shape::Words.or_null())];
    members.extend(more);
    Shape::Object(members).schema()
}

fn complete() -> Member {
    Member::of("complete", Shape::Bool).about("false：只查了最近的一部分，请缩小范围")
}

fn general(pack: &Pack, paths: &mut Map<String, Json>) {
    let open = Shape::Open.schema();
    let document = Operation { open: true, ..Operation::new("openapi", GENERAL, "本文件") };
    let document = Operation { answers: Map::new(), ..document }.answers(200, open.clone()).refuses(&[503]);
    let document = document.or_unchanged();
    put(paths, "/openapi.json", "get", document);
    let own = Operation::new("own_openapi", GENERAL, "本文件中这个令牌能用的部分").refuses(&[400]);
    put(paths, "/openapi/mine.json", "get", own.answers(200, open.clone()));
    let list = Operation::new("kinds", GENERAL, "登记种类一览").refuses(&[400]);
    let head = Shape::Named("KindHead".to_owned());
    put(paths, "/kinds", "get", list.answers(200, Shape::Object(vec![Member::of("kinds", head.many())]).schema()));
    let ids: Vec<String> = pack.kinds.iter().map(|kind| kind.id.clone()).collect();
    let kind = Operation::new("kind", GENERAL, "一个登记种类的声明，JSON Schema").refuses(&[400, 404]);
    let kind = kind.takes(in_path("kind", Shape::Choice(ids.clone()).schema(), "登记种类的标识"));
    put(paths, "/kinds/{kind}", "get", kind.answers(200, open));

    let changes =
        Operation::new("changes", GENERAL, "变动：按保存的先后，每条记录在最后一次变动处出现一次").refuses(&[400]);
    let changes = changes
        .takes(query("after", Shape::Form(Form::Found).schema(), "上一次的 next；不写从头开始"))
        .takes(date("since", "从哪一天的变动开始；与 after 都写时，以后面的为准"))
        .takes(query("kind", Shape::Choice(ids.clone()).schema(), "只要一个登记种类"))
        .takes(limit());
    let answer = Shape::Object(vec![
        Member::of("changes", Shape::Named("ChangedRecord".to_owned()).many()),
        Member::of("next", Shape::Form(Form::Found)).about("看到了哪里；写进下一次的 after"),
        Member::of("more", Shape::Bool).about("true：后面还有，接着取"),
    ]);
    put(paths, "/changes", "get", changes.answers(200, answer.schema()));

    let bins = BINS.map(|(name, _)| name.to_owned()).into();
    let work = Operation::new("work", GENERAL, "待办").refuses(&[400]);
    let work = work.takes(query("bin", Shape::Choice(bins).schema(), "open 待办，soon 即将到期，overdue 超期"));
    let work = work.takes(after(Form::Due)).takes(limit());
    put(paths, "/work", "get", work.answers(200, page("work", Shape::Named("Work".to_owned()), Vec::new())));

    let board = Operation::new("board", GENERAL, "目标指标一览；与 zhiheng board --json 相同").refuses(&[400]);
    let board = board.takes(date("as_of", "截至哪一天；不写是今天")).takes(date("known_on", "按哪一天当时所知"));
    put(paths, "/board", "get", board.answers(200, Shape::Named("Board".to_owned()).schema()));

    let indicators = pack.indicators.iter().filter(|one| !one.helper).map(|one| one.id.clone()).collect();
    let parts = PARTS.map(|(name, _)| name.to_owned()).into();
    let areas = pack.areas.iter().map(|area| area.code.clone()).collect();
    let cells = Operation::new("indicator_records", GENERAL, "一个数字背后的记录").refuses(&[400, 404]);
    let cells = cells
        .takes(in_path("id", Shape::Choice(indicators).schema(), "指标的标识"))
        .takes(query("part", Shape::Choice(parts).schema(), "分子、分母、在分母不在分子、未计入"))
        .takes(query("area", Shape::Choice(areas).schema(), "只看一个乡镇街道"))
        .takes(date("as_of", "截至哪一天；不写是今天"))
        .takes(date("known_on", "按哪一天当时所知"))
        .takes(after(Form::Behind))
        .takes(limit());
    let answer = page("records", Shape::Named("CellRecord".to_owned()), vec![Member::of("part", Shape::Words)]);
    put(paths, "/indicators/{id}/records", "get", cells.answers(200, answer));

    let asked = required(query("q", words(), "要找的词，几个词用空格隔开"));
    let search = Operation::new("search", GENERAL, "检索").refuses(&[400]).takes(asked);
    let search = search.takes(query("kind", Shape::Choice(ids).schema(), "只找一个登记种类"));
    let hit = Shape::Object(vec![
        Member::of("sort", Shape::Words),
        Member::of("id", Shape::Words.or_null()),
        Member::of("text", Shape::Words),
    ]);
    let answer =
        page("records", Shape::Named("AnyRecord".to_owned()), vec![Member::of("plan", hit.many()), complete()]);
    put(paths, "/search", "get", search.takes(after(Form::Found)).takes(limit()).answers(200, answer));
    put(paths, "/files", "post", upload());
}

fn upload() -> Operation {
    let mut files = Operation::new("upload", GENERAL, "上传附件；答案写进记录的附件字段")
        .takes(required(query("name", words(), "文件名，不含路径；扩展名决定附件字段收不收")))
        .refuses(&[400, 413, 415, 422]);
    let form = json!({
        "type": "object",
        "required": ["file"],
        "properties": { "file": { "type": "string", "contentMediaType": BINARY, "minLength": 1 } },
        "additionalProperties": false,
    });
    let bytes = json!({ "schema": { "type": "string", "contentMediaType": BINARY, "minLength": 1 } });
    files.body = Some(json!({ "required": true, "content": { BINARY: bytes, FORM: { "schema": form } } }));
    files.answers(201, Shape::Named("File".to_owned()).schema())
}

fn of_kind(pack: &Pack, kind: &Kind, today: i32, paths: &mut Map<String, Json>) {
    let list = format!("/kinds/{}/records", kind.id);
    let one = format!("{list}/{{id}}");
    let operation = |verb: &str, words: &str| {
        Operation::new(format!("{verb}_{}", kind.id), &kind.group, format!("{words}{}", kind.name))
    };
    let receipt = || Shape::Named("Receipt".to_owned()).schema();
    let reference = |name: String| Shape::Named(name).schema();

    put(paths, &list, "get", listing(pack, kind, operation("list", "列出")));
    let example = sample(pack, kind, today);
    let creation = json!({
        "type": "object",
        "required": ["fields"],
        "properties": { "fields": reference(given_name(kind)) },
        "additionalProperties": false,
    });
    let next = |verb: &str, parameters: Json| link(format!("{verb}_{}", kind.id), parameters);
    let links = json!({
        "show": next("show", json!({ "id": "$response.body#/id" })),
        "correct": next("correct", json!({ "id": "$response.body#/id", "header.If-Match": "$response.header.ETag" })),
        "withdraw": next("withdraw", json!({ "id": "$response.body#/id", "header.If-Match": "$response.header.ETag" })),
        "history": next("history", json!({ "id": "$response.body#/id" })),
    });
    let create = operation("create", "新增")
        .takes(request_key())
        .given(creation, example.clone().map(|fields| json!({ "fields": fields })))
        .refuses(&[409])
        .answers(201, receipt())
        .links(201, links);
    put(paths, &list, "post", create);
    let records = operation("batch", "批量新增")
        .takes(request_key())
        .given(batch::shape(Shape::Object(vec![Member::of("fields", Shape::Named(given_name(kind)))])).schema(), None)
        .refuses(&[409])
        .answers(200, Shape::Named("Batch".to_owned()).schema())
        .answers(201, Shape::Named("Batch".to_owned()).schema());
    put(paths, &format!("/kinds/{}/batch", kind.id), "post", records);
    let show = operation("show", "读取").takes(id_of(kind)).refuses(&[400, 404]);
    let show = show.answers(200, reference(record_name(kind))).or_unchanged();
    put(paths, &one, "get", show.links(200, from_record(pack, kind)));
    let correction = json!({
        "type": "object",
        "required": ["reason", "fields"],
        "properties": { "reason": Shape::Text(1, REASON).schema(), "fields": reference(given_name(kind)) },
        "additionalProperties": false,
    });
    let change = |operation: Operation| {
        operation.takes(id_of(kind)).takes(if_match(true)).takes(request_key()).refuses(&[404, 409, 412, 428])
    };
    let correct = change(operation("correct", "更正"))
        .given(correction, example.map(|fields| json!({ "reason": "原件有误", "fields": fields })));
    put(paths, &one, "put", correct.answers(200, receipt()));
    for (verb, words) in [("withdraw", "撤销"), ("restore", "恢复")] {
        let change = change(operation(verb, words)).given(reasoned().schema(), None);
        let back = json!({
            "id": "$request.path.id",
            "header.If-Match": "$response.header.ETag",
        });
        let other = if verb == "withdraw" { "restore" } else { "withdraw" };
        let links = Json::Object(Map::from_iter([(other.to_owned(), next(other, back))]));
        put(paths, &format!("{one}/{verb}"), "post", change.answers(200, receipt()).links(200, links));
    }
    let history = operation("history", "修改历史：").takes(id_of(kind)).refuses(&[400, 404]);
    put(paths, &format!("{one}/history"), "get", history.answers(200, reference("History".to_owned())));
    if kind.fields.iter().any(|field| field.kind == Type::File) {
        let mut file = operation("file", "下载附件：").takes(id_of(kind)).refuses(&[400, 404]);
        file = file.takes(in_path("digest", Shape::Form(Form::Hex(64)).schema(), "附件的 digest"));
        let bytes = json!({ "description": "附件的内容", "content": { BINARY: { "schema": {} } } });
        file.answers.insert("200".to_owned(), bytes);
        put(paths, &format!("{one}/files/{{digest}}"), "get", file);
    }
    of_procedures(pack, kind, today, &one, paths);
}

fn listing(pack: &Pack, kind: &Kind, mut list: Operation) -> Operation {
    let declared = kind.filters.iter().flatten().copied().chain(kind.area).chain(kind.key);
    let mut seen: Vec<usize> = Vec::new();
    for index in declared {
        let Some(field) = kind.fields.get(index).filter(|_| !seen.contains(&index)) else { continue };
        seen.push(index);
        let values = field.list.and_then(|at| pack.lists.get(at)).map(|list| format!("；{}的标识", list.name));
        let about = format!("{}等于{}", field.name, values.unwrap_or_default());
        list = list.takes(query(&format!("f.{}", field.id), words(), &about));
    }
    let list = list
        .takes(date("from", "从哪一天"))
        .takes(date("to", "到哪一天"))
        .takes(query("withdrawn", Shape::Choice(vec!["yes".to_owned(), "no".to_owned()]).schema(), "yes：已撤销的"))
        .takes(after(Form::Place))
        .takes(limit())
        .refuses(&[400]);
    let count = Shape::Object(vec![Member::of("at_least", Shape::Int(0, i64::MAX)), Member::of("exact", Shape::Bool)]);
    let item = Shape::Named(record_name(kind));
    let list = list.answers(200, page("records", item, vec![complete(), Member::of("count", count)]));
    list.links(
        200,
        json!({ "show": link(format!("show_{}", kind.id), json!({ "id": "$response.body#/records/0/id" })) }),
    )
}

/// What can be done with a record that was read, in the version that was read.
fn from_record(pack: &Pack, kind: &Kind) -> Json {
    let mut names = ["correct", "withdraw"].map(|verb| (verb.to_owned(), format!("{verb}_{}", kind.id))).to_vec();
    names.extend(steps(pack, kind).map(|step| (format!("step_{}", step.id), step_name(kind, &step.id))));
    let seen = || json!({ "id": "$request.path.id", "header.If-Match": "$response.header.ETag" });
    Json::Object(names.into_iter().map(|(name, operation)| (name, link(operation, seen()))).collect())
}

fn link(operation: String, parameters: Json) -> Json {
    json!({ "operationId": operation, "parameters": parameters })
}

fn step_name(kind: &Kind, step: &str) -> String {
    format!("step_{}_{step}", kind.id)
}

fn of_procedures(pack: &Pack, kind: &Kind, today: i32, one: &str, paths: &mut Map<String, Json>) {
    let change = |operation: Operation| {
        operation
            .takes(id_of(kind))
            .takes(if_match(false))
            .takes(request_key())
            .refuses(&[404, 409, 412])
            .answers(200, Shape::Named("Receipt".to_owned()).schema())
    };
    for step in steps(pack, kind) {
        let step_of =
            Operation::new(step_name(kind, &step.id), &kind.group, format!("办理{}：{}", kind.name, step.name));
        let step_of = step_of.given(step_shape(pack, kind, step, today).schema(), None);
        put(paths, &format!("{one}/steps/{}", step.id), "post", change(step_of));
    }
    if kind.procedures.is_empty() {
        return;
    }
    for act in BuiltIn::ALL {
        let Some(shape) = act.shape(procedures(pack, kind)) else { continue };
        let id = format!("{}_{}", act.name(), kind.id);
        let operation = Operation::new(id, &kind.group, format!("{}：{}", act.word(), kind.name));
        put(paths, &format!("{one}/acts/{}", act.name()), "post", change(operation.given(shape.schema(), None)));
    }
}

/// The first sample of a kind, as a request would give it.
fn sample(pack: &Pack, kind: &Kind, today: i32) -> Option<Json> {
    let record = pack.check(kind, kind.samples.first()?, today).record?;
    let value = |(index, field): (usize, &zhiheng_pack::Field)| {
        let value = record.value(index).filter(|_| field.kind != Type::File)?;
        Some((field.id.clone(), value.to_json()))
    };
    let fields = Json::Object(kind.given().filter_map(value).collect());
    given(pack, kind, today).misfits(&fields).is_empty().then_some(fields)
}

fn record_members(kind: Shape, fields: Shape) -> Vec<Member> {
    let words = || Shape::Words;
    vec![
        Member::of("id", Shape::Form(Form::Hex(32))).titled("记录编号"),
        Member::of("kind", kind).titled("登记种类"),
        Member::of("version", Shape::Int(1, i64::MAX)).titled("版本"),
        Member::of("live", Shape::Bool).about("false：已撤销"),
        Member::of("label", words()).titled("名称"),
        Member::of("day", Shape::Form(Form::Date).or_null()).titled("归属日期"),
        Member::of("body", words().or_null()).titled("责任单位"),
        Member::of("area", words().or_null()).titled("乡镇街道；outside 为县外"),
        Member::of("state", words().or_null()).titled("办理状态"),
        Member::of("recorded_at", Shape::Form(Form::Instant)).titled("记录时间"),
        Member::of("fields", fields),
    ]
}

fn record_shape(kind: &Kind) -> Shape {
    let mut members = record_members(Shape::Choice(vec![kind.id.clone()]), Shape::Named(fields_name(kind)));
    members.push(Member::maybe("case", Shape::Named("Case".to_owned()).or_null()).about("读取一条时有"));
    Shape::Object(members)
}

fn common_schemas() -> Map<String, Json> {
    let words = || Shape::Words;
    let maybe = || Shape::Words.or_null();
    let date = || Shape::Form(Form::Date).or_null();
    let instant = || Shape::Form(Form::Instant);
    let any_record = record_members(words(), Shape::Open);
    let mut cell_record = record_members(words(), Shape::Open);
    cell_record.push(Member::of("reason", maybe()).titled("未计入的原因"));
    let mut changed = record_members(words(), Shape::Open);
    changed.push(Member::of("op", ops()).titled("最后一次变动"));
    let problem = Shape::Object(vec![
        Member::of("field", words()),
        Member::of("pointer", words()).about("在请求内容里的位置（JSON Pointer）"),
        Member::of("code", words()),
        Member::of("message", words()),
    ]);
    let moved = Shape::Object(vec![Member::of("indicator", words()), Member::of("period", words())]);
    let change = Shape::Object(vec![
        Member::of("field", maybe()),
        Member::of("name", words()),
        Member::of("from", words()),
        Member::of("to", words()),
    ]);
    let version = Shape::Object(vec![
        Member::of("version", Shape::Int(1, i64::MAX)),
        Member::of("op", ops()),
        Member::of("at", instant()),
        Member::of("by", words()),
        Member::of("reason", maybe()),
        Member::of("changes", change.many()),
    ]);
    let counted = Shape::Object(vec![
        Member::of("day", Shape::Form(Form::Date)),
        Member::of("counted", Shape::Bool),
        Member::of("why", words()),
    ]);
    let clock = Shape::Object(vec![
        Member::of("clock", words()),
        Member::of("name", words()),
        Member::of("sort", Shape::Choice(["duty", "right", "reminder", "auto"].map(str::to_owned).into())),
        Member::of("number", Shape::Int(0, i64::MAX)),
        Member::of("started_at", instant()),
        Member::of("from", Shape::Form(Form::Date)).titled("起算日，当日不计"),
        Member::of("paused", Shape::Bool),
        Member::of("stopped_at", instant().or_null()),
        Member::of("due", date()).titled("最后一日"),
        Member::of("due_at", instant().or_null()),
        Member::of("provisional", Shape::Bool.or_null()).titled("暂定：放假安排尚未公布"),
        Member::of("late", Shape::Bool.or_null()),
        Member::of("count", counted.many()).titled("逐日计数"),
    ]);
    let step = Shape::Object(vec![Member::of("id", words()), Member::of("name", words()), Member::of("hint", maybe())]);
    let case = Shape::Object(vec![
        Member::of("procedure", words()),
        Member::of("procedure_name", words()),
        Member::of("state", words()),
        Member::of("state_name", words()),
        Member::of("closed", Shape::Bool),
        Member::of("assignee", maybe()),
        Member::of("steps", step.many()).titled("现在可以办理的环节"),
        Member::of("pausable", words().many()),
        Member::of("resumable", words().many()),
        Member::of("extensible", words().many()),
        Member::of("assignable", Shape::Bool),
        Member::of("clocks", clock.many()).titled("时限"),
    ]);
    let work = Shape::Object(vec![
        Member::of("record", Shape::Form(Form::Hex(32))),
        Member::of("kind", words()),
        Member::of("kind_name", words()),
        Member::of("label", words()),
        Member::of("clock", maybe()),
        Member::of("clock_name", words()),
        Member::of("state", words()),
        Member::of("state_name", words()),
        Member::of("body", maybe()),
        Member::of("role", words()),
        Member::of("assignee", maybe()),
        Member::of("due", date()),
        Member::of("due_at", instant().or_null()),
        Member::of("provisional", Shape::Bool),
        Member::of("paused", Shape::Bool),
        Member::of("late", Shape::Bool),
    ]);
    let board = Shape::Object(vec![
        Member::of("place", words()),
        Member::of("as_of", Shape::Form(Form::Date)),
        Member::of("known_on", date()),
        Member::of("pack_hash", Shape::Form(Form::Hex(64))),
        Member::of("records", Shape::Int(0, i64::MAX)),
        Member::of("targets", Shape::Open.many()),
    ]);
    let rights = Shape::Choice(["read", "write", "step"].map(str::to_owned).into());
    let head = Shape::Object(vec![
        Member::of("id", words()),
        Member::of("name", words()),
        Member::of("group", words()),
        Member::of("mode", Shape::Choice(["register", "handle"].map(str::to_owned).into())),
        Member::of("about", words()),
        Member::of("rights", rights.many()).about("这个令牌能做的"),
    ]);
    let named = [
        ("Problem", refusal_shape(problem)),
        ("Receipt", receipt_shape(moved)),
        ("Batch", batch_shape()),
        ("ChangedRecord", Shape::Object(changed)),
        ("History", Shape::Object(vec![Member::of("versions", version.many())])),
        ("Case", case),
        ("Work", work),
        ("Board", board),
        ("KindHead", head),
        ("AnyRecord", Shape::Object(any_record)),
        ("CellRecord", Shape::Object(cell_record)),
        ("File", file_shape()),
    ];
    named.into_iter().map(|(name, shape)| (name.to_owned(), shape.schema())).collect()
}

fn ops() -> Shape {
    Shape::Choice(["create", "correct", "withdraw", "restore", "step"].map(str::to_owned).into())
}

fn batch_shape() -> Shape {
    let named = |name: &str| Shape::Named(name.to_owned());
    let result = Shape::Object(vec![
        Member::maybe("receipt", named("Receipt")).titled("已保存"),
        Member::maybe("problem", named("Problem")).titled("没有保存"),
    ]);
    Shape::Object(vec![
        Member::of("stored", Shape::Int(0, i64::MAX)).titled("保存了几条"),
        Member::of("results", result.many()).about("与 records 一一对应"),
    ])
}

fn file_shape() -> Shape {
    Shape::Object(vec![
        Member::of("digest", Shape::Form(Form::Hex(64))),
        Member::of("media_type", Shape::Words),
        Member::of("name", Shape::Words),
        Member::of("size", Shape::Int(0, i64::MAX)),
    ])
}

fn receipt_shape(moved: Shape) -> Shape {
    Shape::Object(vec![
        Member::of("id", Shape::Form(Form::Hex(32))),
        Member::of("version", Shape::Int(1, i64::MAX)),
        Member::of("moved", moved.many()).about("随之变动的指标和年度"),
        Member::maybe("warnings", Shape::Words.many()).about("提醒；已经保存"),
    ])
}

fn refusal_shape(problem: Shape) -> Shape {
    Shape::Object(vec![
        Member::of("type", Shape::Words),
        Member::of("status", Shape::Int(400, 599)),
        Member::of("code", Shape::Words).about("永久的代码，见 docs/errors.md"),
        Member::of("title", Shape::Words).about("一句话：怎么回事，怎么办"),
        Member::maybe("problems", problem.many()).about("逐项的问题"),
    ])
}

/// Every refusal with what it means.
const REFUSALS: [(u16, &str); 12] = [
    (400, "参数、请求头或者 JSON 有误"),
    (401, "没有令牌，或者令牌无效"),
    (403, "没有权限"),
    (404, "没有找到"),
    (409, "与现状冲突：编号已被使用、状态不对，或者同一请求编号用于另一份内容"),
    (412, "记录已有变化，不是 If-Match 写明的那一版"),
    (413, "内容太大"),
    (415, "内容的格式不对"),
    (422, "内容有误，逐项列出"),
    (428, "没有写 If-Match"),
    (429, "请求太密；Retry-After 写明几秒后再试"),
    (503, "暂时办不了；稍后重试，不会重复"),
];

fn refusals() -> Map<String, Json> {
    let schema = Shape::Named("Problem".to_owned()).schema();
    let one = |(status, words): (u16, &str)| {
        let content = json!({ "application/problem+json": { "schema": schema } });
        (status.to_string(), json!({ "description": words, "content": content }))
    };
    REFUSALS.into_iter().map(one).collect()
}
