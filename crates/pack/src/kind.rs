//! Record kinds (登记种类) and their fields: what a record may contain.

use jiff::civil::Date;

use crate::formula::Condition;
use crate::problem::Level;
use crate::value::Decimal;

/// The fourteen field types. Closed on purpose: a new one is a change of the program, seen by every match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// 短文本
    Text,
    /// 长文本
    Passage,
    /// 整数
    Integer,
    /// 小数, exact
    Decimal,
    /// 日期
    Date,
    /// 时间
    Moment,
    /// 是否
    YesNo,
    /// 单选
    Choice,
    /// 多选
    Choices,
    /// 关联
    Reference,
    /// 地区
    Area,
    /// 坐标
    Point,
    /// 商品条码
    Gs1Key,
    /// 附件
    File,
}

impl Type {
    /// Every type with its name in the pack language.
    pub const NAMES: [(&str, Type); 14] = [
        ("text", Type::Text),
        ("passage", Type::Passage),
        ("integer", Type::Integer),
        ("decimal", Type::Decimal),
        ("date", Type::Date),
        ("moment", Type::Moment),
        ("yes_no", Type::YesNo),
        ("choice", Type::Choice),
        ("choices", Type::Choices),
        ("reference", Type::Reference),
        ("area", Type::Area),
        ("point", Type::Point),
        ("gs1_key", Type::Gs1Key),
        ("file", Type::File),
    ];

    /// The type of that name.
    pub fn of_name(name: &str) -> Option<Type> {
        Type::NAMES.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }

    /// The name in the pack language.
    pub fn name(self) -> &'static str {
        Type::NAMES.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// A special shape of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// 统一社会信用代码: a wrong check character is a reminder, not a refusal.
    Uscc,
    /// 不合格项目: a line each, `项目║检验结果║标准值`.
    FailingItems,
    /// 电话
    Phone,
    /// A record of any kind, `KIND/ID`: pages show its title and lead there.
    Record,
}

/// The bound of a date field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateBound {
    /// A fixed day.
    On(Date),
    /// The day on which the record is made.
    Today,
}

/// One field of a kind.
#[derive(Debug, Clone)]
pub struct Field {
    /// Stable id.
    pub id: String,
    /// 名称, on pages and as the first header of files.
    pub name: String,
    /// Type.
    pub kind: Type,
    /// Further headers under which imports find it.
    pub names: Vec<String>,
    /// Hint under the label.
    pub hint: Option<String>,
    /// A record cannot be understood without it.
    pub required: bool,
    /// Personal data: never in logs and public pages, masked in exports.
    pub personal: bool,
    /// Roles that read a personal field as it is ([`Kind::readers_of`]); everybody else sees it masked.
    pub readers: Vec<String>,
    /// Longest text in characters.
    pub max_len: usize,
    /// Shape of a text.
    pub format: Option<Format>,
    /// Least number.
    pub min: Option<Decimal>,
    /// Greatest number.
    pub max: Option<Decimal>,
    /// Earliest date.
    pub earliest: Option<DateBound>,
    /// Latest date.
    pub latest: Option<DateBound>,
    /// Digits stored after the point.
    pub decimals: u32,
    /// Unit printed after a number.
    pub unit: Option<String>,
    /// Position of the list in [`crate::Pack::lists`].
    pub list: Option<usize>,
    /// Of a choice of bodies: only bodies of these levels; none: of every one.
    pub levels: Vec<crate::pack::BodyLevel>,
    /// Id of the kind that a reference points to.
    pub to: Option<String>,
    /// File extensions accepted.
    pub accept: Vec<String>,
    /// Greatest size of a file in bytes.
    pub max_bytes: u64,
    /// Preset of the form.
    pub default: Option<String>,
    /// Pattern of a running number that the program gives to new records: `{yyyy}` and a run of zeros, `{00000}`.
    pub serial: Option<String>,
    /// Computed from the course of the case; nobody fills it in.
    pub derived: bool,
}

impl Field {
    /// Longest text, unless a field says otherwise, in characters.
    pub(crate) const TEXT_LEN: usize = 500;
    /// Largest file, unless a field says otherwise, in bytes.
    pub(crate) const FILE_BYTES: u64 = 20 * 1024 * 1024;

