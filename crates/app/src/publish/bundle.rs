//! 核对包: what somebody outside needs to check a published number, and the check itself. Pure, and without a word of the database: `zhiheng verify`
//! runs it on a file, far from the county.
//!
//! - It holds counts and commitments, never a record: at most 4 KB.
//! - Every part that can be computed back is: the value from its counts, the digest of the formula from the formula, the digest of the whole from its text.
//! - Whether the county published exactly this is for the log to say; as long as a bundle has no place in one, the check says that it was not asked.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use zhiheng_methods::proportion::{Z95, wilson};
use zhiheng_pack::Decimal;
use zhiheng_pack::value::HALF_TO_EVEN;

use crate::board::print;
use crate::hex;
use crate::log::Verified;

/// The kind of file, in its first key.
pub const FORMAT: &str = "zhiheng-publication/1";
/// Counts below this are not published where they count people's own affairs.
pub const LEAST: i64 = 5;
/// What is printed for them.
pub const FEW: &str = "少于5";

/// A published thing with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// [`FORMAT`].
    pub format: String,
    /// 行政区划代码
    pub place: String,
    /// 县名
    pub place_name: String,
    /// 公开编号
    pub publication: String,
    /// 标题
    pub title: String,
    /// 公开日期
    pub published_on: String,
    /// 第几次公布
    pub edition: i64,
    /// Everything recorded up to this instant was known.
    pub known_at: String,
    /// SHA-256 of the pack under which it was computed.
    pub pack_hash: String,
    /// A number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub number: Option<BundleNumber>,
    /// A list: how many rows, and the digest of its content.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rows: Option<Counted>,
    /// SHA-256 of the text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text_digest: Option<String>,
    /// What it corrects.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub restates: Option<Restates>,
    /// The salted commitment of the stored record of this publication.
    pub commitment: String,
    /// Leaves of the county's log at that moment, where there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tree_size: Option<i64>,
    /// SHA-256 of everything above as JSON with its keys in order and no space between.
    pub digest: String,
}

/// A published number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundleNumber {
    /// Indicator's id.
    pub indicator: String,
    /// 指标名称
    pub name: String,
    /// 数据截止日
    pub as_of: String,
    /// As printed.
    pub value: String,
    /// 计量单位
    pub unit: String,
    /// Numerator, or the count.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub numerator: Option<String>,
    /// Denominator.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub denominator: Option<String>,
    /// Sample size.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub n: Option<i64>,
    /// 95 % interval.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub interval: Option<(String, String)>,
    /// Small counts are kept back.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub suppressed: bool,
    /// How it is computed.
    pub formula: Formula,
    /// SHA-256 of the formula as JSON with its keys in order.
    pub formula_digest: String,
    /// The records that were counted.
    pub records: Counted,
}

/// How a number is computed, in the words of the pack's language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Formula {
    /// 口径版本
    pub version: u32,
    /// ratio, flow, stock, level, survey, composite.
    pub form: String,
    /// year, or to_date: since the baseline.
    pub period: String,
    /// computed, reported, both.
    pub mode: String,
    /// Multiplies a quotient.
    pub factor: String,
    /// Digits after the point.
    pub decimals: u32,
    /// What is counted.
    pub sources: Vec<FormulaSource>,
}

/// One kind of record that is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormulaSource {
    /// Kind.
    pub kind: String,
    /// The date that places a record.
    pub day: String,
    /// Which records.
    #[serde(rename = "where", skip_serializing_if = "String::is_empty", default)]
    pub condition: String,
    /// Numerator, or the count.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub numerator: String,
    /// Denominator.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub denominator: String,
}

/// How many, and the digest over them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// How many.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub count: Option<i64>,
    /// SHA-256.
    pub digest: String,
}

/// The edition that is corrected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Restates {
    /// What was published before.
    pub value: String,
    /// Why.
    pub reason: String,
}

/// One question of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// What was asked.
    pub what: &'static str,
    /// Yes, no; none: it cannot be asked of this file alone.
    pub holds: Option<bool>,
    /// In words.
    pub words: String,
}

/// SHA-256 of a value as JSON with its keys in order.
pub(super) fn digest_of_json(value: &impl Serialize) -> String {
    // A map of serde_json keeps its keys in order.
    let value = serde_json::to_value(value).unwrap_or(Json::Null);
    hex(&Sha256::digest(value.to_string()))
}

impl Bundle {
    /// A bundle, or why the text is none.
    pub fn read(text: &str) -> Result<Bundle, String> {
        let bundle: Bundle = serde_json::from_str(text).map_err(|error| format!("不是核对包：{error}"))?;
        if bundle.format == FORMAT { Ok(bundle) } else { Err(format!("不认识的格式 {}", bundle.format)) }
    }

    /// With the digest of everything else filled in.
    #[must_use]
    pub fn sealed(mut self) -> Bundle {
        self.digest = self.own_digest();
        self
    }

    fn own_digest(&self) -> String {
        let mut value = serde_json::to_value(self).unwrap_or(Json::Null);
        if let Some(object) = value.as_object_mut() {
            object.remove("digest");
        }
        hex(&Sha256::digest(value.to_string()))
    }

