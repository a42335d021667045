//! 服务: what every handler needs: the county, who may block how much, and the settings in force.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Semaphore;
use zhiheng_app::{App, Error, Outgoing, Random, hex};

use crate::api::pace::Pace;
use crate::citizen::Citizens;
use crate::held::Held;
use crate::openid::{Provider, UnderWay};

/// Calls of use cases that run at a time; each blocks a thread.
const CALLS: usize = 16;
/// Password hashes that run at a time: each takes 19 MiB and most of a core.
const HASHES: usize = 2;

/// What the program hands in.
pub struct Setup {
    /// The county.
    pub app: Arc<App>,
    /// Chance.
    pub random: Arc<dyn Random>,
    /// Key of the form tokens; lives as long as the program.
    pub csrf_key: [u8; 32],
    /// Where the demonstration county is served, when it is.
    pub demo_address: Option<String>,
    /// Where the secrets lie.
    pub secrets: Secrets,
}

/// Files with secrets, a line each. They are named on the command line only: whoever administers the pages must not make the program read files of the
/// server, and still less send them away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Secrets {
    /// What an identity provider gave us.
    pub openid: Option<PathBuf>,
    /// The password of the mail server.
    pub mail: Option<PathBuf>,
    /// What we share with the system that is told.
    pub webhook: Option<PathBuf>,
}

/// Largest file of a secret.
const SECRET_BYTES: u64 = 4096;

/// A secret is one short line in a plain file. It is read anew each time, so that a changed file needs no restart.
pub(crate) fn read_secret(path: &Path) -> std::io::Result<String> {
    let wrong = || std::io::Error::other("a secret is one line of at most 4 KiB");
    if !std::fs::metadata(path)?.is_file() {
        return Err(wrong());
    }
    let mut text = String::new();
    std::fs::File::open(path)?.take(SECRET_BYTES + 1).read_to_string(&mut text)?;
    let line = text.trim();
    let short = u64::try_from(text.len()).is_ok_and(|length| length <= SECRET_BYTES);
    let fits = short && !line.is_empty() && !line.chars().any(char::is_control);
    if fits { Ok(line.to_owned()) } else { Err(wrong()) }
}

/// One county on the web.
#[derive(Clone)]
pub struct Server(Arc<Inside>);

struct Inside {
    app: Arc<App>,
    random: Arc<dyn Random>,
    csrf_key: [u8; 32],
    demo_address: Option<String>,
    secrets: Secrets,
    calls: Semaphore,
    hashes: Semaphore,
    settings: RwLock<Settings>,
    held: Held,
    under_way: UnderWay,
    citizens: Citizens,
    pace: Pace,
}

/// Settings that pages need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// 对外地址 (`https://zl.example.gov.cn`); empty when not set.
    pub(crate) public_address: String,
    /// The server stands behind a proxy whose X-Forwarded headers are to be believed.
    pub(crate) behind_proxy: bool,
    /// Who runs the pages, for the footer.
    pub(crate) runner: String,
    /// 统一身份登录; none: nothing is asked of anybody.
    pub(crate) provider: Option<Provider>,
    /// Cases that one network address may open in an hour; 0 is without limit.
    pub(crate) reports_per_hour: u32,
    /// Query codes that it may try in ten minutes; 0 is without limit.
    pub(crate) follows_per_ten_minutes: u32,
    /// 对外发送; without a mail server and another system nothing leaves.
    pub(crate) outgoing: Outgoing,
}

/// Names of the settings as stored.
pub(crate) const PUBLIC_ADDRESS: &str = "public_address";
pub(crate) const BEHIND_PROXY: &str = "behind_proxy";
pub(crate) const RUNNER: &str = "runner";
pub(crate) const OPENID_ISSUER: &str = "openid_issuer";
pub(crate) const OPENID_CLIENT: &str = "openid_client";
pub(crate) const REPORTS: &str = "reports_per_hour";
pub(crate) const FOLLOWS: &str = "follows_per_ten_minutes";
/// What holds while nobody has said otherwise.
const REPORTS_PRESET: u32 = 5;
const FOLLOWS_PRESET: u32 = 30;

