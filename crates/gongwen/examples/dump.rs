//! Prints what is read in a file, as JSON: `cargo run -p zhiheng-gongwen --example dump -- FILE`.
#![expect(clippy::expect_used, reason = "a command for developers")]

fn main() {
    let path = std::env::args().nth(1).expect("FILE");
    let text = std::fs::read_to_string(path).expect("a readable UTF-8 file");
    let json = serde_json::to_string_pretty(&zhiheng_gongwen::read(&text)).expect("serialises");
    println!("{json}");
}