    /// A field with nothing but its id, name and type.
    pub(crate) fn new(id: &str, name: &str, kind: Type) -> Field {
        Field {
            id: id.to_owned(),
            name: name.to_owned(),
            kind,
            names: Vec::new(),
            hint: None,
            required: false,
            personal: false,
            readers: Vec::new(),
            max_len: Field::TEXT_LEN,
            format: None,
            min: None,
            max: None,
            earliest: None,
            latest: None,
            decimals: 0,
            unit: None,
            list: None,
            levels: Vec::new(),
            to: None,
            accept: Vec::new(),
            max_bytes: Field::FILE_BYTES,
            default: None,
            serial: None,
            derived: false,
        }
    }
}

/// 台账 or 办理.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// 台账: mirrors another system.
    Register,
    /// 办理: its steps are taken here.
    Handle,
}

/// A rule across fields.
#[derive(Debug, Clone)]
pub struct Check {
    /// True or unknown passes.
    pub condition: Condition,
    /// Field the problem is shown at.
    pub field: Option<usize>,
    /// What to tell.
    pub message: String,
    /// Refuse or warn.
    pub level: Level,
}

/// 报送值: records of this kind report the values of indicators. At most one kind of a pack does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reports {
    /// Field that names the indicator.
    pub indicator: usize,
    /// Field of the value.
    pub value: usize,
    /// Field of the sample size.
    pub n: Option<usize>,
    /// Fields of the interval's ends.
    pub interval: Option<(usize, usize)>,
}

/// 汇总: records of this kind carry the batches that a list of failures does not name. At most one kind of a pack does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// Field that names the kind whose batches are totalled.
    pub of: usize,
    /// Field that says which batches are entered one by one, and its item for the failing ones.
    pub detail: (usize, String),
    /// 检验批次
    pub tested: usize,
    /// 合格批次
    pub passed: usize,
    /// 不合格批次
    pub failed: usize,
}

/// 年度任务: records of this kind split the measures of the plan into tasks of a year. At most one kind of a pack does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Yearly {
    /// Field that names the measure.
    pub measure: usize,
    /// Field of the year.
    pub year: usize,
    /// Field of the task's title.
    pub title: usize,
    /// Field of the lead body.
    pub lead: usize,
    /// Field of the assisting bodies.
    pub assisting: usize,
    /// Field of the day by which it is done.
    pub due: usize,
}

/// How announcement tables of this kind are read.
#[derive(Debug, Clone, Default)]
pub struct ImportRule {
    /// The scope of a list (合格, 不合格, 混合) is asked and confirmed.
    pub scope: bool,
    /// Field that a list's scope fills: its index, and the items for passing and failing.
    pub verdict: Option<(usize, String, String)>,
    /// Field of the failing items: a row that has one fails.
    pub items: Option<usize>,
}

/// 点位码海报: what the printed poster of a record says beside its code. The record's key is the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Poster {
    /// Field of the place.
    pub place: usize,
    /// Field of the place in English.
    pub english: Option<usize>,
    /// Field of who runs it.
    pub operator: Option<usize>,
    /// Date field: taken down on this day.
    pub removed: Option<usize>,
}

/// 缓急: when the person whom a case is about leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Urgency {
    /// Date field of the day on which he leaves.
    pub day: usize,
    /// Whole-number field of the hour, 0 to 23.
    pub hour: Option<usize>,
    /// Id of the time limit that ends with that day: by its line the desk finds the cases that are urgent now.
    pub clock: String,
}

/// 台账: what says whence a record was mirrored and how old it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mirror {
    /// Choice field of the other system.
    pub system: Option<usize>,
    /// Text field of its number there.
    pub number: Option<usize>,
    /// Date field of the day as of which it was taken over.
    pub as_of: usize,
    /// Days after which it is old.
    pub stale: i32,
}

/// What anonymous readers may see, and when.
#[derive(Debug, Clone, Default)]
pub struct Public {
    /// Indices of the fields.
    pub fields: Vec<usize>,
    /// The act after which they are public: [`Public::APPROVED`].
    pub after: String,
    /// Released only while this holds; asked again whenever the page is shown, so that what has run out vanishes.
    pub when: Option<Condition>,
    /// 上级公布的才公布: numbers computed from these records are not the county's to publish; only the reported value that the authority released is.
    pub released_only: bool,
}

impl Public {
    /// After an approved publication: the only way there is.
    pub const APPROVED: &str = "approved_publication";
}

