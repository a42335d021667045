//! Handing a letter to a mail server (RFC 5321, RFC 4954, RFC 3207): one connection, one letter, one recipient.
//!
//! What always holds: with encryption chosen, nothing but the greeting travels before it stands; a password travels only over what the settings allow;
//! everything is bounded in time and size; whatever the server says can end a conversation and nothing else.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio_rustls::rustls::ClientConfig;
use zhiheng_app::{MailServer, Security};

use super::{LOGIN, NO_START_TLS, RECIPIENT, REFUSED, SENDER, UNREADABLE, Unsent};
use crate::wire::{self, NoAnswer};

/// How long handing over one letter may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longest line and most lines of one reply.
const LINE: u64 = 2_000;
const LINES: usize = 100;

trait Pipe: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Pipe for T {}

/// Hands over one letter. Every byte of it is ASCII and no line begins with a full stop: its text is base64.
pub(super) async fn send(
    mail: &MailServer,
    password: Option<&str>,
    trust: Arc<ClientConfig>,
    to: &str,
    letter: &str,
) -> Result<(), Unsent> {
    let talk = talk(mail, password, trust, to, letter);
    tokio::time::timeout(PATIENCE, talk).await.unwrap_or_else(|_| Err(Unsent::of(&NoAnswer::Slow, &mail.host)))
}

async fn talk(
    mail: &MailServer,
    password: Option<&str>,
    trust: Arc<ClientConfig>,
    to: &str,
    letter: &str,
) -> Result<(), Unsent> {
    let no = |no: NoAnswer| Unsent::of(&no, &format!("{}:{}", mail.host, mail.port));
    let stream = wire::connect(&mail.host, mail.port).await.map_err(no)?;
    let pipe: Box<dyn Pipe> = match mail.security {
        Security::Tls => Box::new(wire::encrypted(&mail.host, stream, Arc::clone(&trust)).await.map_err(no)?),
        Security::StartTls | Security::None => Box::new(stream),
    };
    let mut line = Line { pipe: BufReader::new(pipe), host: &mail.host };
    line.expect(220, super::REFUSED).await?;
    let hello = format!("EHLO {}", mail.sender.split_once('@').map_or("localhost", |(_, domain)| domain));
    let mut offers = line.say(&hello, 250, REFUSED).await?;
    if mail.security == Security::StartTls {
        if !offers.iter().any(|offer| offer.eq_ignore_ascii_case("STARTTLS")) {
            return Err(Unsent(NO_START_TLS, mail.host.clone()));
        }
        line.say("STARTTLS", 220, NO_START_TLS).await?;
        // What was sent along before the encryption stands would be taken for a reply under it.
        if !line.pipe.buffer().is_empty() {
            return Err(Unsent(UNREADABLE, mail.host.clone()));
        }
        let pipe = wire::encrypted(&mail.host, line.pipe.into_inner(), trust).await.map_err(no)?;
        line = Line { pipe: BufReader::new(Box::new(pipe)), host: &mail.host };
        offers = line.say(&hello, 250, REFUSED).await?;
    }
    if let Some(password) = password {
        sign_in(&mut line, &offers, &mail.user, password).await?;
    }
    line.say(&format!("MAIL FROM:<{}>", mail.sender), 250, SENDER).await?;
    line.say(&format!("RCPT TO:<{to}>"), 250, RECIPIENT).await?;
    line.say("DATA", 354, REFUSED).await?;
    line.say(&format!("{letter}."), 250, REFUSED).await?;
    // It has been taken: a server that is in a hurry to hang up changes nothing about that.
    let _ = line.say("QUIT", 221, REFUSED).await;
    Ok(())
}

async fn sign_in(line: &mut Line<'_>, offers: &[String], user: &str, password: &str) -> Result<(), Unsent> {
    let words = offers.iter().map(|offer| offer.to_ascii_uppercase());
    let ways = words.filter_map(|offer| offer.strip_prefix("AUTH").map(str::to_owned)).collect::<String>();
    let offered = |way: &str| ways.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|one| one == way);
    if offered("PLAIN") {
        let proof = STANDARD.encode(format!("\0{user}\0{password}"));
        line.say(&format!("AUTH PLAIN {proof}"), 235, LOGIN).await?;
    } else if offered("LOGIN") {
        line.say("AUTH LOGIN", 334, LOGIN).await?;
        line.say(&STANDARD.encode(user), 334, LOGIN).await?;
        line.say(&STANDARD.encode(password), 235, LOGIN).await?;
    } else {
        return Err(Unsent(LOGIN, "它没有提供 PLAIN 或 LOGIN 登录".to_owned()));
    }
    Ok(())
}

/// One end of the conversation.
struct Line<'a> {
    pipe: BufReader<Box<dyn Pipe>>,
    host: &'a str,
}

