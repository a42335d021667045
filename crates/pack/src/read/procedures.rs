//! `[[procedure]]`, `modes` and `[kind.public_entry]`. Two passes: [`Derived::of`] looks at the blocks before the kinds are read, because kinds
//! with procedures have fields of their own that their lists and filters may name; [`read`] compiles the procedures when every kind is known.

mod english;

use std::collections::{BTreeMap, HashMap};

use super::kinds::{condition, say};
use super::{field_of, is_dated};
use crate::formula::{Condition, Scope};
use crate::kind::{Field, Kind, Mode, Type};
use crate::node::{At, Node};
use crate::pack::{Item, List, Pack};
use crate::problem as codes;
use crate::procedure::{
    Advice, AnswerKind, Ask, AskedBodies, Clock, ClockKind, ExtendRule, FourEyes, Frozen, Length, Owner, PauseRule,
    Procedure, PublicEntry, ReasonWanted, Rung, Setting, Span, Spawn, State, Step, Trigger, Unit, measured_in, roles,
    rough_minutes,
};

/// What the procedures of one kind add to it.
#[derive(Default)]
pub(super) struct Derived {
    states: Vec<Item>,
    /// Clocks by id, in order: name and unit.
    clocks: Vec<(String, String, Unit)>,
    /// What bodies are asked, by id, in order: name.
    asks: Vec<(String, String)>,
}

/// Words under which files of other systems give a state or a day of closing.
const STATE_NAMES: [&str; 4] = ["办理状态", "处理状态", "投诉状态", "状态"];
const CLOSED_NAMES: [&str; 4] = ["办结日期", "办结时间", "办结日", "完结日期"];
const OPENED_NAMES: [&str; 3] = ["起始日期", "登记日期", "接收日期"];

