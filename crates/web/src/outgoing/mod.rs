//! 对外发送: carries what the outbox holds to where it is to go, while the county is served.
//!
//! - An attempt is claimed, made, and written down; who dies in between leaves it to be made again ([`App::claim`]).
//! - Mail and webhooks go their own way: one that hangs keeps only its own waiting.
//! - Why something did not arrive is told in words and with a permanent code, on the page and in the log.

mod hook;
mod letter;
mod smtp;

use std::path::Path;
use std::time::Duration;

use zhiheng_app::{App, Channel, Error, Hook, Letter, MailServer, Parcel};

use crate::Server;
use crate::server::read_secret;
use crate::wire::{self, NoAnswer};

const EVERY: Duration = Duration::from_secs(1);
const AT_MOST: Duration = Duration::from_secs(30);
/// Rounds of [`EVERY`] between two sweeps.
const SWEEP: u64 = 3600;

type Entry = (&'static str, &'static str);

const CONNECT: Entry = ("ZH4201", "连不上 {}。请核对地址和端口，并检查本机能不能访问它。");
const TRUST: Entry = ("ZH4202", "{} 的证书不可信，或者加密没有谈成。请核对加密方式；自建的证书要先装到本机。");
const NO_START_TLS: Entry = ("ZH4203", "邮件服务器 {} 不支持 STARTTLS，没有发送。请改选加密方式。");
const LOGIN: Entry = ("ZH4204", "邮件服务器不接受用户名和密码（{}）。请核对用户名和密码。");
const SENDER: Entry = ("ZH4205", "邮件服务器不接受发件地址（{}）。请改用它允许的地址。");
const RECIPIENT: Entry = ("ZH4206", "邮件服务器不接受收件地址（{}）。请收件人核对邮箱。");
const REFUSED: Entry = ("ZH4207", "邮件服务器没有收下（{}）。请稍后再试，或者联系邮件管理员。");
const SLOW: Entry = ("ZH4208", "{} 没有在限定时间内回答。请稍后再试。");
const SECRET: Entry = (
    "ZH4209",
    "读不到{}。它放在服务器的文件里（一行，不超过 4 KiB），启动时用 --mail-password、--webhook-secret 指明；请核对路径和读取权限。",
);
const UNREADABLE: Entry = ("ZH4210", "{} 的回答读不懂，或者中途断开。请核对端口和加密方式。");
const STATUS: Entry = ("ZH4211", "接收方回答了 {}，不是成功。请检查接收方的程序。");
const NOT_SET: Entry = ("ZH4212", "没有设置{}。请先在“对外发送”里填写并保存。");
const ADDRESS: Entry = ("ZH4213", "{} 不是可以发往的地址：只能是 https，或者本机。");

/// Why something did not arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unsent(Entry, String);

impl Unsent {
    /// With its code, for people.
    pub(crate) fn told(&self) -> String {
        let Unsent((code, sentence), what) = self;
        format!("{code} {}", sentence.replacen("{}", what, 1))
    }

    fn of(no: &NoAnswer, whom: &str) -> Unsent {
        let entry = match no {
            NoAnswer::Address => ADDRESS,
            NoAnswer::Connect(_) => CONNECT,
            NoAnswer::Trust(_) => TRUST,
            NoAnswer::Slow => SLOW,
            NoAnswer::Broken(_) => UNREADABLE,
        };
        tracing::warn!(whom, cause = %no, "what was sent did not arrive");
        Unsent(entry, whom.to_owned())
    }
}

fn secret(path: Option<&Path>, name: &str) -> Result<String, Unsent> {
    let missing = || Unsent(SECRET, name.to_owned());
    read_secret(path.ok_or_else(missing)?).map_err(|cause| {
        tracing::warn!(%cause, name, "a secret cannot be read");
        missing()
    })
}

/// Lets everything that is to leave leave in its time, until it is dropped.
pub(crate) async fn attend(server: Server) {
    if server.app().is_read_only() {
        return;
    }
    tokio::join!(prepare(&server), carry(&server, Channel::Webhook), carry(&server, Channel::Mail));
}