impl Line<'_> {
    /// Says a line and waits for a reply with this code.
    async fn say(&mut self, words: &str, code: u16, refused: super::Entry) -> Result<Vec<String>, Unsent> {
        let broken = |error: std::io::Error| Unsent::of(&NoAnswer::Broken(error.into()), self.host);
        self.pipe.write_all(format!("{words}\r\n").as_bytes()).await.map_err(broken)?;
        self.pipe.flush().await.map_err(broken)?;
        self.expect(code, refused).await
    }

    async fn expect(&mut self, code: u16, refused: super::Entry) -> Result<Vec<String>, Unsent> {
        let (told, lines) = self.reply().await?;
        // 251: the letter is forwarded.
        if told == code || (code == 250 && told == 251) {
            return Ok(lines);
        }
        Err(Unsent(refused, format!("{told} {}", harmless(&lines.join(" ")))))
    }

    /// A reply: its code, and its lines without it.
    async fn reply(&mut self) -> Result<(u16, Vec<String>), Unsent> {
        let unreadable = || Unsent(UNREADABLE, self.host.to_owned());
        let mut lines = Vec::new();
        while lines.len() < LINES {
            let mut bytes = Vec::new();
            let read = (&mut self.pipe).take(LINE).read_until(b'\n', &mut bytes).await;
            read.map_err(|error| Unsent::of(&NoAnswer::Broken(error.into()), self.host))?;
            let text = String::from_utf8_lossy(&bytes);
            let Some(text) = text.strip_suffix('\n') else { return Err(unreadable()) };
            let text = text.trim_end();
            let code = text.get(..3).and_then(|code| code.parse::<u16>().ok()).ok_or_else(unreadable)?;
            lines.push(text.get(4..).unwrap_or_default().to_owned());
            if text.as_bytes().get(3) != Some(&b'-') {
                return Ok((code, lines));
            }
        }
        Err(unreadable())
    }
}

