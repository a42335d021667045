//! The trace of a thing (追溯图): where it came from, where it went, what it was in, and everything that must be called back with it.
//!
//! EPCIS defines events and queries over them, no traversal; the rules here are ours and are said once.
//!
//! 1. **What counts.** An error declaration (EPCIS 2.0 §7.4.1.2) takes out the event with its `eventID` – or, without one, the event with the same
//!    content – and itself ([`effective`]). Corrected events are events of their own and count.
//! 2. **Forward** (下游) from a thing at a time: outputs of transformations that it goes into; transformations of several events
//!    are one by their `transformationID`; a container that it is put into, from then until it is taken out; an instance that begins (`ADD`) with a lot
//!    in its master data comes from that lot. From a container that one *starts* with, its contents too; never from a container to others
//!    in it: what lies beside a thing is not made of it.
//! 3. **Back** (上游): inputs of the transformations that it comes out of; the lot of an instance; what was put into a container.
//! 4. **Containment at a time**: after all events up to and at that time, in order of `eventTime`, then of capture. `ADD` puts in, `DELETE` takes out – all
//!    children when it names none – `OBSERVE` shows it was in.
//!
//! Identifiers are compared in canonical form; every walk ends, also on circles, because a thing is walked again only for a wider span of time,
//! and the spans come from the events.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::epcis::time::Instant;
use crate::epcis::{Action, Event, Item, Kind, Role, hash};
use crate::gs1;
use crate::json::Value;

/// Where events are found. A repository answers from its index; [`Memory`] from a list.
pub trait Events {
    /// What can go wrong.
    type Error;

    /// Effective events that name an identifier in any part, in order of time and then of capture.
    fn naming(&mut self, key: &str) -> Result<Vec<Arc<Event>>, Self::Error>;

    /// Effective events of a transformation (`transformationID`).
    fn of_transformation(&mut self, id: &str) -> Result<Vec<Arc<Event>>, Self::Error>;

    /// Identifiers that begin with this lot in their master data (rule 2).
    fn of_lot(&mut self, lot: &str) -> Result<Vec<Arc<Event>>, Self::Error>;
}

/// Events in memory, indexed.
#[derive(Debug, Default)]
pub struct Memory {
    events: Vec<Arc<Event>>,
    by_key: HashMap<String, Vec<usize>>,
    by_transformation: HashMap<String, Vec<usize>>,
    by_lot: HashMap<String, Vec<usize>>,
}

impl Memory {
    /// Indexes the effective ones of these events.
    pub fn of(events: impl IntoIterator<Item = Event>) -> Self {
        let mut kept: Vec<Arc<Event>> = effective(events.into_iter().collect()).into_iter().map(Arc::new).collect();
        kept.sort_by_key(|event| event.time);
        let mut memory = Self::default();
        for (place, event) in kept.iter().enumerate() {
            let keys: BTreeSet<&str> = event.items.iter().map(|item| item.key.as_str()).collect();
            for key in keys {
                memory.by_key.entry(key.to_owned()).or_default().push(place);
            }
            if let Some(id) = &event.transformation {
                memory.by_transformation.entry(gs1::epc::key(id)).or_default().push(place);
            }
            for lot in lots(event).into_values().collect::<BTreeSet<_>>() {
                memory.by_lot.entry(lot).or_default().push(place);
            }
        }
        memory.events = kept;
        memory
    }

    fn at(&self, places: Option<&Vec<usize>>) -> Vec<Arc<Event>> {
        places.into_iter().flatten().filter_map(|place| self.events.get(*place)).cloned().collect()
    }
}

impl Events for Memory {
    type Error = std::convert::Infallible;

    fn naming(&mut self, key: &str) -> Result<Vec<Arc<Event>>, Self::Error> {
        Ok(self.at(self.by_key.get(key)))
    }

    fn of_transformation(&mut self, id: &str) -> Result<Vec<Arc<Event>>, Self::Error> {
        Ok(self.at(self.by_transformation.get(&gs1::epc::key(id))))
    }

    fn of_lot(&mut self, lot: &str) -> Result<Vec<Arc<Event>>, Self::Error> {
        Ok(self.at(self.by_lot.get(lot)))
    }
}