/// 公开: records of this kind are publications, and a step of theirs freezes what is published. At most one kind of a pack does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publishes {
    /// Id of the kind that holds what was frozen.
    pub into: String,
    /// The step in whose transaction it is frozen.
    pub step: String,
    /// The step that takes it away from the public.
    pub withdraw: String,
    /// The step that begins a correction; until the next publication what stands goes on standing.
    pub correct: String,
    /// The steps that send it to its review: what was changed after the last of them was not reviewed.
    pub sends: Vec<String>,
}

/// A kind of record.
#[derive(Debug, Clone)]
pub struct Kind {
    /// Stable id.
    pub id: String,
    /// 名称
    pub name: String,
    /// Menu group.
    pub group: String,
    /// 台账 or 办理.
    pub mode: Mode,
    /// What it is, in a sentence.
    pub about: String,
    /// Articles it rests on.
    pub basis: Vec<String>,
    /// Fields in order.
    pub fields: Vec<Field>,
    /// Rules across fields.
    pub checks: Vec<Check>,
    /// Business key.
    pub key: Option<usize>,
    /// The valid date of a record.
    pub day: Option<usize>,
    /// The area field.
    pub area: Option<usize>,
    /// Text fields whose address tells whether the record lies in the place when there is no area.
    pub place_from: Vec<usize>,
    /// Owner of the records when no field says otherwise.
    pub body: Option<String>,
    /// Field with the responsible body.
    pub body_field: Option<usize>,
    /// The firm or person a record is about.
    pub subject: Option<usize>,
    /// `{field}` template of a record's title.
    pub label: String,
    /// Fields whose text a search finds: key, subject and those of the label unless the pack says otherwise; never a personal one.
    pub searched: Vec<usize>,
    /// Columns of the list.
    pub columns: Vec<usize>,
    /// Declared filters: one or two fields each, at most four.
    pub filters: Vec<Vec<usize>>,
    /// What the public may see.
    pub public: Public,
    /// Who reads it.
    pub access: crate::access::Access,
    /// How files are read.
    pub import: ImportRule,
    /// It reports values.
    pub reports: Option<Reports>,
    /// It carries totals.
    pub totals: Option<Totals>,
    /// It splits the measures into tasks of a year.
    pub yearly: Option<Yearly>,
    /// What a task to a town rests on (履行职责事项清单条目、准入审批): one of these is filled in wherever a town has the record.
    pub town_basis: Vec<usize>,
    /// Steps at which that is asked; none: always. What the program drafts has it when a person sends it on its way.
    pub town_basis_at: Vec<String>,
    /// Its procedures, as positions in [`crate::Pack::procedures`]; none in mode register.
    pub procedures: Vec<usize>,
    /// Its records are publications.
    pub publishes: Option<Publishes>,
    /// 由程序写入: its records hold what was published; nobody enters, corrects or withdraws one.
    pub sealed: bool,
    /// When its cases press.
    pub urgency: Option<Urgency>,
    /// How its records mirror another system's, in mode register.
    pub mirror: Option<Mirror>,
    /// Records of this kind are posters that lead to a public entry.
    pub poster: Option<Poster>,
    /// How the public may open a case.
    pub public_entry: Option<crate::procedure::PublicEntry>,
    /// Valid records for tests and for people who learn the kind.
    pub samples: Vec<crate::record::Draft>,
    /// In force from.
    pub since: Option<Date>,
    /// In force to.
    pub until: Option<Date>,
    /// False when a fact of this kind is not verified.
    pub verified: bool,
}

impl Kind {
    /// Index of a field.
    pub fn field_index(&self, id: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.id == id)
    }

    /// The fields that people and files fill in, with their positions.
    pub fn given(&self) -> impl Iterator<Item = (usize, &Field)> {
        self.fields.iter().enumerate().filter(|(_, field)| !field.derived)
    }

    /// Whether a field is the citizen's rating.
    pub fn rates(&self, field: usize) -> bool {
        self.public_entry.as_ref().is_some_and(|entry| entry.rate == Some(field))
    }

    /// A field by id.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// Sets of field ids that lists may be filtered by quickly, for the indexes of the store.
    pub fn filter_ids(&self) -> Vec<Vec<String>> {
        let id = |index: &usize| self.fields.get(*index).map(|field| field.id.clone());
        self.filters.iter().map(|set| set.iter().filter_map(id).collect()).collect()
    }
}
