//! `[kind]` blocks: fields first, then everything of the kind that refers to a field.

use super::procedures::Derived;
use super::{any, field_of, is_dated, is_number};
use crate::access::Access;
use crate::formula::{Condition, Fault, Scope};
use crate::kind::{
    Check, DateBound, Field, Format, ImportRule, Kind, Mirror, Mode, Poster, Public, Reports, Totals, Type, Urgency,
    Yearly,
};
use crate::node::{At, Node};
use crate::pack::{BodyLevel, Pack};
use crate::problem::{self as codes, Level};
use crate::record::Draft;
use crate::value::Decimal;

/// Largest passage, unless a field says otherwise, in characters.
const PASSAGE_LEN: usize = 10_000;
const FILTERS_MAX: usize = 4;

pub(super) fn read(pack: &mut Pack, roots: &[Node<'_>]) {
    let derived = Derived::of(roots);
    for node in roots.iter().flat_map(|root| root.tables("kind")) {
        let id = node.id("id").value;
        let own = mode_of(&node, "mode");
        let mode = pack.modes.get(&id).copied().or(own).unwrap_or(Mode::Register);
        let of_procedures = derived.get(&id).map(|derived| derived.fields(pack, &id, mode)).unwrap_or_default();
        let kind = kind(pack, &node, mode, of_procedures);
        if pack.kind_index.insert(kind.id.clone(), pack.kinds.len()).is_some() {
            node.file.say(codes::DUPLICATE_ID, &node.span, &kind.id);
        }
        pack.kinds.push(kind);
        node.finish();
    }
}

fn kind(pack: &Pack, node: &Node<'_>, mode: Mode, of_procedures: Vec<Field>) -> Kind {
    let mut kind = Kind {
        id: node.id("id").value,
        name: node.need("name").value,
        group: node.need("group").value,
        mode,
        about: node.need("about").value,
        basis: node.plains("basis"),
        fields: Vec::new(),
        checks: Vec::new(),
        key: None,
        day: None,
        area: None,
        place_from: Vec::new(),
        body: None,
        body_field: None,
        subject: None,
        label: node.need("label").value,
        searched: Vec::new(),
        columns: Vec::new(),
        filters: Vec::new(),
        public: Public::default(),
        access: Access::default(),
        import: ImportRule::default(),
        reports: None,
        totals: None,
        yearly: None,
        town_basis: Vec::new(),
        town_basis_at: Vec::new(),
        procedures: Vec::new(),
        publishes: None,
        sealed: false,
        urgency: None,
        mirror: None,
        poster: None,
        public_entry: None,
        samples: Vec::new(),
        since: node.date("since"),
        until: node.date("until"),
        verified: node.flag("verified").unwrap_or(true),
    };
    let mut said: Vec<Option<bool>> = Vec::new();
    for part in node.tables("field") {
        let read = field(pack, &part);
        said.push(search(&part, &read));
        if kind.fields.iter().any(|known| known.id == read.id) {
            part.file.say(codes::DUPLICATE_ID, &part.span, &read.id);
        }
        kind.fields.push(read);
        part.finish();
    }
    for field in of_procedures {
        if kind.field_index(&field.id).is_some() {
            node.file.say(codes::DUPLICATE_ID, &node.span, &field.id);
        }
        kind.fields.push(field);
    }
    if let (Some(since), Some(until)) = (kind.since, kind.until)
        && until < since
    {
        node.file.say(codes::ENDS_BEFORE, &node.span, &kind.id);
    }
    envelope(pack, &mut kind, node);
    kind.searched = searched(&kind, &said);
    lists(&mut kind, node);
    kind.access = super::access::read(pack, &kind, node);
    super::publication::read(pack, &mut kind, node);
    kind.import = import(pack, &kind, node);
    kind.reports = reports(pack, &kind, node);
    kind.totals = totals(pack, &kind, node);
    kind.yearly = yearly(pack, &kind, node);
    kind.checks = node.tables("check").into_iter().filter_map(|part| check(pack, &kind, part)).collect();
    kind.poster = poster(&kind, node);
    kind.urgency = urgency(&kind, node);
    kind.mirror = mirror(&kind, node).filter(|_| mode == Mode::Register);
    // Read with the procedures, when every field is there.
    node.table("public_entry");
    kind.samples = node
        .tables("sample")
        .iter()
        .map(|part| Draft { fields: part.as_json().into_iter().collect(), scope: None })
        .collect();
    kind
}

/// The mode that a key names; none where it is absent or wrong.
pub(super) fn mode_of(node: &Node<'_>, key: &str) -> Option<Mode> {
    let name = node.text(key)?;
    match name.value.as_str() {
        "handle" => Some(Mode::Handle),
        "register" => Some(Mode::Register),
        other => {
            let detail = format!("{key} 只能是 register（台账）或 handle（办理），这里是 {other}");
            node.file.say(codes::BAD_CHOICE, &name.span, detail);
            None
        }
    }
}

fn field(pack: &Pack, node: &Node<'_>) -> Field {
    let type_name = node.need("type");
    let kind = Type::of_name(&type_name.value).unwrap_or_else(|| {
        let known: Vec<&str> = Type::NAMES.iter().map(|(name, _)| *name).collect();
        let detail = format!("没有字段类型 {}（可用：{}）", type_name.value, known.join("、"));
        node.file.say(codes::BAD_CHOICE, &type_name.span, detail);
        Type::Text
    });
    let (earliest, min) = bounds(node, "min", kind);
    let (latest, max) = bounds(node, "max", kind);
    let length = node.integer("max_len").and_then(|length| usize::try_from(length.value).ok());
    Field {
        id: node.id("id").value,
        name: node.need("name").value,
        kind,
        names: node.plains("names"),
        hint: node.plain("hint"),
        required: node.flag("required").unwrap_or(false),
        personal: node.flag("personal").unwrap_or(false),
        readers: readers(pack, node),
        max_len: length.unwrap_or(if kind == Type::Passage { PASSAGE_LEN } else { Field::TEXT_LEN }),
        format: format(node),
        min,
        max,
        earliest,
        latest,
        decimals: node.integer("decimals").map_or(2, |digits| u32::try_from(digits.value.clamp(0, 9)).unwrap_or(2)),
        unit: node.plain("unit"),
        list: list_of(pack, node, kind),
        levels: levels_of(pack, node, kind),
        to: target_kind(node, kind),
        accept: node.plains("accept"),
        max_bytes: node
            .integer("max_bytes")
            .and_then(|size| u64::try_from(size.value).ok())
            .unwrap_or(Field::FILE_BYTES),
        default: default(node),
        serial: serial(node, kind),
        derived: false,
    }
}

/// Roles that read a personal field as it is; other fields are read by whoever reads the record.
fn readers(pack: &Pack, node: &Node<'_>) -> Vec<String> {
    let found = super::access::readers(pack, node);
    if !found.is_empty() && !node.flag("personal").unwrap_or(false) {
        node.file.say(
            codes::WRONG_TYPE,
            &node.span,
            "readers 只用于 personal = true 的字段；整个种类保密的，写在 [kind]",
        );
    }
    found
}

/// Whether a search finds a field's text, where the pack says so.
fn search(node: &Node<'_>, field: &Field) -> Option<bool> {
    let wanted = node.flag("search");
    if wanted == Some(true) && (field.personal || field.format == Some(Format::Phone) || !has_words(field.kind)) {
        let detail = format!("{} 不能用 search = true：个人信息、电话以及没有文字的字段不进入检索", field.id);
        node.file.say(codes::WRONG_TYPE, &node.span, detail);
        return Some(false);
    }
    wanted
}

fn has_words(kind: Type) -> bool {
    matches!(
        kind,
        Type::Text | Type::Passage | Type::Choice | Type::Choices | Type::Reference | Type::Area | Type::Gs1Key
    )
}

/// Key, subject and what the label prints, unless a field says otherwise.
fn searched(kind: &Kind, said: &[Option<bool>]) -> Vec<usize> {
    let names_it = |at: usize, field: &Field| {
        let at = Some(at);
        at == kind.key || at == kind.subject || kind.label.contains(&format!("{{{}}}", field.id))
    };
    let may = |field: &Field| !field.personal && field.format != Some(Format::Phone) && has_words(field.kind);
    let fields = kind.fields.iter().zip(said).enumerate();
    fields
        .filter(|(at, (field, said))| may(field) && said.unwrap_or_else(|| names_it(*at, field)))
        .map(|(at, _)| at)
        .collect()
}

/// A bound is a date for dates (`today` allowed) and a number for numbers.
fn bounds(node: &Node<'_>, key: &str, kind: Type) -> (Option<DateBound>, Option<Decimal>) {
    if !node.has(key) {
        return (None, None);
    }
    if !is_dated(kind) {
        return (None, node.decimal(key));
    }
    if !node.is_text(key) {
        return (node.date(key).map(DateBound::On), None);
    }
    let word = node.need(key);
    if word.value != "today" {
        node.file.say(codes::WRONG_TYPE, &word.span, format!("{key} 应当是日期或 \"today\""));
    }
    (Some(DateBound::Today), None)
}

fn format(node: &Node<'_>) -> Option<Format> {
    let name = node.text("format")?;
    match name.value.as_str() {
        "uscc" => Some(Format::Uscc),
        "failing_items" => Some(Format::FailingItems),
        "phone" => Some(Format::Phone),
        "record" => Some(Format::Record),
        other => {
            node.file.say(
                codes::BAD_CHOICE,
                &name.span,
                format!("format 只能是 uscc、failing_items、phone 或 record，这里是 {other}"),
            );
            None
        }
    }
}

fn list_of(pack: &Pack, node: &Node<'_>, kind: Type) -> Option<usize> {
    let wanted = matches!(kind, Type::Choice | Type::Choices);
    let Some(name) = node.text("list") else {
        if wanted {
            node.file.say(codes::MISSING_KEY, &node.span, "list");
        }
        return None;
    };
    if !wanted {
        node.file.say(codes::WRONG_TYPE, &name.span, "只有 choice 和 choices 用 list");
    }
    let found = pack.lists.iter().position(|list| list.id == name.value);
    if found.is_none() {
        node.file.say(codes::UNKNOWN_NAME, &name.span, format!("字典 {}", name.value));
    }
    found
}

/// A choice of bodies may be narrowed to some levels. An area field may say its level, too; only towns exist below the place.
fn levels_of(pack: &Pack, node: &Node<'_>, kind: Type) -> Vec<BodyLevel> {
    let names = node.texts("level");
    if kind == Type::Area {
        return Vec::new();
    }
    let of_bodies = node.plain("list").is_some_and(|list| list == "bodies") && pack.list("bodies").is_some();
    let one = |name: &crate::node::At<String>| {
        let found = BodyLevel::NAMES.iter().find(|(known, ..)| *known == name.value).map(|(.., level)| *level);
        if !of_bodies || found.is_none() {
            let known: Vec<&str> = BodyLevel::NAMES.iter().map(|(name, ..)| *name).collect();
            let detail =
                format!("level 用于取自 bodies 的选择和地区，只能是 {}，这里是 {}", known.join("、"), name.value);
            node.file.say(codes::BAD_CHOICE, &name.span, detail);
        }
        found
    };
    names.iter().filter_map(one).collect()
}

fn target_kind(node: &Node<'_>, kind: Type) -> Option<String> {
    let to = node.text("to");
    if kind == Type::Reference && to.is_none() {
        node.file.say(codes::MISSING_KEY, &node.span, "to");
    }
    to.map(|to| to.value)
}

fn serial(node: &Node<'_>, kind: Type) -> Option<String> {
    let pattern = node.text("serial")?;
    let zeros = pattern.value.split_once("{0").and_then(|(_, rest)| rest.split_once('}')).map(|(zeros, _)| zeros);
    if kind != Type::Text || !zeros.is_some_and(|zeros| zeros.bytes().all(|byte| byte == b'0')) {
        let detail = format!("serial 用于短文本，写成“TS{{yyyy}}{{00000}}”的样子，这里是 {}", pattern.value);
        node.file.say(codes::BAD_CHOICE, &pattern.span, detail);
    }
    Some(pattern.value)
}

fn default(node: &Node<'_>) -> Option<String> {
    if !node.has("default") {
        return None;
    }
    if node.is_text("default") {
        return node.plain("default");
    }
    node.flag("default").map(|yes| if yes { "yes" } else { "no" }.to_owned())
}

fn envelope(pack: &Pack, kind: &mut Kind, node: &Node<'_>) {
    kind.key = field_of(kind, node, "key", any, "字段");
    if let Some(field) = kind.key.and_then(|index| kind.fields.get(index)).filter(|field| field.personal) {
        let detail = format!("{} 是个人信息，不能作编号（key）：编号出现在日历、回执和文件名里", field.id);
        node.file.say(codes::WRONG_TYPE, &node.span, detail);
    }
    kind.day = field_of(kind, node, "day", is_dated, "日期");
    kind.area = field_of(kind, node, "area", |kind| kind == Type::Area, "地区");
    kind.subject = field_of(kind, node, "subject", any, "字段");
    kind.body_field = field_of(kind, node, "body_field", any, "字段");
    kind.place_from = indices(kind, node, "place_from");
    kind.town_basis = indices(kind, node, "town_basis");
    kind.town_basis_at = node.plains("town_basis_at");
    // A common kind may name the bureau of a county that has none of that id.
    kind.body = node.text("body").and_then(|name| pack.body(&name.value)).map(|body| body.id.clone());
}

/// `[kind.urgency]`
fn urgency(kind: &Kind, node: &Node<'_>) -> Option<Urgency> {
    let part = node.table("urgency")?;
    let day = field_of(kind, &part, "day", |kind| kind == Type::Date, "日期");
    if !part.has("day") {
        part.file.say(codes::MISSING_KEY, &part.span, "day");
    }
    let hour = field_of(kind, &part, "hour", |kind| kind == Type::Integer, "整数");
    let clock = part.need("clock").value;
    part.finish();
    Some(Urgency { day: day?, hour, clock })
}

/// `[kind.mirror]`
fn mirror(kind: &Kind, node: &Node<'_>) -> Option<Mirror> {
    let part = node.table("mirror")?;
    let as_of = field_of(kind, &part, "as_of", |kind| kind == Type::Date, "日期");
    if !part.has("as_of") {
        part.file.say(codes::MISSING_KEY, &part.span, "as_of");
    }
    let system = field_of(kind, &part, "system", |kind| kind == Type::Choice, "单选");
    let number = field_of(kind, &part, "number", |kind| kind == Type::Text, "短文本");
    let stale = part.integer("stale_days").and_then(|days| i32::try_from(days.value).ok()).filter(|days| *days > 0);
    if stale.is_none() {
        part.file.say(codes::MISSING_KEY, &part.span, "stale_days（过多少日算旧，正整数）");
    }
    part.finish();
    Some(Mirror { system, number, as_of: as_of?, stale: stale.unwrap_or(7) })
}

/// `[kind.poster]`
fn poster(kind: &Kind, node: &Node<'_>) -> Option<Poster> {
    let part = node.table("poster")?;
    let text = |key: &str| field_of(kind, &part, key, |kind| kind == Type::Text, "短文本");
    let found = Poster {
        place: text("place").unwrap_or_default(),
        english: text("english"),
        operator: text("operator"),
        removed: field_of(kind, &part, "removed", |kind| kind == Type::Date, "日期"),
    };
    if !part.has("place") {
        part.file.say(codes::MISSING_KEY, &part.span, "place");
    }
    if kind.key.is_none() {
        part.file.say(codes::MISSING_KEY, &part.span, "海报印的是编号，种类要有 key");
    }
    part.finish();
    Some(found)
}

fn lists(kind: &mut Kind, node: &Node<'_>) {
    kind.columns = indices(kind, node, "columns");
    let sets = node.text_sets("filters");
    if sets.len() > FILTERS_MAX {
        node.file.say(codes::TOO_MANY_FILTERS, &node.span, format!("{} 组", sets.len()));
    }
    for set in sets {
        if set.value.is_empty() || set.value.len() > 2 {
            node.file.say(codes::TOO_MANY_FILTERS, &set.span, format!("一组里有 {} 个字段", set.value.len()));
        }
        kind.filters.push(set.value.iter().filter_map(|name| index(kind, node, name)).collect());
    }
}

pub(super) fn indices(kind: &Kind, node: &Node<'_>, key: &str) -> Vec<usize> {
    node.texts(key).iter().filter_map(|name| index(kind, node, name)).collect()
}

fn index(kind: &Kind, node: &Node<'_>, name: &At<String>) -> Option<usize> {
    let found = kind.field_index(&name.value);
    if found.is_none() {
        node.file.say(codes::UNKNOWN_NAME, &name.span, format!("种类 {} 的字段 {}", kind.id, name.value));
    }
    found
}

fn import(pack: &Pack, kind: &Kind, node: &Node<'_>) -> ImportRule {
    let Some(part) = node.table("import") else { return ImportRule::default() };
    let verdict = field_of(kind, &part, "verdict", |kind| kind == Type::Choice, "单选");
    let item = |key: &str| {
        let name = part.text(key)?;
        let list = verdict.and_then(|index| kind.fields.get(index)).and_then(|field| field.list);
        let known = list
            .and_then(|list| pack.lists.get(list))
            .is_some_and(|list| list.items.iter().any(|i| i.id == name.value));
        if !known {
            part.file.say(codes::UNKNOWN_ITEM, &name.span, &name.value);
        }
        Some(name.value)
    };
    let (pass, fail) = (item("pass"), item("fail"));
    let rule = ImportRule {
        scope: part.flag("scope").unwrap_or(false),
        verdict: verdict.and_then(|index| Some((index, pass?, fail?))),
        items: field_of(kind, &part, "items", |kind| kind == Type::Passage, "长文本"),
    };
    part.finish();
    rule
}

/// A field that must be there, or the problem that it is not.
fn needed(kind: &Kind, part: &Node<'_>, key: &str, fits: fn(Type) -> bool, wanted: &str) -> Option<usize> {
    if !part.has(key) {
        part.file.say(codes::MISSING_KEY, &part.span, key);
    }
    field_of(kind, part, key, fits, wanted)
}

fn is_choice(kind: Type) -> bool {
    kind == Type::Choice
}

fn reports(pack: &Pack, kind: &Kind, node: &Node<'_>) -> Option<Reports> {
    let part = node.table("reports")?;
    if pack.reports().is_some() {
        part.file.say(codes::DUPLICATE_ID, &part.span, "reports");
    }
    let indicator = needed(kind, &part, "indicator", is_choice, "单选");
    let value = needed(kind, &part, "value", is_number, "数");
    let [n, low, high] = ["n", "low", "high"].map(|key| field_of(kind, &part, key, is_number, "数"));
    let list = indicator.and_then(|at| kind.fields.get(at)).and_then(|field| pack.lists.get(field.list?));
    if list.is_some_and(|list| list.id != "indicators") || kind.day.is_none() {
        part.file.say(codes::FORM_NEEDS, &part.span, "日期 day，以及用字典 indicators 的 indicator 字段");
    }
    part.finish();
    Some(Reports { indicator: indicator?, value: value?, n, interval: low.zip(high) })
}

fn totals(pack: &Pack, kind: &Kind, node: &Node<'_>) -> Option<Totals> {
    let part = node.table("totals")?;
    if pack.kinds.iter().any(|known| known.totals.is_some()) {
        part.file.say(codes::DUPLICATE_ID, &part.span, "totals");
    }
    if kind.day.is_none() {
        part.file.say(codes::FORM_NEEDS, &part.span, "日期 day");
    }
    let (of, detail) = (needed(kind, &part, "of", is_choice, "单选"), needed(kind, &part, "detail", is_choice, "单选"));
    let [tested, passed, failed] = ["tested", "passed", "failed"].map(|key| needed(kind, &part, key, is_number, "数"));
    let listed = part.need("listed");
    let list = detail.and_then(|at| kind.fields.get(at)).and_then(|field| pack.lists.get(field.list?));
    if !list.is_some_and(|list| list.items.iter().any(|item| item.id == listed.value)) {
        part.file.say(codes::UNKNOWN_ITEM, &listed.span, &listed.value);
    }
    part.finish();
    Some(Totals { of: of?, detail: (detail?, listed.value), tested: tested?, passed: passed?, failed: failed? })
}

fn yearly(pack: &Pack, kind: &Kind, node: &Node<'_>) -> Option<Yearly> {
    let part = node.table("yearly")?;
    if pack.kinds.iter().any(|known| known.yearly.is_some()) {
        part.file.say(codes::DUPLICATE_ID, &part.span, "yearly");
    }
    let measure = needed(kind, &part, "measure", is_choice, "单选");
    let lead = needed(kind, &part, "lead", is_choice, "单选");
    let year = needed(kind, &part, "year", |kind| kind == Type::Integer, "整数");
    let title = needed(kind, &part, "title", |kind| kind == Type::Text, "短文本");
    let assisting = needed(kind, &part, "assisting", |kind| kind == Type::Choices, "多选");
    let due = needed(kind, &part, "due", |kind| kind == Type::Date, "日期");
    part.finish();
    Some(Yearly { measure: measure?, year: year?, title: title?, lead: lead?, assisting: assisting?, due: due? })
}

fn check(pack: &Pack, kind: &Kind, node: Node<'_>) -> Option<Check> {
    let condition = condition(pack, kind, &node, "expr")?;
    let level = match node.text("level") {
        Some(At { value, .. }) if value == "warn" => Level::Warn,
        Some(At { value, span }) if value != "refuse" => {
            node.file.say(codes::BAD_CHOICE, &span, format!("level 只能是 refuse 或 warn，这里是 {value}"));
            Level::Refuse
        }
        _ => Level::Refuse,
    };
    let check = Check {
        condition,
        field: field_of(kind, &node, "field", any, "字段"),
        message: node.need("message").value,
        level,
    };
    node.finish();
    Some(check)
}

/// A required condition, or its faults said where they stand.
pub(super) fn condition(pack: &Pack, kind: &Kind, node: &Node<'_>, key: &str) -> Option<Condition> {
    let text = node.need(key);
    let scope = Scope { kind, lists: &pack.lists };
    if text.value.is_empty() {
        return None;
    }
    Condition::compile(&text.value, scope).map_err(|faults| say(node, &text, &faults)).ok()
}

/// Faults of an expression at their place in the file: one past the opening quote.
pub(super) fn say(node: &Node<'_>, text: &At<String>, faults: &[Fault]) {
    for fault in faults {
        node.file.say_at(fault.code, text.span.start + 1 + fault.at, &fault.detail);
    }
}
