//! XML as a small tree, built under limits: no document type with declarations of its own, no entities but the five of XML, no more depth and
//! no more nodes than allowed. What is not kept: comments, processing instructions, white space around text.

use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::json::Limits;
use crate::problem::{Problem, TOO_LARGE, XML_DOCTYPE, XML_SYNTAX};

/// An element.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    pub(super) name: Name,
    /// Attributes without the declarations of namespaces.
    pub(super) attributes: Vec<(Name, String)>,
    /// Namespaces that this element declares.
    pub(super) declared: Vec<(String, String)>,
    pub(super) children: Vec<Node>,
    /// Its text, all of it, trimmed.
    pub(super) text: String,
}

/// A name with its namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) prefix: String,
    pub(super) local: String,
    /// Empty: none.
    pub(super) uri: Arc<str>,
}

impl Name {
    /// A name of the standard: without namespace, or in one of EPCIS.
    pub(super) fn is_standard(&self) -> bool {
        self.uri.is_empty() || self.uri.starts_with("urn:epcglobal:epcis")
    }

    pub(super) fn written(&self) -> String {
        if self.prefix.is_empty() { self.local.clone() } else { format!("{}:{}", self.prefix, self.local) }
    }
}

impl Node {
    pub(super) fn child(&self, local: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.name.local == local)
    }

    pub(super) fn attribute(&self, local: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name.local == local).map(|(_, value)| value.as_str())
    }
}

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

impl Node {
    /// `xsi:…`.
    pub(super) fn instance(&self, local: &str) -> Option<&str> {
        let is = |name: &Name| name.local == local && (&*name.uri == XSI || name.prefix == "xsi");
        self.attributes.iter().find(|(name, _)| is(name)).map(|(_, value)| value.as_str())
    }
}

pub(super) fn is_instance(name: &Name) -> bool {
    &*name.uri == XSI || name.prefix == "xsi"
}

/// Reads the tree of a document.
pub(super) fn read(text: &str, limits: &Limits) -> Result<Node, Problem> {
    if text.len() > limits.bytes {
        return Err(Problem::new(TOO_LARGE, "", format!("{} 字节，最多 {} 字节", text.len(), limits.bytes)));
    }
    let mut reader = Reader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    let syntax = |at: u64, what: &str| Problem::new(XML_SYNTAX, "", format!("第 {at} 字节附近，{what}"));
    let mut scopes: Vec<(String, Arc<str>)> = Vec::new();
    let mut open: Vec<(Node, usize)> = Vec::new();
    let mut root = None;
    let mut left = limits.values;
    loop {
        let event = reader.read_event().map_err(|error| syntax(reader.error_position(), &error.to_string()))?;
        let at = reader.buffer_position();
        let empty = matches!(event, Event::Empty(_));
        match event {
            Event::Start(start) | Event::Empty(start) => {
                if root.is_some() && open.is_empty() {
                    return Err(syntax(at, "最外层只能有一个元素"));
                }
                let used = 1 + start.attributes().count();
                left = left.checked_sub(used).ok_or_else(|| Problem::new(TOO_LARGE, "", "元素太多"))?;
                if open.len() >= limits.depth {
                    return Err(Problem::new(TOO_LARGE, "", format!("嵌套超过 {} 层", limits.depth)));
                }
                let outer = scopes.len();
                let node = element(&start, &mut scopes).map_err(|what| syntax(at, &what))?;
                open.push((node, outer));
                if empty {
                    close(&mut open, &mut scopes, &mut root);
                }
            }
            Event::End(_) => close(&mut open, &mut scopes, &mut root),
            Event::Text(text) => add(&mut open, &text.xml10_content()).map_err(|what| syntax(at, what))?,
            Event::CData(text) => add(&mut open, &text.xml10_content()).map_err(|what| syntax(at, what))?,
            Event::GeneralRef(name) => {
                let character = match name.resolve_char_ref().map_err(|error| syntax(at, &error.to_string()))? {
                    Some(character) => character,
                    None => match &*name {
                        "lt" => '<',
                        "gt" => '>',
                        "amp" => '&',
                        "apos" => '\'',
                        "quot" => '"',
                        other => return Err(Problem::new(XML_DOCTYPE, "", format!("&{other};"))),
                    },
                };
                add(&mut open, character.encode_utf8(&mut [0; 4])).map_err(|what| syntax(at, what))?;
            }
            Event::DocType(text) => {
                // `<!DOCTYPE project>` says nothing and stands in documents of the standard's own editors.
                if text.contains(['[', '"', '\'']) {
                    return Err(Problem::new(XML_DOCTYPE, "", "DOCTYPE"));
                }
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    match root {
        Some(root) if open.is_empty() => Ok(root),
        _ => Err(syntax(reader.buffer_position(), "内容不完整")),
    }
}

fn add(open: &mut [(Node, usize)], text: &str) -> Result<(), &'static str> {
    match open.last_mut() {
        Some((node, _)) => node.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err("元素之外有文字"),
    }
    Ok(())
}

fn close(open: &mut Vec<(Node, usize)>, scopes: &mut Vec<(String, Arc<str>)>, root: &mut Option<Node>) {
    let Some((mut node, outer)) = open.pop() else { return };
    scopes.truncate(outer);
    node.text = node.text.trim().to_owned();
    match open.last_mut() {
        Some((parent, _)) => parent.children.push(node),
        None => *root = Some(node),
    }
}

fn element(start: &BytesStart<'_>, scopes: &mut Vec<(String, Arc<str>)>) -> Result<Node, String> {
    let mut node = Node::default();
    let mut plain: Vec<(&str, String)> = Vec::new();
    let attributes: Vec<_> = start.attributes().collect();
    for attribute in &attributes {
        let attribute = attribute.as_ref().map_err(ToString::to_string)?;
        let value = attribute
            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
            .map_err(|error| error.to_string())?
            .into_owned();
        let name = attribute.key.0;
        let prefix = if name == "xmlns" { Some("") } else { name.strip_prefix("xmlns:") };
        match prefix {
            Some(prefix) => {
                scopes.push((prefix.to_owned(), Arc::from(value.as_str())));
                node.declared.push((prefix.to_owned(), value));
            }
            None => plain.push((name, value)),
        }
    }
    node.name = resolve(start.name().0, scopes, true)?;
    for (name, value) in plain {
        node.attributes.push((resolve(name, scopes, false)?, value));
    }
    Ok(node)
}

fn resolve(name: &str, scopes: &[(String, Arc<str>)], default: bool) -> Result<Name, String> {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    let found = scopes.iter().rev().find(|(other, _)| other == prefix).map(|(_, uri)| Arc::clone(uri));
    let uri = match found {
        Some(uri) if !prefix.is_empty() || default => uri,
        _ if prefix.is_empty() || prefix == "xml" || prefix == "xsi" => Arc::from(""),
        _ => return Err(format!("前缀 {prefix} 没有声明")),
    };
    if local.is_empty() {
        return Err(format!("名称有误：{name}"));
    }
    Ok(Name { prefix: prefix.to_owned(), local: local.to_owned(), uri })
}
