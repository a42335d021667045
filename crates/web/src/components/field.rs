//! 表单控件: one control for each of the fourteen field types of the pack language, and a password.
//!
//! The label stands above, the hint under it, the error under the hint; both are tied to the control with
//! `aria-describedby`. Browser validation is off: the server says everything that is wrong, at once.
//! A value that could not be read is shown back as it was typed, therefore dates are text fields here; the script
//! turns an empty or well-formed one into the browser's own picker.

use maud::{Markup, html};

use zhiheng_pack::procedure::Language;

use super::{Link, Sample};

/// A labelled control.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Id on the page, and name in the form unless `name` says otherwise.
    pub id: String,
    /// Name in the form, where several forms of a page send the same name.
    pub name: Option<String>,
    /// Label above the control.
    pub label: String,
    /// One sentence of help.
    pub hint: Option<String>,
    /// 必填.
    pub required: bool,
    /// What is wrong, and what to do.
    pub error: Option<String>,
    /// What looks odd but is accepted.
    pub warning: Option<String>,
    /// The control with its value.
    pub control: Control,
    /// 常用意见 for a passage, group by group: name and phrases.
    pub phrases: Vec<(String, Vec<String>)>,
    /// In which language the control itself speaks.
    pub language: Language,
}

/// What follows a field's name in the name of the box that takes a phrase.
pub const PHRASE: &str = ".phrase";
/// What follows it in the name of the tick that keeps what was written as a phrase.
pub const KEEP: &str = ".keep";

impl Field {
    /// An optional field without hint or error.
    pub fn new(id: impl Into<String>, label: impl Into<String>, control: Control) -> Self {
        Self {
            id: id.into(),
            name: None,
            label: label.into(),
            hint: None,
            required: false,
            error: None,
            warning: None,
            control,
            phrases: Vec::new(),
            language: Language::Chinese,
        }
    }

    /// The same, required.
    #[must_use]
    pub fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The same with an error.
    #[must_use]
    pub fn error(self, error: impl Into<String>) -> Self {
        Self { error: Some(error.into()), ..self }
    }
}

/// An option of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    /// Sent by the form.
    pub value: String,
    /// Seen by the reader.
    pub label: String,
    /// Chosen now.
    pub chosen: bool,
}

impl Choice {
    /// An option that is not chosen.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), chosen: false }
    }

    /// The same, chosen or not.
    #[must_use]
    pub fn chosen(self, chosen: bool) -> Self {
        Self { chosen, ..self }
    }
}

/// The control of a field type, with the value as it was typed.
#[derive(Debug, Clone, PartialEq)]
pub enum Control {
    /// text 短文本.
    Text {
        /// As typed.
        value: String,
        /// Longest length in characters.
        max_len: Option<u32>,
        /// What the browser may fill in (`username`).
        autocomplete: Option<&'static str>,
    },
    /// passage 长文本.
    Passage {
        /// As typed.
        value: String,
        /// Longest length in characters.
        max_len: Option<u32>,
        /// Lines shown.
        rows: u32,
    },
    /// integer 整数.
    Integer {
        /// As typed.
        value: String,
        /// Unit behind the box.
        unit: Option<String>,
    },
    /// decimal 小数.
    Decimal {
        /// As typed.
        value: String,
        /// Unit behind the box.
        unit: Option<String>,
    },
    /// date 日期, `YYYY-MM-DD`.
    Date {
        /// As typed.
        value: String,
    },
    /// moment 时刻, `YYYY-MM-DD HH:MM`.
    Moment {
        /// As typed.
        value: String,
    },
    /// `yes_no` 是否; `None` is 未填.
    YesNo {
        /// The answer.
        value: Option<bool>,
    },
    /// choice 单选.
    Choice {
        /// Options; few become buttons, many a drop-down.
        options: Vec<Choice>,
    },
    /// choices 多选.
    Choices {
        /// Options.
        options: Vec<Choice>,
    },
    /// reference 关联: the text as written, and what it was resolved to.
    Reference {
        /// As written.
        value: String,
        /// The record it stands for.
        resolved: Option<Link>,
        /// Suggestions.
        options: Vec<String>,
        /// The records that the text may mean, where it is not clear which.
        offers: Vec<Choice>,
    },
    /// area 区划.
    Area {
        /// Towns of the county.
        options: Vec<Choice>,
    },
    /// point 位置.
    Point {
        /// 经度, as typed.
        longitude: String,
        /// 纬度, as typed.
        latitude: String,
    },
    /// `gs1_key` GS1 标识代码.
    Gs1Key {
        /// As typed.
        value: String,
    },
    /// file 附件.
    File {
        /// Accepted extensions (`.jpg,.pdf`).
        accept: String,
        /// Largest size in words (10 MB).
        max: String,
        /// The file already there.
        current: Option<Link>,
    },
    /// Several files at once.
    Files {
        /// Accepted extensions (`.xlsx,.csv`).
        accept: String,
        /// Largest size of all in words.
        max: String,
    },
    /// 口令.
    Password {
        /// `current-password` or `new-password`.
        autocomplete: &'static str,
    },
    /// A link or code to be copied, not changed.
    Shown {
        /// The text.
        value: String,
    },
}

