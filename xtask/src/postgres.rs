//! A throw-away PostgreSQL for the tests: on the loopback address alone, on a spare port, with `fsync` on, and gone afterwards.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::Outcome;
use crate::guard::{Server, User, fresh_folder, is_root, spare_port};
use crate::run::output_of;

/// A running server and the address that the tests are given as `ZHIHENG_TEST_POSTGRES`.
pub(crate) struct Postgres {
    pub(crate) url: String,
    _server: Server,
}

/// The folder of `initdb` and `postgres`: on the path, else the newest below Debian's folder.
pub(crate) fn programs() -> Option<PathBuf> {
    let complete = |folder: &Path| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    let on_path =
        std::env::var_os("PATH").and_then(|path| std::env::split_paths(&path).find(|folder| complete(folder)));
    on_path.or_else(|| {
        let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
        let mut found: Vec<(u32, PathBuf)> = versions
            .filter_map(Result::ok)
            .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
            .filter(|(_, folder)| complete(folder))
            .collect();
        found.sort();
        Some(found.pop()?.1)
    })
}

/// PostgreSQL refuses to run as root: then the user that its package made, else the one that every system has.
fn user() -> Outcome<Option<User>> {
    if !is_root() {
        return Ok(None);
    }
    let number = |option: &str, name: &str| {
        let told = output_of(Command::new("id").args([option, name]).stderr(Stdio::null())).ok()?;
        told.trim().parse::<u32>().ok()
    };
    ["postgres", "nobody"]
        .into_iter()
        .find_map(|name| Some(User { uid: number("-u", name)?, gid: number("-g", name)? }))
        .map(Some)
        .ok_or_else(|| {
            "no unprivileged user to run PostgreSQL as: make one named postgres (useradd postgres)".to_owned()
        })
}

/// What the server shows to whoever asks for TLS: for `localhost`, by the authority beside it. The key is worth nothing elsewhere.
const CERTIFICATE: &str = include_str!("../../crates/store/tests/fixtures/tls/server.pem");
const KEY: &str = include_str!("../../crates/store/tests/fixtures/tls/server.key");

impl Postgres {
    /// Makes a cluster in a fresh folder and starts it.
    pub(crate) fn start() -> Outcome<Postgres> {
        let programs = programs().ok_or("PostgreSQL is not installed")?;
        let user = user()?;
        let folder = fresh_folder("postgres", user)?;
        let data = folder.join("data");
        let port = spare_port()?;
        // The server's own shell makes the cluster, so that whatever happens the folder is deleted.
        let script = r#"
            set -e
            programs=$1; data=$2; port=$3; folder=$4
            umask 077
            printf %s "$5" > "$folder/server.pem"
            printf %s "$6" > "$folder/server.key"
            make() { "$programs/initdb" -D "$data" -U postgres -A trust -E UTF8 --no-instructions "$@"; }
            # Chinese collation, as a county's own database may have it: a statement that forgot to order by bytes shows.
            make --locale=C.UTF-8 --locale-provider=icu --icu-locale=zh-Hans || { rm -rf -- "$data"; make --locale=C; }
            exec "$programs/postgres" -D "$data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
                -c ssl=on -c ssl_cert_file="$folder/server.pem" -c ssl_key_file="$folder/server.key" \
                -c fsync=on -c synchronous_commit=on -c max_connections=200 -c timezone=UTC
        "#;
        let (programs, data, at) = (programs.to_string_lossy(), data.to_string_lossy(), port.to_string());
        let folder_text = folder.to_string_lossy();
        let command = ["sh", "-c", script, "sh", &programs, &data, &at, &folder_text, CERTIFICATE, KEY];
        let server = Server::start("postgres", &folder, "INT", user, &command)?;
        server.wait_for("database system is ready to accept connections", Duration::from_secs(120))?;
        Ok(Postgres { url: format!("postgres://postgres@127.0.0.1:{port}/postgres"), _server: server })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_answers_on_its_port_where_postgresql_is_installed() {
        if programs().is_none() {
            return;
        }
        let postgres = Postgres::start().unwrap();
        let port: u16 = postgres.url.trim_end_matches("/postgres").rsplit(':').next().unwrap().parse().unwrap();
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        drop(postgres);
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    }
}
