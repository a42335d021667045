//! 存证回执 (receipts): one file that shows, without a network, that a submission stands in the log under a signed head, and what it said.
//!
//! What opens the commitment – the text with its salt – lies beside the proof and belongs to whoever may read the submission. Without it the
//! receipt still shows that *something* was committed to at that place and time.

use sha2::{Digest, Sha256};
use zhiheng_store::{LeafRow, Logged, RecordId, VersionRow, hex};
use zhiheng_tlog::checkpoint::{Checkpoint, Policy, PolicyError};
use zhiheng_tlog::gm::sm3;
use zhiheng_tlog::key::{Verifier, read_verifier};
use zhiheng_tlog::receipt::{EXTRA_MAX, Receipt, ReceiptError};
use zhiheng_tlog::{Note, Tree};

use super::signer::Signing;
use super::tiles::{Stored, unsigned};
use super::{Files, LogFault, LogHead};
use crate::submit::{link_of, said};
use crate::{App, Error, QueryCode};

/// How far a version has come in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entered {
    /// 已受理: it is stored, and its leaf with it.
    Accepted {
        /// Its number in the log, from 0.
        index: u64,
    },
    /// 已入账: a signed head covers it.
    InLog {
        /// Its number in the log, from 0.
        index: u64,
        /// How many leaves the head covers.
        size: u64,
        /// When the head was signed, µs of UTC.
        signed_at: i64,
    },
}

/// How much of a submission a receipt opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The text that the commitment is over: for whoever may read all of it.
    Opened,
    /// The commitment alone.
    Sealed,
}

impl App {
    /// How far the version of a record has come. None: there is no such version.
    pub fn entered(&self, id: &RecordId, version: i64) -> Result<Option<Entered>, Error> {
        let mut reader = self.store.read()?;
        let place = &self.pack.place;
        let versions = reader.versions(place, id)?;
        let Some(row) = versions.iter().find(|row| row.version == version) else { return Ok(None) };
        let Some(leaf) = reader.leaf_of(place, row.recorded_at, Logged::Version)? else { return Ok(None) };
        let index = unsigned(leaf.seq);
        Ok(Some(match reader.head_over(place, leaf.seq)? {
            Some(head) => Entered::InLog { index, size: unsigned(head.size), signed_at: head.signed_at },
            None => Entered::Accepted { index },
        }))
    }

    /// The receipt of a version. Where no signed head covers it yet, one is cut for it, which the public is not shown.
    ///
    /// [`LogFault::NotYet`] in a database that is only read.
    pub fn receipt_of(&self, id: &RecordId, version: i64, shown: Shown) -> Result<String, Error> {
        let place = self.pack.place.as_str();
        let missing = || Error::NotFound("这一版记录".to_owned());
        let (row, link, leaf, head) = {
            let mut reader = self.store.read()?;
            let versions = reader.versions(place, id)?;
            let at = versions.iter().position(|row| row.version == version).ok_or_else(missing)?;
            let row = versions.get(at).cloned().ok_or_else(missing)?;
            let before = at.checked_sub(1).and_then(|before| versions.get(before));
            let link = before.map(|before| link_of(&before.record()));
            let leaf = reader.leaf_of(place, row.recorded_at, Logged::Version)?.ok_or_else(missing)?;
            (row, link, leaf.clone(), reader.head_over(place, leaf.seq)?)
        };
        let head = match head {
            Some(head) => LogHead::from(head),
            None if self.is_read_only() => return Err(Error::Log(LogFault::NotYet)),
            None => self.cut_head(false)?,
        };
        let extra = extra_of(place, &row, link, &leaf, shown);
        self.receipt_under(&leaf, &head, &extra)
    }

    /// The receipt of a citizen's own submission, opened: he wrote it.
    pub fn receipt_by(&self, code: &QueryCode) -> Result<String, Error> {
        let id = self.record_behind(code)?.ok_or_else(|| Error::NotFound("这个查询码对应的投诉".to_owned()))?;
        self.receipt_of(&id, 1, Shown::Opened)
    }

    fn record_behind(&self, code: &QueryCode) -> Result<Option<RecordId>, Error> {
        let place = &self.pack.place;
        Ok(self.store.read()?.receipt(place, &code.hash(place))?.map(|receipt| receipt.record))
    }

    fn receipt_under(&self, leaf: &LeafRow, head: &LogHead, extra: &str) -> Result<String, Error> {
        let damaged = |what: String| Error::Log(LogFault::Damaged(what));
        let files = Files::of(&self.log.folder, &self.pack.place);
        let keys = files.keys().map_err(Error::Log)?.ok_or_else(|| Error::Log(LogFault::MemoryLost(files.folder())))?;
        let note = Note::read(head.checkpoint.as_bytes()).map_err(|error| damaged(error.to_string()))?;
        let proof = {
            let mut reader = self.store.read()?;
            let view = Stored::new(&mut reader, &self.pack.place);
            let tree = Tree::new(&view, head.size).map_err(|error| damaged(error.to_string()))?;
            tree.inclusion(unsigned(leaf.seq)).map_err(|error| damaged(error.to_string()))?
        };
        let verifiers = verifiers(&keys.public()).map_err(Error::Log)?;
        let policy = policy(keys.origin(), &verifiers);
        // A receipt that would fail in the hands of its owner is not made.
        let receipt = Receipt::new(&leaf.entry, unsigned(leaf.seq), proof, note, &policy);
        let receipt = receipt.and_then(|receipt| receipt.with_extra(extra.as_bytes()));
        Ok(receipt.map_err(|error| damaged(error.to_string()))?.to_string())
    }
}