/// The events that count (rule 1), in the order given.
pub fn effective(events: Vec<Event>) -> Vec<Event> {
    let mut ids = HashSet::new();
    let mut contents = HashSet::new();
    for event in events.iter().filter(|event| event.error().is_some()) {
        match &event.id {
            Some(id) => ids.insert(id.clone()),
            None => contents.insert(hash::identifier(event, &[])),
        };
    }
    let void = |event: &Event| {
        event.error().is_some()
            || event.id.as_ref().is_some_and(|id| ids.contains(id))
            || (!contents.is_empty() && contents.contains(&hash::identifier(event, &[])))
    };
    events.into_iter().filter(|event| !void(event)).collect()
}

/// For every instance that begins in an event, the lot that its master data name: `cbvmda:lotNumber` with the product of the instance.
pub fn lots(event: &Event) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let begins =
        event.kind == Kind::Transformation || (event.kind == Kind::Object && event.action == Some(Action::Add));
    let Some(ilmd) = event.json.get("ilmd").and_then(Value::as_object).filter(|_| begins) else { return found };
    let lot = ilmd.iter().find(|(name, _)| {
        let full = event.names.expand(name);
        full.starts_with("{urn:epcglobal:cbv:mda") && full.ends_with("}lotNumber")
    });
    let Some(lot) = lot.and_then(|(_, value)| value.plain()) else { return found };
    for item in event.items.iter().filter(|item| matches!(item.role, Role::Epc | Role::Output)) {
        if let Some((product, _)) = item.key.split_once("/21/") {
            found.insert(item.key.clone(), gs1::epc::key(&format!("{product}/10/{}", gs1::link::escape_path(lot))));
        }
    }
    found
}

/// How far a walk goes.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Steps from the start.
    pub steps: usize,
    /// Things.
    pub things: usize,
}

impl Default for Bounds {
    /// 100 steps, 100,000 things.
    fn default() -> Self {
        Self { steps: 100, things: 100_000 }
    }
}

/// How a thing was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// Made of it, or what it was made of.
    Made,
    /// The container that it was put into, or what was put into the container.
    Contained,
    /// Lot and instance.
    Lot,
}

/// A step of a trace: from one thing to another by an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Nearer to the start.
    pub from: String,
    /// Further away.
    pub to: String,
    /// How.
    pub relation: Relation,
    /// Place of the event in [`Trace::events`].
    pub event: usize,
    /// How much of `to` the event names, where it names a quantity, and its unit.
    pub quantity: Option<(Decimal, Option<String>)>,
}

/// What a walk found.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// Things in the order in which they were reached, without the start, with the number of steps.
    pub things: Vec<(String, usize)>,
    /// Steps.
    pub edges: Vec<Edge>,
    /// Events that prove them, each once.
    pub events: Vec<Arc<Event>>,
    /// The bounds were reached: there may be more.
    pub cut: bool,
}

/// The span of time in which a thing matters for the walk.
type Span = (Option<Instant>, Option<Instant>);

struct Walk {
    trace: Trace,
    places: HashMap<String, usize>,
    seen: HashMap<String, (Span, usize)>,
    edges: HashSet<(String, String, usize)>,
    queue: VecDeque<(String, Span, usize)>,
    bounds: Bounds,
}

impl Walk {
    fn new(start: &str, bounds: Bounds) -> Self {
        let mut walk = Self {
            trace: Trace::default(),
            places: HashMap::new(),
            seen: HashMap::new(),
            edges: HashSet::new(),
            queue: VecDeque::new(),
            bounds,
        };
        walk.seen.insert(start.to_owned(), ((None, None), 0));
        walk.queue.push_back((start.to_owned(), (None, None), 0));
        walk
    }

    fn step(&mut self, from: &str, to: &Item, relation: Relation, event: &Arc<Event>, span: Span, steps: usize) {
        let next = self.trace.events.len();
        let place = *self.places.entry(name_of(event)).or_insert(next);
        if place == next {
            self.trace.events.push(Arc::clone(event));
        }
        if self.edges.insert((from.to_owned(), to.key.clone(), place)) {
            let quantity = to.quantity.map(|quantity| (quantity, to.uom.clone()));
            self.trace.edges.push(Edge { from: from.to_owned(), to: to.key.clone(), relation, event: place, quantity });
        }
        let full = self.seen.len() > self.bounds.things;
        let wider = match self.seen.get_mut(&to.key) {
            None if full => {
                self.trace.cut = true;
                return;
            }
            None => {
                self.seen.insert(to.key.clone(), (span, steps));
                self.trace.things.push((to.key.clone(), steps));
                Some(span)
            }
            Some((known, _)) => {
                let from = if known.0.is_none() || span.0.is_none() { None } else { known.0.min(span.0) };
                let until = if known.1.is_none() || span.1.is_none() { None } else { known.1.max(span.1) };
                let widened = (from, until) != *known;
                *known = (from, until);
                widened.then_some((from, until))
            }
        };
        match wider {
            Some(span) if steps < self.bounds.steps => self.queue.push_back((to.key.clone(), span, steps)),
            Some(_) => self.trace.cut = true,
            None => {}
        }
    }
}