/// Makes of what happened what is sent, and the letters of the morning.
async fn prepare(server: &Server) {
    let mut rounds = 0_u64;
    every_second(|| {
        rounds += 1;
        let sweep = rounds.is_multiple_of(SWEEP);
        async move {
            if server.settings().outgoing.mail.is_none() && server.settings().outgoing.hook.is_none() {
                return Ok(());
            }
            server.run(move |app| prepared(app, sweep)).await
        }
    })
    .await;
}

fn prepared(app: &App, sweep: bool) -> Result<(), Error> {
    while app.fan_out()? > 0 {}
    let letters = app.send_morning()?;
    if letters > 0 {
        tracing::info!(place = %app.pack.place, letters, "the letters of the morning are ready");
    }
    if sweep {
        app.sweep_outgoing()?;
    }
    Ok(())
}

async fn carry(server: &Server, channel: Channel) {
    every_second(|| async {
        let outgoing = server.settings().outgoing;
        let wanted = match channel {
            Channel::Webhook => outgoing.hook.is_some(),
            Channel::Mail => outgoing.mail.is_some(),
        };
        while wanted && carry_one(server, channel).await? {}
        Ok(())
    })
    .await;
}

/// Runs something once a second; after a failure later, at most every half minute.
async fn every_second<F, Fut>(mut run: F)
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<(), Error>>,
{
    let mut wait = EVERY;
    loop {
        match run().await {
            Ok(()) => wait = EVERY,
            Err(error) => {
                wait = (wait * 2).min(AT_MOST);
                tracing::error!(cause = %error, again_s = wait.as_secs(), "what is to leave could not");
            }
        }
        tokio::time::sleep(wait).await;
    }
}

/// One attempt at the next thing that is due. False when nothing is.
async fn carry_one(server: &Server, channel: Channel) -> Result<bool, Error> {
    let Some(parcel) = server.run(move |app| app.claim(channel)).await? else { return Ok(false) };
    let failed = deliver(server, channel, &parcel).await.err().map(|unsent| unsent.told());
    let (what, key) = (channel.name(), parcel.key.clone());
    match &failed {
        None => tracing::info!(what, key, "delivered"),
        Some(why) => tracing::warn!(what, key, why, "not delivered"),
    }
    server.run(move |app| app.attempted(&parcel, failed.as_deref())).await?;
    Ok(true)
}

async fn deliver(server: &Server, channel: Channel, parcel: &Parcel) -> Result<(), Unsent> {
    match channel {
        Channel::Webhook => push(server, &parcel.key, &parcel.content).await,
        Channel::Mail => match parcel.letter() {
            Some(letter) => post(server, &letter, &parcel.to, &parcel.key).await,
            None => Err(Unsent(UNREADABLE, "待发件".to_owned())),
        },
    }
}

/// Sends a letter now.
pub(crate) async fn post(server: &Server, letter: &Letter, to: &str, key: &str) -> Result<(), Unsent> {
    let Some(mail) = server.settings().outgoing.mail else { return Err(Unsent(NOT_SET, "邮件服务器".to_owned())) };
    post_by(&mail, server, letter, to, key).await
}

async fn post_by(mail: &MailServer, server: &Server, letter: &Letter, to: &str, key: &str) -> Result<(), Unsent> {
    let password =
        if mail.user.is_empty() { None } else { Some(secret(server.secrets().mail.as_deref(), "邮件密码")?) };
    let trust = wire::trust().map_err(|cause| Unsent::of(&NoAnswer::Trust(cause), &mail.host))?;
    let (app, name) = (server.app(), server.app().pack.place_name.clone());
    let head =
        letter::Head { from: &mail.sender, name: &name, to, key, at: app.now(), hours: app.pack.utc_offset_hours };
    let text = letter::compose(&head, letter);
    smtp::send(mail, password.as_deref(), trust, to, &text).await
}

/// Tells the other system something now.
pub(crate) async fn push(server: &Server, key: &str, body: &str) -> Result<(), Unsent> {
    let Some(Hook { url }) = server.settings().outgoing.hook else {
        return Err(Unsent(NOT_SET, "推送地址".to_owned()));
    };
    hook::push(&url, &secret(server.secrets().webhook.as_deref(), "推送密钥")?, key, body, server.app().now()).await
}
