//! The program as an office starts it, on either database: it says where it is, answers, and ends when it is told to.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

/// SQLite, and PostgreSQL where the tests have one.
#[expect(clippy::disallowed_methods, reason = "tests are configured by the environment")]
fn databases() -> Vec<String> {
    let admin = std::env::var("ZHIHENG_TEST_POSTGRES").ok().filter(|url| !url.is_empty());
    let name = format!("zhiheng_serve_{}", std::process::id());
    let postgres = admin.map(|admin| zhiheng_store::testing::create_database(&admin, &name).unwrap());
    std::iter::once("sqlite:zhiheng-data/zhiheng.db".to_owned()).chain(postgres).collect()
}

fn get(address: &str, path: &str) -> String {
    let mut line = TcpStream::connect(address).unwrap();
    write!(line, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_server_starts_answers_and_ends_on_either_database() {
    for database in databases() {
        let folder = std::env::temp_dir().join(format!("zhiheng-serve-{}-{}", std::process::id(), database.len()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut server = Command::new(env!("CARGO_BIN_EXE_zhiheng"))
            .args(["--db", &database, "serve", "--listen", "127.0.0.1:0"])
            .current_dir(&folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(server.stdout.take().unwrap());
        let mut first = String::new();
        said.read_line(&mut first).unwrap();
        let address = first.trim().rsplit("http://").next().unwrap().to_owned();
        assert!(first.contains("已启动"), "{database}: {first}");
        let board = get(&address, "/board");
        assert!(board.starts_with("HTTP/1.1 200") && board.contains("食品抽检合格率"), "{database}: {board}");
        assert!(get(&address, "/kinds").starts_with("HTTP/1.1 303"), "{database}");
        Command::new("kill").arg(server.id().to_string()).status().unwrap();
        let ended = server.wait().unwrap();
        assert!(ended.success(), "{database}: {ended}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