impl Derived {
    /// What all `[[procedure]]` blocks add, by the id of their kind.
    pub(super) fn of(roots: &[Node<'_>]) -> HashMap<String, Derived> {
        let mut all: HashMap<String, Derived> = HashMap::new();
        for node in roots.iter().flat_map(|root| root.tables("procedure")) {
            let derived = all.entry(node.plain("kind").unwrap_or_default()).or_default();
            for state in node.tables("state") {
                let (id, name) = (state.plain("id").unwrap_or_default(), state.plain("name").unwrap_or_default());
                if !derived.states.iter().any(|known| known.id == id) {
                    derived.states.push(Item {
                        id,
                        name,
                        names: state.plains("names"),
                        english: state.plain("english"),
                        until: None,
                    });
                }
            }
            for clock in node.tables("clock") {
                let id = clock.plain("id").unwrap_or_default();
                let unit = clock.plain("length").and_then(|text| Length::parse(&text)).map_or(Unit::Day, |it| it.unit);
                if !derived.clocks.iter().any(|(known, ..)| *known == id) {
                    derived.clocks.push((id, clock.plain("name").unwrap_or_default(), unit));
                }
            }
            for ask in node.tables("ask") {
                let id = ask.plain("id").unwrap_or_default();
                if !derived.asks.iter().any(|(known, _)| *known == id) {
                    derived.asks.push((id, ask.plain("name").unwrap_or_default()));
                }
            }
        }
        all
    }

    /// Declares the list of states and answers the derived fields.
    pub(super) fn fields(&self, pack: &mut Pack, kind: &str, mode: Mode) -> Vec<Field> {
        let list = pack.lists.len();
        pack.lists
            .push(List { id: format!("{kind}_states"), name: "办理状态".to_owned(), items: self.states.clone() });
        let derived = mode == Mode::Handle;
        let one = |id: &str, name: &str, kind: Type, names: &[&str]| Field {
            names: names.iter().filter(|other| **other != name).map(|other| (*other).to_owned()).collect(),
            derived,
            ..Field::new(id, name, kind)
        };
        let mut fields = vec![
            Field { list: Some(list), ..one("state", "办理状态", Type::Choice, &STATE_NAMES) },
            one("opened_on", "起始日期", Type::Date, &OPENED_NAMES),
            one("closed_on", "办结日期", Type::Date, &CLOSED_NAMES),
        ];
        for (id, name, unit) in &self.clocks {
            fields.push(one(&format!("met_{id}"), &format!("{name}按期"), Type::YesNo, &[]));
            let took = one(&format!("took_{id}"), &format!("{name}用时"), Type::Integer, &[]);
            fields.push(Field { unit: Some(measured_in(*unit).word().to_owned()), ..took });
        }
        let asks = self.asks.iter().filter(|(id, _)| !self.clocks.iter().any(|(known, ..)| known == id));
        fields.extend(asks.map(|(id, name)| one(&format!("met_{id}"), &format!("{name}按期"), Type::YesNo, &[])));
        fields
    }
}

/// The modes that a county's `pack.toml` gives to common kinds.
pub(super) fn modes(node: &Node<'_>) -> BTreeMap<String, Mode> {
    let Some(part) = node.table("modes") else { return BTreeMap::new() };
    let mut modes = BTreeMap::new();
    for kind in part.as_json().keys() {
        if let Some(mode) = super::kinds::mode_of(&part, kind) {
            modes.insert(kind.clone(), mode);
        }
    }
    part.finish();
    modes
}

pub(super) fn read(pack: &mut Pack, roots: &[Node<'_>]) {
    for node in roots.iter().flat_map(|root| root.tables("draft")) {
        let id = node.id("id");
        if pack.drafts.iter().any(|(known, _)| *known == id.value) {
            node.file.say(codes::DUPLICATE_ID, &id.span, &id.value);
        }
        if let Some(spawn) = whole_spawn(pack, &node, None) {
            pack.drafts.push((id.value, spawn));
        }
        node.finish();
    }
    for node in roots.iter().flat_map(|root| root.tables("procedure")) {
        if let Some(procedure) = procedure(pack, &node) {
            if pack.procedures.iter().any(|known| known.id == procedure.id) {
                node.file.say(codes::DUPLICATE_ID, &node.span, &procedure.id);
            }
            super::super::check::procedure(pack, &procedure, &node);
            let (position, kind) = (pack.procedures.len(), procedure.kind);
            pack.procedures.push(procedure);
            if let Some(kind) = pack.kinds.get_mut(kind).filter(|kind| kind.mode == Mode::Handle) {
                kind.procedures.push(position);
            }
        }
        node.finish();
    }
    for node in roots.iter().flat_map(|root| root.tables("kind")) {
        let Some(entry) = node.table("public_entry") else { continue };
        let read = pack.kind_position(&node.id("id").value).and_then(|at| Some((at, pack.kinds.get(at)?)));
        if let Some((at, found)) = read.map(|(at, kind)| (at, public_entry(pack, kind, &entry)))
            && let Some(kind) = pack.kinds.get_mut(at)
        {
            kind.public_entry = Some(found);
            english::check(pack, at, &entry);
        }
        entry.finish();
    }
}

/// One procedure while it is read.
struct Reader<'a> {
    pack: &'a Pack,
    kind: &'a Kind,
    states: Vec<State>,
    step_ids: Vec<String>,
    clock_ids: Vec<String>,
}

fn procedure(pack: &Pack, node: &Node<'_>) -> Option<Procedure> {
    let id = node.id("id").value;
    let wanted = node.need("kind");
    let name = node.need("name").value;
    let position = pack.kind_position(&wanted.value);
    if position.is_none() && !wanted.value.is_empty() {
        node.file.say(codes::UNKNOWN_NAME, &wanted.span, format!("种类 {}", wanted.value));
    }
    let kind = pack.kinds.get(position?)?;
    let parts = node.tables("state");
    let states = parts.iter().map(state).collect();
    let ids = |key: &str| node.tables(key).iter().map(|part| part.id("id").value).collect();
    let mut reader = Reader { pack, kind, states, step_ids: ids("step"), clock_ids: ids("clock") };
    let frozen: Vec<Option<Frozen>> = parts.iter().map(|part| reader.frozen(part)).collect();
    for (state, frozen) in reader.states.iter_mut().zip(frozen) {
        state.frozen = frozen;
    }
    parts.iter().for_each(Node::finish_ref);
    let steps = node.tables("step").iter().map(|part| reader.step(part)).collect();
    let clocks = node.tables("clock").iter().map(|part| reader.clock(part)).collect();
    let asks = node.tables("ask").iter().map(|part| reader.ask(part)).collect();
    let advice = node.tables("advice").iter().filter_map(|part| reader.advice(part)).collect();
    let correct = match node.texts("correct") {
        none if none.is_empty() => vec![roles::HEAD.to_owned(), roles::OFFICE.to_owned()],
        given => given.iter().filter_map(|role| reader.role(node, role)).collect(),
    };
    let entry = reader.fields(node, "entry");
    let start = reader.state(node, &node.need("start")).unwrap_or_default();
    let (since, until) = (node.date("since"), node.date("until"));
    if since.zip(until).is_some_and(|(since, until)| until < since) {
        node.file.say(codes::ENDS_BEFORE, &node.span, &id);
    }
    Some(Procedure {
        id,
        name,
        kind: position?,
        since,
        until,
        opened: field_of(kind, node, "opened", is_dated, "日期"),
        start,
        basis: node.plains("basis"),
        states: reader.states,
        steps,
        clocks,
        asks,
        advice,
        correct,
        entry,
        verified: node.flag("verified").unwrap_or(true),
    })
}

fn state(node: &Node<'_>) -> State {
    node.plains("names");
    State {
        id: node.id("id").value,
        name: node.need("name").value,
        closed: node.flag("final").unwrap_or(false),
        public: node.plain("public"),
        english: node.plain("english"),
        frozen: None,
    }
}

impl Reader<'_> {
    fn state(&self, node: &Node<'_>, name: &At<String>) -> Option<usize> {
        let found = self.states.iter().position(|state| state.id == name.value);
        if found.is_none() && !name.value.is_empty() {
            node.file.say(codes::UNKNOWN_NAME, &name.span, format!("状态 {}", name.value));
        }
        found
    }

