//! EPC URNs (EPC Tag Data Standard 2.1, §6.3 identities, §8 patterns) and the canonical form in which identifiers are compared.
//!
//! A URN separates the company prefix by a dot, a Digital Link does not: from URN to link nothing else is needed, back the length of the
//! prefix is. The canonical form is the «constrained canonical GS1 Digital Link URI» of CBV 2.0 §8.2.2: `https://id.gs1.org`, the key, and of the
//! qualifiers the finest one only, so that a pack is the same pack whoever wrote down its variant or lot beside its serial number.

use super::ai;
use super::digit::check_digit;
use super::element::{Element, Options};
use super::link::{Link, escape, name_of, unescape};
use crate::problem::{NO_URN, Problem, URN_SYNTAX};

/// How a scheme puts its parts together.
struct Scheme {
    name: &'static str,
    /// The AI of the key.
    key: &'static str,
    /// Digits of company prefix and reference together; 0: the reference is free text and nothing is checked.
    digits: usize,
    /// The first digit of the reference moves to the front (indicator, extension).
    turned: bool,
    /// What stands before the company prefix.
    front: &'static str,
    /// A check digit follows.
    checked: bool,
    /// Where the last field goes.
    serial: Serial,
    /// A class of things (`urn:epc:class:`).
    class: bool,
}

#[derive(PartialEq)]
enum Serial {
    /// There is none.
    None,
    /// It becomes a qualifier.
    Qualifier(&'static str),
    /// It is written behind the check digit.
    Behind,
}

use Serial::{Behind, Qualifier};

const fn scheme(name: &'static str, key: &'static str, digits: usize, turned: bool, serial: Serial) -> Scheme {
    Scheme { name, key, digits, turned, front: "", checked: digits > 0, serial, class: false }
}

const SCHEMES: &[Scheme] = &[
    scheme("sgtin", "01", 13, true, Qualifier("21")),
    Scheme { class: true, ..scheme("lgtin", "01", 13, true, Qualifier("10")) },
    scheme("upui", "01", 13, true, Qualifier("235")),
    scheme("itip", "8006", 13, true, Qualifier("21")),
    scheme("sscc", "00", 17, true, Serial::None),
    scheme("sgln", "414", 12, false, Qualifier("254")),
    scheme("pgln", "417", 12, false, Serial::None),
    Scheme { front: "0", ..scheme("grai", "8003", 12, false, Behind) },
    scheme("gdti", "253", 12, false, Behind),
    scheme("sgcn", "255", 12, false, Behind),
    scheme("gsrn", "8018", 17, false, Serial::None),
    scheme("gsrnp", "8017", 17, false, Serial::None),
    scheme("gsin", "402", 16, false, Serial::None),
    scheme("giai", "8004", 0, false, Serial::None),
    scheme("ginc", "401", 0, false, Serial::None),
    scheme("cpi", "8010", 0, false, Qualifier("8011")),
];

/// The serial of an SGLN that has none.
const NO_EXTENSION: &str = "0";

/// Reads an EPC URN (`urn:epc:id:`, `urn:epc:class:`, `urn:epc:idpat:` with `*` for the serial) as a link at the canonical domain.
pub fn read_urn(text: &str) -> Result<Link, Problem> {
    let bad = || Problem::new(URN_SYNTAX, "", text);
    let mut colons = text.splitn(5, ':');
    let (Some("urn"), Some("epc"), Some(kind), Some(name), Some(rest)) =
        (colons.next(), colons.next(), colons.next(), colons.next(), colons.next())
    else {
        return Err(bad());
    };
    let scheme = SCHEMES.iter().find(|scheme| scheme.name == name).ok_or_else(bad)?;
    let pattern = kind == "idpat";
    if !matches!((kind, scheme.class), ("id", false) | ("class", true) | ("idpat", false)) {
        return Err(bad());
    }
    let mut fields: Vec<&str> = if name == "itip" { rest.splitn(5, '.') } else { rest.splitn(3, '.') }.collect();
    let serial = if scheme.serial == Serial::None { None } else { Some(fields.pop().ok_or_else(bad)?) };
    let (Some(company), Some(reference)) = (fields.first().copied(), fields.get(1).copied()) else { return Err(bad()) };
    if !(6..=12).contains(&company.len()) || !company.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(bad());
    }
    let mut value = if scheme.digits == 0 {
        if reference.is_empty() {
            return Err(bad());
        }
        format!("{company}{}", unescape(reference, false))
    } else {
        let digits = reference.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || company.len() + reference.len() != scheme.digits || (scheme.turned && reference.is_empty()) {
            return Err(bad());
        }
        let (first, last) = reference.split_at_checked(usize::from(scheme.turned)).ok_or_else(bad)?;
        format!("{}{first}{company}{last}", scheme.front)
    };
    if scheme.checked {
        let counted = value.get(scheme.front.len()..).unwrap_or_default();
        value.push(check_digit(counted).ok_or_else(bad)?);
    }
    if name == "itip" {
        let (Some(piece), Some(total)) = (fields.get(2), fields.get(3)) else { return Err(bad()) };
        value.push_str(piece);
        value.push_str(total);
    }
    let mut qualifier = None;
    match (serial, &scheme.serial) {
        (Some("*"), _) if pattern => {}
        (Some(""), _) => return Err(bad()),
        (Some(NO_EXTENSION), Qualifier("254")) => {}
        (Some(serial), Qualifier(ai)) if !pattern => qualifier = Some(Element::new(ai, &unescape(serial, false))),
        (Some(serial), Behind) if !pattern => value.push_str(&unescape(serial, false)),
        (None, _) if !pattern => {}
        _ => return Err(bad()),
    }
    let path: Vec<Element> = std::iter::once(Element::new(scheme.key, &value)).chain(qualifier).collect();
    for element in &path {
        if !has_shape(element) {
            return Err(bad());
        }
    }
    Ok(Link { stem: super::link::CANONICAL.to_owned(), path, attributes: Vec::new() })
}

