//! Accounts, sessions and one-time links. Tokens are stored only as hashes. Every instant is µs of UTC, handed in by
//! the caller; nothing here compares with a clock of its own.

use crate::db::{Row, Value};
use crate::pool::Reader;
use crate::records::RecordId;
use crate::{StoreError, Tx};

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// Its identity.
    pub id: RecordId,
    /// Unique within the place.
    pub login: String,
    /// The name to show.
    pub name: String,
    /// The role.
    pub role: String,
    /// The body to which the account belongs.
    pub body: Option<String>,
    /// As the password hasher wrote it.
    pub password_hash: String,
    /// µs of UTC.
    pub created_at: i64,
    /// Set when it may no longer sign in.
    pub disabled_at: Option<i64>,
    /// Failed attempts since the last success.
    pub failed_count: i64,
    /// No attempt is accepted before this.
    pub locked_until: Option<i64>,
}

/// A session of a signed-in account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Hash of the token in the cookie.
    pub token_hash: [u8; 32],
    /// Whose it is.
    pub account: RecordId,
    /// µs of UTC.
    pub created_at: i64,
    /// When it was last used, as far as that was written down.
    pub seen_at: i64,
    /// When it ends.
    pub expires_at: i64,
}

/// What a one-time link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The first account of a place.
    First,
    /// A further account.
    Invite,
    /// A new password for an existing account.
    Reset,
    /// The same, made on the server itself: whoever runs the program may do everything anyway.
    Rescue,
    /// The second half of a sign-in: the password was right, the second factor is still to come.
    SecondFactor,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Purpose::First => "first",
            Purpose::Invite => "invite",
            Purpose::Reset => "reset",
            Purpose::Rescue => "rescue",
            Purpose::SecondFactor => "second_factor",
        }
    }

    fn read(word: &str) -> Result<Purpose, StoreError> {
        [Purpose::First, Purpose::Invite, Purpose::Reset, Purpose::Rescue, Purpose::SecondFactor]
            .into_iter()
            .find(|purpose| purpose.as_str() == word)
            .ok_or_else(|| StoreError::corrupt(format!("invitation for {word:?}")))
    }
}

/// A one-time link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationRow {
    /// Hash of the token in the link.
    pub token_hash: [u8; 32],
    /// What it is for.
    pub purpose: Purpose,
    /// The role that the new account gets.
    pub role: String,
    /// The body that the new account gets.
    pub body: Option<String>,
    /// The name to suggest.
    pub name: Option<String>,
    /// Whose password is to be set anew.
    pub account: Option<RecordId>,
    /// µs of UTC.
    pub created_at: i64,
    /// µs of UTC.
    pub expires_at: i64,
    /// When it was used.
    pub used_at: Option<i64>,
}

const ACCOUNT_COLUMNS: &str =
    "id, login, name, role, body, password_hash, created_at, disabled_at, failed_count, locked_until";

fn read_account(row: Row<'_>) -> Result<AccountRow, StoreError> {
    Ok(AccountRow {
        id: RecordId(row.array(0)?),
        login: row.text(1)?,
        name: row.text(2)?,
        role: row.text(3)?,
        body: row.text_or_null(4)?,
        password_hash: row.text(5)?,
        created_at: row.int(6)?,
        disabled_at: row.int_or_null(7)?,
        failed_count: row.int(8)?,
        locked_until: row.int_or_null(9)?,
    })
}

pub(crate) fn read_session(row: Row<'_>) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        token_hash: row.array(0)?,
        account: RecordId(row.array(1)?),
        created_at: row.int(2)?,
        seen_at: row.int(3)?,
        expires_at: row.int(4)?,
    })
}

const INVITATION_COLUMNS: &str = "token_hash, purpose, role, body, name, account, created_at, expires_at, used_at";

fn read_invitation(row: Row<'_>) -> Result<InvitationRow, StoreError> {
    Ok(InvitationRow {
        token_hash: row.array(0)?,
        purpose: Purpose::read(&row.text(1)?)?,
        role: row.text(2)?,
        body: row.text_or_null(3)?,
        name: row.text_or_null(4)?,
        account: row.array_or_null(5)?.map(RecordId),
        created_at: row.int(6)?,
        expires_at: row.int(7)?,
        used_at: row.int_or_null(8)?,
    })
}