    fn named(&self, node: &Node<'_>, ids: &[String], name: &At<String>, id: &str, what: &str) -> Option<usize> {
        let found = ids.iter().position(|known| known == id);
        if found.is_none() {
            node.file.say(codes::UNKNOWN_NAME, &name.span, format!("{what} {id}"));
        }
        found
    }

    fn field(&self, node: &Node<'_>, name: &At<String>, id: &str) -> Option<usize> {
        let found = self.kind.field_index(id);
        if found.is_none() {
            node.file.say(codes::UNKNOWN_NAME, &name.span, format!("种类 {} 的字段 {id}", self.kind.id));
        }
        found
    }

    fn fields(&self, node: &Node<'_>, key: &str) -> Vec<usize> {
        let given = |name: &At<String>| {
            let index = self.field(node, name, &name.value)?;
            if self.kind.fields.get(index).is_some_and(|field| field.derived) {
                node.file.say(codes::DERIVED_FIELD, &name.span, &name.value);
                return None;
            }
            Some(index)
        };
        node.texts(key).iter().filter_map(given).collect()
    }

    fn optional_condition(&self, node: &Node<'_>, key: &str) -> Option<Condition> {
        node.has(key).then(|| condition(self.pack, self.kind, node, key)).flatten()
    }

    fn step(&self, node: &Node<'_>) -> Step {
        let id = node.id("id").value;
        let from = node.texts("from");
        if from.is_empty() {
            node.file.say(codes::MISSING_KEY, &node.span, "from");
        }
        let roles = node.texts("role");
        if roles.is_empty() {
            node.file.say(codes::MISSING_KEY, &node.span, "role");
        }
        let read = Step {
            id,
            name: node.need("name").value,
            from: from.iter().filter_map(|name| self.state(node, name)).collect(),
            to: node.text("to").and_then(|name| self.state(node, &name)),
            roles: roles.iter().filter_map(|role| self.role(node, role)).collect(),
            owner: self.owner(node),
            guard: self.optional_condition(node, "guard"),
            require: self.fields(node, "require"),
            ask: self.fields(node, "ask"),
            fresh: self.fields(node, "fresh"),
            evidence: self.fields(node, "evidence"),
            set: self.settings(node),
            reason: self.reason(node),
            one_tap: node.flag("one_tap").unwrap_or(false),
            undo: node.text("undo").and_then(|name| self.named(node, &self.step_ids, &name, &name.value, "环节")),
            four_eyes: self.four_eyes(node),
            after_children: node.flag("after_children").unwrap_or(false),
            after_answers: node.flag("after_answers").unwrap_or(false),
            documents: node.plains("doc"),
            spawn: self.spawns(node),
            owed: node.flag("owed").unwrap_or(node.has("to")),
            public: node.flag("public").unwrap_or(false),
            english: node.plain("english"),
            hint: node.plain("hint"),
            consequence: node.plain("consequence"),
            english_hint: node.plain("english_hint"),
            english_consequence: node.plain("english_consequence"),
        };
        let unasked = read.fresh.iter().chain(&read.evidence).filter(|at| !read.asks(**at));
        for field in unasked.filter_map(|at| self.kind.fields.get(*at)) {
            let detail =
                format!("{}（{}）的 fresh、evidence 里有 {}，它不在 require、ask 里", read.name, read.id, field.id);
            node.file.say(codes::FRESH_UNASKED, &node.span, detail);
        }
        if read.consequence.is_some() && !read.roles.iter().any(|role| role == roles::CITIZEN) {
            let detail = "consequence 只用于当事人（citizen）的环节：办公页面用 hint";
            node.file.say(codes::WRONG_TYPE, &node.span, detail);
        }
        node.finish_ref();
        read
    }

    fn role(&self, node: &Node<'_>, role: &At<String>) -> Option<String> {
        if self.pack.role(&role.value).is_none() {
            node.file.say(codes::UNKNOWN_NAME, &role.span, format!("岗位 {}", role.value));
            return None;
        }
        Some(role.value.clone())
    }

