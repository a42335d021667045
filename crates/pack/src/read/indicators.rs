//! `[[indicator]]` blocks. Ids first, so that denominators and composites may name an indicator that stands further down.

use sha2::{Digest, Sha256};

use super::kinds::{condition, say};
use super::{field_of, is_dated, is_number};
use crate::formula::{Aggregate, Condition, Scope};
use crate::indicator::{
    Baseline, Form, Goal, Indicator, Mode, Period, Reporting, Sampling, Source, SourceRef, SplitTarget, Target, Term,
};
use crate::kind::{Kind, Type};
use crate::node::{At, Node};
use crate::pack::Pack;
use crate::problem as codes;
use crate::value::Decimal;

pub(super) fn read(pack: &mut Pack, roots: &[Node<'_>]) {
    let nodes: Vec<_> = roots.iter().flat_map(|root| root.tables("indicator")).collect();
    for (position, node) in nodes.iter().enumerate() {
        let id = node.id("id");
        if pack.indicator_index.insert(id.value.clone(), position).is_some() {
            node.file.say(codes::DUPLICATE_ID, &id.span, &id.value);
        }
    }
    let mut replaced: Vec<Indicator> = Vec::new();
    for node in nodes {
        let mut indicator = indicator(pack, &node);
        replaced.extend(earlier(pack, &node, &mut indicator));
        if let Some(row) = indicator.row
            && pack.indicators.iter().any(|known| known.row == Some(row))
        {
            node.file.say(codes::ROW_TWICE, &node.span, row.to_string());
        }
        pack.indicators.push(indicator);
        node.finish();
    }
    // Earlier definitions stand behind all others, so that an indicator's position is its place in the plan.
    for version in replaced {
        let at = pack.indicators.len();
        if let Some(current) = version.version_of.and_then(|current| pack.indicators.get_mut(current)) {
            current.earlier.push(at);
        }
        pack.indicators.push(version);
    }
    pack.moved_by = moved_by(pack);
}

/// `[[indicator.earlier]]`: definitions that held before. They share everything with their indicator but what they say and what they count.
fn earlier(pack: &Pack, node: &Node<'_>, current: &mut Indicator) -> Vec<Indicator> {
    let at = pack.indicators.len();
    let mut found: Vec<Indicator> = Vec::new();
    for part in node.tables("earlier") {
        let version = part.integer("version").map(|given| u32::try_from(given.value).unwrap_or(1));
        let version = version.unwrap_or_else(|| u32::try_from(found.len() + 1).unwrap_or(1));
        let mut old = Indicator {
            id: format!("{}@{version}", current.id),
            row: None,
            helper: true,
            reported: None,
            version,
            version_of: Some(at),
            earlier: Vec::new(),
            since: part.date("since"),
            until: part.date("until"),
            changed_because: part.plain("why"),
            definition: part.need("definition").value,
            numerator_text: part.plain("numerator_text").or_else(|| current.numerator_text.clone()),
            denominator_text: part.plain("denominator_text").or_else(|| current.denominator_text.clone()),
            method: part.plain("method"),
            traps: part.plains("traps"),
            over: part.tables("over").into_iter().filter_map(|over| source(pack, current.form, over)).collect(),
            ..current.clone()
        };
        old.def = identity(pack, &Indicator { id: current.id.clone(), ..old.clone() });
        span(&part, &old, found.last(), current);
        found.push(old);
        part.finish();
    }
    let last = found.last().and_then(|old| old.until);
    if let Some(next) = last.and_then(|until| until.tomorrow().ok()) {
        if current.since.is_some_and(|since| since != next) {
            let said = format!("{} 应自 {next} 起，这里写的是 {}", current.id, current.since.unwrap_or(next));
            node.file.say(codes::VERSION_SPAN, &node.span, said);
        }
        current.since = Some(next);
        current.version = current.version.max(found.last().map_or(1, |old| old.version + 1));
    }
    found
}

/// What an earlier definition must say: until when, later than the one before it, at the end of a year where a value is a year's, and
/// something else than the definition that replaced it.
fn span(part: &Node<'_>, old: &Indicator, before: Option<&Indicator>, current: &Indicator) {
    let say = |what: String| part.file.say(codes::VERSION_SPAN, &part.span, what);
    let Some(until) = old.until else { return say(format!("{} 的旧口径没有写 until", current.id)) };
    if before.and_then(|one| one.until).is_some_and(|one| one >= until) {
        say(format!("{} 的旧口径要按先后写，{until} 不在前一个之后", current.id));
    }
    let yearly = matches!(current.form, Form::Ratio | Form::Flow) && current.period == Period::Year;
    if yearly && (until.month(), until.day()) != (12, 31) {
        say(format!("{} 是年度数，口径只能在年末改变，这里是 {until}", current.id));
    }
    if old.over.is_empty() {
        part.file.say(codes::MISSING_KEY, &part.span, "over");
    }
    if old.def == current.def {
        say(format!("{} 到 {until} 为止的口径与现行口径算法相同，不必另写", current.id));
    }
}

fn moved_by(pack: &Pack) -> Vec<Vec<(usize, SourceRef)>> {
    let mut moved = vec![Vec::new(); pack.kinds.len()];
    for (at, indicator) in pack.indicators.iter().enumerate() {
        let over = indicator.over.iter().enumerate().map(|(index, source)| (source.kind, SourceRef::Over(index)));
        let reported = indicator.reported.iter().map(|source| (source.kind, SourceRef::Reported));
        for (kind, reference) in over.chain(reported) {
            if let Some(list) = moved.get_mut(kind) {
                list.push((at, reference));
            }
        }
    }
    moved
}

fn indicator(pack: &Pack, node: &Node<'_>) -> Indicator {
    let id = node.id("id").value;
    let unit = node.plain("unit").unwrap_or_default();
    let form = word(node, "form", &Form::NAMES).unwrap_or(Form::Level);
    let mode = word(node, "mode", &[("computed", Mode::Computed), ("reported", Mode::Reported), ("both", Mode::Both)])
        .unwrap_or(Mode::Computed);
    let percent = if unit == "%" { Decimal::ONE_HUNDRED } else { Decimal::ONE };
    let (ruling_pending, ruling_note) = ruling(node);
    let split = node.plain("split");
    let mut read = Indicator {
        row: node.integer("row").and_then(|row| u16::try_from(row.value).ok()),
        name: node.need("name").value,
        group: group(pack, node),
        form,
        mode,
        bodies: bodies(pack, node),
        quote: quote(pack, node, "quote").into_iter().next(),
        text_targets: quote(pack, node, "text_targets"),
        baseline: baseline(node),
        target: target(node),
        goal: word(node, "kind", &Goal::NAMES).unwrap_or(Goal::IncreaseTo),
        decimals: node.integer("decimals").map_or(0, |digits| u32::try_from(digits.value.clamp(0, 6)).unwrap_or(0)),
        period: word(node, "period", &[("year", Period::Year), ("to_date", Period::ToDate)]).unwrap_or(Period::Year),
        factor: node.decimal("factor").unwrap_or(percent),
        interval: word(node, "interval", &[("wilson95", true), ("none", false)]).unwrap_or(false),
        sampling: word(
            node,
            "sampling",
            &[("targeted", Sampling::Targeted), ("random", Sampling::Random), ("census", Sampling::Census)],
        )
        .unwrap_or(Sampling::Census),
        ruling_pending,
        ruling_note,
        split_undecided: split.as_deref() == Some("undecided"),
        splits: splits(pack, node),
        note: node.plain("note"),
        definition: node.plain("definition").unwrap_or_default(),
        numerator_text: node.plain("numerator_text"),
        denominator_text: node.plain("denominator_text"),
        method: node.plain("method"),
        traps: node.plains("traps"),
        reporting: reporting(pack, node),
        verified: node.flag("verified").unwrap_or(true),
        version: node.integer("version").map_or(1, |version| u32::try_from(version.value).unwrap_or(1)),
        since: node.date("since"),
        until: node.date("until"),
        earlier: Vec::new(),
        version_of: None,
        changed_because: None,
        distinct: word(node, "distinct", &[("subject", true)]).unwrap_or(false),
        denominator_level: denominator_level(pack, node),
        over: node.tables("over").into_iter().filter_map(|part| source(pack, form, part)).collect(),
        reported: if mode == Mode::Computed { None } else { reported(pack, node, &id) },
        terms: terms(pack, node),
        helper: node.flag("helper").unwrap_or(false),
        own: node.flag("own").unwrap_or(false),
        def: 0,
        reported_def: number(&["reported", &id]),
        unit,
        id,
    };
    read.def = identity(pack, &read);
    requirements(node, &read);
    read
}

fn word<T: Copy>(node: &Node<'_>, key: &str, names: &[(&str, T)]) -> Option<T> {
    let given = node.text(key)?;
    let found = names.iter().find(|(name, _)| *name == given.value).map(|(_, value)| *value);
    if found.is_none() {
        let known: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
        node.file.say(
            codes::BAD_CHOICE,
            &given.span,
            format!("{key} 只能是 {}，这里是 {}", known.join("、"), given.value),
        );
    }
    found
}

fn ruling(node: &Node<'_>) -> (Option<String>, Option<String>) {
    let why = node.plain("ruling_why");
    match word(node, "ruling", &[("pending", true)]) {
        Some(true) => (Some(why.unwrap_or_default()), None),
        _ => (None, why),
    }
}

fn group(pack: &Pack, node: &Node<'_>) -> Option<usize> {
    let name = node.text("group")?;
    let found = pack.groups.iter().position(|group| group.id == name.value);
    if found.is_none() {
        node.file.say(codes::UNKNOWN_NAME, &name.span, format!("类别 {}", name.value));
    }
    found
}

fn bodies(pack: &Pack, node: &Node<'_>) -> Vec<usize> {
    let mut found = Vec::new();
    for name in node.texts("bodies") {
        match pack.bodies.iter().position(|body| body.id == name.value) {
            Some(index) => found.push(index),
            None => node.file.say(codes::UNKNOWN_NAME, &name.span, format!("单位 {}", name.value)),
        }
    }
    found
}

/// Sentences of the plan: each must stand in the document letter by letter, white space aside.
fn quote(pack: &Pack, node: &Node<'_>, key: &str) -> Vec<String> {
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    let document = bare(&pack.document);
    let quotes = node.texts(key);
    for quote in quotes.iter().filter(|quote| !document.contains(&bare(&quote.value))) {
        node.file.say(codes::QUOTE_NOT_FOUND, &quote.span, &quote.value);
    }
    quotes.into_iter().map(|quote| quote.value).collect()
}

fn baseline(node: &Node<'_>) -> Option<Baseline> {
    let part = node.table("baseline")?;
    let read = Baseline { year: part.year("year").unwrap_or_default(), value: part.decimal("value") };
    part.finish();
    Some(read)
}

fn target(node: &Node<'_>) -> Option<Target> {
    let part = node.table("target")?;
    let op = part.text("op").map_or(At { value: "=".to_owned(), span: part.span.clone() }, |op| op);
    if !matches!(op.value.as_str(), ">=" | "=" | "<=" | ">" | "<") {
        part.file.say(codes::BAD_CHOICE, &op.span, format!("op 只能是 >=、=、<=、>、<，这里是 {}", op.value));
    }
    let year = part.year("year").unwrap_or_default();
    let value = part.decimal("value");
    if value.is_none() && !part.has("value") {
        part.file.say(codes::MISSING_KEY, &part.span, "value");
    }
    part.finish();
    Some(Target { year, op: op.value, value: value? })
}

fn splits(pack: &Pack, node: &Node<'_>) -> Vec<SplitTarget> {
    let mut found = Vec::new();
    for (key, by_year) in [("target_by_year", true), ("target_by_body", false)] {
        for part in node.tables(key) {
            let year = part.year("year");
            let body = part.text("body");
            if let Some(body) = body.as_ref().filter(|body| pack.body(&body.value).is_none()) {
                part.file.say(codes::UNKNOWN_NAME, &body.span, format!("单位 {}", body.value));
            }
            if by_year && year.is_none() {
                part.file.say(codes::MISSING_KEY, &part.span, "year");
            }
            let value = part.decimal("value");
            let basis = part.need("basis").value; // nothing is split without a decision of the county
            found.extend(value.map(|value| SplitTarget { year, body: body.map(|body| body.value), value, basis }));
            part.finish();
        }
    }
    found
}

fn reporting(pack: &Pack, node: &Node<'_>) -> Option<Reporting> {
    let part = node.table("reporting")?;
    let by = part.need("by");
    if pack.body(&by.value).is_none() {
        part.file.say(codes::UNKNOWN_NAME, &by.span, format!("单位 {}", by.value));
    }
    let read = Reporting { by: by.value, every: part.need("every").value, document: part.need("document").value };
    part.finish();
    Some(read)
}

fn denominator_level(pack: &Pack, node: &Node<'_>) -> Option<(usize, Decimal)> {
    let part = node.table("denominator_level")?;
    let name = part.need("indicator");
    let per = part.decimal("per").unwrap_or(Decimal::ONE);
    let found = pack.indicator_index.get(&name.value).copied();
    if found.is_none() {
        part.file.say(codes::UNKNOWN_NAME, &name.span, format!("指标 {}", name.value));
    }
    part.finish();
    found.map(|index| (index, per))
}

/// `a + b - c` over ids of other indicators.
fn terms(pack: &Pack, node: &Node<'_>) -> Vec<Term> {
    let Some(text) = node.text("of") else { return Vec::new() };
    let mut terms = Vec::new();
    let mut sign = 1;
    for word in text.value.split_whitespace() {
        match word {
            "+" => sign = 1,
            "-" => sign = -1,
            id => match pack.indicator_index.get(id) {
                Some(index) => terms.push(Term { indicator: *index, sign }),
                None => node.file.say(codes::UNKNOWN_NAME, &text.span, format!("指标 {id}")),
            },
        }
    }
    terms
}

fn source(pack: &Pack, form: Form, node: Node<'_>) -> Option<Source> {
    let name = node.need("kind");
    let Some((position, kind)) =
        pack.kind_position(&name.value).and_then(|at| pack.kinds.get(at).map(|kind| (at, kind)))
    else {
        node.file.say(codes::UNKNOWN_NAME, &name.span, format!("种类 {}", name.value));
        return None;
    };
    let day_key = if form == Form::Stock { "from" } else { "count" };
    let day = field_of(kind, &node, day_key, is_dated, "日期");
    if day.is_none() && !node.has(day_key) {
        node.file.say(codes::FORM_NEEDS, &node.span, day_key);
    }
    let mut texts = Vec::new();
    let mut part = |key: &str| match node.plain(key) {
        Some(text) => {
            texts.push(text);
            condition(pack, kind, &node, key).unwrap_or(Condition::ALWAYS)
        }
        None => Condition::ALWAYS,
    };
    let (about, condition) = (part("about"), part("where"));
    let condition_text = texts.join(" and ");
    let dated = matches!(form, Form::Level | Form::Survey);
    let numerator_key = if form == Form::Ratio { "numerator" } else { "value" };
    let always = Aggregate::Count(Condition::ALWAYS);
    let numerator = if dated { None } else { aggregate(pack, kind, &node, numerator_key) };
    if form == Form::Ratio && numerator.is_none() && !node.has(numerator_key) {
        node.file.say(codes::FORM_NEEDS, &node.span, "numerator");
    }
    let denominator = if form == Form::Ratio { aggregate(pack, kind, &node, "denominator") } else { None };
    if form == Form::Ratio && denominator.is_none() && !node.has("denominator") {
        node.file.say(codes::FORM_NEEDS, &node.span, "denominator");
    }
    let value = if dated { field_of(kind, &node, "value", is_number, "数") } else { None };
    let written = |key: &str| {
        if node.has(key) && node.is_text(key) { node.plain(key).unwrap_or_default() } else { String::new() }
    };
    if dated && value.is_none() && !node.has("value") {
        node.file.say(codes::FORM_NEEDS, &node.span, "value");
    }
    let low = field_of(kind, &node, "low", is_number, "数");
    let high = field_of(kind, &node, "high", is_number, "数");
    let read = Source {
        kind: position,
        about,
        condition,
        condition_text,
        day: day.unwrap_or_default(),
        ends: ends(kind, &node),
        numerator: numerator.unwrap_or(if dated { Aggregate::Count(never()) } else { always }),
        denominator,
        formula_text: (written(numerator_key), written("denominator")),
        value,
        n: field_of(kind, &node, "n", |kind| kind == Type::Integer, "整数"),
        interval: low.zip(high),
        uncounted: uncounted(pack, kind, &node),
    };
    node.finish();
    day.map(|_| read)
}

/// A level adds nothing to cells: its aggregate is never true.
fn never() -> Condition {
    Condition::never()
}

fn ends(kind: &Kind, node: &Node<'_>) -> Vec<usize> {
    let mut found = Vec::new();
    for name in node.texts("to") {
        match kind.field_index(&name.value) {
            Some(index) if kind.fields.get(index).is_some_and(|field| is_dated(field.kind)) => found.push(index),
            Some(_) => node.file.say(codes::WRONG_TYPE, &name.span, format!("to 所指的字段 {} 应当是日期", name.value)),
            None => node.file.say(codes::UNKNOWN_NAME, &name.span, format!("种类 {} 的字段 {}", kind.id, name.value)),
        }
    }
    found
}

fn aggregate(pack: &Pack, kind: &Kind, node: &Node<'_>, key: &str) -> Option<Aggregate> {
    let text = node.text(key)?;
    let scope = Scope { kind, lists: &pack.lists };
    Aggregate::compile(&text.value, scope).map_err(|faults| say(node, &text, &faults)).ok()
}

fn uncounted(pack: &Pack, kind: &Kind, node: &Node<'_>) -> Vec<(Condition, String)> {
    let mut found = Vec::new();
    for part in node.tables("uncounted") {
        let why = part.need("why").value;
        found.extend(condition(pack, kind, &part, "when").map(|when| (when, why)));
        part.finish();
    }
    found
}

/// The reported series of an indicator: values that name it, of the kind that reports.
fn reported(pack: &Pack, node: &Node<'_>, id: &str) -> Option<Source> {
    let found = pack.reports().and_then(|(position, kind)| Some((position, kind, kind.reports?, kind.day?)));
    let Some((position, kind, parts, day)) = found else {
        node.file.say(codes::FORM_NEEDS, &node.span, "一个声明了 reports 的种类");
        return None;
    };
    let field = kind.fields.get(parts.indicator)?;
    let text = format!("{} == '{id}'", field.id);
    // That the field is a choice of indicators was said where the kind declares it.
    let condition = Condition::compile(&text, Scope { kind, lists: &pack.lists }).ok()?;
    Some(Source {
        kind: position,
        about: condition,
        condition: Condition::ALWAYS,
        condition_text: text,
        day,
        ends: Vec::new(),
        numerator: Aggregate::Count(never()),
        denominator: None,
        formula_text: (String::new(), String::new()),
        value: Some(parts.value),
        n: parts.n,
        interval: parts.interval,
        uncounted: Vec::new(),
    })
}

fn requirements(node: &Node<'_>, read: &Indicator) {
    let need = |what: &str| node.file.say(codes::FORM_NEEDS, &node.span, what);
    if read.form == Form::Composite && read.terms.is_empty() {
        need("of");
    }
    if read.form != Form::Composite && read.mode != Mode::Reported && read.over.is_empty() && !node.has("over") {
        need("[[indicator.over]]");
    }
    if read.mode != Mode::Computed && read.reporting.is_none() && !node.has("reporting") {
        need("reporting（谁报送、多久一次、依据什么文件）");
    }
    if read.own && (read.row.is_some() || read.quote.is_some() || !read.text_targets.is_empty()) {
        node.file.say(codes::OWN_OF_PLAN, &node.span, &read.id);
    }
    if !read.helper {
        let keys = [
            ("target", read.target.is_some() || read.own),
            ("baseline", read.baseline.is_some() || read.own),
            ("bodies", !read.bodies.is_empty()),
        ];
        for (key, _) in keys.iter().filter(|(key, present)| !present && !node.has(key)) {
            need(key);
        }
    }
    if let (Some(baseline), Some(target)) = (&read.baseline, &read.target)
        && baseline.year >= target.year
    {
        node.file.say(codes::BAD_PERIOD, &node.span, format!("{} 与 {}", baseline.year, target.year));
    }
    let scales = |scale: fn(&Source) -> u32| read.over.iter().map(scale).collect::<std::collections::BTreeSet<_>>();
    let numerators = scales(|source| source.numerator.scale());
    let denominators = scales(|source| source.denominator.as_ref().map_or(0, Aggregate::scale));
    if numerators.len() > 1 || denominators.len() > 1 {
        node.file.say(codes::SCALE_MIXED, &node.span, &read.id);
    }
}

/// The identity of a computation: everything that decides which cells a record moves, and nothing else, so that a change of words
/// keeps the cells and a change of meaning starts new ones.
fn identity(pack: &Pack, read: &Indicator) -> i64 {
    let mut parts = vec![read.id.clone(), read.form.name().to_owned(), read.distinct.to_string()];
    for source in &read.over {
        let Some(kind) = pack.kinds.get(source.kind) else { continue };
        let name = |index: &usize| kind.fields.get(*index).map_or("", |field| field.id.as_str()).to_owned();
        parts.push(kind.id.clone());
        parts.push(name(&source.day));
        parts.extend(source.ends.iter().map(name));
        parts.extend(source.value.iter().map(name));
        parts.push(source.condition_text.clone());
        // Field positions shift when a kind gains a field: the ids of all fields are part of the identity of a compiled formula.
        parts.push(format!("{:?} {:?} {:?}", source.numerator, source.denominator, source.uncounted));
        parts.push(format!("{:?} {:?}", source.about, source.condition));
        parts.extend(kind.fields.iter().map(|field| format!("{}:{}:{}", field.id, field.kind.name(), field.decimals)));
        parts.push(format!("{:?} {:?} {:?}", kind.area, kind.place_from, kind.body));
    }
    number(&parts.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A positive 63-bit number of framed texts.
fn number(parts: &[&str]) -> i64 {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(format!("{}:{part}", part.len()));
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let head: [u8; 8] = std::array::from_fn(|index| digest.get(index).copied().unwrap_or_default());
    i64::from_be_bytes(head) & i64::MAX
}