/// The data beside the proof, as JSON. Nobody signs them; therefore nothing stands here that is not checked against the entry, and what is
/// unknown is refused.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Extra {
    /// The entry, hexadecimal.
    entry: String,
    /// What opens it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    opening: Option<Opening>,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Opening {
    salt: String,
    said: String,
}

fn extra_of(place: &str, row: &VersionRow, link: Option<[u8; 32]>, leaf: &LeafRow, shown: Shown) -> String {
    let opening = (shown == Shown::Opened).then(|| Opening { salt: hex(&row.salt), said: said(place, row, link) });
    let extra = Extra { entry: hex(&leaf.entry), opening };
    let text = serde_json::to_string(&extra).unwrap_or_default();
    if text.len() <= EXTRA_MAX { text } else { extra_of(place, row, link, leaf, Shown::Sealed) }
}

/// What a receipt shows that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Name of the log.
    pub origin: String,
    /// Number of the entry, from 0.
    pub index: u64,
    /// How many entries the signed head covers.
    pub size: u64,
    /// What was committed to, under SHA-256, in hexadecimal: the `commitment` of a bundle.
    pub commitment: String,
    /// The text that the log committed to, where the receipt opens it.
    pub said: Option<String>,
}

/// Checks a receipt with nothing but public keys: every one of them must have signed its head, the entry must stand in the log, and what it
/// opens must be what was committed to.
pub fn verify_receipt(bytes: &[u8], keys: &[String]) -> Result<Verified, LogFault> {
    let receipt = Receipt::read(bytes).map_err(|error| LogFault::Unreadable(error.to_string()))?;
    let unreadable = |what: &str| LogFault::Unreadable(what.to_owned());
    let extra = receipt.unsigned_extra().ok_or_else(|| unreadable("没有附上条目"))?;
    let extra: Extra = serde_json::from_slice(extra).map_err(|_| unreadable("附的内容不完整"))?;
    let entry = bytes_of(&extra.entry).ok_or_else(|| unreadable("没有附上条目"))?;
    let verifiers = verifiers(keys)?;
    let origin = verifiers.first().map(|key| key.name().to_owned()).unwrap_or_default();
    let believed = receipt.verify(&entry, &policy(&origin, &verifiers)).map_err(|error| match error {
        ReceiptError::Proof(error) => LogFault::NotInLog(error.to_string()),
        ReceiptError::Policy(error) => LogFault::Untrusted(untrusted(&error)),
        other => LogFault::Unreadable(other.to_string()),
    })?;
    let said = extra.opening.map(|opening| opens(&entry, &opening.salt, opening.said)).transpose()?;
    let (origin, size) = (believed.checkpoint.origin().to_owned(), believed.checkpoint.size());
    let commitment = crate::hex(entry.get(..32).unwrap_or_default());
    Ok(Verified { origin, index: receipt.index(), size, commitment, said })
}

/// Whether a text with this salt is what the entry commits to, under both hash functions.
fn opens(entry: &[u8], salt: &str, said: String) -> Result<String, LogFault> {
    let salt = bytes_of(salt).ok_or_else(|| LogFault::Unreadable("盐不是十六进制".to_owned()))?;
    let salted = [salt.as_slice(), said.as_bytes()].concat();
    let sha256: [u8; 32] = Sha256::digest(&salted).into();
    let (first, second) = entry.split_at_checked(32).ok_or_else(|| LogFault::Unreadable("条目太短".to_owned()))?;
    if first != sha256 {
        return Err(LogFault::OtherContent("SHA-256 不同".to_owned()));
    }
    if !second.is_empty() && second != sm3(&salted) {
        return Err(LogFault::OtherContent("SM3 不同".to_owned()));
    }
    Ok(said)
}

fn untrusted(error: &PolicyError) -> String {
    match error {
        PolicyError::Origin { found } => format!("检查点属于另一本日志 {found}"),
        PolicyError::NotSigned { key } => format!("{key} 没有签"),
        PolicyError::NoKey => "没有给公钥".to_owned(),
        PolicyError::Note(_) => "签名对不上".to_owned(),
        other => other.to_string(),
    }
}

pub(super) type Keys = Vec<Box<dyn Verifier + Send + Sync>>;

pub(super) fn verifiers(keys: &[String]) -> Result<Keys, LogFault> {
    keys.iter().map(|key| read_verifier(key.trim()).map_err(|error| LogFault::BadKey(error.to_string()))).collect()
}

fn policy<'a>(origin: &'a str, keys: &'a Keys) -> Policy<'a> {
    let log = keys.iter().map(|key| &**key as &dyn Verifier).collect();
    Policy { origin, log, witnesses: Vec::new(), quorum: 0 }
}

/// The head in a note that these keys signed.
pub(super) fn opened(note: &str, keys: &[String], origin: &str) -> Result<Checkpoint, LogFault> {
    let unreadable = |error: String| LogFault::Unreadable(error);
    let note = Note::read(note.as_bytes()).map_err(|error| unreadable(error.to_string()))?;
    let verifiers = verifiers(keys)?;
    let opened = policy(origin, &verifiers).open(&note);
    opened.map(|believed| believed.checkpoint).map_err(|error| LogFault::Untrusted(untrusted(&error)))
}

fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let digit = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(digit).collect()
}
