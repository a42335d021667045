//! What stands before the text and below it (版头、版记): title, document number, addressees, signature and date.

use super::{TERMINAL, Walk, squeeze};
use crate::dates::{first_date, month_and_day, period, plan_year, whole_date};
use crate::page::Span;

impl Walk<'_> {
    pub(super) fn front(&mut self) {
        self.title();
        self.dates();
        self.carried_plan();
        let own = [self.out.plan_title.as_deref(), self.out.title.as_deref()];
        self.out.plan_year = own.into_iter().flatten().find_map(plan_year);
        if self.out.plan_year.is_none() && self.out.title.is_none() {
            // A fragment without a title: the period it speaks of, or that its headings and captions name.
            let head = Span::new(0, self.page.len().min(400));
            let headed = (0..self.lines.len()).any(|at| self.is_heading(at));
            let captions = (0..self.lines.len())
                .map(|at| self.line(at))
                .filter(|line| line.len() <= 60 && self.page.folded(*line).contains(&'五'));
            self.out.plan_year = if headed {
                captions.filter_map(|line| plan_year(&self.page.text(line))).max()
            } else {
                plan_year(&self.page.text(head))
            };
        }
    }

    /// The title is the short lines without full stop before addressees, number or text.
    fn title(&mut self) {
        let mut parts: Vec<Span> = Vec::new();
        let mut gap = 0;
        for at in 0..self.lines.len().min(40) {
            let line = self.line(at);
            if line.is_empty() {
                // Two title lines may stand apart; a blank after more means the title is over.
                gap += usize::from(!parts.is_empty());
                continue;
            }
            let text: String = self.page.folded(line).iter().filter(|c| **c != ' ').collect();
            if parts.is_empty() && (is_dateline(&text) || is_metadata(&text) || file_number(&text)) {
                self.note_metadata(&text);
                continue;
            }
            if parts.is_empty() && text.ends_with("文件") && line.len() <= 30 && self.numbered_below(at) {
                // The letterhead above the number: 某县人民政府文件.
                continue;
            }
            if file_number(&text) {
                self.out.number = Some(self.page.name(line));
                break;
            }
            let broken = self.page.folded(line).contains(&'\t') || self.page.text(line).contains('\t');
            let ends = text.chars().next_back().is_some_and(|c| TERMINAL.contains(&c) || matches!(c, ',' | '、'));
            let closed = parts.last().is_some_and(|last| closes_title(&self.page.name(*last)));
            let prose = text.contains('。') || text.contains(',') && !closes_title(&text) && !text.starts_with("关于");
            if text == "目录"
                || broken
                || ends
                || prose
                || closed
                || self.is_heading(at)
                || line.len() > 60
                || text.starts_with("--")
            {
                break;
            }
            if text.starts_with('(') || whole_date(&text).is_some() || text.starts_with("附件") {
                if parts.is_empty() {
                    continue;
                }
                break;
            }
            if gap > 1 && !text.starts_with("关于") || parts.len() >= 4 {
                break;
            }
            gap = 0;
            parts.push(line);
            self.at = at + 1;
        }
        let title: String = parts.iter().map(|line| self.page.text(*line)).collect();
        let title: String = squeeze(&title);
        let plausible = title.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        self.out.title = Some(title).filter(|t| plausible && t.chars().count() >= 4);
        let rest = (self.at..self.lines.len()).any(|at| !self.line(at).is_empty());
        let table = self.page.trim(Span::new(self.line(self.at).start.min(self.page.len()), self.page.len()));
        if !rest && table.is_empty() {
            // One line alone is text, not a title.
            self.out.title = None;
        }
        if self.out.title.is_none() {
            self.at = 0;
        }
        for at in self.at..self.lines.len().min(self.at + 8) {
            let text: String = self.page.folded(self.line(at)).iter().filter(|c| **c != ' ').collect();
            if self.out.number.is_none() && file_number(&text) {
                self.out.number = Some(self.page.name(self.line(at)));
            }
        }
    }

    /// Whether a document number stands in the next lines.
    fn numbered_below(&self, at: usize) -> bool {
        (at + 1..self.lines.len().min(at + 5)).any(|next| {
            let text: String = self.page.folded(self.line(next)).iter().filter(|c| **c != ' ').take(40).collect();
            file_number(&text)
        })
    }

    fn note_metadata(&mut self, text: &str) {
        if text.starts_with('[') {
            // [发布机构]某县政府办[发文字号]某府发[2024]14号
            for key in ["发布机构", "发文机关", "成文日期", "发文字号", "文号"] {
                if let Some((_, value)) = text.split_once(&format!("[{key}]")) {
                    let end =
                        KEYS.iter().filter_map(|next| value.find(&format!("[{next}]"))).min().unwrap_or(value.len());
                    self.note_metadata(&format!("{key}:{}", value.get(..end).unwrap_or("")));
                }
            }
            return;
        }
        if let Some((key, value)) = text.split_once(':') {
            let value = value.trim();
            match key {
                "发文机关" | "发布机构" | "发文单位" if !value.is_empty() => {
                    self.out.issuer = Some(value.to_owned())
                }
                "成文日期" | "发文日期" | "发布日期" if self.out.issued_on.is_none() => {
                    self.out.issued_on = first_date(value);
                }
                "文号" | "发文字号" if !value.is_empty() => self.out.number = Some(unfolded(value)),
                _ => {}
            }
        } else if file_number(text) {
            self.out.number = Some(unfolded(text));
        }
    }

    /// The date line and the signature above it.
    fn dates(&mut self) {
        let mut previous: Option<Span> = None;
        for at in 0..self.lines.len() {
            let line = self.line(at);
            if line.is_empty() {
                continue;
            }
            if line.len() <= 24 {
                let text: String = self.page.folded(line).iter().filter(|c| **c != ' ').collect();
                if let Some(date) = whole_date(&text) {
                    if self.out.issued_on.is_none() {
                        self.out.issued_on = Some(date);
                    }
                    if self.out.issuer.is_none() {
                        self.out.issuer = previous.map(|p| names(&self.page.text(p))).filter(|name| is_signature(name));
                    }
                    break;
                }
            }
            previous = Some(line);
        }
        if self.out.issued_on.is_none() {
            self.out.issued_on = self.printed_near_title();
        }
        if self.out.issuer.is_none()
            && self.out.issued_on.is_some()
            && let Some((before, _)) = self.out.title.as_deref().and_then(|t| t.split_once("关于"))
            && is_signature(before)
        {
            self.out.issuer = Some(before.to_owned());
        }
    }

    /// A date in brackets below the title, or a news agency's date line without the year.
    fn printed_near_title(&self) -> Option<String> {
        let mut seen = 0;
        for at in 0..self.lines.len().min(20) {
            let line = self.line(at);
            if line.is_empty() {
                continue;
            }
            seen += 1;
            let text: String = self.page.folded(line).iter().filter(|c| **c != ' ').collect();
            if is_dateline(&text) {
                let year = self.first_year();
                let (month, day) = month_and_day(&text)?;
                return year.map(|year| format!("{year:04}-{month:02}-{day:02}"));
            }
            if line.len() <= 60
                && !text.contains('。')
                && let Some(date) = first_date(&text)
            {
                return Some(date);
            }
            if seen >= 5 {
                break;
            }
        }
        None
    }

    fn first_year(&self) -> Option<i32> {
        let head = self.page.folded(Span::new(0, self.page.len().min(600)));
        // The first year of the plan's period is the year of its issue, a single year only may be.
        if let Some((first, _)) = period(head) {
            return Some(first);
        }
        head.windows(5).find_map(|w| match w {
            ['2', '0', a, b, '年'] if a.is_ascii_digit() && b.is_ascii_digit() => {
                w.iter().take(4).collect::<String>().parse().ok()
            }
            _ => None,
        })
    }

    fn carried_plan(&mut self) {
        let Some(title) = &self.out.title else { return };
        // 印發 and 的通知 are found in the folded twin and cut out of the printed title.
        let shown: Vec<char> = title.chars().collect();
        let folded: Vec<char> = shown.iter().map(|c| crate::script::fold(*c)).collect();
        let ends = |word: &[char]| folded.windows(word.len()).position(|w| w == word).map(|at| at + word.len());
        let Some(from) = ends(&['印', '发']).or_else(|| ends(&['转', '发'])) else { return };
        let last = |word: &[char]| folded.windows(word.len()).rposition(|w| w == word);
        let Some(to) = last(&['的', '通', '知']).or_else(|| last(&['通', '知'])).filter(|to| *to >= from) else {
            return;
        };
        let plan: String = shown.get(from..to).unwrap_or(&[]).iter().collect();
        let plan = plan.trim();
        let plan = plan.strip_prefix('《').map_or(plan, |inner| inner.strip_suffix('》').unwrap_or(inner));
        self.out.plan_title = Some(plan.to_owned()).filter(|p| !p.is_empty());
    }
}

