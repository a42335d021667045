//! 见证 (witnesses): others who confirm, with their own signature, that our public head continues the last one that they saw. What is sent and what
//! is kept is here; sending is `web`'s.

use zhiheng_store::HeadRow;
use zhiheng_tlog::key::{Verifier, read_verifier};
use zhiheng_tlog::witness::{Answer, add, read_answer, request};
use zhiheng_tlog::{Note, Tree};

use super::tiles::{Stored, unsigned};
use super::{LogFault, PoisonError};
use crate::{App, Error};

/// The setting: witnesses, one a line, address and key.
const WITNESSES: &str = "log_witnesses";
/// More are not asked.
const MOST: usize = 16;

/// A witness that is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Where its `add-checkpoint` is, without that word.
    pub url: String,
    /// Its public key.
    pub key: String,
    /// Its name, as it signs.
    pub name: String,
}

/// What became of asking a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// It cosigned, and the head carries its line now.
    Cosigned,
    /// It knows a head of this size: ask once more from there.
    From(u64),
    /// It did not, and why.
    Refused(LogFault),
}

impl App {
    /// The witnesses that are asked.
    pub fn log_witnesses(&self) -> Result<Vec<Witness>, Error> {
        let text = self.setting(WITNESSES)?.unwrap_or_default();
        Ok(text
            .lines()
            .filter_map(|line| line.split_once(' '))
            .filter_map(|(url, key)| witness(url, key).ok())
            .collect())
    }

    /// Asks a witness from now on; without a key no longer.
    pub fn set_log_witness(&self, by: &str, url: &str, key: Option<&str>) -> Result<Vec<Witness>, Error> {
        let mut witnesses = self.log_witnesses()?;
        witnesses.retain(|known| known.url != url);
        if let Some(key) = key {
            if witnesses.len() == MOST {
                return Err(Error::WrongState(format!("最多 {MOST} 家见证")));
            }
            witnesses.push(witness(url, key).map_err(Error::Log)?);
        }
        let text: String = witnesses.iter().map(|one| format!("{} {}\n", one.url, one.key)).collect();
        let (place, by, detail) = (self.pack.place.clone(), by.to_owned(), url.to_owned());
        self.store.write(move |tx| {
            tx.set_setting(&place, WITNESSES, &text)?;
            tx.log_operation(&place, &by, "设置日志见证", WITNESSES, &detail).map(|_| ())
        })?;
        Ok(witnesses)
    }

    /// The body of a request to a witness that knows the head of `old` leaves, for the newest public head; none where its line is there already.
    pub fn witness_request(&self, witness: &Witness, old: u64) -> Result<Option<String>, Error> {
        let damaged = |what: String| Error::Log(LogFault::Damaged(what));
        let mut reader = self.store.read()?;
        let Some(head) = reader.log_head(&self.pack.place, i64::MAX, true)? else { return Ok(None) };
        let (note, key) = (note_of(&head)?, verifier(witness)?);
        if note.lines().iter().any(|line| line.is_of(&*key)) {
            return Ok(None);
        }
        let size = unsigned(head.size);
        let proof = if old == 0 || old >= size {
            Vec::new()
        } else {
            let view = Stored::new(&mut reader, &self.pack.place);
            let tree = Tree::new(&view, size).map_err(|error| damaged(error.to_string()))?;
            tree.consistency(old).map_err(|error| damaged(error.to_string()))?
        };
        request(old, &proof, &note).map(Some).map_err(|error| damaged(error.to_string()))
    }

    /// Takes a witness's answer: a cosignature that verifies is kept with the head and shown with it from then on.
    pub fn witness_answered(
        &self,
        witness: &Witness,
        status: u16,
        content_type: Option<&str>,
        body: &[u8],
    ) -> Result<Asked, Error> {
        let refused = |why: &str| Asked::Refused(LogFault::Witness(format!("{} {why}", witness.name)));
        let lines = match read_answer(status, content_type, body) {
            Answer::Cosigned(lines) => lines,
            Answer::Knows(size) => return Ok(Asked::From(size)),
            Answer::OtherRoot | Answer::Inconsistent => {
                return Ok(refused("说这本日志与它见过的对不上，不肯见证；请立即核查"));
            }
            Answer::NotTrusted => return Ok(refused("不认识本县的公钥")),
            Answer::UnknownLog => return Ok(refused("没有登记本县的日志")),
            Answer::Malformed => return Ok(refused("看不懂请求")),
            Answer::Unexpected(status) => return Ok(refused(&format!("回答了 {status}，不合约定"))),
        };
        // Under the lock of the signer: a head is not cut while its note changes.
        let _held = self.log.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(head) = self.store.read()?.log_head(&self.pack.place, i64::MAX, true)? else {
            return Ok(refused("答得太晚"));
        };
        let key = verifier(witness)?;
        let Ok(note) = add(&note_of(&head)?, &lines, &[&*key as &dyn Verifier]) else {
            return Ok(refused("的签名对不上"));
        };
        let row = HeadRow { note: note.to_string(), ..head };
        let place = self.pack.place.clone();
        self.store.write(move |tx| tx.set_head(&place, &row))?;
        Ok(Asked::Cosigned)
    }
}

fn note_of(head: &HeadRow) -> Result<Note, Error> {
    Note::read(head.note.as_bytes()).map_err(|error| Error::Log(LogFault::Damaged(error.to_string())))
}

fn verifier(witness: &Witness) -> Result<Box<dyn Verifier + Send + Sync>, Error> {
    read_verifier(&witness.key).map_err(|error| Error::Log(LogFault::BadKey(error.to_string())))
}

fn witness(url: &str, key: &str) -> Result<Witness, LogFault> {
    let name = read_verifier(key).map_err(|error| LogFault::BadKey(error.to_string()))?.name().to_owned();
    if url.contains(char::is_whitespace) || !url.contains("://") {
        return Err(LogFault::Witness(format!("{name} 的地址 {url} 不是网址")));
    }
    Ok(Witness { url: url.trim_end_matches('/').to_owned(), key: key.to_owned(), name })
}