/// At most so many options are shown as buttons.
const BUTTONS: usize = 4;

impl Control {
    /// Several inputs under one label: a fieldset.
    fn is_group(&self) -> bool {
        match self {
            Self::YesNo { .. } | Self::Choices { .. } | Self::Point { .. } => true,
            Self::Choice { options } => options.len() <= BUTTONS,
            _ => false,
        }
    }

    /// Takes the whole line of a form.
    fn is_wide(&self) -> bool {
        matches!(
            self,
            Self::Passage { .. } | Self::Choices { .. } | Self::File { .. } | Self::Files { .. } | Self::Shown { .. }
        )
    }
}

/// Renders a field.
pub fn field(field: &Field) -> Markup {
    render(field, Place::Form)
}

/// What the browser lets choose: where photos are taken, every picture, so that a phone offers its camera. The server looks at what came.
fn chosen_by(accept: &str) -> String {
    let photos = [".jpg", ".png"].iter().all(|kind| accept.split(',').any(|one| one == *kind));
    if photos { format!("image/*,{accept}") } else { accept.to_owned() }
}

/// Renders a field as a condition of a query: every choice is a drop-down, and nothing chosen means all.
pub fn condition(field: &Field) -> Markup {
    render(field, Place::Query)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Form,
    Query,
}

fn render(field: &Field, place: Place) -> Markup {
    let class =
        ["field", if field.control.is_wide() { "wide" } else { "" }, if field.error.is_some() { "wrong" } else { "" }]
            .join(" ");
    let described = described_by(field);
    let mark =
        html! { (field.label) @if field.required { span.must { (field.language.say("（必填）", " (required)")) } } };
    html! {
        @if place == Place::Form && field.control.is_group() {
            fieldset class=(class.trim()) id=(field.id) aria-describedby=[described.as_deref()] tabindex=[field.error.is_some().then_some("-1")] {
                legend { (mark) }
                (remarks(field))
                (control(field, place, None))
            }
        } @else {
            div class=(class.trim()) {
                label for=(field.id) { (mark) }
                (remarks(field))
                (control(field, place, described.as_deref()))
            }
        }
    }
}

