//! 无人担任的岗位: a message to a role of a body that nobody holds goes to the body's own people, and where the body has none, to the office, so that a county with
//! one account gets its reminders. Who gets it is asked when it is read: whoever is granted the role later has the message, too.

use zhiheng_pack::procedure::{RoleScope, roles};
use zhiheng_store::{MessageRow, Reader};

use crate::accounts::Role;
use crate::permit::Held;
use crate::{Account, App, Error};

/// A role for which somebody gets the messages because nobody holds it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Vacant {
    /// The role.
    pub(crate) role: String,
    /// Bodies in which nobody holds it.
    pub(crate) bodies: Vec<String>,
}

impl App {
    /// The roles for which an account gets messages in place of nobody, role by role.
    pub(crate) fn vacant_for(&self, reader: &mut Reader<'_>, account: &Account) -> Result<Vec<Vacant>, Error> {
        let office = account.role == Role::Office;
        if !account.acts() || !(office || account.role == Role::Bureau) || account.service.is_some() {
            return Ok(Vec::new());
        }
        let filled = self.filled_now(reader)?;
        let holds = |role: &str, body: &str| {
            let covers = |held: &&Held| held.bodies.as_ref().is_none_or(|bodies| bodies.iter().any(|own| own == body));
            filled.iter().filter(|held| held.role == role).any(|held| covers(&held))
        };
        let bodies: Vec<&str> = match office {
            true => {
                let staffed = self.staffed(reader)?;
                let all = self.pack.bodies.iter().map(|body| body.id.as_str());
                all.filter(|body| !staffed.iter().any(|own| own == body)).collect()
            }
            false => account.own.iter().map(String::as_str).collect(),
        };
        let of_bodies = self.pack.roles.iter().filter(|role| role.scope == RoleScope::Body);
        let told = of_bodies.filter(|role| !matches!(role.id.as_str(), roles::SYSTEM | roles::CITIZEN));
        // 经办人 are the body's own people: where there are some, they are told anyway.
        let told = told.filter(|role| office || role.id != roles::OFFICER);
        let one = |role: &zhiheng_pack::procedure::Role| {
            let bodies = bodies.iter().filter(|body| !holds(&role.id, body)).map(|body| (*body).to_owned()).collect();
            Vacant { role: role.id.clone(), bodies }
        };
        Ok(told.map(one).filter(|vacant| !vacant.bodies.is_empty()).collect())
    }

    /// The bodies that have an account in use, of their own or of one above them.
    fn staffed(&self, reader: &mut Reader<'_>) -> Result<Vec<String>, Error> {
        let accounts = reader.accounts(&self.pack.place)?;
        let own = accounts.iter().filter(|row| row.disabled_at.is_none() && row.role == Role::Bureau.name());
        let mut bodies: Vec<String> = own
            .filter_map(|row| row.body.as_deref())
            .flat_map(|body| self.pack.bodies_within(body))
            .map(|body| body.id.clone())
            .collect();
        bodies.sort();
        bodies.dedup();
        Ok(bodies)
    }

    /// For whom a message was meant, where somebody else has it: 县交通委的单位负责人.
    pub(crate) fn meant_for(&self, message: &MessageRow) -> String {
        let role = self.pack.role(&message.role).map_or(message.role.as_str(), |role| role.name.as_str());
        format!("{}的{role}", self.body_name(&message.body))
    }
}