/// Length and kind of characters, without check digits: identifiers of others are compared, not corrected.
fn has_shape(element: &Element) -> bool {
    let Some(ai) = ai::find(&element.ai) else { return false };
    let most: usize = ai.parts.iter().map(|part| part.most).sum();
    let least: usize = ai.parts.iter().filter(|part| !part.optional).map(|part| part.least).sum();
    let numeric =
        ai.parts.iter().filter(|part| !part.optional && part.set == ai::Set::N).map(|part| part.most).sum::<usize>();
    let head = element.value.get(..numeric.min(element.value.len())).unwrap_or_default();
    (least..=most).contains(&element.value.len())
        && element.value.is_ascii()
        && head.bytes().all(|byte| byte.is_ascii_digit())
}

/// Writes a link as an EPC URN; `company` is the length of the company prefix (6 to 12 digits), which a link does not show. A key without
/// serial becomes a pattern (`urn:epc:idpat:…​.*`) where the scheme has one.
pub fn write_urn(link: &Link, company: usize) -> Result<String, Problem> {
    let none = || Problem::new(NO_URN, "", link.write());
    let key = link.path.first().ok_or_else(none)?;
    let qualifier =
        link.path.iter().skip(1).find(|element| matches!(element.ai.as_str(), "21" | "10" | "235" | "254" | "8011"));
    let wanted = qualifier.map(|element| element.ai.as_str());
    let fits = |scheme: &&Scheme| {
        let same = match (&scheme.serial, wanted) {
            (Qualifier(ai), Some(wanted)) => *ai == wanted,
            (Qualifier(_), None) | (Serial::None | Behind, _) => true,
        };
        scheme.key == key.ai && same
    };
    let scheme = SCHEMES.iter().find(fits).ok_or_else(none)?;
    if !(6..=12).contains(&company) {
        return Err(none());
    }
    let body = key.value.strip_prefix(scheme.front).ok_or_else(none)?;
    let (mut fields, behind) = if scheme.digits == 0 {
        let (company, reference) = body.split_at_checked(company).ok_or_else(none)?;
        (format!("{company}.{}", escape_urn(reference)), "")
    } else {
        let (digits, rest) = body.split_at_checked(scheme.digits).ok_or_else(none)?;
        let (first, digits) = digits.split_at_checked(usize::from(scheme.turned)).ok_or_else(none)?;
        let (company, reference) = digits.split_at_checked(company).ok_or_else(none)?;
        (format!("{company}.{first}{reference}"), rest.get(1..).ok_or_else(none)?)
    };
    if scheme.name == "itip" {
        let (piece, total) = behind.split_at_checked(2).ok_or_else(none)?;
        fields.push_str(&format!(".{piece}.{total}"));
    }
    let serial = match (&scheme.serial, qualifier) {
        (Serial::None, _) => return Ok(format!("urn:epc:id:{}:{fields}", scheme.name)),
        (Behind, _) if !behind.is_empty() => escape_urn(behind),
        (Qualifier(_), Some(element)) => escape_urn(&element.value),
        (Qualifier("254"), None) => NO_EXTENSION.to_owned(),
        _ => return Ok(format!("urn:epc:idpat:{}:{fields}.*", scheme.name)),
    };
    let kind = if scheme.class { "class" } else { "id" };
    Ok(format!("urn:epc:{kind}:{}:{fields}.{serial}", scheme.name))
}