impl Tx<'_> {
    /// A new account; a login that is taken is a conflict.
    pub fn create_account(&mut self, place: &str, account: &AccountRow) -> Result<(), StoreError> {
        let values = [
            Value::Text(place),
            Value::Bytes(&account.id.0),
            Value::Text(&account.login),
            Value::Text(&account.name),
            Value::Text(&account.role),
            (&account.body).into(),
            Value::Text(&account.password_hash),
            Value::Int(account.created_at),
            account.disabled_at.into(),
            Value::Int(account.failed_count),
            account.locked_until.into(),
        ];
        self.conn().insert(
            "INSERT INTO account (place, id, login, name, role, body, password_hash, created_at, disabled_at,
                                  failed_count, locked_until)",
            11,
            "",
            &values,
        )
    }

    /// The account as it is now, inside the write.
    pub fn account(&mut self, place: &str, id: &RecordId) -> Result<Option<AccountRow>, StoreError> {
        let sql = format!("SELECT {ACCOUNT_COLUMNS} FROM account WHERE place = $1 AND id = $2");
        self.conn().one(&sql, &[Value::Text(place), Value::Bytes(&id.0)], read_account)
    }

    /// How many accounts a place has, inside the write.
    pub fn account_count(&mut self, place: &str) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(*) FROM account WHERE place = $1";
        Ok(self.conn().one(sql, &[Value::Text(place)], |row| row.int(0))?.unwrap_or(0))
    }

    /// Replaces everything of an account but its identity and its creation. False when there is none.
    pub fn update_account(&mut self, place: &str, account: &AccountRow) -> Result<bool, StoreError> {
        let sql = "
            UPDATE account
            SET    login = $3, name = $4, role = $5, body = $6, password_hash = $7, disabled_at = $8,
                   failed_count = $9, locked_until = $10
            WHERE  place = $1 AND id = $2";
        let values = [
            Value::Text(place),
            Value::Bytes(&account.id.0),
            Value::Text(&account.login),
            Value::Text(&account.name),
            Value::Text(&account.role),
            (&account.body).into(),
            Value::Text(&account.password_hash),
            account.disabled_at.into(),
            Value::Int(account.failed_count),
            account.locked_until.into(),
        ];
        Ok(self.conn().run(sql, &values)? == 1)
    }

    /// Gives an account a role and a body; ends its sessions, so that nobody goes on under what he was.
    pub fn set_account_role(
        &mut self,
        place: &str,
        id: &RecordId,
        role: &str,
        body: Option<&str>,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE account SET role = $3, body = $4 WHERE place = $1 AND id = $2";
        let values =
            [Value::Text(place), Value::Bytes(&id.0), Value::Text(role), body.map_or(Value::Null, Value::Text)];
        let found = self.conn().run(sql, &values)? == 1;
        self.end_sessions(place, id)?;
        Ok(found)
    }

    /// How many accounts of a role may sign in, inside the write.
    pub fn accounts_in_role(&mut self, place: &str, role: &str) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(*) FROM account WHERE place = $1 AND role = $2 AND disabled_at IS NULL";
        Ok(self.conn().one(sql, &[Value::Text(place), Value::Text(role)], |row| row.int(0))?.unwrap_or(0))
    }

    /// A new password; forgets failed attempts and ends every session of the account.
    pub fn set_password(&mut self, place: &str, id: &RecordId, password_hash: &str) -> Result<bool, StoreError> {
        let sql = "
            UPDATE account
            SET    password_hash = $3, failed_count = 0, locked_until = NULL
            WHERE  place = $1 AND id = $2";
        let values = [Value::Text(place), Value::Bytes(&id.0), Value::Text(password_hash)];
        let found = self.conn().run(sql, &values)? == 1;
        self.end_sessions(place, id)?;
        Ok(found)
    }

    /// An attempt to sign in failed: counts it, and accepts no other before `locked_until` when that is given.
    /// Answers the number of failures in a row.
    pub fn count_failure(&mut self, place: &str, id: &RecordId, locked_until: Option<i64>) -> Result<i64, StoreError> {
        let sql = "
            UPDATE account
            SET    failed_count = failed_count + 1, locked_until = COALESCE($3, locked_until)
            WHERE  place = $1 AND id = $2";
        self.conn().run(sql, &[Value::Text(place), Value::Bytes(&id.0), locked_until.into()])?;
        Ok(self.account(place, id)?.map_or(0, |account| account.failed_count))
    }

    /// Accepts no attempt of an account before an instant.
    pub fn lock_account(&mut self, place: &str, id: &RecordId, until: i64) -> Result<(), StoreError> {
        let sql = "UPDATE account SET locked_until = $3 WHERE place = $1 AND id = $2";
        self.conn().run(sql, &[Value::Text(place), Value::Bytes(&id.0), Value::Int(until)])?;
        Ok(())
    }

    /// A new session; forgets the account's failed attempts.
    pub fn create_session(&mut self, place: &str, session: &SessionRow) -> Result<(), StoreError> {
        let values = [
            Value::Text(place),
            Value::Bytes(&session.token_hash),
            Value::Bytes(&session.account.0),
            Value::Int(session.created_at),
            Value::Int(session.seen_at),
            Value::Int(session.expires_at),
        ];
        let head = "INSERT INTO session (place, token_hash, account, created_at, seen_at, expires_at)";
        self.conn().insert(head, 6, "", &values)?;
        let sql = "
            UPDATE account
            SET    failed_count = 0, locked_until = NULL
            WHERE  place = $1 AND id = $2";
        self.conn().run(sql, &[Value::Text(place), Value::Bytes(&session.account.0)])?;
        Ok(())
    }

    /// A session was used; `expires_at` moves with it.
    pub fn touch_session(
        &mut self,
        place: &str,
        token_hash: &[u8; 32],
        seen_at: i64,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE session SET seen_at = $3, expires_at = $4 WHERE place = $1 AND token_hash = $2";
        let values = [Value::Text(place), Value::Bytes(token_hash), Value::Int(seen_at), Value::Int(expires_at)];
        self.conn().run(sql, &values)?;
        Ok(())
    }

    /// Ends a session.
    pub fn end_session(&mut self, place: &str, token_hash: &[u8; 32]) -> Result<(), StoreError> {
        let sql = "DELETE FROM session WHERE place = $1 AND token_hash = $2";
        self.conn().run(sql, &[Value::Text(place), Value::Bytes(token_hash)])?;
        Ok(())
    }

    /// Ends every session of an account.
    pub fn end_sessions(&mut self, place: &str, account: &RecordId) -> Result<(), StoreError> {
        let sql = "DELETE FROM session WHERE place = $1 AND account = $2";
        self.conn().run(sql, &[Value::Text(place), Value::Bytes(&account.0)])?;
        Ok(())
    }

    /// Removes sessions and unused links that expired before an instant. Answers how many sessions.
    pub fn sweep_sessions(&mut self, place: &str, now: i64) -> Result<u64, StoreError> {
        let values = [Value::Text(place), Value::Int(now)];
        let ended = self.conn().run("DELETE FROM session WHERE place = $1 AND expires_at < $2", &values)?;
        let sql = "DELETE FROM invitation WHERE place = $1 AND expires_at < $2 AND used_at IS NULL";
        self.conn().run(sql, &values)?;
        Ok(ended)
    }

    /// A new one-time link.
    pub fn create_invitation(&mut self, place: &str, invitation: &InvitationRow) -> Result<(), StoreError> {
        let values = [
            Value::Text(place),
            Value::Bytes(&invitation.token_hash),
            Value::Text(invitation.purpose.as_str()),
            Value::Text(&invitation.role),
            (&invitation.body).into(),
            (&invitation.name).into(),
            invitation.account.as_ref().map_or(Value::Null, |id| Value::Bytes(&id.0)),
            Value::Int(invitation.created_at),
            Value::Int(invitation.expires_at),
            invitation.used_at.into(),
        ];
        self.conn().insert(
            "INSERT INTO invitation (place, token_hash, purpose, role, body, name, account, created_at, expires_at,
                                     used_at)",
            10,
            "",
            &values,
        )
    }

    /// Uses a one-time link, once: answers it when it was unused and has not expired, otherwise nothing.
    pub fn use_invitation(
        &mut self,
        place: &str,
        token_hash: &[u8; 32],
        now: i64,
    ) -> Result<Option<InvitationRow>, StoreError> {
        let sql = "
            UPDATE invitation
            SET    used_at = $3
            WHERE  place = $1 AND token_hash = $2 AND used_at IS NULL AND expires_at > $3";
        let values = [Value::Text(place), Value::Bytes(token_hash), Value::Int(now)];
        if self.conn().run(sql, &values)? != 1 {
            return Ok(None);
        }
        let sql = format!("SELECT {INVITATION_COLUMNS} FROM invitation WHERE place = $1 AND token_hash = $2");
        self.conn().one(&sql, &[Value::Text(place), Value::Bytes(token_hash)], read_invitation)
    }

    /// Withdraws one one-time link that nobody has used yet. Answers whether there was one.
    pub fn withdraw_invitation(&mut self, place: &str, token_hash: &[u8; 32]) -> Result<bool, StoreError> {
        let sql = "DELETE FROM invitation WHERE place = $1 AND token_hash = $2 AND used_at IS NULL";
        Ok(self.conn().run(sql, &[Value::Text(place), Value::Bytes(token_hash)])? == 1)
    }

    /// Withdraws one-time links of one purpose that nobody has used yet. Answers how many.
    pub fn revoke_invitations(&mut self, place: &str, purpose: Purpose) -> Result<u64, StoreError> {
        let sql = "DELETE FROM invitation WHERE place = $1 AND purpose = $2 AND used_at IS NULL";
        self.conn().run(sql, &[Value::Text(place), Value::Text(purpose.as_str())])
    }
}