/// What a server says, cut short, on one line, and without the addresses that it repeats.
fn harmless(text: &str) -> String {
    let words = text.split_whitespace().map(|word| if word.contains('@') { "（地址）" } else { word });
    let line = words.collect::<Vec<_>>().join(" ");
    line.chars().filter(|letter| !letter.is_control()).take(120).collect()
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::pki_types::pem::PemObject;
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use tokio_rustls::rustls::{RootCertStore, ServerConfig, crypto::ring::default_provider};

    use super::*;

    const CA: &[u8] = include_bytes!("../../../store/tests/fixtures/tls/ca.pem");
    const OTHER_CA: &[u8] = include_bytes!("../../../store/tests/fixtures/tls/other-ca.pem");
    const CERTIFICATE: &[u8] = include_bytes!("../../../store/tests/fixtures/tls/server.pem");
    const KEY: &[u8] = include_bytes!("../../../store/tests/fixtures/tls/server.key");

    fn trusting(pem: &[u8]) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            roots.add(certificate.unwrap()).unwrap();
        }
        wire::trusting(roots).unwrap()
    }

    fn acceptor() -> TlsAcceptor {
        let chain = CertificateDer::pem_slice_iter(CERTIFICATE).map(Result::unwrap).collect();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, PrivateKeyDer::from_pem_slice(KEY).unwrap())
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }

    /// What a mail server is like.
    #[derive(Clone, Copy, Default)]
    struct Temper {
        security: Option<Security>,
        auth: &'static str,
        offers_start_tls: bool,
        /// Sends a reply along with the one to STARTTLS, in the clear.
        injects: bool,
        no_recipient: bool,
    }

    /// A mail server that takes one letter and tells what it heard.
    async fn server(temper: Temper) -> (u16, tokio::task::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut heard = Vec::new();
            let pipe: Box<dyn Pipe> = if temper.security == Some(Security::Tls) {
                match acceptor().accept(stream).await {
                    Ok(pipe) => Box::new(pipe),
                    Err(_) => return heard,
                }
            } else {
                Box::new(stream)
            };
            let mut pipe = BufReader::new(pipe);
            pipe.write_all(b"220 mail.example ESMTP\r\n").await.unwrap();
            let mut in_data = false;
            loop {
                let mut line = String::new();
                if pipe.read_line(&mut line).await.unwrap_or(0) == 0 {
                    return heard;
                }
                let line = line.trim_end().to_owned();
                heard.push(line.clone());
                let answer = match line.split([' ', ':']).next().unwrap_or_default() {
                    _ if in_data && line != "." => continue,
                    "." => {
                        in_data = false;
                        "250 taken\r\n".to_owned()
                    }
                    "EHLO" => {
                        let tls = if temper.offers_start_tls { "250-STARTTLS\r\n" } else { "" };
                        format!("250-mail.example\r\n{tls}250-AUTH {}\r\n250 8BITMIME\r\n", temper.auth)
                    }
                    "STARTTLS" => {
                        let more = if temper.injects { "250 forged\r\n" } else { "" };
                        let _ = pipe.write_all(format!("220 go\r\n{more}").as_bytes()).await;
                        match acceptor().accept(pipe.into_inner()).await {
                            Ok(secured) => pipe = BufReader::new(Box::new(secured)),
                            Err(_) => return heard,
                        }
                        continue;
                    }
                    "AUTH" if line == "AUTH LOGIN" => "334 VXNlcm5hbWU6\r\n".to_owned(),
                    "AUTH" if line.ends_with(" AHpsAG9wZW4=") => "235 welcome\r\n".to_owned(),
                    "AUTH" => "535 5.7.8 wrong\r\n".to_owned(),
                    "emw=" => "334 UGFzc3dvcmQ6\r\n".to_owned(),
                    "b3Blbg==" => "235 welcome\r\n".to_owned(),
                    "RCPT" if temper.no_recipient => "550 5.1.1 <wang@example.gov.cn> is unknown\r\n".to_owned(),
                    "DATA" => {
                        in_data = true;
                        "354 go on\r\n".to_owned()
                    }
                    "QUIT" => "221 bye\r\n".to_owned(),
                    _ => "250 ok\r\n".to_owned(),
                };
                if pipe.write_all(answer.as_bytes()).await.is_err() {
                    return heard;
                }
            }
        });
        (port, heard)
    }

    fn mail(port: u16, security: Security) -> MailServer {
        MailServer {
            host: "localhost".to_owned(),
            port,
            security,
            user: "zl".to_owned(),
            sender: "zl@example.gov.cn".to_owned(),
        }
    }

    async fn sent(temper: Temper, security: Security, password: &str, ca: &[u8]) -> (Result<(), Unsent>, Vec<String>) {
        let (port, heard) = server(temper).await;
        let to = "wang@example.gov.cn";
        let done = send(&mail(port, security), Some(password), trusting(ca), to, "Subject: x\r\n\r\naGk=\r\n").await;
        (done, heard.await.unwrap())
    }

    #[tokio::test]
    async fn a_letter_is_handed_over_in_each_of_the_three_ways() {
        for (security, auth) in
            [(Security::Tls, "PLAIN LOGIN"), (Security::StartTls, "LOGIN"), (Security::None, "CRAM-MD5 PLAIN")]
        {
            let temper = Temper { security: Some(security), auth, offers_start_tls: true, ..Temper::default() };
            let (done, heard) = sent(temper, security, "open", CA).await;
            assert_eq!(done, Ok(()), "{security:?} {heard:?}");
            assert!(heard.contains(&"RCPT TO:<wang@example.gov.cn>".to_owned()) && heard.contains(&"aGk=".to_owned()));
            assert_eq!(heard.contains(&"STARTTLS".to_owned()), security == Security::StartTls);
        }
    }

    #[tokio::test]
    async fn nothing_is_said_to_whoever_cannot_be_trusted() {
        let temper = Temper { auth: "PLAIN", offers_start_tls: true, ..Temper::default() };
        let secret = |heard: &[String]| heard.iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL"));
        for (temper, security, ca, code) in [
            (Temper { security: Some(Security::Tls), ..temper }, Security::Tls, OTHER_CA, "ZH4202"),
            (temper, Security::StartTls, OTHER_CA, "ZH4202"),
            (Temper { offers_start_tls: false, ..temper }, Security::StartTls, CA, "ZH4203"),
            (Temper { injects: true, ..temper }, Security::StartTls, CA, "ZH4210"),
        ] {
            let (done, heard) = sent(temper, security, "open", ca).await;
            assert_eq!(done.unwrap_err().told().split(' ').next(), Some(code), "{heard:?}");
            assert!(!secret(&heard), "{code} {heard:?}");
        }
    }

    #[tokio::test]
    async fn what_the_server_refuses_is_told_without_addresses() {
        let temper = Temper { auth: "PLAIN", ..Temper::default() };
        let (done, _) = sent(temper, Security::None, "wrong", CA).await;
        assert_eq!(done.unwrap_err().told().split(' ').next(), Some("ZH4204"));
        let (done, _) = sent(Temper { auth: "GSSAPI", ..temper }, Security::None, "open", CA).await;
        assert_eq!(done.unwrap_err().told().split(' ').next(), Some("ZH4204"));
        let (done, _) = sent(Temper { no_recipient: true, ..temper }, Security::None, "open", CA).await;
        let told = done.unwrap_err().told();
        assert!(told.starts_with("ZH4206") && told.contains("unknown") && !told.contains('@'), "{told}");
        let nobody = mail(1, Security::None);
        let done = send(&nobody, None, trusting(CA), "a@b.cn", "").await;
        assert!(done.unwrap_err().told().starts_with("ZH4201"));
    }
}
