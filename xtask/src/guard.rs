//! A server that must not outlive this program.
//!
//! The server is the child of a small shell that waits on its standard input. When this program lets go of the other end – at the
//! end, on an error, on Ctrl-C, when it is killed – the shell stops the server and deletes its folder. The shell has a process group
//! of its own, so that Ctrl-C reaches it only through that pipe.

use std::io::{Read, Seek, SeekFrom};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::Outcome;

/// A user that a server runs as instead of root.
#[derive(Clone, Copy, Debug)]
pub(crate) struct User {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// A folder that nobody else has. One for another user lies in `/tmp`, since a temporary folder of root's own may be closed to others.
pub(crate) fn fresh_folder(name: &str, owner: Option<User>) -> Outcome<PathBuf> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let above = if owner.is_some() { PathBuf::from("/tmp") } else { std::env::temp_dir() };
    let folder = above.join(format!("zhiheng-{name}-{}-{number}", std::process::id()));
    let failed = |error| format!("{} cannot be made: {error}", folder.display());
    std::fs::create_dir(&folder).map_err(failed)?;
    if let Some(user) = owner {
        chown(&folder, Some(user.uid), Some(user.gid)).map_err(failed)?;
    }
    Ok(folder)
}

/// A port of the loopback address on which nothing listens.
pub(crate) fn spare_port() -> Outcome<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| format!("no spare port: {error}"))?;
    Ok(listener.local_addr().map_err(|error| format!("no spare port: {error}"))?.port())
}

/// Whether this process runs as root.
pub(crate) fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// A running server, with a folder that goes when it goes.
pub(crate) struct Server {
    shell: Child,
    log: PathBuf,
    name: &'static str,
}

const SHELL: &str = r#"
folder=$1; signal=$2; shift 2
"$@" >"$folder/log" 2>&1 </dev/null &
child=$!
read -r _
# Said again until it is heard: a server that is only just starting may not listen to signals yet.
(while kill -s "$signal" "$child"; do sleep 1; done) 2>/dev/null &
wait "$child"
cd /
rm -rf -- "$folder"
"#;

impl Server {
    /// Starts `command` in `folder`. `signal` is the one on which it ends at once and in order.
    pub(crate) fn start(
        name: &'static str,
        folder: &Path,
        signal: &str,
        user: Option<User>,
        command: &[&str],
    ) -> Outcome<Server> {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(SHELL).arg("sh").arg(folder).arg(signal).args(command);
        shell.current_dir(folder).env("HOME", folder).process_group(0);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some(user) = user {
            shell.uid(user.uid).gid(user.gid);
        }
        let shell = shell.spawn().map_err(|error| format!("{name} could not be started: {error}"))?;
        Ok(Server { shell, log: folder.join("log"), name })
    }

    /// Waits until the server has written `text` to its log.
    pub(crate) fn wait_for(&self, text: &str, patience: Duration) -> Outcome {
        let until = Instant::now() + patience;
        while Instant::now() < until {
            if self.log_text().contains(text) {
                return Ok(());
            }
            sleep(Duration::from_millis(50));
        }
        Err(format!(
            "{} did not say «{text}» within {} s; the end of its log:\n{}",
            self.name,
            patience.as_secs(),
            self.log_end()
        ))
    }

    /// The end of the first word of the log that has this part, from the part on.
    pub(crate) fn said(&self, part: &str) -> Option<String> {
        let log = self.log_text();
        let word = log.split_whitespace().find(|word| word.contains(part))?;
        word.get(word.find(part)?..).map(str::to_owned)
    }

    /// Waits until the server accepts connections on a port of the loopback address.
    pub(crate) fn wait_for_port(&self, port: u16, patience: Duration) -> Outcome {
        let until = Instant::now() + patience;
        while Instant::now() < until {
            if std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Ok(());
            }
            sleep(Duration::from_millis(50));
        }
        Err(format!(
            "{} did not listen within {} s; the end of its log:\n{}",
            self.name,
            patience.as_secs(),
            self.log_end()
        ))
    }

    fn log_text(&self) -> String {
        std::fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// The last two thousand bytes of the log.
    pub(crate) fn log_end(&self) -> String {
        let mut bytes = Vec::new();
        if let Ok(mut file) = std::fs::File::open(&self.log) {
            let length = file.metadata().map_or(0, |metadata| metadata.len());
            let _ = file.seek(SeekFrom::Start(length.saturating_sub(2000)));
            let _ = file.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // The shell ends as soon as the server has; a server that does not end is worth seeing, not hiding.
        let _ = self.shell.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_and_its_folder_go_with_the_guard() {
        let folder = fresh_folder("guard-test", None).unwrap();
        let server = Server::start("sh", &folder, "TERM", None, &["sh", "-c", "echo ready; exec sleep 60"]).unwrap();
        server.wait_for("ready", Duration::from_secs(10)).unwrap();
        let started = Instant::now();
        drop(server);
        assert!(!folder.exists());
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_server_that_never_speaks_is_reported_with_its_log() {
        let folder = fresh_folder("guard-test", None).unwrap();
        let server = Server::start("sh", &folder, "TERM", None, &["sh", "-c", "echo out of memory"]).unwrap();
        server.wait_for("memory", Duration::from_secs(10)).unwrap();
        let why = server.wait_for("ready", Duration::from_millis(100)).unwrap_err();
        assert!(why.contains("out of memory"), "{why}");
    }
}