impl Reader<'_> {
    /// The account with this login.
    pub fn account_by_login(&mut self, place: &str, login: &str) -> Result<Option<AccountRow>, StoreError> {
        let sql = format!("SELECT {ACCOUNT_COLUMNS} FROM account WHERE place = $1 AND login = $2");
        self.conn()?.one(&sql, &[Value::Text(place), Value::Text(login)], read_account)
    }

    /// One account.
    pub fn account(&mut self, place: &str, id: &RecordId) -> Result<Option<AccountRow>, StoreError> {
        let sql = format!("SELECT {ACCOUNT_COLUMNS} FROM account WHERE place = $1 AND id = $2");
        self.conn()?.one(&sql, &[Value::Text(place), Value::Bytes(&id.0)], read_account)
    }

    /// Every account, disabled ones too, by login.
    pub fn accounts(&mut self, place: &str) -> Result<Vec<AccountRow>, StoreError> {
        let sql = format!("SELECT {ACCOUNT_COLUMNS} FROM account WHERE place = $1 ORDER BY login");
        self.conn()?.many(&sql, &[Value::Text(place)], read_account)
    }

    /// A session and its account, whatever their age and state: the caller judges both.
    pub fn session(
        &mut self,
        place: &str,
        token_hash: &[u8; 32],
    ) -> Result<Option<(SessionRow, AccountRow)>, StoreError> {
        let sql = "
            SELECT token_hash, account, created_at, seen_at, expires_at
            FROM   session
            WHERE  place = $1 AND token_hash = $2";
        let values = [Value::Text(place), Value::Bytes(token_hash)];
        let Some(session) = self.conn()?.one(sql, &values, read_session)? else { return Ok(None) };
        Ok(self.account(place, &session.account)?.map(|account| (session, account)))
    }

    /// A one-time link, used or not.
    pub fn invitation(&mut self, place: &str, token_hash: &[u8; 32]) -> Result<Option<InvitationRow>, StoreError> {
        let sql = format!("SELECT {INVITATION_COLUMNS} FROM invitation WHERE place = $1 AND token_hash = $2");
        self.conn()?.one(&sql, &[Value::Text(place), Value::Bytes(token_hash)], read_invitation)
    }

    /// Every one-time link, newest first.
    pub fn invitations(&mut self, place: &str) -> Result<Vec<InvitationRow>, StoreError> {
        let sql = format!(
            "SELECT {INVITATION_COLUMNS} FROM invitation WHERE place = $1 ORDER BY created_at DESC, token_hash"
        );
        self.conn()?.many(&sql, &[Value::Text(place)], read_invitation)
    }
}
