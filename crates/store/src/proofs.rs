//! What an account may do and how it proves who it is: grants, delegations, second factors, earlier passwords, identities, and the log
//! of sign-ins. Instants are µs of UTC, days count from 1970-01-01; nothing here compares with a clock of its own.
//!
//! Nothing here removes a grant, a delegation or a line of the log: they end, and stay.

use crate::db::{Conn, Row, Value};
use crate::log::Logged;
use crate::pool::Reader;
use crate::records::RecordId;
use crate::{StoreError, Tx};

/// How an account proves who it is, besides its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofRow {
    /// Whose.
    pub account: RecordId,
    /// False until a security administrator has let it in.
    pub active: bool,
    /// Secret of the second factor; there from the beginning of its enrolment.
    pub totp_secret: Option<Vec<u8>>,
    /// The second factor is asked for.
    pub totp_on: bool,
    /// The last step of thirty seconds whose code was taken.
    pub totp_step: i64,
    /// When the password was last set, µs of UTC.
    pub password_at: i64,
}

/// A granted role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantRow {
    /// To whom.
    pub account: RecordId,
    /// When it was recorded; with the account its identity. Assigned by the store.
    pub recorded_at: i64,
    /// Role id.
    pub role: String,
    /// For the cases of this body; none: of the county.
    pub body: Option<String>,
    /// First day.
    pub since: i32,
    /// Last day; none: until it is withdrawn.
    pub until: Option<i32>,
    /// Login of who granted it.
    pub granted_by: String,
    /// When it was withdrawn.
    pub ended_at: Option<i64>,
}

impl GrantRow {
    /// What its leaf commits to; not when it ended, which has a leaf of its own.
    #[must_use]
    pub fn said(&self) -> [String; 6] {
        [
            self.account.to_string(),
            self.role.clone(),
            self.body.clone().unwrap_or_default(),
            self.since.to_string(),
            self.until.map(|day| day.to_string()).unwrap_or_default(),
            self.granted_by.clone(),
        ]
    }
}

/// Who acts for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DelegationRow {
    /// Who is away.
    pub from: RecordId,
    /// When it was recorded; with `from` its identity. Assigned by the store.
    pub recorded_at: i64,
    /// Who acts.
    pub to: RecordId,
    /// First day.
    pub since: i32,
    /// Last day.
    pub until: i32,
    /// When it was ended early.
    pub ended_at: Option<i64>,
}

/// An attempt to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInRow {
    /// µs of UTC; assigned by the store, strictly increasing per place.
    pub at: i64,
    /// The login as typed.
    pub login: String,
    /// What became of it.
    pub outcome: String,
    /// Anything more.
    pub detail: String,
    /// Network address from which it came.
    pub address: String,
}

const GRANT_COLUMNS: &str = "account, recorded_at, role, body, since, until, granted_by, ended_at";
const DELEGATION_COLUMNS: &str = "from_account, recorded_at, to_account, since, until, ended_at";

impl DelegationRow {
    /// What its leaf commits to; not when it ended, which has a leaf of its own.
    #[must_use]
    pub fn said(&self) -> [String; 4] {
        [self.from.to_string(), self.to.to_string(), self.since.to_string(), self.until.to_string()]
    }
}

fn read_proof(row: Row<'_>) -> Result<ProofRow, StoreError> {
    Ok(ProofRow {
        account: RecordId(row.array(0)?),
        active: row.int(1)? != 0,
        totp_secret: row.bytes_or_null(2)?,
        totp_on: row.int(3)? != 0,
        totp_step: row.int(4)?,
        password_at: row.int(5)?,
    })
}

fn read_sign_in(row: Row<'_>) -> Result<SignInRow, StoreError> {
    Ok(SignInRow {
        at: row.int(0)?,
        login: row.text(1)?,
        outcome: row.text(2)?,
        detail: row.text(3)?,
        address: row.text(4)?,
    })
}

fn read_grant(row: Row<'_>) -> Result<GrantRow, StoreError> {
    Ok(GrantRow {
        account: RecordId(row.array(0)?),
        recorded_at: row.int(1)?,
        role: row.text(2)?,
        body: Some(row.text(3)?).filter(|body| !body.is_empty()),
        since: row.day(4)?,
        until: row.day_or_null(5)?,
        granted_by: row.text(6)?,
        ended_at: row.int_or_null(7)?,
    })
}

