//! The plan as a page: the document itself with every measure and target linked to its numbers, and what it contradicts in itself.
//!
//! Findings are for staff; a finding becomes public only as the county's ruling (口径说明).

use zhiheng_gongwen::{Document, Finding};
use zhiheng_pack::Pack;
use zhiheng_store::RulingRow;

use crate::{Account, App, Error};

/// The plan, read.
#[derive(Debug, Clone)]
pub struct PlanView {
    /// The document.
    pub document: Document,
    /// For each target of the text in order: the indicator that answers it.
    pub answered: Vec<Option<usize>>,
    /// Findings with the county's rulings.
    pub findings: Vec<RuledFinding>,
}

/// A finding and what the county decided.
#[derive(Debug, Clone)]
pub struct RuledFinding {
    /// Stable key: the rule and a digest of its quotes.
    pub key: String,
    /// The finding.
    pub finding: Finding,
    /// The ruling in force.
    pub ruling: Option<RulingRow>,
}

impl App {
    /// Reads the pack's document.
    pub fn plan(&self) -> Result<PlanView, Error> {
        let document = zhiheng_gongwen::read(&self.pack.document);
        let answered = document.targets.iter().map(|target| answer(&self.pack, target)).collect();
        let rulings = self.store.read()?.rulings(&self.pack.place)?;
        let findings = document
            .findings
            .iter()
            .map(|finding| {
                let key = key_of(finding);
                let ruling = rulings.iter().rev().find(|ruling| ruling.finding == key).cloned();
                RuledFinding { key, finding: finding.clone(), ruling }
            })
            .collect();
        Ok(PlanView { document, answered, findings })
    }

    /// Records the county's decision on a finding.
    pub fn rule(&self, actor: &Account, finding: &str, text: &str, decided_on: i32) -> Result<(), Error> {
        self.only_office(actor)?;
        let known = self.plan()?.findings.iter().any(|ruled| ruled.key == finding);
        if !known {
            return Err(Error::NotFound("这个问题".to_owned()));
        }
        if text.trim().is_empty() {
            let problem = zhiheng_pack::Problem::of_field(zhiheng_pack::problem::REQUIRED, "text", "口径说明");
            return Err(Error::Invalid(vec![problem]));
        }
        let ruling = RulingRow {
            finding: finding.to_owned(),
            text: text.trim().to_owned(),
            decided_by: actor.name.clone(),
            decided_on,
            recorded_at: 0,
        };
        let (place, login) = (self.pack.place.clone(), actor.login.clone());
        self.store.write(move |tx| {
            tx.add_ruling(&place, &ruling)?;
            tx.log_operation(&place, &login, "口径说明", &ruling.finding, &ruling.text).map(|_| ())
        })?;
        Ok(())
    }
}

/// A finding's key stays the same as long as its rule and its quotes do.
fn key_of(finding: &Finding) -> String {
    use sha2::{Digest, Sha256};
    let mut hasher = Sha256::new();
    hasher.update(finding.code);
    for quote in &finding.quotes {
        hasher.update([0]);
        hasher.update(&quote.text);
    }
    let digest: [u8; 32] = hasher.finalize().into();
    format!("{}-{}", finding.code, crate::hex(digest.get(..6).unwrap_or_default()))
}

/// The indicator that answers a target of the text: the row it names, or the indicator whose quoted sentence holds it.
fn answer(pack: &Pack, target: &zhiheng_gongwen::Target) -> Option<usize> {
    let by_row = target.row.and_then(|row| pack.indicators.iter().position(|one| one.row.map(u32::from) == Some(row)));
    let holds = |quote: &String| {
        let (quote, sentence) = (bare(quote), bare(&target.quote));
        quote.contains(&sentence) || sentence.contains(&quote)
    };
    by_row.or_else(|| pack.indicators.iter().position(|one| one.quote.iter().chain(&one.text_targets).any(holds)))
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '。' | '，' | '；' | '、' | '—')).collect()
}