fn described_by(field: &Field) -> Option<String> {
    let mut ids = Vec::new();
    if hint_text(field).is_some() {
        ids.push(format!("{}-hint", field.id));
    }
    if field.error.is_some() {
        ids.push(format!("{}-error", field.id));
    }
    if field.warning.is_some() {
        ids.push(format!("{}-warning", field.id));
    }
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// The hint of the pack, and what the type itself asks for.
fn hint_text(field: &Field) -> Option<String> {
    let say = |chinese: &str, english: &str| field.language.say(chinese, english).to_owned();
    let own = match &field.control {
        Control::Date { .. } => Some(say("如 2026-03-01", "year-month-day, such as 2026-03-01")),
        Control::Moment { .. } => Some(say("如 2026-03-01 09:30", "such as 2026-03-01 09:30")),
        Control::Text { max_len: Some(max), .. } | Control::Passage { max_len: Some(max), .. } if *max <= 500 => {
            Some(say(&format!("不超过 {max} 字"), &format!("up to {max} characters")))
        }
        Control::Point { .. } => {
            Some(say("经度在前，纬度在后，如 109.8756、31.0742", "longitude, then latitude, such as 109.8756, 31.0742"))
        }
        Control::Gs1Key { .. } => Some("条码下方的数字，不含空格".to_owned()),
        Control::File { accept, max, .. } | Control::Files { accept, max } => {
            let kinds = accept.replace(',', field.language.say("、", ", "));
            Some(say(&format!("{kinds}，不超过 {max}"), &format!("{kinds}, up to {max}")))
        }
        _ => None,
    };
    match (&field.hint, own) {
        (Some(hint), Some(own)) => {
            Some(format!("{}{}{own}", hint.trim_end_matches('。'), field.language.say("；", "; ")))
        }
        (Some(hint), None) => Some(hint.clone()),
        (None, own) => own,
    }
}

fn remarks(field: &Field) -> Markup {
    html! {
        @if let Some(hint) = hint_text(field) { p.hint id={ (field.id) "-hint" } { (hint) } }
        @if let Some(error) = &field.error { p.error id={ (field.id) "-error" } { span.sr { (field.language.say("错误：", "Error: ")) } (error) } }
        @if let Some(warning) = &field.warning { p.warning id={ (field.id) "-warning" } { span.sr { "提醒：" } (warning) } }
    }
}

#[derive(Clone, Copy, Default)]
struct Box<'a> {
    kind: &'a str,
    mode: Option<&'a str>,
    width: &'a str,
    autocomplete: Option<&'a str>,
    role: Option<&'a str>,
    list: Option<&'a str>,
}

/// Phrases to take, which the server adds to what was written; the script puts them into the box at once.
fn phrases(field: &Field, name: &str) -> Markup {
    let id = &field.id;
    html! {
        @if !field.phrases.is_empty() {
            span.phrases {
                label.inline for={ (id) "-phrase" } { "常用意见" span.sr { "，加到" (field.label) } }
                select id={ (id) "-phrase" } name={ (name) (PHRASE) } data-phrase=(id) {
                    option value="" { "不用" }
                    @for (group, all) in &field.phrases {
                        optgroup label=(group) { @for text in all { option value=(text) { (text) } } }
                    }
                }
                label.inline { input type="checkbox" name={ (name) (KEEP) } value="true"; " 存为常用" span.sr { "：" (field.label) } }
                a href="/me/phrases" { "管理" }
            }
        }
    }
}