/// A 发文字号: 国发〔2019〕4号, 某府办发〔2024〕12号.
fn file_number(text: &str) -> bool {
    let Some((before, rest)) = text.split_once('[') else { return false };
    let Some((year, after)) = rest.split_once(']') else { return false };
    let short = before.chars().count() <= 12 && after.chars().count() <= 10;
    short
        && !before.contains(['。', ','])
        && year.len() == 4
        && year.chars().all(|c| c.is_ascii_digit())
        && after.ends_with('号')
}

fn is_dateline(text: &str) -> bool {
    text.starts_with("新华社") && text.chars().count() <= 40
        || text.ends_with('电') && text.contains("月") && text.chars().count() <= 24
}

#[rustfmt::skip]
const KEYS: &[&str] = &[
    "索引号", "发文机关", "发布机构", "发文单位", "成文日期", "发文日期", "发布日期", "主题分类", "主题词", "来源", "文号", "发文字号", "标题",
    "公开方式", "有效性", "名称", "分类", "体裁分类", "组配分类", "浏览次数", "字体",
];

/// Matching folds the brackets of a document number; it is shown with its own.
fn unfolded(number: &str) -> String {
    number.replace('[', "〔").replace(']', "〕")
}

/// The signatures of one line; blanks within a name are spacing.
fn names(line: &str) -> String {
    let words: Vec<&str> = line.split(crate::script::is_blank).filter(|word| !word.is_empty()).collect();
    let whole = words.iter().all(|word| word.chars().count() >= 4);
    words.join(if whole { " " } else { "" })
}

fn is_metadata(text: &str) -> bool {
    let bracketed = |key: &&str| {
        text.strip_prefix('[').and_then(|rest| rest.strip_prefix(*key)).is_some_and(|rest| rest.starts_with(']'))
    };
    let keyed = text.split_once(':').is_some_and(|(key, _)| KEYS.contains(&key.trim_start_matches(['•', '·'])));
    keyed || KEYS.iter().any(bracketed)
}

/// A title ends with the kind of document.
fn closes_title(text: &str) -> bool {
    const KINDS: &[&str] = &["的通知", "的意见", "的决定", "的公告", "的通告", "的批复", "的函"];
    KINDS.iter().any(|kind| text.ends_with(kind))
}

fn is_signature(name: &str) -> bool {
    (2..=30).contains(&name.chars().count()) && !name.contains(['。', '，', '：', '；', '、', '（', '《'])
}