    fn owner(&self, node: &Node<'_>) -> Owner {
        let Some(name) = node.text("body") else { return Owner::Record };
        if let Some(field) = name.value.strip_prefix("field:") {
            return self.field(node, &name, field).map_or(Owner::Record, Owner::Field);
        }
        // A common procedure may name the bureau of a county that has none of that id.
        self.pack.body(&name.value).map_or(Owner::Record, |body| Owner::Body(body.id.clone()))
    }

    fn settings(&self, node: &Node<'_>) -> Vec<(usize, Setting)> {
        let Some(part) = node.table("set") else { return Vec::new() };
        let keys: Vec<String> = part.as_json().keys().cloned().collect();
        let one = |key: &String| {
            let text = part.need(key);
            let setting = match text.value.as_str() {
                "@today" => Setting::Today,
                "@first_day" => Setting::FirstDay,
                "@body" => Setting::Body,
                "@actor" => Setting::Actor,
                other => Setting::Text(other.to_owned()),
            };
            Some((self.field(&part, &text, key)?, setting))
        };
        let read = keys.iter().filter_map(one).collect();
        part.finish();
        read
    }

    fn reason(&self, node: &Node<'_>) -> ReasonWanted {
        if !node.has("reason") {
            return ReasonWanted::None;
        }
        if !node.is_text("reason") {
            return if node.flag("reason") == Some(true) { ReasonWanted::Words } else { ReasonWanted::None };
        }
        let name = node.need("reason");
        match self.pack.lists.iter().position(|list| list.id == name.value) {
            Some(list) => ReasonWanted::Listed(list),
            None => {
                node.file.say(codes::UNKNOWN_NAME, &name.span, format!("字典 {}", name.value));
                ReasonWanted::Words
            }
        }
    }

    fn four_eyes(&self, node: &Node<'_>) -> Option<FourEyes> {
        if !node.has("four_eyes") {
            return None;
        }
        if node.is_flag("four_eyes") {
            return node.flag("four_eyes").filter(|on| *on).map(|_| FourEyes::Before);
        }
        let names = node.texts("four_eyes");
        let steps: Vec<usize> =
            names.iter().filter_map(|name| self.named(node, &self.step_ids, name, &name.value, "环节")).collect();
        (!steps.is_empty()).then_some(FourEyes::Steps(steps))
    }

    fn frozen(&self, node: &Node<'_>) -> Option<Frozen> {
        if !node.has("frozen") {
            return None;
        }
        if node.is_flag("frozen") {
            return node.flag("frozen").filter(|on| *on).map(|_| Frozen::Refused);
        }
        let name = node.need("frozen");
        self.named(node, &self.step_ids, &name, &name.value, "环节").map(Frozen::After)
    }

    fn spawns(&self, node: &Node<'_>) -> Vec<Spawn> {
        node.tables("spawn").iter().filter_map(|part| self.spawn(part)).collect()
    }

    fn spawn(&self, node: &Node<'_>) -> Option<Spawn> {
        let each = node.text("each").and_then(|name| self.field(node, &name, &name.value));
        let spawn = whole_spawn(self.pack, node, each)
            .map(|spawn| Spawn { cancel: node.plain("cancel").or(spawn.cancel.clone()), ..spawn });
        self.tells_nobody(node, spawn.as_ref());
        node.finish_ref();
        spawn
    }

    /// What is personal stays so: a record that this one opens has it in a personal field, or not at all.
    fn tells_nobody(&self, node: &Node<'_>, spawn: Option<&Spawn>) {
        let Some(target) = spawn.and_then(|spawn| self.pack.kind(&spawn.kind)) else { return };
        for (key, text) in spawn.iter().flat_map(|spawn| &spawn.set) {
            let open = target.field(key).is_some_and(|field| !field.personal);
            let told = self.kind.fields.iter().filter(|field| field.personal);
            for field in told.filter(|field| open && text.contains(&format!("{{{}}}", field.id))) {
                let detail = format!("{} 是个人信息，不能写进不是个人信息的字段 {key}", field.id);
                node.file.say(codes::WRONG_TYPE, &node.span, detail);
            }
        }
    }

    /// What a rung drafts: a record that is written out, or `draft = "overdue"`, one of the pack's drafts.
    fn draft(&self, node: &Node<'_>) -> Option<Spawn> {
        if !node.is_text("draft") {
            return self.spawn(&node.table("draft")?);
        }
        let name = node.text("draft")?;
        let spawn = draft_named(self.pack, node, &name);
        self.tells_nobody(node, spawn.as_ref());
        spawn
    }

