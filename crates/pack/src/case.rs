//! A case (案件): a record that follows a procedure. What happened is a list of events, each with the knowledge time of the version that
//! made it; where the case stands, and what time is left, is computed from them and nothing else.

use serde::{Deserialize, Serialize};

/// The course of a case, as it travels in the canonical text of its record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Id of the procedure, chosen by the day of opening and kept.
    pub procedure: String,
    /// Id of the state.
    pub state: String,
    /// Account to whom it is assigned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub assignee: Option<String>,
    /// What happened, in order; the first is the opening.
    pub events: Vec<Event>,
}

/// One thing that happened to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// What.
    pub act: Act,
    /// Knowledge time of its version, µs of UTC.
    pub at: i64,
    /// Who; [`crate::procedure::roles::SYSTEM`] for the program, [`crate::procedure::roles::CITIZEN`] for a citizen.
    pub by: String,
    /// The version of the record that it made.
    pub version: i64,
    /// Id of the state after it.
    pub state: String,
    /// Reason: the id of a listed one, or words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// Words added.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
}

/// What an event is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// The case was opened.
    Open,
    /// A step of the procedure, by id.
    Step(String),
    /// A clock was paused, by id.
    Pause(String),
    /// A clock goes on.
    Resume(String),
    /// A clock was extended: id and length as the pack language writes it.
    Extend(String, String),
    /// The time of a clock ran out.
    Lapse(String),
    /// Assigned to an account; none: to nobody.
    Assign(Option<String>),
    /// Content was corrected, withdrawn or restored.
    Change,
}
