//! 常用意见: the phrases that somebody keeps for opinions and reasons. Each account has its own, which nobody else sees; those of the pack are everybody's.

use zhiheng_pack::pack::Phrase;
use zhiheng_pack::{Problem, problem as codes};

use crate::{Account, App, Error};

/// Phrases that one account may keep.
pub const PHRASES: usize = 30;

impl App {
    /// The phrases of an account, in its order.
    pub fn phrases(&self, account: &Account) -> Result<Vec<String>, Error> {
        Ok(self.store.read()?.phrases(&self.pack.place, &account.id)?)
    }

    /// The phrases that the pack offers to an account: everybody's, and those of its body or of a body above it.
    pub fn common_phrases(&self, account: &Account) -> Vec<&str> {
        let own = account.body.as_deref().unwrap_or_default();
        let of = |phrase: &&Phrase| match phrase.body.as_deref() {
            None => true,
            Some(body) => body == own || self.pack.bodies_above(own).iter().any(|above| above.id == body),
        };
        self.pack.phrases.iter().filter(of).map(|phrase| phrase.text.as_str()).collect()
    }

    /// Keeps a phrase, last in the list; one that is kept already stays where it is.
    pub fn keep_phrase(&self, account: &Account, text: &str) -> Result<(), Error> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let wrong = |code, detail: String| Err(Error::Invalid(vec![Problem::of_field(code, "phrase", detail)]));
        if text.is_empty() {
            return wrong(codes::REQUIRED, "常用意见".to_owned());
        }
        if text.chars().count() > Phrase::LEN {
            return wrong(codes::TOO_LONG, format!("常用意见最多 {} 字", Phrase::LEN));
        }
        let kept = self.change_phrases(account, move |phrases| {
            let known = phrases.contains(&text);
            if !known && phrases.len() < PHRASES {
                phrases.push(text.clone());
                return true;
            }
            known
        })?;
        if kept {
            Ok(())
        } else {
            wrong(codes::CHECK_FAILED, format!("常用意见最多存 {PHRASES} 条，请先删去不用的。"))
        }
    }

    /// Lets a phrase go; one that is not there is gone already.
    pub fn drop_phrase(&self, account: &Account, text: &str) -> Result<(), Error> {
        let text = text.to_owned();
        self.change_phrases(account, move |phrases| phrases.retain(|one| *one != text))
    }

    /// Moves a phrase one place up; the first stays first.
    pub fn raise_phrase(&self, account: &Account, text: &str) -> Result<(), Error> {
        let text = text.to_owned();
        self.change_phrases(account, move |phrases| {
            if let Some(at) = phrases.iter().position(|one| *one == text).filter(|at| *at > 0) {
                phrases.swap(at - 1, at);
            }
        })
    }

    fn change_phrases<T: Send + 'static>(
        &self,
        account: &Account,
        change: impl Fn(&mut Vec<String>) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let (place, id) = (self.pack.place.clone(), account.id);
        Ok(self.store.write(move |tx| {
            let mut phrases = tx.phrases(&place, &id)?;
            let answer = change(&mut phrases);
            tx.set_phrases(&place, &id, &phrases)?;
            Ok(answer)
        })?)
    }
}