impl Settings {
    fn read(app: &App) -> Result<Settings, Error> {
        let setting = |name| Ok::<_, Error>(app.setting(name)?.unwrap_or_default());
        Ok(Settings {
            public_address: setting(PUBLIC_ADDRESS)?,
            behind_proxy: setting(BEHIND_PROXY)? == "yes",
            runner: setting(RUNNER)?,
            provider: Some(Provider { issuer: setting(OPENID_ISSUER)?, client: setting(OPENID_CLIENT)? })
                .filter(|provider| !provider.issuer.is_empty()),
            reports_per_hour: setting(REPORTS)?.parse().unwrap_or(REPORTS_PRESET),
            follows_per_ten_minutes: setting(FOLLOWS)?.parse().unwrap_or(FOLLOWS_PRESET),
            outgoing: app.outgoing()?,
        })
    }
}

impl Server {
    /// Reads the settings of the county. Blocks.
    pub fn new(setup: Setup) -> Result<Server, Error> {
        let settings = RwLock::new(Settings::read(&setup.app)?);
        Ok(Server(Arc::new(Inside {
            app: setup.app,
            random: setup.random,
            csrf_key: setup.csrf_key,
            demo_address: setup.demo_address,
            secrets: setup.secrets,
            calls: Semaphore::new(CALLS),
            hashes: Semaphore::new(HASHES),
            settings,
            held: Held::default(),
            under_way: UnderWay::default(),
            citizens: Citizens::default(),
            pace: Pace::default(),
        })))
    }

    /// The county. Only what does not block may be asked here.
    pub(crate) fn app(&self) -> &App {
        &self.0.app
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.0.secrets
    }

    pub(crate) fn demo_address(&self) -> Option<&str> {
        self.0.demo_address.as_deref()
    }

    /// The name of a cookie that belongs to this county alone.
    pub(crate) fn cookie(&self, name: &str) -> String {
        format!("{name}_{}", self.0.app.pack.place)
    }

    pub(crate) fn csrf_key(&self) -> &[u8; 32] {
        &self.0.csrf_key
    }

    pub(crate) fn citizens(&self) -> &Citizens {
        &self.0.citizens
    }

    pub(crate) fn held(&self) -> &Held {
        &self.0.held
    }

    pub(crate) fn under_way(&self) -> &UnderWay {
        &self.0.under_way
    }

    pub(crate) fn pace(&self) -> &Pace {
        &self.0.pace
    }

    pub(crate) fn settings(&self) -> Settings {
        self.0.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the settings again after a change.
    pub(crate) async fn renew_settings(&self) -> Result<(), Error> {
        let settings = self.run(Settings::read).await?;
        *self.0.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
        Ok(())
    }

    /// Random hexadecimal digits, two a byte.
    pub(crate) fn chance<const BYTES: usize>(&self) -> String {
        let mut bytes = [0; BYTES];
        self.0.random.fill(&mut bytes);
        hex(&bytes)
    }

    /// Runs a use case on a thread that may block.
    pub(crate) async fn run<T, F>(&self, call: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&App) -> Result<T, Error> + Send + 'static,
    {
        self.run_within(&self.0.calls, call).await
    }

    /// The same for calls that hash a password.
    pub(crate) async fn run_hashing<T, F>(&self, call: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&App) -> Result<T, Error> + Send + 'static,
    {
        self.run_within(&self.0.hashes, call).await
    }

    async fn run_within<T, F>(&self, permits: &Semaphore, call: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&App) -> Result<T, Error> + Send + 'static,
    {
        let _permit = permits.acquire().await.map_err(|_| Error::Busy)?;
        let app = Arc::clone(&self.0.app);
        let done = tokio::task::spawn_blocking(move || call(&app)).await;
        done.map_err(|failure| Error::Internal(format!("a use case ended: {failure}")))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_a_short_line_of_a_plain_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "s3cret\n").unwrap();
        assert_eq!(read_secret(&path).unwrap(), "s3cret");
        for text in ["", "two\nlines", &"x".repeat(4097)] {
            std::fs::write(&path, text).unwrap();
            assert!(read_secret(&path).is_err(), "{} bytes", text.len());
        }
        assert!(read_secret(folder.path()).is_err(), "a folder");
    }
}
