//! 名册: the members of the leading group, who answers for each body, and how many villages a town has, as records say for a day. Names and office phones
//! are for every colleague; a mobile number is read by whoever reads that record's personal fields.

use std::collections::BTreeMap;

use zhiheng_pack::directory::Term;
use zhiheng_pack::{Record, Value};
use zhiheng_store::RecordId;

use crate::permit::reads;
use crate::submit::read;
use crate::{Account, App, Error};

/// A member of the leading group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Kind and record.
    pub record: (String, RecordId),
    /// 姓名
    pub name: String,
    /// 职务
    pub duty: String,
    /// 小组职务
    pub position: String,
    /// Its place in the list of positions.
    rank: usize,
    /// Id of the body.
    pub body: Option<String>,
    /// First day.
    pub since: Option<i32>,
}

/// Who answers for a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactLine {
    /// Kind and record.
    pub record: (String, RecordId),
    /// 姓名
    pub name: String,
    /// 职务
    pub duty: String,
    /// 办公电话
    pub phone: String,
    /// 手机, where the reader reads it.
    pub mobile: String,
}

/// The directory on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// 组长, 副组长, 成员 in this order.
    pub members: Vec<Member>,
    /// By body.
    pub contacts: BTreeMap<String, Vec<ContactLine>>,
    /// Names by code of the town.
    pub villages: BTreeMap<String, Vec<String>>,
}

impl App {
    /// The directory of today, as an account reads it.
    pub fn directory(&self, account: &Account) -> Result<Directory, Error> {
        let parts = self.pack.directory;
        let mut found = Directory::default();
        if let Some(parts) = parts.member {
            let positions = self.pack.kinds.get(parts.kind).and_then(|kind| kind.fields.get(parts.position));
            let list = positions.and_then(|field| self.pack.lists.get(field.list?));
            self.in_force(parts.kind, parts.term, |record, id, kind, _| {
                let position = text(record, parts.position);
                let at = list.and_then(|list| list.items.iter().position(|item| item.id == position));
                let item = at.and_then(|at| list?.items.get(at));
                found.members.push(Member {
                    record: (kind.id.clone(), id),
                    name: text(record, parts.name),
                    duty: text(record, parts.duty),
                    rank: at.unwrap_or(usize::MAX),
                    position: item.map_or(position, |item| item.name.clone()),
                    body: record.value(parts.body).map(Value::plain),
                    since: record.day(parts.term.since),
                });
            })?;
            found.members.sort_by_key(|member| (member.rank, member.since, member.record.1));
        }
        if let Some(parts) = parts.contact {
            self.in_force(parts.kind, parts.term, |record, id, kind, body| {
                let own = reads(account, kind, parts.mobile, body);
                let line = ContactLine {
                    record: (kind.id.clone(), id),
                    name: text(record, parts.name),
                    duty: text(record, parts.duty),
                    phone: text(record, parts.phone),
                    mobile: if own { text(record, parts.mobile) } else { String::new() },
                };
                found.contacts.entry(text(record, parts.body)).or_default().push(line);
            })?;
        }
        if let Some(parts) = parts.village {
            self.in_force(parts.kind, parts.term, |record, _, kind, _| {
                let area = self.pack.envelope(kind, record).area.unwrap_or_default();
                found.villages.entry(area).or_default().push(text(record, parts.name));
            })?;
        }
        Ok(found)
    }

    /// The records of a kind that hold today. A directory is small: some hundred lines a county.
    fn in_force(
        &self,
        kind: usize,
        term: Term,
        mut each: impl FnMut(&Record, RecordId, &zhiheng_pack::Kind, Option<&str>),
    ) -> Result<(), Error> {
        let Some(kind) = self.pack.kinds.get(kind) else { return Ok(()) };
        let today = self.today();
        self.store.read()?.scan_records(&self.pack.place, &kind.id, |row| {
            if let Some((record, _)) = read(kind, &row).filter(|_| row.live) {
                let begun = record.day(term.since).is_none_or(|since| since <= today);
                let over = record.day(term.until).is_some_and(|until| until < today);
                if begun && !over {
                    each(&record, row.id, kind, row.body.as_deref());
                }
            }
            Ok(())
        })?;
        Ok(())
    }
}

fn text(record: &Record, field: usize) -> String {
    record.value(field).map(Value::plain).unwrap_or_default()
}