fn control(field: &Field, place: Place, described: Option<&str>) -> Markup {
    let id = field.id.as_str();
    let name = field.name.as_deref().unwrap_or(id);
    let invalid = field.error.is_some().then_some("true");
    let say = |chinese, english| field.language.say(chinese, english);
    let input = |value: &str, look: Box<'_>| {
        html! {
            input id=(id) name=(name) type=(if look.kind.is_empty() { "text" } else { look.kind }) class=(look.width) value=(value)
                inputmode=[look.mode] autocomplete=(look.autocomplete.unwrap_or("off")) list=[look.list] data-picker=[look.role]
                aria-describedby=[described] aria-invalid=[invalid] aria-required=[field.required.then_some("true")];
        }
    };
    let number = |value: &str, mode: &str, unit: &Option<String>| {
        html! {
            span.with-unit {
                (input(value, Box { mode: Some(mode), width: "short num", ..Box::default() }))
                @if let Some(unit) = unit { span.unit { (unit) } }
            }
        }
    };
    let drop_down = |options: &[Choice]| {
        html! {
            select id=(id) name=(name) aria-describedby=[described] aria-invalid=[invalid] aria-required=[field.required.then_some("true")] {
                option value="" { @if place == Place::Query { "全部" } @else { (say("未选", "choose")) } }
                @for option in options { option value=(option.value) selected[option.chosen] { (option.label) } }
            }
        }
    };
    match &field.control {
        Control::Text { value, autocomplete, .. } => {
            input(value, Box { width: "long", autocomplete: *autocomplete, ..Box::default() })
        }
        Control::Passage { value, rows, .. } => html! {
            textarea id=(id) name=(name) rows=(rows) aria-describedby=[described] aria-invalid=[invalid] aria-required=[field.required.then_some("true")] { (value) }
            (phrases(field, name))
        },
        Control::Integer { value, unit } => number(value, "numeric", unit),
        Control::Decimal { value, unit } => number(value, "decimal", unit),
        Control::Date { value } => {
            input(value, Box { mode: Some("numeric"), width: "short", role: Some("date"), ..Box::default() })
        }
        Control::Moment { value } => {
            input(value, Box { mode: Some("numeric"), width: "medium", role: Some("datetime-local"), ..Box::default() })
        }
        Control::YesNo { value } if place == Place::Query => drop_down(&[
            Choice::new("true", "是").chosen(*value == Some(true)),
            Choice::new("false", "否").chosen(*value == Some(false)),
        ]),
        Control::YesNo { value } => {
            let unanswered = (!field.required).then_some(("", say("未填", "no answer"), value.is_none()));
            let answers =
                [("true", say("是", "yes"), *value == Some(true)), ("false", say("否", "no"), *value == Some(false))];
            buttons("radio", id, name, answers.into_iter().chain(unanswered))
        }
        Control::Choice { options } if place == Place::Form && options.len() <= BUTTONS => {
            let none = (!field.required).then_some((
                "",
                say("未填", "no answer"),
                !options.iter().any(|option| option.chosen),
            ));
            let listed = options.iter().map(|option| (option.value.as_str(), option.label.as_str(), option.chosen));
            buttons("radio", id, name, listed.chain(none))
        }
        Control::Choice { options } | Control::Area { options } => drop_down(options),
        Control::Choices { options } => buttons(
            "checkbox",
            id,
            name,
            options.iter().map(|option| (option.value.as_str(), option.label.as_str(), option.chosen)),
        ),
        Control::Reference { value, resolved, options, offers } => {
            let list = format!("{id}-list");
            html! {
                (input(value, Box { width: "long", list: (!options.is_empty()).then_some(list.as_str()), ..Box::default() }))
                @if !options.is_empty() { datalist id=(list) { @for option in options { option value=(option) {} } } }
                @if !offers.is_empty() {
                    @let listed = offers.iter().map(|offer| (offer.value.as_str(), offer.label.as_str(), offer.chosen));
                    (buttons("radio", &format!("{id}-pick"), &format!("{name}.pick"), listed))
                } @else if let Some(link) = resolved { p.resolved { "已对应：" a href=(link.href) { (link.label) } } }
                @else if !value.is_empty() { p.resolved.soft { "名录中没有对应的记录，按所写保存。" } }
            }
        }
        Control::Point { longitude, latitude } => html! {
            span.pair {
                @for (part, label, value) in [("longitude", "经度", longitude), ("latitude", "纬度", latitude)] {
                    label.inline for={ (id) "-" (part) } { (label) }
                    input.short id={ (id) "-" (part) } name={ (name) "." (part) } type="text" inputmode="decimal" autocomplete="off" value=(value) aria-invalid=[invalid];
                }
            }
        },
        Control::Gs1Key { value } => input(value, Box { mode: Some("numeric"), width: "medium", ..Box::default() }),
        Control::File { accept, current, .. } => html! {
            @if let Some(link) = current {
                p.current {
                    "现有：" a href=(link.href) { (link.label) } " "
                    label.inline { input type="checkbox" name={ (name) ".remove" } value="true"; " 移除" }
                }
            }
            input.file id=(id) name=(name) type="file" accept=(chosen_by(accept)) aria-describedby=[described] aria-invalid=[invalid];
        },
        Control::Files { accept, .. } => html! {
            input.file id=(id) name=(name) type="file" multiple accept=(accept) aria-describedby=[described] aria-invalid=[invalid];
        },
        Control::Password { autocomplete } => {
            input("", Box { kind: "password", width: "long", autocomplete: Some(autocomplete), ..Box::default() })
        }
        Control::Shown { value } => {
            html! { input.long id=(id) type="text" value=(value) readonly aria-describedby=[described]; }
        }
    }
}

fn buttons<'a>(kind: &str, id: &str, name: &str, options: impl Iterator<Item = (&'a str, &'a str, bool)>) -> Markup {
    html! {
        div.options {
            @for (at, (value, label, chosen)) in options.enumerate() {
                label.option for={ (id) "-" (at) } {
                    input id={ (id) "-" (at) } type=(kind) name=(name) value=(value) checked[chosen];
                    span { (label) }
                }
            }
        }
    }
}