/// TDS §6.3.1: these characters are written as escapes in a URN.
fn escape_urn(text: &str) -> String {
    escape(text, b"!'()*+,-.:;=_", "%20")
}

/// Qualifiers that count, the first that is there.
fn counting(key: &str) -> &'static [&'static str] {
    match key {
        "01" => &["235", "21", "10"],
        "8006" => &["21", "10"],
        "414" => &["254"],
        "8010" => &["8011"],
        "415" => &["8020"],
        _ => &[],
    }
}

/// The canonical form of an identifier: an EPC URN or a Digital Link at any domain, in any spelling that stands on packages. `None`: this
/// is no GS1 identifier.
pub fn canonical(text: &str) -> Option<String> {
    if text.starts_with("urn:epc:") {
        return read_urn(text).ok().map(|link| write_canonical(&link.path));
    }
    if !text.starts_with("http") || text.len() > super::element::MAX {
        return None;
    }
    let (_, rest) = text.split_once("://")?;
    let path = rest.split(['?', '#']).next()?;
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let options = Options { names: true, ..Options::default() };
    let mut pairs: Vec<Element> = Vec::new();
    let mut end = segments.len();
    while let Some([name, value]) = end.checked_sub(2).and_then(|start| segments.get(start..end)) {
        let ai = name_of(name, options)?;
        let mut value = unescape(value, false);
        if ai.digits == "01" && matches!(value.len(), 8 | 12 | 13) {
            value = format!("{value:0>14}");
        }
        pairs.insert(0, Element { ai: ai.digits.clone(), value });
        if let Some(sequences) = &ai.key {
            let known =
                pairs.iter().skip(1).all(|element| sequences.iter().flatten().any(|other| *other == element.ai));
            return (known && pairs.iter().all(has_shape)).then(|| write_canonical(&pairs));
        }
        end -= 2;
    }
    None
}

fn write_canonical(path: &[Element]) -> String {
    let Some(key) = path.first() else { return String::new() };
    let finest = counting(&key.ai).iter().find_map(|ai| path.iter().skip(1).find(|element| element.ai == **ai));
    let mut text = super::link::CANONICAL.to_owned();
    for element in std::iter::once(key).chain(finest) {
        // CBV 2.0 §8.2.2 leaves the apostrophe as it is.
        text.push_str(&format!("/{}/{}", element.ai, escape(&element.value, b"-._~'", "%20")));
    }
    text
}

/// The canonical form, or the text itself where it is no GS1 identifier: what identifiers are compared by.
pub fn key(text: &str) -> String {
    canonical(text).unwrap_or_else(|| text.to_owned())
}

