//! What is read from the command line is read under the pack that is in force in the database, whatever pack the program carries.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { std::fs::copy(&path, &target).map(drop).unwrap() }
    }
}

#[test]
fn a_county_with_a_pack_of_its_own_is_read_under_it_and_not_under_another() {
    let folder = std::env::temp_dir().join(format!("zhiheng-reading-{}", std::process::id()));
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    for name in ["base", "demo-county"] {
        copy(&packs.join(name), &folder.join(name));
    }
    let own = folder.join("demo-county");
    let db = format!("sqlite:{}", folder.join("z.db").display());
    let run = |args: &[&str]| -> Output {
        Command::new(env!("CARGO_BIN_EXE_zhiheng")).args(["--db", &db]).args(args).output().unwrap()
    };
    let told = |output: &Output| {
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    };
    let line = r#"{"op":"create","kind":"food_sample","fields":{"sample_no":"A-1","sample_name":"菜籽油","sampled_on":"2026-01-05","task_type":"supervision","verdict":"qualified"}}"#;
    let given = own.to_str().unwrap().to_owned();
    let mut submit = Command::new(env!("CARGO_BIN_EXE_zhiheng"))
        .args(["--db", &db, "--pack", &given, "submit"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    submit.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
    assert!(submit.wait().unwrap().success());
    for command in [&["audit"][..], &["board"], &["records", "--indicator", "food_pass_rate", "--period", "2026"]] {
        let read = run(command);
        assert!(read.status.success(), "{command:?}: {}", told(&read));
        assert!(!told(&read).contains("巫山"), "{command:?}: {}", told(&read));
    }
    assert!(told(&run(&["audit"])).contains("全部一致"));
    assert!(told(&run(&["board"])).contains("示例县"));
    // Another version of it at hand: what it would say is another number.
    let plan = own.join("pack.toml");
    let text = std::fs::read_to_string(&plan).unwrap();
    std::fs::write(&plan, format!("{text}\n# 改过\n")).unwrap();
    let other = run(&["--pack", &given, "audit"]);
    assert_eq!(other.status.code(), Some(1), "{}", told(&other));
    assert!(told(&other).contains("请去掉 --pack") && told(&other).contains("zhiheng pack diff"), "{}", told(&other));
    std::fs::remove_dir_all(&folder).unwrap();
}