/// What tells one event from another: its identifier with its time, or its content.
fn name_of(event: &Event) -> String {
    match &event.id {
        Some(id) => format!("{id} {}", event.time),
        None => hash::identifier(event, &[]),
    }
}

fn within(span: Span, time: Instant) -> bool {
    span.0.is_none_or(|from| from <= time) && span.1.is_none_or(|until| time <= until)
}

fn names(event: &Event, key: &str, roles: &[Role]) -> bool {
    event.items.iter().any(|item| item.key == key && roles.contains(&item.role))
}

const CHILDREN: [Role; 2] = [Role::Child, Role::ChildClass];
const INPUTS: [Role; 2] = [Role::Input, Role::InputClass];
const OUTPUTS: [Role; 2] = [Role::Output, Role::OutputClass];

/// Everything that a thing went into (rule 2).
pub fn downstream<E: Events>(events: &mut E, start: &str, bounds: Bounds) -> Result<Trace, E::Error> {
    let start = gs1::epc::key(start);
    let mut walk = Walk::new(&start, bounds);
    while let Some((key, span, steps)) = walk.queue.pop_front() {
        let naming = events.naming(&key)?;
        for event in naming.iter().filter(|event| within(span, event.time)) {
            if names(event, &key, &INPUTS) {
                for (other, item) in transformed(events, event, &OUTPUTS)? {
                    walk.step(&key, &item, Relation::Made, &other, (Some(event.time), None), steps + 1);
                }
            }
            if is_put(event) && names(event, &key, &CHILDREN) {
                for container in event.items(Role::Parent).cloned().collect::<Vec<_>>() {
                    let until = taken_out(events, &naming, event, &key, &container.key)?;
                    walk.step(&key, &container, Relation::Contained, event, (Some(event.time), until), steps + 1);
                }
            }
            // Only what one starts with is opened: rule 2, last sentence.
            if steps == 0 && is_put(event) && names(event, &key, &[Role::Parent]) {
                for child in event.items.iter().filter(|item| CHILDREN.contains(&item.role)) {
                    walk.step(&key, child, Relation::Contained, event, (Some(event.time), None), steps + 1);
                }
            }
        }
        for event in events.of_lot(&key)?.into_iter().filter(|event| within(span, event.time)) {
            let lots = lots(&event);
            for item in event.items.iter().filter(|item| lots.get(&item.key) == Some(&key)) {
                walk.step(&key, item, Relation::Lot, &event, (Some(event.time), None), steps + 1);
            }
        }
    }
    Ok(walk.trace)
}

/// Everything that a thing came from (rule 3).
pub fn upstream<E: Events>(events: &mut E, start: &str, bounds: Bounds) -> Result<Trace, E::Error> {
    let start = gs1::epc::key(start);
    let mut walk = Walk::new(&start, bounds);
    while let Some((key, span, steps)) = walk.queue.pop_front() {
        for event in events.naming(&key)?.iter().filter(|event| within(span, event.time)) {
            if names(event, &key, &OUTPUTS) {
                for (other, item) in transformed(events, event, &INPUTS)? {
                    walk.step(&key, &item, Relation::Made, &other, (None, Some(event.time)), steps + 1);
                }
            }
            if is_put(event) && names(event, &key, &[Role::Parent]) {
                for child in event.items.iter().filter(|item| CHILDREN.contains(&item.role)) {
                    walk.step(&key, child, Relation::Contained, event, (None, Some(event.time)), steps + 1);
                }
            }
            if let Some(lot) = lots(event).remove(&key) {
                let item = Item { role: Role::Class, key: lot.clone(), text: lot, quantity: None, uom: None };
                walk.step(&key, &item, Relation::Lot, event, (None, Some(event.time)), steps + 1);
            }
        }
    }
    Ok(walk.trace)
}

