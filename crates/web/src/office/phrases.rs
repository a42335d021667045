//! 常用意见 in forms: what a passage offers, and what a form that took a phrase means. Without script the phrase travels beside the text, and is added
//! here before anybody reads the form.

use std::sync::Arc;

use zhiheng_app::{Account, Error};

use crate::components::field::{Control, Field, KEEP, PHRASE};
use crate::extract::{FormBody, FormParts};
use crate::server::Server;

/// What an account may choose from.
pub(crate) struct Phrases {
    own: Vec<String>,
    common: Vec<String>,
}

impl Phrases {
    pub(crate) async fn of(server: &Server, account: &Account) -> Result<Phrases, Error> {
        let account = account.clone();
        server
            .run(move |app| {
                let common = app.common_phrases(&account).into_iter().map(str::to_owned).collect();
                Ok(Phrases { own: app.phrases(&account)?, common })
            })
            .await
    }

    /// Offers them at every passage.
    pub(crate) fn offer(&self, fields: &mut [Field]) {
        let group = |name: &str, all: &Vec<String>| (!all.is_empty()).then(|| (name.to_owned(), all.clone()));
        let groups: Vec<_> = group("我的", &self.own).into_iter().chain(group("通用", &self.common)).collect();
        for field in fields.iter_mut().filter(|field| matches!(field.control, Control::Passage { .. })) {
            field.phrases.clone_from(&groups);
        }
    }
}

/// The form with every chosen phrase added to the text it was chosen for.
pub(crate) fn with_phrases(form: &FormBody) -> FormBody {
    let mut texts = form.0.texts.clone();
    let chosen = form.0.texts.iter().filter_map(|(name, phrase)| Some((name.strip_suffix(PHRASE)?, phrase.trim())));
    for (name, phrase) in chosen.filter(|(_, phrase)| !phrase.is_empty()) {
        match texts.iter_mut().find(|(known, _)| known == name) {
            Some((_, text)) => *text = joined(text, phrase),
            None => texts.push((name.to_owned(), phrase.to_owned())),
        }
    }
    FormBody(Arc::new(FormParts { texts, files: form.0.files.clone(), stale: form.0.stale }))
}

fn joined(text: &str, phrase: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.contains(phrase) {
        return if text.is_empty() { phrase.to_owned() } else { text.to_owned() };
    }
    let ended = text.ends_with(['。', '；', '！', '？', '\n']);
    format!("{text}{}{phrase}", if ended { "" } else { "；" })
}

/// What was written where it is to be kept as a phrase.
pub(crate) fn kept(form: &FormBody) -> Vec<String> {
    let ticked = form.0.texts.iter().filter_map(|(name, _)| name.strip_suffix(KEEP));
    ticked.map(|name| form.get(name).to_owned()).filter(|text| !text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn a_phrase_is_added_once_and_reads_on() {
        assert_eq!(joined("", "同意。"), "同意。");
        assert_eq!(joined("同意。", "同意。"), "同意。");
        assert_eq!(joined("数据无误", "同意。"), "数据无误；同意。");
        assert_eq!(joined("数据无误。", "同意。"), "数据无误。同意。");
    }
}
