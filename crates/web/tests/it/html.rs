//! A small strict reader of our own HTML: enough to see what a reader or a browser would stumble over.

/// An element with its attributes and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    /// Index of the parent in the list of elements.
    pub(crate) parent: Option<usize>,
    /// Text directly and indirectly inside.
    pub(crate) text: String,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

const VOID: [&str; 5] = ["meta", "link", "input", "br", "img"];

/// Reads a document; panics on anything that is not well formed.
pub(crate) fn read(source: &str) -> Vec<Element> {
    let mut elements: Vec<Element> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut rest = source.strip_prefix("<!DOCTYPE html>").unwrap_or(source);
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        assert!(!text.contains('>'), "a stray > in {text:?}");
        for one in &open {
            elements[*one].text.push_str(text);
        }
        let end = tag.find('>').expect("a tag that never ends");
        let inner = &tag[1..end];
        rest = &tag[end + 1..];
        if let Some(name) = inner.strip_prefix('/') {
            let last = open.pop().unwrap_or_else(|| panic!("</{name}> closes nothing"));
            assert_eq!(elements[last].name, name, "closed in the wrong order");
            continue;
        }
        let (name, attributes) = inner.split_once(' ').unwrap_or((inner, ""));
        let element = Element {
            name: name.to_owned(),
            attributes: attributes_of(attributes),
            parent: open.last().copied(),
            text: String::new(),
        };
        elements.push(element);
        if !VOID.contains(&name) {
            open.push(elements.len() - 1);
        }
    }
    assert!(open.is_empty(), "left open: {:?}", open.iter().map(|one| &elements[*one].name).collect::<Vec<_>>());
    elements
}

fn attributes_of(mut source: &str) -> Vec<(String, String)> {
    let mut attributes: Vec<(String, String)> = Vec::new();
    loop {
        source = source.trim_start();
        if source.is_empty() {
            return attributes;
        }
        let stop = source.find(['=', ' ']).unwrap_or(source.len());
        let (name, after) = source.split_at(stop);
        let value = match after.strip_prefix("=\"") {
            Some(quoted) => {
                let (value, after) = quoted.split_once('"').expect("an attribute that never ends");
                source = after;
                value
            }
            None => {
                source = after;
                ""
            }
        };
        assert!(attributes.iter().all(|(key, _)| key != name), "{name} twice in one tag");
        attributes.push((name.to_owned(), value.to_owned()));
    }
}

/// The elements inside `outer`, with their indices.
pub(crate) fn inside(elements: &[Element], outer: usize) -> impl Iterator<Item = &Element> {
    elements.iter().filter(move |element| {
        let mut at = element.parent;
        while let Some(parent) = at {
            if parent == outer {
                return true;
            }
            at = elements[parent].parent;
        }
        false
    })
}
