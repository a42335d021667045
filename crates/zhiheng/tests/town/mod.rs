//! A small county under the program as it is shipped: its pack in a folder, an account with a token of the API, and the server on a port of its
//! own that can be killed.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use zhiheng_app::{App, Clock, Grants, Random, ReachOf, Right, Setup, TokenWanted};

pub(crate) struct Now;

impl Clock for Now {
    #[expect(clippy::disallowed_methods, reason = "the server beside it has the clock of the system too")]
    fn now_micros(&self) -> i64 {
        i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros()).unwrap()
    }
}

pub(crate) struct Chance;

impl Random for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).unwrap();
    }
}

pub(crate) const PASSWORD: &str = "一句足够长的话做密码 1";

const PACK: &str = r#"
[pack]
id = "test"
title = "示例县质量强县建设实施方案"
place = { code = "990199", name = "示例县" }
document = "plan.txt"
baseline_year = 2022
target_year = 2027
[[body]]
id = "scjg"
name = "县市场监管局"
[[body]]
id = "kjj"
name = "县科技局"
[[area]]
code = "990199001"
name = "甲街道"
[[area]]
code = "990199002"
name = "青石镇"
[[list]]
id = "conclusion"
name = "检验结论"
item = [{ id = "qualified", name = "合格" }, { id = "unqualified", name = "不合格" }]
"#;

const PLAN: &str = r#"
[[kind]]
id = "food_sample"
name = "食品抽检样品"
group = "抽检"
about = "一个批次"
key = "sample_no"
label = "{sample_name}"
day = "sampled_on"
area = "area"
body = "scjg"
subject = "firm"
columns = ["sample_no", "sample_name", "sampled_on"]
filters = [["verdict", "area"]]
[[kind.field]]
id = "sample_no"
name = "抽样单编号"
type = "text"
[[kind.field]]
id = "sample_name"
name = "样品名称"
type = "text"
required = true
[[kind.field]]
id = "sampled_on"
name = "抽样日期"
type = "date"
max = "today"
[[kind.field]]
id = "verdict"
name = "结论"
type = "choice"
list = "conclusion"
[[kind.field]]
id = "mass"
name = "抽样量"
type = "decimal"
decimals = 3
min = "0"
unit = "千克"
[[kind.field]]
id = "area"
name = "乡镇"
type = "area"
[[kind.field]]
id = "firm"
name = "被抽样单位"
type = "text"
[[kind.sample]]
sample_name = "菜籽油"

[[indicator]]
id = "food_pass_rate"
row = 1
name = "食品抽检合格率"
unit = "%"
form = "ratio"
bodies = ["scjg"]
quote = "食品抽检合格率达到98.2%以上"
baseline = { year = 2022, value = "98" }
target = { year = 2027, op = ">=", value = "98.2" }
kind = "floor"
decimals = 2
[[indicator.over]]
kind = "food_sample"
count = "sampled_on"
numerator = "count(verdict == 'qualified')"
denominator = "count(verdict is known)"
"#;

/// One county in one folder.
pub(crate) struct Town {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) pack: zhiheng_pack::Pack,
    pub(crate) token: String,
}

impl Town {
    pub(crate) fn new() -> Town {
        let folder = tempfile::tempdir().unwrap();
        let files = [("pack.toml", PACK), ("plan.toml", PLAN), ("plan.txt", "食品抽检合格率达到98.2%以上")];
        std::fs::create_dir(folder.path().join("pack")).unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join("pack").join(name), text).unwrap();
        }
        let files = files.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
        let files = zhiheng_pack::PackFiles { name: "pack".to_owned(), files };
        let (pack, problems) = zhiheng_pack::read(&files, &|_| None);
        let pack = pack.unwrap_or_else(|| panic!("{problems:?}"));
        let mut town = Town { folder, pack, token: String::new() };
        town.token = town.fill(&files);
        town
    }

    fn fill(&self, files: &zhiheng_pack::PackFiles) -> String {
        let app = self.open("county.db", false);
        app.apply_pack("system", std::slice::from_ref(files)).unwrap();
        let link = app.first_link().unwrap().unwrap();
        let session = app.accept(&link, "office", "office", PASSWORD, "10.0.0.8").unwrap().session().unwrap();
        let account = app.session(&session.0).unwrap().unwrap();
        let grants = Grants::on_all([Right::Read, Right::Write]);
        app.create_token(&account, &TokenWanted { name: "试验".to_owned(), of: ReachOf::Own, grants, days: 30 })
            .unwrap()
    }

    pub(crate) fn url(&self, name: &str) -> String {
        format!("sqlite:{}", self.folder.path().join(name).display())
    }

    /// The county from inside, beside a running server or alone.
    pub(crate) fn open(&self, name: &str, read_only: bool) -> App {
        let setup = Setup { clock: Arc::new(Now), random: Arc::new(Chance), read_only, files: None };
        App::open(&self.url(name), self.pack.clone(), &setup).unwrap()
    }

    pub(crate) fn command(&self, database: &str, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zhiheng"));
        command.current_dir(self.folder.path()).args(["--db", &self.url(database), "--pack", "pack"]).args(words);
        command
    }

    pub(crate) fn run(&self, database: &str, words: &[&str]) -> Output {
        self.command(database, words).output().unwrap()
    }

    pub(crate) fn serve(&self, database: &str) -> Served {
        let mut child = self
            .command(database, &["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut first = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut first).unwrap();
        let address = first.trim().rsplit("http://").next().unwrap().to_owned();
        assert!(first.contains("已启动"), "{first}");
        Served { child, address, _said: said }
    }
}

/// The running server. It is killed when it is dropped, without being asked.
pub(crate) struct Served {
    child: Child,
    pub(crate) address: String,
    /// A program that nobody listens to ends.
    _said: BufReader<ChildStdout>,
}

impl Served {
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it is dead.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One request. None: the server went away before it had answered.
pub(crate) fn ask(address: &str, head: &str, body: &str) -> Option<(u16, Vec<u8>)> {
    let mut line = TcpStream::connect(address).ok()?;
    line.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let length = body.len();
    write!(line, "{head}Host: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}").ok()?;
    let mut answer = Vec::new();
    line.read_to_end(&mut answer).ok()?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    let body = answer.split_off(end + 4);
    // What broke off is no answer.
    (length.is_none_or(|length| length.trim().parse() == Ok(body.len()))).then_some((status, body))
}

pub(crate) fn get(address: &str, path: &str) -> (u16, Vec<u8>) {
    ask(address, &format!("GET {path} HTTP/1.1\r\n"), "").expect("an answer")
}
