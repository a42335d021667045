//! 签名者 (the signer): the keys of a place's log and the guard's memory, in a folder beside the database and outside its backups.
//!
//! - `PLACE.key`: Ed25519 and SM2, for the owner alone (mode 0600). Software keys today; a card or a signature server is another
//!   [`Signing`].
//! - `PLACE.head`: the last head that was signed, replaced by compare-and-swap. A backup must not bring it back together with the
//!   database, therefore it lies elsewhere. It is written when the keys are made; its absence later is a loss, never a beginning.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use zhiheng_store::{Random, hex};
use zhiheng_tlog::checkpoint::Checkpoint;
use zhiheng_tlog::gm::Sm2Signer;
use zhiheng_tlog::guard::{Last, Memory};
use zhiheng_tlog::key::{Ed25519Signer, Signer};

use super::LogFault;

/// What signs heads: every one of its keys a line.
pub trait Signing: Send + Sync {
    /// Name of the log, which is the name of its keys.
    fn origin(&self) -> &str;
    /// The keys.
    fn signers(&self) -> Vec<&dyn Signer>;
    /// The public keys as they are handed round, Ed25519 first.
    fn public(&self) -> Vec<String>;
    /// The SM2 public key as a point, 130 hexadecimal digits; for programs of the national algorithms.
    fn sm2_point(&self) -> String;
}

/// Keys held in memory.
pub(super) struct SoftwareKeys {
    origin: String,
    ed25519: Ed25519Signer,
    sm2: Sm2Signer,
}

impl Signing for SoftwareKeys {
    fn origin(&self) -> &str {
        &self.origin
    }

    fn signers(&self) -> Vec<&dyn Signer> {
        vec![&self.ed25519, &self.sm2]
    }

    fn public(&self) -> Vec<String> {
        vec![self.ed25519.verifier().to_text(), self.sm2.verifier().to_text()]
    }

    fn sm2_point(&self) -> String {
        hex(self.sm2.verifier().point())
    }
}

const NOTHING: &str = "还没有签过\n";

/// The files of one place.
pub(super) struct Files {
    folder: PathBuf,
    place: String,
}

impl Files {
    pub(super) fn of(folder: &Path, place: &str) -> Files {
        Files { folder: folder.to_path_buf(), place: place.to_owned() }
    }

    pub(super) fn folder(&self) -> String {
        self.folder.display().to_string()
    }

    fn path(&self, extension: &str) -> PathBuf {
        self.folder.join(format!("{}.{extension}", self.place))
    }

    /// Whether anything of a signer is there.
    pub(super) fn exist(&self) -> bool {
        self.path("key").exists() || self.path("head").exists()
    }

    /// The keys, when both files are there.
    pub(super) fn keys(&self) -> Result<Option<SoftwareKeys>, LogFault> {
        match (std::fs::read_to_string(self.path("key")), self.path("head").exists()) {
            (Ok(text), true) => read_keys(&text).map(Some).map_err(LogFault::Key),
            (Ok(_), false) => Err(LogFault::MemoryLost(self.folder())),
            (Err(error), false) if error.kind() == ErrorKind::NotFound => Ok(None),
            (Err(error), true) if error.kind() == ErrorKind::NotFound => Err(LogFault::MemoryLost(self.folder())),
            (Err(error), _) => Err(LogFault::Folder(error.to_string())),
        }
    }

    /// Makes keys for a new log. Its name ends in chance, so that no two installations have one name. The head's file comes first: keys
    /// without it are a loss, the other way round nothing was ever signed.
    pub(super) fn make(&self, random: &dyn Random) -> Result<SoftwareKeys, LogFault> {
        let mut name = [0; 4];
        random.fill(&mut name);
        let origin = format!("zhiheng/{}/log/{}", self.place, hex(&name));
        let keys = loop {
            let (mut seed, mut secret) = ([0; 32], [0; 32]);
            random.fill(&mut seed);
            random.fill(&mut secret);
            let ed25519 = Ed25519Signer::new(&origin, &seed);
            // A number of 32 bytes may be no SM2 key; hardly ever.
            if let (Ok(ed25519), Ok(sm2)) = (ed25519, Sm2Signer::new(&origin, &secret)) {
                break SoftwareKeys { origin, ed25519, sm2 };
            }
        };
        std::fs::create_dir_all(&self.folder).map_err(|error| failed(&self.folder, &error))?;
        replace(&self.path("head"), NOTHING)?;
        let secrets = [keys.ed25519.to_secret_text(), keys.sm2.to_secret_text()];
        let text = format!("{KEY_HEADER}\n{}\n{}\n", *secrets[0], *secrets[1]);
        replace(&self.path("key"), &text)?;
        Ok(keys)
    }

