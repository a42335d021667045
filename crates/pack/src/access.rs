//! 谁可以看: what a pack says of the readers of a kind. The program decides ([`crate::kind::Kind`] says who, `permit` in the use cases asks);
//! here is only what is declared.
//!
//! What always holds: a body reads what is its own; everybody else reads what is declared here, and no more. Of a personal field, being let in
//! to the record says nothing: it has readers of its own ([`crate::kind::Field::readers`]).

use crate::kind::Kind;
use crate::pack::BodyLevel;
use crate::procedure::roles;
use crate::record::Record;
use crate::value::Value;

/// Who besides a body's own people reads the records of a kind, and which of its people.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Roles that read the records at all (保密的种类); none: everybody of the body.
    pub readers: Vec<String>,
    /// Levels of bodies that see what lies in their areas: a 派出机构 what belongs to a body above it, a town whoever it belongs to.
    pub by_area: Vec<BodyLevel>,
    /// Bodies that a record was sent to.
    pub parties: Vec<Party>,
    /// Roles that have a part in its procedures; filled when these are read.
    pub roles: Vec<String>,
}

/// 主送、抄送、参加单位: the bodies that fields name read the record, or a part of it, from a day on.
#[derive(Debug, Clone)]
pub struct Party {
    /// Fields that name bodies.
    pub fields: Vec<usize>,
    /// The date field whose being filled opens it (印发日期); none: always.
    pub after: Option<usize>,
    /// Fields they read; none: all.
    pub shows: Vec<usize>,
    /// Documents they read.
    pub documents: Vec<String>,
    /// Steps on which the heads of these bodies get a message.
    pub tell: Vec<String>,
}

impl Party {
    /// Whether the record has been sent.
    pub fn is_open(&self, record: &Record) -> bool {
        self.after.is_none_or(|field| record.value(field).is_some())
    }

    /// Whether it names one of some bodies.
    pub fn names(&self, record: &Record, own: &[String]) -> bool {
        self.bodies(record).iter().any(|body| own.contains(body))
    }

    /// The bodies it names, each once.
    pub fn bodies(&self, record: &Record) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for field in &self.fields {
            let named: &[String] = match record.value(*field) {
                Some(Value::Choice(body)) => std::slice::from_ref(body),
                Some(Value::Choices(bodies)) => bodies,
                _ => &[],
            };
            for body in named {
                if !found.contains(body) {
                    found.push(body.clone());
                }
            }
        }
        found
    }
}

impl Kind {
    /// Whether holders of a role read the records of this kind, on cases of the bodies for which they hold it.
    pub fn is_read_by(&self, role: &str) -> bool {
        if self.is_confidential() {
            return self.access.readers.iter().any(|reader| reader == role);
        }
        matches!(role, roles::OFFICER | roles::HEAD | roles::LEADER | roles::OFFICE)
            || self.access.roles.iter().any(|part| part == role)
    }

    /// 保密的种类: only declared roles read it.
    pub fn is_confidential(&self) -> bool {
        !self.access.readers.is_empty()
    }

    /// The roles that read a personal field as it is; the body's own people where the pack says nothing.
    pub fn readers_of(&self, field: usize) -> Vec<&str> {
        let said = self.fields.get(field).map(|field| field.readers.as_slice()).unwrap_or_default();
        match said {
            [] if self.is_confidential() => self.access.readers.iter().map(String::as_str).collect(),
            [] => vec![roles::OFFICER],
            said => said.iter().map(String::as_str).collect(),
        }
    }
}
