//! 绑定统一身份: an identity of a provider is tied to an account.
//!
//! Once the three administrators are separate, who names the provider (安全管理员) is not who lets a tie be made (系统管理员): either of them alone comes in as
//! nobody. The three have no ties at all.

use sha2::{Digest, Sha256};
use zhiheng_store::{AccountRow, RecordId, hex};

use crate::accounts::{Account, are_separate};
use crate::permit::Power;
use crate::{App, Error, Role};

/// Where a tie that waits is kept, by account: the issuer and the subject, a line each.
pub(crate) const WAITS: &str = "tie_waits.";

/// A tie that somebody asked for by signing in, and that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingTie {
    /// Address of the provider.
    pub issuer: String,
    /// What it calls the person for ever.
    pub subject: String,
}

impl WaitingTie {
    /// What stands for it in an address.
    pub fn key(&self) -> String {
        hex(&Sha256::digest(format!("{}\n{}", self.issuer, self.subject)))
    }
}

enum Tied {
    Yes,
    Waits,
    Never,
}

impl App {
    /// Ties an account that an identity was proved for, or refuses.
    pub(crate) fn tie(&self, row: &AccountRow, issuer: &str, subject: &str, known: bool) -> Result<(), Error> {
        let (place, stored, now) = (self.pack.place.clone(), row.clone(), self.now());
        let (issuer, subject) = (issuer.to_owned(), subject.to_owned());
        let tied = self.store.write(move |tx| {
            let separate = are_separate(tx, &place)?;
            if separate && Role::ADMINISTRATORS.iter().any(|role| role.name() == stored.role) {
                return Ok(Tied::Never);
            }
            if known {
                return Ok(Tied::Yes);
            }
            if separate {
                tx.set_setting(&place, &waits_of(&stored.id), &format!("{issuer}\n{subject}"))?;
                tx.log_operation(&place, &stored.login, "申请绑定统一身份", &stored.login, &issuer)?;
                return Ok(Tied::Waits);
            }
            tx.tie_identity(&place, &issuer, &subject, &stored.id, now)?;
            tx.log_operation(&place, &stored.login, "绑定统一身份", &stored.login, &issuer)?;
            Ok(Tied::Yes)
        })?;
        match tied {
            Tied::Yes => Ok(()),
            Tied::Waits => Err(Error::WrongState(
                "统一身份第一次登录要先绑定：已记下申请，请系统管理员在账号页上核对批准；在此之前请用口令登录"
                    .to_owned(),
            )),
            Tied::Never => Err(Error::WrongState("三员账号只能用口令登录，不能用统一身份".to_owned())),
        }
    }

    /// The tie of an account that waits.
    pub fn waiting_tie(&self, actor: &Account, account: &RecordId) -> Result<Option<WaitingTie>, Error> {
        self.only_managers(actor)?;
        let waits = self.store.read()?.setting(&self.pack.place, &waits_of(account))?.unwrap_or_default();
        let tie = waits.split_once('\n');
        Ok(tie.map(|(issuer, subject)| WaitingTie { issuer: issuer.to_owned(), subject: subject.to_owned() }))
    }

    /// Makes a tie that waits – the one that was seen: another may have been asked for since – or drops it.
    pub fn settle_tie(&self, actor: &Account, account: &RecordId, seen: &str, make: bool) -> Result<(), Error> {
        self.only(actor, Power::System)?;
        let Some(tie) = self.waiting_tie(actor, account)?.filter(|tie| tie.key() == seen) else {
            return Err(Error::WrongState("这项申请已经变了或者已经办过，请刷新后再看".to_owned()));
        };
        let row = self.stored_account(account)?;
        let (place, by, now) = (self.pack.place.clone(), actor.login.clone(), self.now());
        Ok(self.store.write(move |tx| {
            tx.set_setting(&place, &waits_of(&row.id), "")?;
            if make {
                tx.tie_identity(&place, &tie.issuer, &tie.subject, &row.id, now)?;
            }
            let verb = if make { "批准绑定统一身份" } else { "不批准绑定统一身份" };
            tx.log_operation(&place, &by, verb, &row.login, &tie.issuer).map(|_| ())
        })?)
    }
}

fn waits_of(account: &RecordId) -> String {
    format!("{WAITS}{account}")
}