    /// Puts keys and memory of a log that ends out of the way, under a number of their own.
    pub(super) fn put_away(&self) -> Result<(), LogFault> {
        let free = (1..).find(|number| !self.path(&format!("key.{number}")).exists()).unwrap_or(1);
        for extension in ["key", "head"] {
            match std::fs::rename(self.path(extension), self.path(&format!("{extension}.{free}"))) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(&self.folder, &error)),
                _ => {}
            }
        }
        Ok(())
    }

    /// The guard's memory.
    pub(super) fn memory(&self) -> HeadFile {
        HeadFile { path: self.path("head"), lock: self.path("lock"), folder: self.folder() }
    }
}

const KEY_HEADER: &str = "质衡透明日志的签名密钥。请妥善保管并单独备份，不要外传。";

fn read_keys(text: &str) -> Result<SoftwareKeys, String> {
    let mut lines = text.lines().filter(|line| line.starts_with("PRIVATE+KEY+"));
    let (Some(first), Some(second), None) = (lines.next(), lines.next(), lines.next()) else {
        return Err("要有两行密钥".to_owned());
    };
    let ed25519 = Ed25519Signer::read(first).map_err(|error| error.to_string())?;
    let sm2 = Sm2Signer::read(second).map_err(|error| error.to_string())?;
    if ed25519.name() != sm2.name() {
        return Err("两把密钥的名称不同".to_owned());
    }
    Ok(SoftwareKeys { origin: ed25519.name().to_owned(), ed25519, sm2 })
}

fn failed(path: &Path, error: &std::io::Error) -> LogFault {
    LogFault::Folder(format!("{}：{error}", path.display()))
}

/// Writes a file whole, durable when it returns, readable for its owner alone.
fn replace(path: &Path, text: &str) -> Result<(), LogFault> {
    let write = || {
        let partial = path.with_extension("partial");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&partial)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&partial, path)?;
        // The name is durable when its folder is.
        match path.parent() {
            Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
            _ => Ok(()),
        }
    };
    write().map_err(|error: std::io::Error| failed(path, &error))
}

/// The last head that was signed, in a file.
pub(super) struct HeadFile {
    path: PathBuf,
    lock: PathBuf,
    folder: String,
}

/// [`LogFault`] where the guard wants an error of its own.
#[derive(Debug)]
pub(super) struct MemoryFault(pub(super) LogFault);

impl std::fmt::Display for MemoryFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for MemoryFault {}

impl Memory for HeadFile {
    type Error = MemoryFault;

    fn last(&self) -> Result<Last, MemoryFault> {
        let text = std::fs::read_to_string(&self.path).map_err(|error| {
            MemoryFault(match error.kind() {
                ErrorKind::NotFound => LogFault::MemoryLost(self.folder.clone()),
                _ => failed(&self.path, &error),
            })
        })?;
        if text == NOTHING {
            return Ok(Last::Nothing);
        }
        let damaged = || MemoryFault(LogFault::MemoryLost(self.path.display().to_string()));
        Checkpoint::read(&text).map(Last::Signed).ok_or_else(damaged)
    }

    /// Under a lock that dies with its process: reading and replacing are one step for every program of this host.
    fn replace(&mut self, last: &Last, new: &Checkpoint) -> Result<bool, MemoryFault> {
        let lock = OpenOptions::new().write(true).create(true).truncate(false).open(&self.lock);
        let lock = lock.map_err(|error| MemoryFault(failed(&self.lock, &error)))?;
        lock.lock().map_err(|error| MemoryFault(failed(&self.lock, &error)))?;
        if self.last()? != *last {
            return Ok(false);
        }
        replace(&self.path, &new.to_string()).map_err(MemoryFault)?;
        Ok(true)
    }
}
