//! Digital Link URIs (GS1 Digital Link Standard: URI Syntax 1.6, §4): a web address that carries an identifier.
//!
//! `https://any.domain/any/stem/01/09520123456788/21/A1?17=261231` – a key, its qualifiers in their order, attributes in the query. The
//! domain says who answers, never what the thing is: two addresses with another domain name the same thing.

use super::ai::{self, Ai};
use super::element::{self, Element, Options};
use crate::problem::{AI_UNKNOWN, AI_VALUE, LINK_SYNTAX, Problem};

/// The domain of canonical links.
pub const CANONICAL: &str = "https://id.gs1.org";

/// A Digital Link, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Scheme, domain and what stands before the key.
    pub stem: String,
    /// The key, then its qualifiers.
    pub path: Vec<Element>,
    /// AIs of the query, in their order.
    pub attributes: Vec<Element>,
}

/// Names of the first edition of the standard, since withdrawn but printed on packages.
const NAMES: &[(&str, &str)] = &[
    ("gtin", "01"),
    ("itip", "8006"),
    ("gmn", "8013"),
    ("cpid", "8010"),
    ("gln", "414"),
    ("party", "417"),
    ("gsrnp", "8017"),
    ("gsrn", "8018"),
    ("gcn", "255"),
    ("sscc", "00"),
    ("gdti", "253"),
    ("ginc", "401"),
    ("gsin", "402"),
    ("grai", "8003"),
    ("giai", "8004"),
    ("cpv", "22"),
    ("lot", "10"),
    ("ser", "21"),
    ("cpsn", "8011"),
    ("glnx", "254"),
    ("refno", "8020"),
    ("srin", "8019"),
    ("tpx", "235"),
];

const SCHEMES: [&str; 4] = ["https://", "http://", "HTTPS://", "HTTP://"];

fn bad(what: &str) -> Problem {
    Problem::new(LINK_SYNTAX, "", what)
}

impl Link {
    /// Reads a link.
    pub fn read(text: &str, options: Options) -> Result<Self, Problem> {
        if text.len() > element::MAX {
            return Err(bad("太长"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte)) {
            return Err(bad("含有网址里不能有的字符"));
        }
        let after = SCHEMES
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme))
            .ok_or_else(|| bad("不是 http 或 https 网址"))?;
        let rest = after.split('#').next().unwrap_or_default();
        let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (domain, path) = before.split_once('/').ok_or_else(|| bad("没有路径"))?;
        if domain.is_empty() || !domain.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte)) {
            return Err(bad("域名有误"));
        }
        let segments: Vec<&str> = path.split('/').collect();
        let (at, elements) = key_of(&segments, options)?;
        let kept: usize = segments.iter().take(at).map(|segment| segment.len() + 1).sum();
        let stem_end = text.len() - after.len() + domain.len() + kept;
        let mut link = Self {
            stem: text.get(..stem_end).unwrap_or_default().to_owned(),
            path: elements,
            attributes: attributes_of(query, options)?,
        };
        let mut seen: Vec<&str> = Vec::new();
        for element in link.path.iter().chain(&link.attributes) {
            if seen.contains(&element.ai.as_str()) {
                return Err(bad(&format!("({}) 出现了两次", element.ai)));
            }
            seen.push(&element.ai);
        }
        if options.short_gtin {
            for element in link.path.iter_mut().chain(&mut link.attributes) {
                pad(element);
            }
        }
        for element in link.path.iter().chain(&link.attributes) {
            match ai::find(&element.ai) {
                Some(ai) => ai.check(&element.value).map_err(|why| Problem::new(AI_VALUE, "", why))?,
                None => element::check_unknown(&element.ai, &element.value)?,
            }
        }
        Ok(link)
    }

    /// Builds a link from elements in any order: the first key among them leads, its qualifiers follow in their order, the rest goes into
    /// the query in the order given.
    pub fn of(stem: &str, elements: &[Element], options: Options) -> Result<Self, Problem> {
        let mut left: Vec<&Element> = Vec::new();
        for element in elements {
            match left.iter().find(|other| other.ai == element.ai) {
                Some(other) if other.value != element.value => return Err(bad(&format!("({}) 有两个值", element.ai))),
                Some(_) => {}
                None => left.push(element),
            }
            match ai::find(&element.ai) {
                Some(ai) => ai.check(&element.value).map_err(|why| Problem::new(AI_VALUE, "", why))?,
                None if options.unknown_ais => element::check_unknown(&element.ai, &element.value)?,
                None => return Err(Problem::new(AI_UNKNOWN, "", &element.ai)),
            }
        }
        let key = left.iter().position(|element| ai::find(&element.ai).is_some_and(|ai| ai.key.is_some()));
        let key = left.remove(key.ok_or_else(|| bad("没有主键"))?);
        let sequences = ai::find(&key.ai).and_then(|ai| ai.key.as_deref()).unwrap_or_default();
        let has = |ai: &str| left.iter().any(|element| element.ai == ai);
        let sequence = sequences.iter().find(|sequence| sequence.iter().any(|ai| has(ai)));
        let mut path = vec![key.clone()];
        for qualifier in sequence.into_iter().flatten() {
            if let Some(place) = left.iter().position(|element| element.ai == **qualifier) {
                path.push(left.remove(place).clone());
            }
        }
        for element in &left {
            let allowed = ai::find(&element.ai).map_or(options.unknown_attributes, |ai| ai.attribute);
            let other = sequences.iter().flatten().any(|qualifier| *qualifier == element.ai) && sequence.is_some();
            if !allowed || other {
                return Err(bad(&format!("({}) 不能放进这个链接", element.ai)));
            }
        }
        // As in a barcode: values of known length first.
        left.sort_by_key(|element| !ai::find(&element.ai).is_some_and(|ai| ai.fixed));
        Ok(Self { stem: stem.trim_end_matches('/').to_owned(), path, attributes: left.into_iter().cloned().collect() })
    }

    /// The link as a URI.
    pub fn write(&self) -> String {
        let mut text = self.stem.clone();
        for element in &self.path {
            text.push_str(&format!("/{}/{}", element.ai, escape_path(&element.value)));
        }
        for (place, element) in self.attributes.iter().enumerate() {
            let mark = if place == 0 { '?' } else { '&' };
            text.push_str(&format!("{mark}{}={}", element.ai, escape_query(&element.value)));
        }
        text
    }

    /// The same thing at the canonical domain, without attributes.
    pub fn canonical(&self) -> Self {
        Self { stem: CANONICAL.to_owned(), path: self.path.clone(), attributes: Vec::new() }
    }

    /// Key, qualifiers and attributes.
    pub fn elements(&self) -> Vec<Element> {
        self.path.iter().chain(&self.attributes).cloned().collect()
    }

    /// The value of an AI.
    pub fn value(&self, ai: &str) -> Option<&str> {
        self.path.iter().chain(&self.attributes).find(|element| element.ai == ai).map(|element| element.value.as_str())
    }
}

