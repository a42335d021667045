//! Tokens of the JSON API (接口令牌), kept as hashes. Every instant is µs of UTC, handed in by the caller; whether a token still holds
//! is the caller's to judge.

use crate::db::{Row, Value};
use crate::pool::Reader;
use crate::records::RecordId;
use crate::{StoreError, Tx};

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// Its identity.
    pub id: RecordId,
    /// Hash of what is shown.
    pub token_hash: [u8; 32],
    /// What it is for, in words.
    pub name: String,
    /// Whose it is; none for a service token.
    pub account: Option<RecordId>,
    /// The body of a service token; none: the whole county.
    pub body: Option<String>,
    /// What it may do, as JSON.
    pub grants: String,
    /// µs of UTC.
    pub created_at: i64,
    /// Login of who made it.
    pub created_by: String,
    /// µs of UTC; none: until it is revoked.
    pub expires_at: Option<i64>,
    /// When it was last used, as far as that was written down.
    pub used_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// When somebody let it in.
    pub approved_at: Option<i64>,
    /// Login of who did.
    pub approved_by: Option<String>,
}

const COLUMNS: &str = "id, token_hash, name, account, body, grants, created_at, created_by, expires_at, \
                       used_at, revoked_at, approved_at, approved_by";

fn read(row: Row<'_>) -> Result<TokenRow, StoreError> {
    Ok(TokenRow {
        id: RecordId(row.array(0)?),
        token_hash: row.array(1)?,
        name: row.text(2)?,
        account: row.array_or_null(3)?.map(RecordId),
        body: row.text_or_null(4)?,
        grants: row.text(5)?,
        created_at: row.int(6)?,
        created_by: row.text(7)?,
        expires_at: row.int_or_null(8)?,
        used_at: row.int_or_null(9)?,
        revoked_at: row.int_or_null(10)?,
        approved_at: row.int_or_null(11)?,
        approved_by: row.text_or_null(12)?,
    })
}

impl Tx<'_> {
    /// A new token.
    pub fn create_api_token(&mut self, place: &str, token: &TokenRow) -> Result<(), StoreError> {
        let values = [
            Value::Text(place),
            Value::Bytes(&token.id.0),
            Value::Bytes(&token.token_hash),
            Value::Text(&token.name),
            token.account.as_ref().map_or(Value::Null, |id| Value::Bytes(&id.0)),
            (&token.body).into(),
            Value::Text(&token.grants),
            Value::Int(token.created_at),
            Value::Text(&token.created_by),
            token.expires_at.into(),
            token.used_at.into(),
            token.revoked_at.into(),
            token.approved_at.into(),
            (&token.approved_by).into(),
        ];
        self.conn().insert(
            "INSERT INTO api_token (place, id, token_hash, name, account, body, grants, created_at, created_by,
                                    expires_at, used_at, revoked_at, approved_at, approved_by)",
            14,
            "",
            &values,
        )
    }

    /// A token was used.
    pub fn touch_api_token(&mut self, place: &str, id: &RecordId, used_at: i64) -> Result<(), StoreError> {
        let sql = "UPDATE api_token SET used_at = $3 WHERE place = $1 AND id = $2";
        self.conn().run(sql, &[Value::Text(place), Value::Bytes(&id.0), Value::Int(used_at)])?;
        Ok(())
    }

    /// Lets a token in. False when there is none that waits for it.
    pub fn approve_api_token(&mut self, place: &str, id: &RecordId, at: i64, by: &str) -> Result<bool, StoreError> {
        let sql = "
            UPDATE api_token
            SET    approved_at = $3, approved_by = $4
            WHERE  place = $1 AND id = $2 AND approved_at IS NULL AND revoked_at IS NULL";
        let values = [Value::Text(place), Value::Bytes(&id.0), Value::Int(at), Value::Text(by)];
        Ok(self.conn().run(sql, &values)? == 1)
    }

    /// Revokes a token. False when there is none that holds.
    pub fn revoke_api_token(&mut self, place: &str, id: &RecordId, at: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE api_token SET revoked_at = $3 WHERE place = $1 AND id = $2 AND revoked_at IS NULL";
        Ok(self.conn().run(sql, &[Value::Text(place), Value::Bytes(&id.0), Value::Int(at)])? == 1)
    }
}

impl Reader<'_> {
    /// A token, whatever its age and state: the caller judges both.
    pub fn api_token(&mut self, place: &str, token_hash: &[u8; 32]) -> Result<Option<TokenRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM api_token WHERE place = $1 AND token_hash = $2");
        self.conn()?.one(&sql, &[Value::Text(place), Value::Bytes(token_hash)], read)
    }

    /// Every token, newest first.
    pub fn api_tokens(&mut self, place: &str) -> Result<Vec<TokenRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM api_token WHERE place = $1 ORDER BY created_at DESC, id");
        self.conn()?.many(&sql, &[Value::Text(place)], read)
    }
}