    /// Everything that can be asked of the file alone, in the order in which one would ask.
    pub fn check(&self) -> Vec<Answer> {
        let mut answers = vec![said(
            "digest",
            self.digest == self.own_digest(),
            "核对包没有被改动过",
            "核对包的内容与它的摘要不符，被改动过",
        )];
        let digests = [
            Some(&self.pack_hash),
            Some(&self.commitment),
            self.text_digest.as_ref(),
            self.rows.as_ref().map(|rows| &rows.digest),
        ];
        let shaped = digests.into_iter().flatten().all(|digest| is_digest(digest));
        answers.push(said("shape", shaped, "各项摘要的写法正确", "有的摘要不是 64 位十六进制数"));
        if let Some(number) = &self.number {
            answers.extend(number.check());
        }
        answers.push(Answer {
            what: "log",
            holds: None,
            words: match self.tree_size {
                Some(size) => format!("公布时日志有 {size} 条；日志里是否确有这一条，凭日志的回执核对"),
                None => "这份核对包里没有日志的位置，只能核对它自身是否一致".to_owned(),
            },
        });
        answers
    }

    /// Whether a receipt of the log is that of this publication.
    pub fn stands(&self, receipt: &Verified) -> Answer {
        let in_time = self.tree_size.and_then(|size| u64::try_from(size).ok()).is_none_or(|size| receipt.index >= size);
        let holds = receipt.commitment == self.commitment && in_time;
        let words = match holds {
            true => format!(
                "公布的内容记在日志 {} 的第 {} 号，签过名的检查点共 {} 条",
                receipt.origin, receipt.index, receipt.size
            ),
            false => "这份回执不是这件公开的回执".to_owned(),
        };
        Answer { what: "log", holds: Some(holds), words }
    }

    /// Whether nothing of it fails.
    pub fn holds(&self) -> bool {
        self.check().iter().all(|answer| answer.holds != Some(false))
    }
}

impl BundleNumber {
    fn check(&self) -> Vec<Answer> {
        let digests = is_digest(&self.formula_digest) && is_digest(&self.records.digest);
        let mut answers = vec![
            said(
                "formula",
                digests && digest_of_json(&self.formula) == self.formula_digest,
                "口径与它的摘要相符",
                "口径与它的摘要不符",
            ),
            self.value_follows(),
        ];
        match &self.interval {
            // A survey brings its interval with it.
            Some(_) if self.numerator.is_none() => answers.push(Answer {
                what: "interval",
                holds: None,
                words: "区间随报送的数而来，不由分子、分母算得".to_owned(),
            }),
            Some(interval) => answers.push(said(
                "interval",
                self.wilson().as_ref() == Some(interval),
                "区间由分子、分母算得（威尔逊区间）",
                "区间与分子、分母算得的不符",
            )),
            None => {}
        }
        if self.suppressed {
            let hidden = self.numerator.is_none()
                && self.denominator.is_none()
                && self.n.is_none()
                && self.records.count.is_none();
            answers.push(said("small", hidden, "小于 5 的计数已隐去", "标明已隐去的小计数仍然可以看到"));
        }
        answers
    }

    /// 数 = 分子 × 倍数 ÷ 分母, rounded once.
    fn value_follows(&self) -> Answer {
        let decimal = |text: &Option<String>| text.as_deref().map(str::parse::<Decimal>).transpose();
        let (Ok(numerator), Ok(denominator)) = (decimal(&self.numerator), decimal(&self.denominator)) else {
            return said("value", false, "", "分子或者分母不是数");
        };
        let Ok(factor) = self.formula.factor.parse::<Decimal>() else {
            return said("value", false, "", "倍数不是数");
        };
        let ratio = self.formula.form == "ratio";
        let computed = match (numerator, denominator) {
            (Some(numerator), Some(denominator)) => {
                (numerator * if ratio { factor } else { Decimal::ONE }).checked_div(denominator)
            }
            (Some(numerator), None) if !ratio => Some(numerator),
            _ if self.suppressed => {
                return Answer {
                    what: "value",
                    holds: None,
                    words: "小于 5 的计数没有公开，数不能由分子、分母算回".to_owned(),
                };
            }
            (None, None)
                if self.formula.mode == "reported"
                    || matches!(self.formula.form.as_str(), "level" | "survey" | "composite") =>
            {
                return Answer {
                    what: "value",
                    holds: None,
                    words: "这个数由报送或者合成得来，没有分子、分母可算".to_owned(),
                };
            }
            _ => None,
        };
        let holds = computed.is_some_and(|computed| print(computed, self.formula.decimals.min(9)) == self.value);
        let words = format!(
            "{} {} = {}",
            self.value,
            if holds { "确由分子、分母算得" } else { "与分子、分母算得的不符" },
            computed.map_or_else(|| "算不出".to_owned(), |value| print(value, self.formula.decimals.min(9)))
        );
        Answer { what: "value", holds: Some(holds), words }
    }

