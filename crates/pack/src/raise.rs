//! 由此开出 (`[[raise]]`): a record that somebody opens with one button from where something is found – an indicator that lags, a measure that nobody carries
//! out, a finding, a time that has run out – with what is known of it filled in, and a field that leads back.

use crate::formula::Condition;
use crate::procedure::Spawn;

/// From where something is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RaisedFrom {
    /// 指标
    Indicator,
    /// 措施: an item of the plan.
    Measure,
    /// 记录: a finding.
    Record,
    /// 时限: one that has run out.
    Clock,
}

impl RaisedFrom {
    /// Every place with its name in the pack language.
    pub const NAMES: [(&str, RaisedFrom); 4] = [
        ("indicator", RaisedFrom::Indicator),
        ("measure", RaisedFrom::Measure),
        ("record", RaisedFrom::Record),
        ("clock", RaisedFrom::Clock),
    ];

    /// The words that may stand between `{@` and `}` in what it fills in, besides `today`.
    pub fn words(self) -> &'static [&'static str] {
        match self {
            RaisedFrom::Indicator => &["name", "value", "target", "state", "bodies"],
            RaisedFrom::Measure => &["name", "text", "bodies"],
            RaisedFrom::Record => &["kind", "number"],
            RaisedFrom::Clock => {
                &["kind", "number", "clock", "from", "length", "term", "due", "days", "basis", "owner"]
            }
        }
    }
}

/// What may be opened from somewhere.
#[derive(Debug, Clone)]
pub struct Raise {
    /// Stable id.
    pub id: String,
    /// The words on the button (开整改).
    pub name: String,
    /// From where.
    pub from: RaisedFrom,
    /// From records of these kinds only, each with the condition under which; of a clock, none: of every kind.
    pub of: Vec<(usize, Option<Condition>)>,
    /// What is opened, and what is filled in. `@each` is the body whose matter it is.
    pub spawn: Spawn,
    /// To whom it is offered besides that he may write the kind: holders of one of these roles; none: to everybody.
    pub roles: Vec<String>,
    /// Field of the opened kind that leads back: a choice of an indicator or a measure, or a text of format `record`.
    pub link: usize,
    /// Field of the opened kind that holds the clock's id.
    pub clock: Option<usize>,
}

impl crate::Pack {
    /// What may be opened from a place of a sort.
    pub fn raises(&self, from: RaisedFrom) -> impl Iterator<Item = &Raise> {
        self.raises.iter().filter(move |raise| raise.from == from)
    }

    /// What may be opened from a record of a kind as it stands; from its clocks with [`RaisedFrom::Clock`].
    pub fn raised_from<'p>(
        &'p self,
        from: RaisedFrom,
        kind: usize,
        record: &crate::Record,
    ) -> impl Iterator<Item = &'p Raise> {
        let fits = move |raise: &Raise| {
            let any = raise.of.is_empty() && raise.from == RaisedFrom::Clock;
            let own = raise.of.iter().find(|(of, _)| *of == kind);
            // Nothing is raised from what was itself raised by the same button: a 整改 that is late is pressed by a letter.
            let itself = self.kinds.get(kind).is_some_and(|kind| kind.id == raise.spawn.kind);
            !itself && (any || own.is_some_and(|(_, when)| when.as_ref().is_none_or(|when| when.holds(record))))
        };
        let found: Vec<&Raise> = self.raises(from).filter(|raise| fits(raise)).collect();
        found.into_iter()
    }

    /// Whether records of a kind may ever be opened from.
    pub fn can_be_raised_from(&self, kind: usize) -> bool {
        let of = |raise: &Raise| match raise.from {
            RaisedFrom::Record => raise.of.iter().any(|(of, _)| *of == kind),
            RaisedFrom::Clock => raise.of.is_empty() || raise.of.iter().any(|(of, _)| *of == kind),
            _ => false,
        };
        self.raises.iter().any(of)
    }
}

impl crate::Pack {
    /// The kind and the id that a text of format `record` names (`KIND/ID`), as far as the kind is one of the pack's.
    pub fn record_named<'t>(&self, text: &'t str) -> Option<(&crate::Kind, &'t str)> {
        let (kind, id) = text.split_once('/')?;
        let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        self.kind(kind).filter(|_| is_id).map(|kind| (kind, id))
    }
}