/// Inputs or outputs of the transformation that an event belongs to, with the event that names each.
fn transformed<E: Events>(
    events: &mut E,
    event: &Arc<Event>,
    roles: &[Role],
) -> Result<Vec<(Arc<Event>, Item)>, E::Error> {
    let all = match &event.transformation {
        Some(id) => events.of_transformation(id)?,
        None => vec![Arc::clone(event)],
    };
    let items = |event: Arc<Event>| {
        let found: Vec<Item> = event.items.iter().filter(|item| roles.contains(&item.role)).cloned().collect();
        found.into_iter().map(move |item| (Arc::clone(&event), item))
    };
    Ok(all.into_iter().flat_map(items).collect())
}

/// The event shows that its children are in their container.
fn is_put(event: &Event) -> bool {
    matches!(event.kind, Kind::Aggregation | Kind::Association) && event.action != Some(Action::Delete)
}

/// When a thing that was put into a container left it.
fn taken_out<E: Events>(
    events: &mut E,
    naming: &[Arc<Event>],
    put: &Arc<Event>,
    key: &str,
    container: &str,
) -> Result<Option<Instant>, E::Error> {
    let leaves = |event: &Event| {
        event.kind == put.kind
            && event.action == Some(Action::Delete)
            && event.time >= put.time
            && names(event, container, &[Role::Parent])
            && (names(event, key, &CHILDREN) || !event.items.iter().any(|item| CHILDREN.contains(&item.role)))
    };
    let own = naming.iter().filter(|event| leaves(event)).map(|event| event.time).min();
    let emptied = events.naming(container)?.iter().filter(|event| leaves(event)).map(|event| event.time).min();
    Ok(own.into_iter().chain(emptied).min())
}

/// A container in which a thing is at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Containment {
    /// The container in canonical form.
    pub container: String,
    /// By aggregation or by association.
    pub kind: Kind,
    /// Since when.
    pub since: Instant,
}

/// The containers of a thing at a time (rule 4), the aggregation first; an inner container's container is not among them: ask again.
pub fn contained_by<E: Events>(events: &mut E, thing: &str, at: Instant) -> Result<Vec<Containment>, E::Error> {
    let key = gs1::epc::key(thing);
    let mut found = Vec::new();
    let own = events.naming(&key)?;
    for kind in [Kind::Aggregation, Kind::Association] {
        let mut told: Vec<Arc<Event>> = own
            .iter()
            .filter(|event| event.kind == kind && event.time <= at && names(event, &key, &CHILDREN))
            .cloned()
            .collect();
        // What empties a container does not name the thing; it comes before what fills it at the same time.
        let containers: BTreeSet<String> =
            told.iter().flat_map(|event| event.items(Role::Parent)).map(|item| item.key.clone()).collect();
        for container in &containers {
            let emptied = events
                .naming(container)?
                .into_iter()
                .filter(|event| event.time <= at && empties(event, kind, container));
            told.splice(0..0, emptied);
        }
        told.sort_by_key(|event| event.time);
        let mut current: Option<Containment> = None;
        for event in &told {
            let container = event.items(Role::Parent).next().map(|item| item.key.clone());
            match (event.action, container) {
                (Some(Action::Delete), Some(container))
                    if current.as_ref().is_some_and(|now| now.container != container) => {}
                (Some(Action::Delete), _) => current = None,
                // Seen where it was put: since then.
                (_, Some(container)) if current.as_ref().is_some_and(|now| now.container == container) => {}
                (_, Some(container)) => current = Some(Containment { container, kind, since: event.time }),
                _ => {}
            }
        }
        found.extend(current);
    }
    Ok(found)
}

/// The event takes everything out of a container.
fn empties(event: &Event, kind: Kind, container: &str) -> bool {
    event.kind == kind
        && event.action == Some(Action::Delete)
        && names(event, container, &[Role::Parent])
        && !event.items.iter().any(|item| CHILDREN.contains(&item.role))
}

/// What a container holds at a time (rule 4), one level.
pub fn contents<E: Events>(events: &mut E, container: &str, at: Instant) -> Result<Vec<Item>, E::Error> {
    let key = gs1::epc::key(container);
    let mut inside: BTreeMap<(Kind, String), Item> = BTreeMap::new();
    for event in events.naming(&key)?.iter().filter(|event| event.time <= at && names(event, &key, &[Role::Parent])) {
        let children: Vec<&Item> = event.items.iter().filter(|item| CHILDREN.contains(&item.role)).collect();
        match event.action {
            Some(Action::Delete) if children.is_empty() => inside.retain(|(kind, _), _| *kind != event.kind),
            Some(Action::Delete) => {
                for child in children {
                    let slot = (event.kind, child.key.clone());
                    let left = inside.get(&slot).and_then(|item| rest(item, child));
                    match left {
                        Some(item) => inside.insert(slot, item),
                        None => inside.remove(&slot),
                    };
                }
            }
            action => {
                for child in children {
                    let slot = (event.kind, child.key.clone());
                    let sum =
                        inside.get(&slot).filter(|_| action == Some(Action::Add)).and_then(|item| sum(item, child));
                    inside.insert(slot, sum.unwrap_or_else(|| child.clone()));
                }
            }
        }
    }
    // A thing is in one container at a time: where its own last event put it. A quantity can be in many.
    let mut found = Vec::new();
    for ((kind, child), item) in inside {
        let here = contained_by(events, &child, at)?.into_iter().any(|now| now.kind == kind && now.container == key);
        if item.role == Role::ChildClass || here {
            found.push(item);
        }
    }
    Ok(found)
}