    fn wilson(&self) -> Option<(String, String)> {
        let count = |text: &Option<String>| text.as_deref()?.parse::<u64>().ok();
        let interval = wilson(count(&self.numerator)?, count(&self.denominator)?, Z95)?;
        let factor: Decimal = self.formula.factor.parse().ok()?;
        let end = |end: f64| {
            let end = Decimal::try_from(end).ok()?;
            Some((end * factor).round_dp_with_strategy(self.formula.decimals.clamp(1, 9), HALF_TO_EVEN).to_string())
        };
        end(interval.low).zip(end(interval.high))
    }
}

fn said(what: &'static str, holds: bool, yes: &str, no: &str) -> Answer {
    Answer { what, holds: Some(holds), words: if holds { yes } else { no }.to_owned() }
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Which counts of a number about people's own affairs may be told: a count under five, and whatever lets it be computed back, may not.
pub(super) fn is_small(count: Decimal) -> bool {
    count > Decimal::ZERO && count < Decimal::from(LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle() -> Bundle {
        let formula = Formula {
            version: 1,
            form: "ratio".into(),
            period: "year".into(),
            mode: "computed".into(),
            factor: "100".into(),
            decimals: 1,
            sources: vec![FormulaSource {
                kind: "food_sample".into(),
                day: "sampled_on".into(),
                condition: String::new(),
                numerator: "count(verdict == 'qualified')".into(),
                denominator: "count(verdict is known)".into(),
            }],
        };
        let digest = "ab".repeat(32);
        let number = BundleNumber {
            indicator: "food_pass_rate".into(),
            name: "食品抽检合格率".into(),
            as_of: "2026-06-30".into(),
            value: "98.4".into(),
            unit: "%".into(),
            numerator: Some("246".into()),
            denominator: Some("250".into()),
            n: Some(250),
            interval: None,
            suppressed: false,
            formula_digest: digest_of_json(&formula),
            formula,
            records: Counted { count: Some(250), digest: digest.clone() },
        };
        let number = BundleNumber { interval: number.wilson(), ..number };
        Bundle {
            format: FORMAT.into(),
            place: "990199".into(),
            place_name: "示例县".into(),
            publication: "GK20260001".into(),
            title: "2026年第二季度食品抽检合格率".into(),
            published_on: "2026-07-15".into(),
            edition: 1,
            known_at: "2026-07-15T01:00:00.000000Z".into(),
            pack_hash: digest.clone(),
            number: Some(number),
            rows: None,
            text_digest: None,
            restates: None,
            commitment: digest,
            tree_size: None,
            digest: String::new(),
        }
        .sealed()
    }

    /// Whoever forges consistently is found out by the log; whoever forges a part is found out here.
    #[test]
    fn a_bundle_that_contradicts_itself_is_found_out() {
        let sound = bundle();
        assert!(sound.holds(), "{:?}", sound.check());
        assert!(sound.number.as_ref().is_some_and(|number| number.interval.is_some()));
        let forged = |change: &dyn Fn(&mut BundleNumber)| {
            let mut bundle = bundle();
            if let Some(number) = &mut bundle.number {
                change(number);
            }
            bundle.sealed()
        };
        let whats = |bundle: &Bundle| -> Vec<&'static str> {
            bundle.check().iter().filter(|answer| answer.holds == Some(false)).map(|answer| answer.what).collect()
        };
        assert_eq!(whats(&forged(&|number| number.value = "98.8".into())), ["value"]);
        assert_eq!(whats(&forged(&|number| number.numerator = Some("247".into()))), ["value", "interval"]);
        assert_eq!(whats(&forged(&|number| number.formula.decimals = 2)), ["formula", "value", "interval"]);
        assert_eq!(whats(&forged(&|number| number.records.digest = "no".into())), ["formula"]);
        assert_eq!(whats(&forged(&|number| number.suppressed = true)), ["small"]);
        let survey = forged(&|number| {
            number.formula = Formula { form: "survey".into(), mode: "reported".into(), ..number.formula.clone() };
            number.formula_digest = digest_of_json(&number.formula);
            (number.numerator, number.denominator) = (None, None);
            number.interval = Some(("80.1".into(), "83.9".into()));
        });
        assert!(survey.holds(), "what was reported is not computed here: {:?}", survey.check());
        assert_eq!(whats(&Bundle { title: "别的".into(), ..bundle() }), ["digest"]);
        assert_eq!(whats(&Bundle { commitment: "AB".repeat(32), ..bundle() }.sealed()), ["shape"]);
    }

    #[test]
    fn a_bundle_reads_as_it_was_written() {
        let text = serde_json::to_string(&bundle()).unwrap_or_default();
        assert_eq!(Bundle::read(&text).as_ref(), Ok(&bundle()));
        assert!(Bundle::read("{}").is_err());
        assert!(Bundle::read(&text.replace("publication/1", "publication/9")).is_err());
        assert!(
            Bundle::read(&text.replace("\"edition\"", "\"phone\":1,\"edition\"")).is_err(),
            "nothing else may ride along"
        );
        assert!(!Bundle { title: "改".into(), ..bundle() }.holds());
    }
}