    fn trigger(&self, node: &Node<'_>, name: &At<String>) -> Option<Trigger> {
        let (sort, id) = name.value.split_once(':').unwrap_or(("", name.value.as_str()));
        match sort {
            "state" => self.state(node, &At { value: id.to_owned(), span: name.span.clone() }).map(Trigger::State),
            "step" => self.named(node, &self.step_ids, name, id, "环节").map(Trigger::Step),
            "field" => self.field(node, name, id).map(Trigger::Field),
            _ => {
                let detail = format!("{} 应当写成 state:…、step:… 或 field:…", name.value);
                node.file.say(codes::BAD_CHOICE, &name.span, detail);
                None
            }
        }
    }

    fn clock(&self, node: &Node<'_>) -> Clock {
        let id = node.id("id").value;
        let span = self.span(node);
        let before = span.is_before();
        let unit = match &span {
            Span::Length(length) => length.unit,
            Span::Ages(..) => Unit::Year,
        };
        let triggers = |key: &str| -> Vec<Trigger> {
            node.texts(key).iter().filter_map(|name| self.trigger(node, name)).collect()
        };
        let (starts, stops) = (triggers("starts"), triggers("stops"));
        if starts.is_empty() {
            node.file.say(codes::MISSING_KEY, &node.span, "starts");
        }
        let fires = self.step_named(node, "fires");
        let ladder = self.ladder(node);
        node.flag("stops_when_lapsed");
        let read = Clock {
            id,
            name: node.need("name").value,
            english: node.plain("english"),
            kind: clock_kind(node),
            starts,
            stops,
            when: self.optional_condition(node, "when"),
            span,
            not_before: self.length(node, "not_before"),
            // What is to be done before a day is not done later because of a day off.
            roll: roll(node, matches!(unit, Unit::Day | Unit::Month | Unit::Year) && !before),
            pause: node.texts("pause").iter().filter_map(|name| self.pause(node, name)).collect(),
            extend: node.table("extend").and_then(|part| self.extend(part)),
            promise_of: node
                .text("promise_of")
                .and_then(|name| self.named(node, &self.clock_ids, &name, &name.value, "时限")),
            warn: self.lengths(node, "warn"),
            ladder,
            fires,
            owner: self.steps_named(node, "owner"),
            basis: node.plain("basis"),
            public: node.flag("public").unwrap_or(true),
            verified: node.flag("verified").unwrap_or(true),
        };
        node.finish_ref();
        read
    }

    fn ladder(&self, node: &Node<'_>) -> Vec<Rung> {
        let mut ladder: Vec<Rung> = node.tables("escalate").iter().filter_map(|part| self.rung(part)).collect();
        ladder.sort_by_key(|rung| rough_minutes(rung.at));
        ladder
    }

    /// The steps that a key names as `step:ID`.
    fn steps_named(&self, node: &Node<'_>, key: &str) -> Vec<usize> {
        let step = |name: &At<String>| match self.trigger(node, name) {
            Some(Trigger::Step(step)) => Some(step),
            Some(_) => {
                node.file.say(codes::BAD_CHOICE, &name.span, format!("{key} 只能写 step:…，这里是 {}", name.value));
                None
            }
            None => None,
        };
        node.texts(key).iter().filter_map(step).collect()
    }

    fn step_named(&self, node: &Node<'_>, key: &str) -> Option<usize> {
        self.steps_named(node, key).first().copied()
    }

    fn ask(&self, node: &Node<'_>) -> Ask {
        let (id, name) = (node.id("id").value, node.need("name").value);
        if self.clock_ids.contains(&id) {
            node.file.say(codes::DUPLICATE_ID, &node.span, &id);
        }
        for key in ["starts", "length"] {
            if !node.has(key) {
                node.file.say(codes::MISSING_KEY, &node.span, key);
            }
        }
        let during: Vec<usize> = node
            .texts("during")
            .iter()
            .filter_map(|name| match self.trigger(node, name)? {
                Trigger::State(state) => Some(state),
                _ => {
                    node.file.say(codes::BAD_CHOICE, &name.span, "during 只能写 state:…");
                    None
                }
            })
            .collect();
        let role = node.need("role");
        let answers: Vec<AnswerKind> = node.tables("answer").into_iter().map(answer).collect();
        if answers.is_empty() {
            node.file.say(codes::MISSING_KEY, &node.span, "answer");
        }
        let silence = node.table("silence").and_then(|part| self.silence(part, &answers));
        let objected = self.step_named(node, "objected");
        let read = Ask {
            bodies: self.asked_bodies(node),
            starts: self.steps_named(node, "starts"),
            role: self.role(node, &role).unwrap_or_default(),
            clock: self.ask_clock(node, &id, &name, &during),
            silence,
            enough: node.integer("enough").and_then(|enough| u32::try_from(enough.value).ok()),
            then: self.step_named(node, "then"),
            objected,
            at_once: node.flag("at_once").unwrap_or(false),
            id,
            name,
            during,
            answers,
        };
        node.finish_ref();
        read
    }