/// All types, filled, wrong and empty.
pub fn samples() -> Vec<Sample> {
    let choice = |labels: &[&str], at: usize| {
        labels
            .iter()
            .enumerate()
            .map(|(n, label)| Choice::new(format!("c{n}"), *label).chosen(n == at))
            .collect::<Vec<_>>()
    };
    let text = |value: &str| Control::Text { value: value.into(), max_len: Some(60), autocomplete: None };
    let fields = vec![
        Field::new("f_text", "样品名称", text("菜籽油（散装）")).required(),
        Field::new("f_passage", "处置经过", Control::Passage { value: String::new(), max_len: Some(2000), rows: 4 }),
        Field::new("f_integer", "抽样基数", Control::Integer { value: "十二".into(), unit: Some("件".into()) })
            .error("抽样基数应为整数，如 12"),
        Field::new("f_decimal", "检验结果", Control::Decimal { value: "14.2".into(), unit: Some("μg/kg".into()) }),
        Field::new("f_date", "抽样日期", Control::Date { value: "2026-13-09".into() })
            .required()
            .error("没有 2026 年 13 月，请按 2026-03-01 的写法填写"),
        Field::new("f_moment", "收样时间", Control::Moment { value: "2026-10-13 09:40".into() }),
        Field::new("f_yes", "是否复检", Control::YesNo { value: None }),
        Field::new("f_choice", "最终结论", Control::Choice { options: choice(&["合格", "不合格"], 1) })
            .required()
            .hint("有复检的，以复检结论为准"),
        Field::new(
            "f_select",
            "食品大类",
            Control::Choice {
                options: choice(&["粮食加工品", "食用油、油脂及其制品", "调味品", "肉制品", "酒类", "糕点"], 1),
            },
        ),
        Field::new(
            "f_choices",
            "检验项目",
            Control::Choices {
                options: choice(&["农药残留", "兽药残留", "重金属", "真菌毒素", "微生物"], 3)
            },
        ),
        Field::new(
            "f_reference",
            "被抽样单位",
            Control::Reference {
                value: "青石镇某粮油经营部".into(),
                resolved: Some(Link::new("青石镇某粮油经营部（个体工商户）", "#")),
                options: vec!["青石镇某粮油经营部".into(), "乙街道某超市".into()],
                offers: Vec::new(),
            },
        ),
        Field {
            error: Some("有 2 条记录都叫这个名字，请选一条。".into()),
            ..Field::new(
                "f_reference_open",
                "工程",
                Control::Reference {
                    value: "高铁站前广场".into(),
                    resolved: None,
                    options: Vec::new(),
                    offers: choice(
                        &["高铁站前广场 一标段（示例-001）", "高铁站前广场 二标段（示例-002）", "都不是，按所写保存"],
                        9,
                    ),
                },
            )
        },
        Field::new(
            "f_area",
            "抽样地点",
            Control::Area { options: choice(&["甲街道", "乙街道", "青石镇", "白溪镇", "丙乡"], 2) },
        ),
        Field::new("f_point", "位置", Control::Point { longitude: "109.8".into(), latitude: "31.0".into() }),
        Field::new("f_gs1", "商品条码", Control::Gs1Key { value: "6901234567892".into() }),
        Field::new(
            "f_file",
            "检验报告",
            Control::File {
                accept: ".pdf,.jpg,.png".into(),
                max: "10 MB".into(),
                current: Some(Link::new("检验报告.pdf（214 KB）", "#")),
            },
        ),
        Field::new("f_password", "口令", Control::Password { autocomplete: "current-password" }),
        Field::new("f_shown", "一次性链接", Control::Shown { value: "https://example.gov.cn/invite/7f3k".into() })
            .hint("七天内有效，只能用一次"),
        Field {
            warning: Some("校验位不符，请核对营业执照；确认无误可以保存".into()),
            ..Field::new("f_warn", "统一社会信用代码", text("91500237MA5U0000X1"))
        },
    ];
    vec![Sample::new("field", "十四种字段类型", html! { div.fields { @for one in &fields { (field(one)) } } })]
}