pub(crate) fn all_grants(conn: &mut Conn, place: &str) -> Result<Vec<GrantRow>, StoreError> {
    let sql = format!("SELECT {GRANT_COLUMNS} FROM account_grant WHERE place = $1 ORDER BY recorded_at");
    conn.many(&sql, &[Value::Text(place)], read_grant)
}

pub(crate) fn all_delegations(conn: &mut Conn, place: &str) -> Result<Vec<DelegationRow>, StoreError> {
    let sql = format!("SELECT {DELEGATION_COLUMNS} FROM delegation WHERE place = $1 ORDER BY recorded_at");
    conn.many(&sql, &[Value::Text(place)], read_delegation)
}

fn read_delegation(row: Row<'_>) -> Result<DelegationRow, StoreError> {
    Ok(DelegationRow {
        from: RecordId(row.array(0)?),
        recorded_at: row.int(1)?,
        to: RecordId(row.array(2)?),
        since: row.day(3)?,
        until: row.day(4)?,
        ended_at: row.int_or_null(5)?,
    })
}

impl Tx<'_> {
    /// The proof of an account as it is now, inside the write.
    pub fn proof(&mut self, place: &str, account: &RecordId) -> Result<Option<ProofRow>, StoreError> {
        let values = [Value::Text(place), Value::Bytes(&account.0)];
        self.conn().one(PROOF, &values, read_proof)
    }

    /// Sets the whole proof of an account.
    pub fn set_proof(&mut self, place: &str, proof: &ProofRow) -> Result<(), StoreError> {
        let sql = "
            INSERT INTO account_proof (place, account, active, totp_secret, totp_on, totp_step, password_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (place, account) DO UPDATE
            SET active = excluded.active, totp_secret = excluded.totp_secret, totp_on = excluded.totp_on,
                totp_step = excluded.totp_step, password_at = excluded.password_at";
        let values = [
            Value::Text(place),
            Value::Bytes(&proof.account.0),
            Value::Int(proof.active.into()),
            proof.totp_secret.as_deref().map_or(Value::Null, Value::Bytes),
            Value::Int(proof.totp_on.into()),
            Value::Int(proof.totp_step),
            Value::Int(proof.password_at),
        ];
        self.conn().run(sql, &values)?;
        Ok(())
    }

    /// Keeps a password hash among the earlier ones.
    pub fn remember_password(
        &mut self,
        place: &str,
        account: &RecordId,
        at: i64,
        password_hash: &str,
    ) -> Result<(), StoreError> {
        let values = [Value::Text(place), Value::Bytes(&account.0), Value::Int(at), Value::Text(password_hash)];
        self.conn().insert("INSERT INTO account_password (place, account, at, password_hash)", 4, "", &values)
    }

    /// Replaces every recovery code of an account.
    pub fn set_recovery_codes(
        &mut self,
        place: &str,
        account: &RecordId,
        hashes: &[[u8; 32]],
    ) -> Result<(), StoreError> {
        let sql = "DELETE FROM account_recovery WHERE place = $1 AND account = $2";
        self.conn().run(sql, &[Value::Text(place), Value::Bytes(&account.0)])?;
        for hash in hashes {
            let values = [Value::Text(place), Value::Bytes(&account.0), Value::Bytes(hash), Value::Null];
            self.conn().insert("INSERT INTO account_recovery (place, account, code_hash, used_at)", 4, "", &values)?;
        }
        Ok(())
    }

    /// Uses a recovery code, once. Answers whether it was one.
    pub fn use_recovery_code(
        &mut self,
        place: &str,
        account: &RecordId,
        hash: &[u8; 32],
        now: i64,
    ) -> Result<bool, StoreError> {
        let sql = "
            UPDATE account_recovery
            SET    used_at = $4
            WHERE  place = $1 AND account = $2 AND code_hash = $3 AND used_at IS NULL";
        let values = [Value::Text(place), Value::Bytes(&account.0), Value::Bytes(hash), Value::Int(now)];
        Ok(self.conn().run(sql, &values)? == 1)
    }

    /// Grants a role; `recorded_at` is ignored. Answers the time under which it is known.
    pub fn grant(&mut self, place: &str, grant: &GrantRow) -> Result<i64, StoreError> {
        let at = self.next_time(place)?;
        let values = [
            Value::Text(place),
            Value::Bytes(&grant.account.0),
            Value::Int(at),
            Value::Text(&grant.role),
            Value::Text(grant.body.as_deref().unwrap_or_default()),
            Value::Int(grant.since.into()),
            grant.until.map(i64::from).into(),
            Value::Text(&grant.granted_by),
            grant.ended_at.into(),
        ];
        let head =
            "INSERT INTO account_grant (place, account, recorded_at, role, body, since, until, granted_by, ended_at)";
        self.conn().insert(head, 9, "", &values)?;
        self.seal(place, Logged::Grant, at, &grant.said().each_ref().map(String::as_str))?;
        Ok(at)
    }

    /// Withdraws a grant, from now on. Answers it when it was in force, otherwise nothing.
    pub fn end_grant(
        &mut self,
        place: &str,
        account: &RecordId,
        recorded_at: i64,
    ) -> Result<Option<GrantRow>, StoreError> {
        let at = self.next_time(place)?;
        let sql = "
            UPDATE account_grant
            SET    ended_at = $4
            WHERE  place = $1 AND account = $2 AND recorded_at = $3 AND ended_at IS NULL";
        let values = [Value::Text(place), Value::Bytes(&account.0), Value::Int(recorded_at), Value::Int(at)];
        if self.conn().run(sql, &values)? != 1 {
            return Ok(None);
        }
        let texts = [account.to_string(), recorded_at.to_string()];
        self.seal(place, Logged::GrantEnd, at, &texts.each_ref().map(String::as_str))?;
        let sql =
            format!("SELECT {GRANT_COLUMNS} FROM account_grant WHERE place = $1 AND account = $2 AND recorded_at = $3");
        let values = [Value::Text(place), Value::Bytes(&account.0), Value::Int(recorded_at)];
        self.conn().one(&sql, &values, read_grant)
    }

    /// Records a delegation; `recorded_at` is ignored. Answers the time under which it is known.
    pub fn delegate(&mut self, place: &str, delegation: &DelegationRow) -> Result<i64, StoreError> {
        let at = self.next_time(place)?;
        let values = [
            Value::Text(place),
            Value::Bytes(&delegation.from.0),
            Value::Int(at),
            Value::Bytes(&delegation.to.0),
            Value::Int(delegation.since.into()),
            Value::Int(delegation.until.into()),
            delegation.ended_at.into(),
        ];
        let head = "INSERT INTO delegation (place, from_account, recorded_at, to_account, since, until, ended_at)";
        self.conn().insert(head, 7, "", &values)?;
        self.seal(place, Logged::Delegation, at, &delegation.said().each_ref().map(String::as_str))?;
        Ok(at)
    }

    /// Ends a delegation early, from now on. Answers whether it was in force.
    pub fn end_delegation(&mut self, place: &str, from: &RecordId, recorded_at: i64) -> Result<bool, StoreError> {
        let at = self.next_time(place)?;
        let sql = "
            UPDATE delegation
            SET    ended_at = $4
            WHERE  place = $1 AND from_account = $2 AND recorded_at = $3 AND ended_at IS NULL";
        let values = [Value::Text(place), Value::Bytes(&from.0), Value::Int(recorded_at), Value::Int(at)];
        if self.conn().run(sql, &values)? != 1 {
            return Ok(false);
        }
        let texts = [from.to_string(), recorded_at.to_string()];
        self.seal(place, Logged::DelegationEnd, at, &texts.each_ref().map(String::as_str))?;
        Ok(true)
    }

    /// Writes a line of the log of sign-ins. Answers its time.
    pub fn log_sign_in(
        &mut self,
        place: &str,
        login: &str,
        outcome: &str,
        detail: &str,
        address: &str,
    ) -> Result<i64, StoreError> {
        let at = self.next_time(place)?;
        self.seal(place, Logged::SignIn, at, &[login, outcome, detail, address])?;
        let [login, outcome, detail, address] = [login, outcome, detail, address].map(Value::Text);
        let values = [Value::Text(place), Value::Int(at), login, outcome, detail, address];
        self.conn().insert("INSERT INTO sign_in (place, at, login, outcome, detail, address)", 6, "", &values)?;
        Ok(at)
    }

    /// Ties an identity of a provider to an account; an earlier tie of that identity gives way.
    pub fn tie_identity(
        &mut self,
        place: &str,
        issuer: &str,
        subject: &str,
        account: &RecordId,
        at: i64,
    ) -> Result<(), StoreError> {
        let sql = "
            INSERT INTO account_identity (place, issuer, subject, account, at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (place, issuer, subject) DO UPDATE SET account = excluded.account, at = excluded.at";
        let values =
            [Value::Text(place), Value::Text(issuer), Value::Text(subject), Value::Bytes(&account.0), Value::Int(at)];
        self.conn().run(sql, &values)?;
        Ok(())
    }
}

const PROOF: &str = "
    SELECT account, active, totp_secret, totp_on, totp_step, password_at
    FROM   account_proof
    WHERE  place = $1 AND account = $2";

impl Reader<'_> {
    /// The proof of an account; none for one that has a password only and was never touched.
    pub fn proof(&mut self, place: &str, account: &RecordId) -> Result<Option<ProofRow>, StoreError> {
        self.conn()?.one(PROOF, &[Value::Text(place), Value::Bytes(&account.0)], read_proof)
    }

    /// Every proof of a place.
    pub fn proofs(&mut self, place: &str) -> Result<Vec<ProofRow>, StoreError> {
        let sql = "
            SELECT account, active, totp_secret, totp_on, totp_step, password_at
            FROM   account_proof
            WHERE  place = $1
            ORDER  BY account";
        self.conn()?.many(sql, &[Value::Text(place)], read_proof)
    }

    /// The latest earlier passwords of an account, newest first.
    pub fn earlier_passwords(
        &mut self,
        place: &str,
        account: &RecordId,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let sql = "
            SELECT password_hash
            FROM   account_password
            WHERE  place = $1 AND account = $2
            ORDER  BY at DESC
            LIMIT  $3";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.conn()?.many(sql, &[Value::Text(place), Value::Bytes(&account.0), Value::Int(limit)], |row| row.text(0))
    }

    /// How many recovery codes an account has left.
    pub fn recovery_codes_left(&mut self, place: &str, account: &RecordId) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(*) FROM account_recovery WHERE place = $1 AND account = $2 AND used_at IS NULL";
        let values = [Value::Text(place), Value::Bytes(&account.0)];
        Ok(self.conn()?.one(sql, &values, |row| row.int(0))?.unwrap_or(0))
    }

    /// The grants of an account, ended ones too, oldest first.
    pub fn grants_of(&mut self, place: &str, account: &RecordId) -> Result<Vec<GrantRow>, StoreError> {
        let sql =
            format!("SELECT {GRANT_COLUMNS} FROM account_grant WHERE place = $1 AND account = $2 ORDER BY recorded_at");
        self.conn()?.many(&sql, &[Value::Text(place), Value::Bytes(&account.0)], read_grant)
    }

    /// Every grant that was not withdrawn, by account.
    pub fn grants(&mut self, place: &str) -> Result<Vec<GrantRow>, StoreError> {
        let sql = format!(
            "SELECT {GRANT_COLUMNS} FROM account_grant WHERE place = $1 AND ended_at IS NULL ORDER BY account, recorded_at"
        );
        self.conn()?.many(&sql, &[Value::Text(place)], read_grant)
    }

    /// Delegations that somebody gave, newest first.
    pub fn delegations_from(&mut self, place: &str, from: &RecordId) -> Result<Vec<DelegationRow>, StoreError> {
        let sql = format!(
            "SELECT {DELEGATION_COLUMNS} FROM delegation WHERE place = $1 AND from_account = $2 ORDER BY recorded_at DESC"
        );
        self.conn()?.many(&sql, &[Value::Text(place), Value::Bytes(&from.0)], read_delegation)
    }

    /// Delegations that make somebody the deputy on a day.
    pub fn delegations_to(&mut self, place: &str, to: &RecordId, day: i32) -> Result<Vec<DelegationRow>, StoreError> {
        let sql = format!(
            "SELECT {DELEGATION_COLUMNS}
             FROM   delegation
             WHERE  place = $1 AND to_account = $2 AND ended_at IS NULL AND since <= $3 AND until >= $3
             ORDER  BY recorded_at"
        );
        let values = [Value::Text(place), Value::Bytes(&to.0), Value::Int(day.into())];
        self.conn()?.many(&sql, &values, read_delegation)
    }

    /// Every line of the log of sign-ins, oldest first.
    pub fn scan_sign_ins(
        &mut self,
        place: &str,
        mut each: impl FnMut(SignInRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let sql = "SELECT at, login, outcome, detail, address FROM sign_in WHERE place = $1 ORDER BY at";
        self.conn()?.each(sql, &[Value::Text(place)], &mut |row| each(read_sign_in(row)?))
    }

    /// Every grant that was ever made, oldest first.
    pub fn all_grants(&mut self, place: &str) -> Result<Vec<GrantRow>, StoreError> {
        all_grants(self.conn()?, place)
    }

    /// Every delegation that was ever made, oldest first.
    pub fn all_delegations(&mut self, place: &str) -> Result<Vec<DelegationRow>, StoreError> {
        all_delegations(self.conn()?, place)
    }

    /// The log of sign-ins before an instant (`i64::MAX` for the newest), newest first; of one login, or of all.
    pub fn sign_ins(
        &mut self,
        place: &str,
        login: Option<&str>,
        from: i64,
        before: i64,
        limit: usize,
    ) -> Result<Vec<SignInRow>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut values = vec![Value::Text(place), Value::Int(from), Value::Int(before), Value::Int(limit)];
        let whose = match login {
            Some(login) => {
                values.push(Value::Text(login));
                "AND login = $5 "
            }
            None => "",
        };
        let sql = format!(
            "SELECT at, login, outcome, detail, address
             FROM   sign_in
             WHERE  place = $1 AND at >= $2 AND at < $3 {whose}
             ORDER  BY at DESC
             LIMIT  $4"
        );
        self.conn()?.many(&sql, &values, read_sign_in)
    }

    /// When a login last came to an outcome, µs of UTC.
    pub fn last_sign_in(&mut self, place: &str, login: &str, outcome: &str) -> Result<Option<i64>, StoreError> {
        let sql = "
            SELECT at
            FROM   sign_in
            WHERE  place = $1 AND login = $2 AND outcome = $3
            ORDER  BY at DESC
            LIMIT  1";
        self.conn()?.one(sql, &[Value::Text(place), Value::Text(login), Value::Text(outcome)], |row| row.int(0))
    }

    /// The account of an identity.
    pub fn account_by_identity(
        &mut self,
        place: &str,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<RecordId>, StoreError> {
        let sql = "SELECT account FROM account_identity WHERE place = $1 AND issuer = $2 AND subject = $3";
        let values = [Value::Text(place), Value::Text(issuer), Value::Text(subject)];
        self.conn()?.one(sql, &values, |row| Ok(RecordId(row.array(0)?)))
    }

    /// Whether an account is tied to an identity of a provider.
    pub fn has_identity(&mut self, place: &str, issuer: &str, account: &RecordId) -> Result<bool, StoreError> {
        let sql = "
            SELECT COUNT(*)
            FROM   account_identity
            WHERE  place = $1 AND issuer = $2 AND account = $3";
        let values = [Value::Text(place), Value::Text(issuer), Value::Bytes(&account.0)];
        Ok(self.conn()?.one(sql, &values, |row| row.int(0))?.unwrap_or(0) > 0)
    }

    /// The sessions of an account, the latest used first.
    pub fn sessions_of(&mut self, place: &str, account: &RecordId) -> Result<Vec<crate::SessionRow>, StoreError> {
        let sql = "
            SELECT token_hash, account, created_at, seen_at, expires_at
            FROM   session
            WHERE  place = $1 AND account = $2
            ORDER  BY seen_at DESC, token_hash";
        self.conn()?.many(sql, &[Value::Text(place), Value::Bytes(&account.0)], crate::accounts::read_session)
    }
}