    fn asked_bodies(&self, node: &Node<'_>) -> AskedBodies {
        let names = node.texts("bodies");
        if names.is_empty() {
            node.file.say(codes::MISSING_KEY, &node.span, "bodies");
        }
        if let [name] = names.as_slice()
            && let Some(id) = name.value.strip_prefix("field:")
        {
            let found = self.field(node, name, id);
            let of_bodies = |field: &Field| {
                let list = field.list.and_then(|list| self.pack.lists.get(list));
                matches!(field.kind, Type::Choice | Type::Choices) && list.is_some_and(|list| list.id == "bodies")
            };
            if found.and_then(|at| self.kind.fields.get(at)).is_some_and(|field| !of_bodies(field)) {
                node.file.say(codes::NOT_BODIES, &name.span, id);
            }
            return AskedBodies::Field(found.unwrap_or_default());
        }
        let known = |name: &At<String>| {
            let found = self.pack.body(&name.value).map(|body| body.id.clone());
            if found.is_none() {
                node.file.say(codes::UNKNOWN_NAME, &name.span, format!("单位 {}", name.value));
            }
            found
        };
        AskedBodies::These(names.iter().filter_map(known).collect())
    }

    /// 逾期视为同意: only with the article that says so.
    fn silence(&self, node: Node<'_>, answers: &[AnswerKind]) -> Option<(usize, String)> {
        let (name, basis) = (node.need("answer"), node.need("basis").value);
        let found = answers.iter().position(|answer| answer.id == name.value);
        if found.is_none() && !name.value.is_empty() {
            node.file.say(codes::UNKNOWN_NAME, &name.span, format!("答复 {}", name.value));
        }
        node.finish();
        found.map(|found| (found, basis))
    }

    fn ask_clock(&self, node: &Node<'_>, id: &str, name: &str, during: &[usize]) -> Clock {
        let length = self.length(node, "length").unwrap_or(Length { count: 1, unit: Unit::Day });
        if length.count <= 0 && node.has("length") {
            node.file.say(codes::BAD_LENGTH, &node.span, length.text());
        }
        let outside = (0..self.states.len()).filter(|state| !during.is_empty() && !during.contains(state));
        Clock {
            id: id.to_owned(),
            name: name.to_owned(),
            english: None,
            kind: ClockKind::Duty,
            starts: Vec::new(),
            stops: outside.map(Trigger::State).collect(),
            when: None,
            span: Span::Length(length),
            not_before: None,
            roll: roll(node, matches!(length.unit, Unit::Day | Unit::Month | Unit::Year)),
            pause: Vec::new(),
            extend: None,
            promise_of: None,
            warn: self.lengths(node, "warn"),
            ladder: self.ladder(node),
            fires: None,
            owner: Vec::new(),
            basis: node.plain("basis"),
            public: false,
            verified: node.flag("verified").unwrap_or(true),
        }
    }

    fn span(&self, node: &Node<'_>) -> Span {
        if !node.has("ages") {
            if !node.has("length") {
                node.file.say(codes::MISSING_KEY, &node.span, "length");
            }
            return Span::Length(self.length(node, "length").unwrap_or(Length { count: 1, unit: Unit::Day }));
        }
        let ages: Vec<i32> = node.integers("ages").iter().filter_map(|age| i32::try_from(age.value).ok()).collect();
        if !ages.windows(2).all(|pair| matches!(pair, [one, next] if one < next)) {
            node.file.say(codes::BAD_CHOICE, &node.span, "ages 要从小到大，不能重复");
        }
        Span::Ages(ages, self.length(node, "every").unwrap_or(Length { count: 1, unit: Unit::Year }))
    }

    fn length(&self, node: &Node<'_>, key: &str) -> Option<Length> {
        let text = node.text(key)?;
        let length = Length::parse(&text.value);
        if length.is_none() {
            node.file.say(codes::BAD_LENGTH, &text.span, &text.value);
        }
        length
    }

    fn lengths(&self, node: &Node<'_>, key: &str) -> Vec<Length> {
        let one = |text: &At<String>| {
            let length = Length::parse(&text.value);
            if length.is_none() {
                node.file.say(codes::BAD_LENGTH, &text.span, &text.value);
            }
            length
        };
        node.texts(key).iter().filter_map(one).collect()
    }