/// What a query may ask for instead of one identifier: a pattern (TDS §8), or the class of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Itself, in canonical form, where it names one class or thing.
    pub exact: Option<String>,
    /// Canonical forms of the instances begin so; `?` stands for any one digit.
    pub prefix: Option<String>,
}

impl Pattern {
    /// Reads a pattern, a class or an identifier; anything that is none of GS1 stands for itself.
    pub fn read(text: &str) -> Self {
        let one = canonical(text);
        let Some(rest) = text.strip_prefix("urn:epc:idpat:") else {
            return Self { exact: Some(one.unwrap_or_else(|| text.to_owned())), prefix: None };
        };
        let (name, fields) = rest.split_once(':').unwrap_or((rest, ""));
        let scheme = SCHEMES.iter().find(|scheme| scheme.name == name);
        let prefix = scheme.and_then(|scheme| {
            let base = format!("{}/{}/{}", super::link::CANONICAL, scheme.key, scheme.front);
            let mut parts = fields.split('.');
            let (company, reference) = (parts.next()?, parts.next()?);
            match (&one, &scheme.serial) {
                (Some(whole), Qualifier(ai)) => Some(format!("{whole}/{ai}/")),
                (Some(whole), _) => Some(whole.clone()),
                (None, _) if company == "*" => Some(base),
                (None, _) if reference == "*" => {
                    Some(format!("{base}{}{company}", if scheme.turned { "?" } else { "" }))
                }
                _ => None,
            }
        });
        Self { exact: one, prefix }
    }

    /// Whether an identifier in canonical form is meant.
    pub fn matches(&self, canonical: &str) -> bool {
        let begins = |prefix: &str| {
            prefix.len() <= canonical.len()
                && prefix.bytes().zip(canonical.bytes()).all(|(wanted, byte)| wanted == byte || wanted == b'?')
        };
        self.exact.as_deref() == Some(canonical) || self.prefix.as_deref().is_some_and(begins)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// From URN to link and back nothing is lost, for every scheme and every length of company prefix.
        #[test]
        fn a_urn_survives_the_way_through_a_link(
            which in 0_usize..SCHEMES.len(), company in 6_usize..=12, seed in "[0-9]{32}", serial in "[A-Z0-9%/!a-z_-]{1,12}",
        ) {
            let scheme = &SCHEMES[which];
            let (digits, serial) = match scheme.name {
                "sgcn" | "cpi" => (&seed, "7".to_owned()),
                "giai" | "ginc" => (&seed, serial.chars().take(9).collect()),
                _ => (&seed, serial),
            };
            let reference = if scheme.digits == 0 { "A1".to_owned() } else { digits[company..scheme.digits].to_owned() };
            prop_assume!(!(scheme.turned && reference.is_empty()));
            let company_digits = &digits[..company];
            let mut urn = format!("urn:epc:{}:{}:{company_digits}.{reference}", if scheme.class { "class" } else { "id" }, scheme.name);
            if scheme.name == "itip" { urn.push_str(".01.02"); }
            if scheme.serial != Serial::None { urn.push_str(&format!(".{}", escape_urn(&serial))); }
            let link = read_urn(&urn).unwrap();
            prop_assert_eq!(write_urn(&link, company).unwrap(), urn.clone());
            prop_assert_eq!(canonical(&urn), canonical(&link.write()));
            if link.path.len() == 1 || scheme.serial != Serial::None {
                prop_assert!(Pattern::read(&urn).matches(&canonical(&urn).unwrap()));
            }
        }

        /// Whatever stands there, reading ends with an answer.
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}") {
            let _ = canonical(&text);
            let _ = read_urn(&format!("urn:epc:id:{text}"));
            let _ = read_urn(&text);
            let _ = super::super::link::Link::read(&format!("https://a/{text}"), Options::default());
            let _ = super::super::element::read(&format!("^{text}"));
            let _ = super::super::element::read_bracketed(&text, Options { unknown_ais: true, ..Options::default() });
        }
    }
}