fn sum(a: &Item, b: &Item) -> Option<Item> {
    let quantity = a.quantity?.checked_add(b.quantity?)?;
    (a.uom == b.uom).then(|| Item { quantity: Some(quantity), ..b.clone() })
}

fn rest(a: &Item, taken: &Item) -> Option<Item> {
    let quantity = a.quantity?.checked_sub(taken.quantity?)?;
    (a.uom == taken.uom && quantity > Decimal::ZERO).then(|| Item { quantity: Some(quantity), ..a.clone() })
}

/// Where a thing was last seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// When.
    pub time: Instant,
    /// `bizLocation`, or `readPoint` where there is none.
    pub place: Option<String>,
    /// Who has it (`possessing_party` of the destination, as written).
    pub holder: Option<String>,
    /// The thing whose event it was: itself, or the container it is in.
    pub by: String,
}

/// One thing of a recall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recalled {
    /// The thing.
    pub key: String,
    /// Steps from the lot.
    pub steps: usize,
    /// Quantities that events name when it came about, one for each unit.
    pub quantities: Vec<(Decimal, Option<String>)>,
    /// Where it is.
    pub seen: Option<Seen>,
    /// It was destroyed, used up in a transformation, or sold to a consumer: nobody holds it any more.
    pub gone: bool,
}

/// What must be called back with a lot, and where it is (产品召回范围): everything downstream of it and the lot itself, as known at a time.
pub fn recall<E: Events>(
    events: &mut E,
    lot: &str,
    at: Instant,
    bounds: Bounds,
) -> Result<(Vec<Recalled>, Trace), E::Error> {
    let trace = downstream(events, lot, bounds)?;
    let start = (gs1::epc::key(lot), 0);
    let mut set = Vec::new();
    for (key, steps) in std::iter::once(&start).chain(&trace.things) {
        let mut quantities: Vec<(Decimal, Option<String>)> = Vec::new();
        for (quantity, unit) in
            trace.edges.iter().filter(|edge| edge.to == *key).filter_map(|edge| edge.quantity.as_ref())
        {
            match quantities.iter_mut().find(|(_, other)| other == unit) {
                Some((sum, _)) => *sum = sum.saturating_add(*quantity),
                None => quantities.push((*quantity, unit.clone())),
            }
        }
        let naming = events.naming(key)?;
        let gone = naming.iter().filter(|event| event.time <= at).any(|event| ends(event, key));
        set.push(Recalled { key: key.clone(), steps: *steps, quantities, seen: last_seen(events, key, at)?, gone });
    }
    Ok((set, trace))
}

/// After this event nobody holds the thing.
fn ends(event: &Event, key: &str) -> bool {
    let step = event.word("bizStep", crate::epcis::vocab::Vocabulary::BizStep).unwrap_or_default();
    let used = names(event, key, &[Role::Input]);
    let deleted = event.kind == Kind::Object && event.action == Some(Action::Delete) && names(event, key, &[Role::Epc]);
    let sold = ["retail_selling", "destroying", "dispensing"].iter().any(|word| step.ends_with(&format!("-{word}")));
    used || deleted || (sold && names(event, key, &[Role::Epc, Role::Class]))
}