    fn pause(&self, node: &Node<'_>, name: &At<String>) -> Option<PauseRule> {
        match name.value.split_once(':') {
            Some(("state", id)) => {
                self.state(node, &At { value: id.to_owned(), span: name.span.clone() }).map(PauseRule::State)
            }
            Some(("reason", reason)) if !reason.is_empty() => Some(PauseRule::Reason(reason.to_owned())),
            _ => {
                let detail = format!("{} 应当写成 state:… 或 reason:…", name.value);
                node.file.say(codes::BAD_CHOICE, &name.span, detail);
                None
            }
        }
    }

    fn extend(&self, node: Node<'_>) -> Option<ExtendRule> {
        let role = node.need("role");
        let read = ExtendRule {
            role: self.role(&node, &role).unwrap_or_default(),
            body: self.owner(&node),
            times: node.integer("times").and_then(|times| u32::try_from(times.value).ok()),
            max: self.length(&node, "max"),
            reason: node.flag("reason").unwrap_or(true),
        };
        node.finish();
        Some(read)
    }

    fn rung(&self, node: &Node<'_>) -> Option<Rung> {
        if !node.has("at") {
            node.file.say(codes::MISSING_KEY, &node.span, "at");
        }
        let at = self.length(node, "at");
        let to = node.need("to");
        let plain = to.value.strip_prefix("role:").unwrap_or(&to.value);
        let (role, body) = match plain.split_once('@') {
            Some((role, body)) => (role, self.pack.body_named(body).map(|body| body.id.clone())),
            None => (plain, None),
        };
        let role = self.role(node, &At { value: role.to_owned(), span: to.span.clone() });
        let draft = self.draft(node);
        node.finish_ref();
        Some(Rung { at: at?, to: (role?, body), draft })
    }

    fn advice(&self, node: &Node<'_>) -> Option<Advice> {
        let step = node.need("step");
        let read = Advice {
            step: self.named(node, &self.step_ids, &step, &step.value, "环节").unwrap_or_default(),
            when: self.when(node)?,
            message: node.need("message").value,
            basis: node.plain("basis"),
        };
        node.finish_ref();
        Some(read)
    }

    fn when(&self, node: &Node<'_>) -> Option<Condition> {
        let text = node.need("when");
        let scope = Scope { kind: self.kind, lists: &self.pack.lists };
        Condition::compile(&text.value, scope).map_err(|faults| say(node, &text, &faults)).ok()
    }
}

/// A record that is opened by another: of a kind with what is set, or one of the pack's drafts (`use`) with what differs.
pub(super) fn whole_spawn(pack: &Pack, node: &Node<'_>, each: Option<usize>) -> Option<Spawn> {
    let mut spawn = match node.text("use") {
        Some(name) => draft_named(pack, node, &name)?,
        None => {
            let kind = node.need("kind");
            let Some(target) = pack.kind(&kind.value) else {
                node.file.say(codes::UNKNOWN_NAME, &kind.span, format!("种类 {}", kind.value));
                return None;
            };
            Spawn { kind: target.id.clone(), each: None, set: Vec::new(), cancel: None }
        }
    };
    spawn.each = each;
    let target = pack.kind(&spawn.kind)?;
    if let Some(part) = node.table("set") {
        for key in part.as_json().keys() {
            let text = part.need(key);
            if target.field_index(key).is_none() {
                let detail = format!("种类 {} 的字段 {key}", target.id);
                part.file.say(codes::UNKNOWN_NAME, &text.span, detail);
            }
            if text.value.starts_with('@') && !is_source(&text.value) {
                part.file.say(codes::BAD_CHOICE, &text.span, format!("{} 不是可用的来源", text.value));
            }
            spawn.set.retain(|(known, _)| known != key);
            spawn.set.push((key.clone(), text.value));
        }
        part.finish();
    }
    Some(spawn)
}

/// One of the pack's drafts, by name.
pub(super) fn draft_named(pack: &Pack, node: &Node<'_>, name: &At<String>) -> Option<Spawn> {
    let found = pack.drafts.iter().find(|(id, _)| *id == name.value).map(|(_, spawn)| spawn.clone());
    if found.is_none() {
        node.file.say(codes::UNKNOWN_NAME, &name.span, format!("起草样式 {}", name.value));
    }
    found
}

/// What a field of a new record may be set to besides text: see [`Spawn`].
fn is_source(text: &str) -> bool {
    let later = text.strip_prefix("@today+").and_then(Length::parse);
    matches!(text, "@record" | "@today" | "@body" | "@each" | "@actor")
        || later.is_some_and(|length| length.count > 0 && !length.unit.is_clock_time())
}