/// The key with its qualifiers is the last run of `AI/value` pairs of the path that begins with a key; where it begins, and its elements.
fn key_of(segments: &[&str], options: Options) -> Result<(usize, Vec<Element>), Problem> {
    let mut pairs: Vec<Element> = Vec::new();
    let mut end = segments.len();
    while let Some(start) = end.checked_sub(2)
        && let Some([name, value]) = segments.get(start..end)
    {
        let Some(ai) = name_of(name, options) else { break };
        if value.is_empty() {
            return Err(bad("值为空"));
        }
        pairs.insert(0, Element { ai: ai.digits.clone(), value: decode(value, false)? });
        if let Some(sequences) = &ai.key {
            let qualifiers: Vec<&str> = pairs.iter().skip(1).map(|element| element.ai.as_str()).collect();
            return if sequences.iter().any(|sequence| is_subsequence(&qualifiers, sequence)) {
                Ok((start, pairs))
            } else {
                Err(bad("限定符不属于这个主键，或次序不对"))
            };
        }
        end = start;
    }
    Err(bad("路径里没有主键"))
}

/// An AI by its digits or, where that is allowed, by the name of the first edition.
pub(super) fn name_of(name: &str, options: Options) -> Option<&'static Ai> {
    let named = || NAMES.iter().find(|(word, _)| *word == name).and_then(|(_, digits)| ai::find(digits));
    ai::find(name).or_else(|| options.names.then(named).flatten())
}

/// `some` stands in `all` in the same order, with gaps.
fn is_subsequence(some: &[&str], all: &[&str]) -> bool {
    let mut rest = all.iter();
    some.iter().all(|wanted| rest.any(|candidate| candidate == wanted))
}

fn attributes_of(query: &str, options: Options) -> Result<Vec<Element>, Problem> {
    let mut found = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let Some((name, value)) = pair.split_once('=') else { continue };
        // Names that are no digits belong to whoever runs the domain.
        if !name.bytes().all(|byte| byte.is_ascii_digit()) || name.is_empty() {
            continue;
        }
        match ai::find(name) {
            Some(ai) if ai.attribute => {}
            None if options.unknown_ais && options.unknown_attributes => {}
            _ => return Err(bad(&format!("({name}) 不能放在问号后面"))),
        }
        found.push(Element { ai: name.to_owned(), value: decode(value, true)? });
    }
    Ok(found)
}

/// A GTIN of 8, 12 or 13 digits gets its zeros; so does the content of a logistic unit.
fn pad(element: &mut Element) {
    if matches!(element.ai.as_str(), "01" | "02" | "03") && matches!(element.value.len(), 8 | 12 | 13) {
        element.value = format!("{:0>14}", element.value);
    }
}

fn decode(text: &str, query: bool) -> Result<String, Problem> {
    let value = unescape(text, query);
    if value.is_empty() || value.contains('\0') { Err(bad("值为空或含有空字符")) } else { Ok(value) }
}

/// Decodes percent signs; in a query `+` is a space. What is no escape stays; bytes that are no UTF-8 become U+FFFD.
pub fn unescape(text: &str, query: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        match (byte, ahead.next().and_then(hex), ahead.next().and_then(hex)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(high * 16 + low);
                rest = ahead;
            }
            (b'+', ..) if query => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

pub(crate) fn escape(text: &str, kept: &[u8], space: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => out.push_str(space),
            _ if byte.is_ascii_alphanumeric() || kept.contains(&byte) => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A value as a segment of a path.
pub fn escape_path(text: &str) -> String {
    escape(text, b"-._~", "%20")
}

/// A value in a query.
pub fn escape_query(text: &str) -> String {
    escape(text, b"-._~", "+")
}
