//! Every sample of every page: well-formed, the same twice, without inline style or script, with labels and captions.

use std::collections::BTreeSet;

use zhiheng_web::{
    assets,
    components::{self, action::CSRF_FIELD},
    headers, samples,
};

use crate::html::{Element, inside, read};

fn each_page(check: impl Fn(&str, &[Element])) {
    for page in samples::pages() {
        check(page.name, &read(&page.markup.0));
    }
}

fn each_sample(check: impl Fn(&str, &[Element])) {
    for sample in components::samples() {
        check(sample.component, &read(&sample.markup.0));
    }
    each_page(check);
}

#[test]
fn rendering_twice_gives_the_same_bytes() {
    let names: BTreeSet<_> = samples::pages().iter().map(|page| page.name).collect();
    assert_eq!(names.len(), samples::pages().len(), "two pages of the gallery share a name");
    for (first, second) in samples::pages().iter().zip(samples::pages()) {
        assert_eq!(first.markup.0, second.markup.0, "{}", first.name);
    }
    for (first, second) in components::samples().iter().zip(components::samples()) {
        assert_eq!(first.markup.0, second.markup.0, "{}", first.component);
    }
}

#[test]
fn nothing_runs_or_styles_inline() {
    each_sample(|name, elements| {
        for element in elements {
            assert_ne!(element.name, "style", "{name}");
            for (key, value) in &element.attributes {
                assert!(key != "style" && !key.starts_with("on"), "{name}: {key} on {}", element.name);
                assert!(!value.trim_start().starts_with("javascript:"), "{name}");
            }
            if element.name == "script" {
                assert!(element.attribute("src").is_some() && element.text.is_empty(), "{name}");
            }
        }
    });
}

#[test]
fn every_post_form_carries_the_token_and_every_get_form_does_not() {
    each_sample(|name, elements| {
        for (at, form) in elements.iter().enumerate().filter(|(_, element)| element.name == "form") {
            let tokens = inside(elements, at).filter(|element| element.attribute("name") == Some(CSRF_FIELD)).count();
            let wanted = usize::from(form.attribute("method") == Some("post"));
            assert_eq!(tokens, wanted, "{name}: {:?}", form.attribute("action"));
            assert!(form.attribute("method").is_some() && form.attribute("action").is_some(), "{name}");
            let has_file = inside(elements, at).any(|element| element.attribute("type") == Some("file"));
            assert_eq!(
                has_file,
                form.attribute("enctype") == Some("multipart/form-data"),
                "{name}: files need multipart"
            );
            assert!(inside(elements, at).all(|element| element.name != "form"), "{name}: a form inside a form");
        }
    });
}

#[test]
fn every_table_has_a_caption_and_every_header_a_scope() {
    each_sample(|name, elements| {
        for (at, _) in elements.iter().enumerate().filter(|(_, element)| element.name == "table") {
            let caption = inside(elements, at).find(|element| element.name == "caption");
            assert!(
                caption.is_some_and(|caption| !caption.text.trim().is_empty()),
                "{name}: a table without a caption"
            );
            assert!(
                inside(elements, at)
                    .filter(|element| element.name == "th")
                    .all(|element| element.attribute("scope").is_some()),
                "{name}: a header without a scope"
            );
        }
    });
}

#[test]
fn headings_nest_and_there_is_one_main_heading() {
    each_page(|name, elements| {
        let mut level = 0;
        let headings =
            elements.iter().filter(|element| matches!(element.name.as_str(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6"));
        let mut first = 0;
        for heading in headings {
            let next: usize = heading.name[1..].parse().unwrap();
            assert!(next <= level + 1, "{name}: {} after h{level}: {}", heading.name, heading.text);
            first += usize::from(next == 1);
            level = next;
        }
        assert_eq!(first, 1, "{name}");
    });
}

#[test]
fn ids_are_unique_and_what_points_to_them_finds_them() {
    each_page(|name, elements| {
        let mut ids = BTreeSet::new();
        for id in elements.iter().filter_map(|element| element.attribute("id")) {
            assert!(ids.insert(id), "{name}: id {id} twice");
        }
        for element in elements {
            for key in ["for", "aria-labelledby", "aria-describedby", "list"] {
                for id in element.attribute(key).into_iter().flat_map(str::split_whitespace) {
                    assert!(ids.contains(id), "{name}: {key} points to {id}, which is not there");
                }
            }
            if let Some(id) = element.attribute("href").and_then(|href| href.strip_prefix('#')) {
                assert!(
                    id.is_empty() || name == "components" || ids.contains(id),
                    "{name}: a link to #{id}, which is not there"
                );
            }
        }
    });
}

#[test]
fn every_control_is_labelled() {
    each_page(|name, elements| {
        for (at, control) in elements.iter().enumerate() {
            if !matches!(control.name.as_str(), "input" | "select" | "textarea")
                || control.attribute("type") == Some("hidden")
            {
                continue;
            }
            let mut parent = elements[at].parent;
            let mut wrapped = false;
            while let Some(up) = parent {
                wrapped |= elements[up].name == "label";
                parent = elements[up].parent;
            }
            let named = control
                .attribute("id")
                .is_some_and(|id| elements.iter().any(|label| label.attribute("for") == Some(id)));
            assert!(wrapped || named || control.attribute("aria-label").is_some(), "{name}: {control:?}");
        }
    });
}

#[test]
fn a_refused_form_says_so_first_and_links_to_what_is_wrong() {
    each_page(|name, elements| {
        let title = &elements.iter().find(|element| element.name == "title").unwrap().text;
        let summary = elements.iter().position(|element| element.attribute("id") == Some("errors"));
        assert!(name == "components" || summary.is_some() == title.starts_with("有错误："), "{name}: {title}");
    });
}

#[test]
fn the_demonstration_says_so_on_every_page_and_numbers_say_their_unit_of_county() {
    each_page(|name, elements| {
        let band = elements.iter().find(|element| element.attribute("class") == Some("band")).unwrap();
        assert!(band.text.contains("示例县（虚构）") || band.text.contains("依据公开文件整理，非政府网站"), "{name}");
    });
}

#[test]
fn pages_load_our_own_files_only() {
    each_page(|name, elements| {
        for element in elements {
            for key in ["src", "href"] {
                if matches!(element.name.as_str(), "script" | "link" | "img") {
                    let Some(target) = element.attribute(key) else { continue };
                    let known = [assets::style_href(), assets::script_href(), "data:,"];
                    assert!(known.contains(&target), "{name}: {target}");
                }
            }
        }
    });
    assert!(headers::CONTENT_SECURITY_POLICY.starts_with("default-src 'none'"));
    assert!(!headers::CONTENT_SECURITY_POLICY.contains("unsafe"));
}

#[test]
fn anonymous_pages_show_no_live_values() {
    for page in
        samples::pages().iter().filter(|page| page.name.contains("public") || page.name.contains("first-minute"))
    {
        for word in ["预警", "滞后", "未达标", "统计提示", "文本核对"] {
            assert!(!page.markup.0.contains(word), "{}: {word}", page.name);
        }
    }
}