fn roll(node: &Node<'_>, otherwise: bool) -> bool {
    match node.text("roll") {
        Some(At { value, .. }) if value == "none" => false,
        Some(At { value, span }) if value != "next_workday" => {
            node.file.say(codes::BAD_CHOICE, &span, "roll 只能是 next_workday 或 none");
            true
        }
        Some(_) => true,
        None => otherwise,
    }
}

fn answer(node: Node<'_>) -> AnswerKind {
    let read = AnswerKind {
        id: node.id("id").value,
        name: node.need("name").value,
        words: node.flag("words").unwrap_or(false),
        objects: node.flag("objects").unwrap_or(false),
    };
    node.finish();
    read
}

fn clock_kind(node: &Node<'_>) -> ClockKind {
    match node.text("kind") {
        None => ClockKind::Duty,
        Some(At { value, span }) => match value.as_str() {
            "duty" => ClockKind::Duty,
            "right" => ClockKind::Right,
            "reminder" => ClockKind::Reminder,
            "auto" => ClockKind::Auto,
            other => {
                let detail = format!("时限的 kind 只能是 duty、right、reminder 或 auto，这里是 {other}");
                node.file.say(codes::BAD_CHOICE, &span, detail);
                ClockKind::Duty
            }
        },
    }
}

fn public_entry(pack: &Pack, kind: &Kind, node: &Node<'_>) -> PublicEntry {
    let index = |name: &At<String>| {
        let found = kind.field_index(&name.value);
        if found.is_none() {
            node.file.say(codes::UNKNOWN_NAME, &name.span, format!("种类 {} 的字段 {}", kind.id, name.value));
        }
        found
    };
    let names = |key: &str| -> Vec<(usize, String)> {
        let Some(part) = node.table(key) else { return Vec::new() };
        let keys: Vec<String> = part.as_json().keys().cloned().collect();
        let read = keys.iter().filter_map(|key| {
            let text = part.need(key);
            Some((index(&At { value: key.clone(), span: text.span.clone() })?, text.value))
        });
        let read = read.collect();
        part.finish();
        read
    };
    PublicEntry {
        path: node.id("path").value,
        name: node.need("name").value,
        word: node.plain("word").unwrap_or_else(|| "投诉".to_owned()),
        notices: node.plains("notices"),
        hints: names("hints"),
        anonymous: field_of(kind, node, "anonymous", |kind| kind == Type::YesNo, "是或否"),
        named: node.texts("named").iter().filter_map(index).collect(),
        ask: node.text_sets("ask").iter().map(|page| page.value.iter().filter_map(index).collect()).collect(),
        names: names("names"),
        english_names: names("english_names"),
        english_name: node.plain("english_name"),
        calls: node.plains("calls"),
        english: node.flag("english").unwrap_or(false),
        rate: field_of(kind, node, "rate", |kind| kind == Type::Integer, "整数"),
        show: node.texts("show").iter().filter_map(index).collect(),
        show_when: node.has("show_when").then(|| condition(pack, kind, node, "show_when")).flatten(),
        set: entry_settings(kind, node),
        numbers: node.texts("numbers").iter().filter_map(|name| countable(kind, node, name, index(name)?)).collect(),
    }
}

/// What a case opened by the public is given: a text or the day. There is nobody yet whose body or name could be written down.
fn entry_settings(kind: &Kind, node: &Node<'_>) -> Vec<(usize, Setting)> {
    let Some(part) = node.table("set") else { return Vec::new() };
    let mut settings = Vec::new();
    for id in part.as_json().keys().cloned().collect::<Vec<_>>() {
        let text = part.need(&id);
        let setting = match text.value.as_str() {
            "@today" => Setting::Today,
            other if other.starts_with('@') => {
                let detail = format!("公众入口只能填写文字或者 @today，不能是 {other}");
                node.file.say(codes::WRONG_TYPE, &text.span, detail);
                continue;
            }
            other => Setting::Text(other.to_owned()),
        };
        match kind.field_index(&id).filter(|at| kind.fields.get(*at).is_some_and(|field| !field.derived)) {
            Some(index) => settings.push((index, setting)),
            None => node.file.say(codes::UNKNOWN_NAME, &text.span, format!("种类 {} 的字段 {id}", kind.id)),
        }
    }
    part.finish();
    settings
}

/// Public statistics are counts by a choice or an area, never by what somebody wrote.
fn countable(kind: &Kind, node: &Node<'_>, name: &At<String>, at: usize) -> Option<usize> {
    let field = kind.fields.get(at)?;
    if matches!(field.kind, Type::Choice | Type::Area) && !field.personal && !field.derived {
        return Some(at);
    }
    node.file.say(codes::WRONG_TYPE, &name.span, format!("公开的统计只能按单选或者地区字段分，{} 不是", field.name));
    None
}