/// Where a thing was last seen, by its own events or by those of the container that it is in.
pub fn last_seen<E: Events>(events: &mut E, thing: &str, at: Instant) -> Result<Option<Seen>, E::Error> {
    let mut key = gs1::epc::key(thing);
    let mut best: Option<Seen> = None;
    let mut visited = HashSet::new();
    let mut since = None;
    // Container in container: at most as many as there are, each once.
    while visited.insert(key.clone()) {
        for event in events
            .naming(&key)?
            .iter()
            .filter(|event| event.time <= at && since.is_none_or(|since| event.time >= since))
        {
            let place = event.place("bizLocation").or_else(|| event.place("readPoint"));
            let holder = holder(event);
            if (place.is_some() || holder.is_some()) && best.as_ref().is_none_or(|best| best.time <= event.time) {
                best = Some(Seen { time: event.time, place, holder, by: key.clone() });
            }
        }
        match contained_by(events, &key, at)?.into_iter().next() {
            Some(outer) => {
                since = Some(outer.since);
                key = outer.container;
            }
            None => break,
        }
    }
    Ok(best)
}

fn holder(event: &Event) -> Option<String> {
    let list = event.json.get("destinationList").and_then(Value::as_list)?;
    let party = |wanted: &str| {
        list.iter()
            .filter_map(Value::as_object)
            .find(|one| one.text("type").is_some_and(|word| word.ends_with(wanted)))?
            .text("destination")
    };
    party("possessing_party").or_else(|| party("owning_party")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::epcis::Names;
    use crate::json::Limits;
    use proptest::prelude::*;

    fn event(text: &str) -> Event {
        Event::read(text, &Arc::new(Names::default()), &Limits::default())
            .unwrap_or_else(|problems| panic!("{problems:?} in {text}"))
    }

    fn base(kind: &str, hour: u32, rest: &str) -> Event {
        let time = format!("2026-07-{:02}T{:02}:00:00+08:00", 1 + hour / 24, hour % 24);
        event(&format!(r#"{{"type":"{kind}","eventTime":"{time}","eventTimeZoneOffset":"+08:00",{rest}}}"#))
    }

    fn at(hour: u32) -> Instant {
        Instant::read(&format!("2026-07-{:02}T{:02}:00:00+08:00", 1 + hour / 24, hour % 24)).unwrap()
    }

    fn list(ids: &[usize]) -> String {
        ids.iter().map(|id| format!("\"urn:x:{id}\"")).collect::<Vec<_>>().join(",")
    }

    type Made = (u32, Vec<usize>, Vec<usize>);

    /// Things that a thing reaches along times that do not run backwards, by trying everything.
    fn reached(made: &[Made], start: usize, forward: bool) -> BTreeSet<usize> {
        let mut states = BTreeSet::from([(start, if forward { 0 } else { u32::MAX })]);
        loop {
            let mut next = states.clone();
            for (thing, time) in &states {
                for (when, inputs, outputs) in made {
                    let (from, to) = if forward { (inputs, outputs) } else { (outputs, inputs) };
                    if from.contains(thing) && (if forward { when >= time } else { when <= time }) {
                        next.extend(to.iter().map(|thing| (*thing, *when)));
                    }
                }
            }
            if next == states {
                return states.into_iter().map(|(thing, _)| thing).filter(|thing| *thing != start).collect();
            }
            states = next;
        }
    }

    proptest! {
        /// Over any history of transformations, circles and same hours included: exactly what can have gone into what.
        #[test]
        fn a_walk_finds_what_trying_everything_finds(
            made in prop::collection::vec((1_u32..40, prop::collection::btree_set(0_usize..9, 1..4), prop::collection::btree_set(0_usize..9, 1..4)), 0..14),
            start in 0_usize..9,
        ) {
            let made: Vec<Made> = made.into_iter().map(|(time, a, b)| (time, a.into_iter().collect(), b.into_iter().collect())).collect();
            let events = made.iter().map(|(time, inputs, outputs)| {
                base("TransformationEvent", *time, &format!(r#""inputEPCList":[{}],"outputEPCList":[{}]"#, list(inputs), list(outputs)))
            });
            let mut memory = Memory::of(events);
            let things = |trace: Trace| -> BTreeSet<usize> {
                assert!(!trace.cut);
                trace.things.iter().map(|(key, _)| key.trim_start_matches("urn:x:").parse().unwrap()).collect()
            };
            let key = format!("urn:x:{start}");
            prop_assert_eq!(things(downstream(&mut memory, &key, Bounds::default()).unwrap()), reached(&made, start, true));
            prop_assert_eq!(things(upstream(&mut memory, &key, Bounds::default()).unwrap()), reached(&made, start, false));
        }

        /// Over any history of packing and unpacking, circles included, a thing is where the last event put it, and a container holds
        /// exactly what says it is in it.
        #[test]
        fn containment_is_what_the_last_event_says(
            steps in prop::collection::vec((0_usize..4, prop::collection::btree_set(4_usize..9, 0..3), any::<bool>()), 0..16), until in 0_u32..17,
        ) {
            let mut inside: BTreeMap<usize, usize> = BTreeMap::new();
            let mut events = Vec::new();
            for (hour, (parent, children, add)) in steps.into_iter().enumerate() {
                let hour = u32::try_from(hour).unwrap();
                let children: Vec<usize> = children.into_iter().collect();
                if add && children.is_empty() {
                    continue;
                }
                let action = if add { "ADD" } else { "DELETE" };
                let childs = if children.is_empty() { String::new() } else { format!(r#""childEPCs":[{}],"#, list(&children)) };
                events.push(base("AggregationEvent", hour, &format!(r#""parentID":"urn:x:{parent}",{childs}"action":"{action}""#)));
                if hour > until { continue; }
                match (add, children.is_empty()) {
                    (true, _) => inside.extend(children.iter().map(|child| (*child, parent))),
                    (false, true) => inside.retain(|_, holder| *holder != parent),
                    (false, false) => inside.retain(|child, holder| *holder != parent || !children.contains(child)),
                }
            }
            let mut memory = Memory::of(events);
            for child in 4..9 {
                let ours = contained_by(&mut memory, &format!("urn:x:{child}"), at(until)).unwrap();
                let ours: Vec<String> = ours.into_iter().map(|one| one.container).collect();
                prop_assert_eq!(ours, inside.get(&child).map(|parent| format!("urn:x:{parent}")).into_iter().collect::<Vec<_>>());
            }
            for parent in 0..4 {
                let ours: BTreeSet<String> = contents(&mut memory, &format!("urn:x:{parent}"), at(until)).unwrap().into_iter().map(|item| item.key).collect();
                let wanted: BTreeSet<String> = inside.iter().filter(|(_, holder)| **holder == parent).map(|(child, _)| format!("urn:x:{child}")).collect();
                prop_assert_eq!(ours, wanted);
            }
        }
    }

    const LOT: &str = "https://id.gs1.org/01/06901234567892/10/L7";
    const BOX: &str = "https://id.gs1.org/01/06901234567908/21/";
    const PALLET: &str = "https://id.gs1.org/00/069012345000000015";
    const SHOP: &str = "https://id.gs1.org/414/6901234000023";

    /// A lot is packed into boxes, two boxes go on a pallet with a strange one, the pallet is shipped, one box is taken off and sold.
    fn season() -> Vec<Event> {
        vec![
            base(
                "ObjectEvent",
                1,
                &format!(
                    r#""action":"ADD","bizStep":"commissioning","quantityList":[{{"epcClass":"{LOT}","quantity":500,"uom":"KGM"}}]"#
                ),
            ),
            base(
                "TransformationEvent",
                2,
                &format!(
                    r#""inputQuantityList":[{{"epcClass":"{LOT}","quantity":5,"uom":"KGM"}}],"outputEPCList":["{BOX}1","{BOX}2"]"#
                ),
            ),
            base("ObjectEvent", 2, &format!(r#""action":"ADD","epcList":["{BOX}3"]"#)),
            base(
                "AggregationEvent",
                3,
                &format!(r#""action":"ADD","parentID":"{PALLET}","childEPCs":["{BOX}1","{BOX}2","{BOX}3"]"#),
            ),
            base(
                "ObjectEvent",
                4,
                &format!(
                    r#""action":"OBSERVE","bizStep":"receiving","epcList":["{PALLET}"],"bizLocation":{{"id":"{SHOP}"}}"#
                ),
            ),
            base("AggregationEvent", 5, &format!(r#""action":"DELETE","parentID":"{PALLET}","childEPCs":["{BOX}2"]"#)),
            base(
                "ObjectEvent",
                6,
                &format!(
                    r#""action":"OBSERVE","bizStep":"retail_selling","epcList":["{BOX}2"],"readPoint":{{"id":"{SHOP}"}}"#
                ),
            ),
            base(
                "ObjectEvent",
                7,
                &format!(r#""action":"OBSERVE","epcList":["{PALLET}"],"bizLocation":{{"id":"urn:x:cellar"}}"#),
            ),
        ]
    }

    #[test]
    fn a_recall_reaches_everything_made_of_the_lot_and_nothing_beside_it() {
        let mut memory = Memory::of(season());
        let (set, trace) =
            recall(&mut memory, "urn:epc:class:lgtin:6901234.056789.L7", at(10), Bounds::default()).unwrap();
        let keys: Vec<&str> = set.iter().map(|one| one.key.as_str()).collect();
        assert_eq!(
            keys,
            [LOT, &format!("{BOX}1"), &format!("{BOX}2"), PALLET],
            "box 3 lies beside, it is not made of the lot"
        );
        let find = |key: &str| set.iter().find(|one| one.key == key).unwrap();
        // Box 1 is where its pallet is; box 2 was sold; after it left, the pallet's way is not its own.
        let first = find(&format!("{BOX}1")).seen.clone().unwrap();
        assert_eq!((first.place.as_deref(), first.by.as_str(), first.time), (Some("urn:x:cellar"), PALLET, at(7)));
        let second = find(&format!("{BOX}2"));
        assert!(second.gone && !find(&format!("{BOX}1")).gone);
        assert_eq!(second.seen.clone().unwrap().place.as_deref(), Some(SHOP));
        assert_eq!(trace.events.len(), 2, "the packing and the loading prove it");
        // Back from a box, and from the pallet with all that it carried.
        let back = upstream(&mut memory, &format!("{BOX}1"), Bounds::default()).unwrap();
        assert_eq!(back.things, [(LOT.to_owned(), 1)]);
        assert_eq!(back.edges[0].quantity, Some((Decimal::from(5), Some("KGM".to_owned()))));
        assert_eq!(upstream(&mut memory, PALLET, Bounds::default()).unwrap().things.len(), 4);
        // Starting from the pallet its contents are opened.
        assert_eq!(downstream(&mut memory, PALLET, Bounds::default()).unwrap().things.len(), 3);
    }

    #[test]
    fn what_was_declared_wrong_does_not_count() {
        let mut events = season();
        let wrong = base(
            "TransformationEvent",
            2,
            &format!(r#""eventID":"urn:x:e1","inputQuantityList":[{{"epcClass":"{LOT}"}}],"outputEPCList":["{BOX}9"]"#),
        );
        let mut declared = wrong.json.clone();
        let mut error = crate::json::Object::default();
        error.push("declarationTime", Value::text("2026-07-03T00:00:00Z"));
        declared.push("errorDeclaration", Value::Object(error));
        let declared = event(&Value::Object(declared).write());
        let before = Memory::of(events.clone().into_iter().chain([wrong.clone()]));
        let has = |mut memory: Memory| {
            downstream(&mut memory, LOT, Bounds::default()).unwrap().things.iter().any(|(key, _)| key.ends_with("/9"))
        };
        assert!(has(before));
        assert!(!has(Memory::of(events.clone().into_iter().chain([wrong.clone(), declared.clone()]))));
        // Without identifiers the content says which event was meant, whatever order its fields are in.
        let nameless = |mut event: Event| {
            event.json.remove("eventID");
            event.json.0.reverse();
            super::tests::event(&Value::Object(event.json).write())
        };
        events.extend([nameless(declared), nameless(wrong)]);
        assert!(!has(Memory::of(events)));
    }

    #[test]
    fn an_instance_leads_to_the_lot_in_its_master_data_and_back() {
        let born = base(
            "ObjectEvent",
            1,
            r#""action":"ADD","epcList":["urn:epc:id:sgtin:6901234.056789.77"],"ilmd":{"cbvmda:lotNumber":"L7"}"#,
        );
        let mut memory = Memory::of([born]);
        let instance = "https://id.gs1.org/01/06901234567892/21/77";
        assert_eq!(upstream(&mut memory, instance, Bounds::default()).unwrap().things, [(LOT.to_owned(), 1)]);
        assert_eq!(downstream(&mut memory, LOT, Bounds::default()).unwrap().things, [(instance.to_owned(), 1)]);
    }

    #[test]
    fn a_walk_stops_at_its_bounds_and_says_so() {
        let chain = (0..50).map(|id| {
            base(
                "TransformationEvent",
                id,
                &format!(r#""inputEPCList":["urn:x:{id}"],"outputEPCList":["urn:x:{}"]"#, id + 1),
            )
        });
        let mut memory = Memory::of(chain);
        let short = downstream(&mut memory, "urn:x:0", Bounds { steps: 10, things: 1000 }).unwrap();
        assert!(short.cut && short.things.len() == 10);
        let few = downstream(&mut memory, "urn:x:0", Bounds { steps: 100, things: 20 }).unwrap();
        assert!(few.cut && few.things.len() <= 20);
        assert!(!downstream(&mut memory, "urn:x:0", Bounds::default()).unwrap().cut);
    }
}
