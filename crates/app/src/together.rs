//! Several cases at once (批量办理): what stands before a step of each, asked before it is taken. Nothing is taken here – every case goes its own way
//! through [`App::take_step`], so that one that cannot be taken stops no other.

use std::cell::OnceCell;

use zhiheng_pack::case::Act;
use zhiheng_pack::record::Record;
use zhiheng_pack::{Kind, procedure::Step};
use zhiheng_store::{RecordId, RecordRow};

use crate::cases::{Look, Taker, wants_file};
use crate::submit::read;
use crate::{Account, App, Error};

/// A case before a step that it is to take together with others.
#[derive(Debug, Clone)]
pub struct Foreseen {
    /// The record, as stored.
    pub row: RecordRow,
    /// The record, parsed.
    pub record: Record,
    /// Why it cannot take the step now; none: it can, as far as can be told without what is to be filled in.
    pub obstacle: Option<String>,
    /// Fields that the step must have and the record does not.
    pub lacks: Vec<usize>,
}

impl App {
    /// What stands before an act of a case; none where there is no such record.
    pub fn foresee(
        &self,
        account: &Account,
        kind_id: &str,
        id: &RecordId,
        act: &Act,
    ) -> Result<Option<Foreseen>, Error> {
        let Some(kind) = self.pack.kind(kind_id) else { return Ok(None) };
        let Some(row) = self.store.read()?.record(&self.pack.place, kind_id, id)? else { return Ok(None) };
        let Some((record, envelope)) = read(kind, &row) else { return Ok(None) };
        let case = record.case.as_ref().and_then(|case| Some((case, self.pack.procedure_of(case)?)));
        let (obstacle, lacks) = match case {
            _ if !row.live => (Some("记录已撤销，请先恢复再办理。".to_owned()), Vec::new()),
            None => (Some("这条记录不按程序办理。".to_owned()), Vec::new()),
            Some((case, procedure)) => {
                let look = Look {
                    pack: &self.pack,
                    kind,
                    row: &row,
                    record: &record,
                    envelope: &envelope,
                    case,
                    procedure,
                    today: self.today(),
                    now: self.now(),
                    runs: OnceCell::new(),
                };
                match act {
                    Act::Step(id) => match procedure.step(id) {
                        Some(step) => (self.before_step(&look, account, step)?, lacks(kind, &record, step)),
                        None => (Some("它所依的程序没有这个环节。".to_owned()), Vec::new()),
                    },
                    _ => (before_assignment(&look, account), Vec::new()),
                }
            }
        };
        Ok(Some(Foreseen { row, record, obstacle, lacks }))
    }

    fn before_step(&self, look: &Look<'_>, account: &Account, step: &Step) -> Result<Option<String>, Error> {
        let refused = match look.check_open(Taker::Staff(account), step) {
            Ok(()) if step.after_children => self.check_children(look).err(),
            Ok(()) if wants_file(look.kind, step) => {
                return Ok(Some(format!("“{}”要附上各自的附件，请逐件办理。", step.name)));
            }
            Ok(()) => None,
            Err(error) => Some(error),
        };
        Ok(match refused {
            None => None,
            Some(Error::NotPermitted) => Some(whose(look, step)),
            Some(Error::WrongState(why)) => Some(format!("{why}。")),
            Some(error) => return Err(error),
        })
    }
}

/// “审核通过”由县农业农村委的单位负责人办理。
fn whose(look: &Look<'_>, step: &Step) -> String {
    let body = look.owner(step).and_then(|body| look.pack.body(&body)).map_or("", |body| body.name.as_str());
    let roles: Vec<&str> =
        step.roles.iter().filter_map(|role| look.pack.role(role)).map(|role| role.name.as_str()).collect();
    let of = if body.is_empty() { "" } else { "的" };
    format!("“{}”由{body}{of}{}办理。", step.name, roles.join("、"))
}

fn before_assignment(look: &Look<'_>, account: &Account) -> Option<String> {
    if look.procedure.is_closed(&look.case.state) {
        return Some("已经办结，不用再转办。".to_owned());
    }
    let own = look.is_own(Taker::Staff(account));
    (!own).then(|| "由承办单位或者质量强县办转办。".to_owned())
}

fn lacks(kind: &Kind, record: &Record, step: &Step) -> Vec<usize> {
    let given = |at: &usize| kind.fields.get(*at).is_some_and(|field| !field.derived);
    step.require.iter().copied().filter(|at| given(at) && record.value(*at).is_none()).collect()
}
