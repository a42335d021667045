//! What leaves the house, against a mail server and a receiver of our own on the loopback: the pages that set it up, the worker that carries it, and
//! what arrives.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::cases::{county, lodge};
use crate::county::{Browser, County};

/// A mail server that takes everything, and the letters that it took: recipient and whole text.
async fn mail_server() -> (u16, Arc<Mutex<Vec<(String, String)>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let letters = Arc::new(Mutex::new(Vec::new()));
    let taken = Arc::clone(&letters);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let taken = Arc::clone(&taken);
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                stream.write_all(b"220 mail\r\n").await.unwrap();
                let (mut to, mut data, mut in_data) = (String::new(), String::new(), false);
                loop {
                    let mut line = String::new();
                    if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                        return;
                    }
                    if in_data && line != ".\r\n" {
                        data.push_str(&line);
                        continue;
                    }
                    let answer = match line.as_str() {
                        ".\r\n" => {
                            in_data = false;
                            taken.lock().unwrap().push((to.clone(), std::mem::take(&mut data)));
                            "250 taken\r\n"
                        }
                        "DATA\r\n" => {
                            in_data = true;
                            "354 go on\r\n"
                        }
                        rcpt if rcpt.starts_with("RCPT TO:") => {
                            to = rcpt.trim_start_matches("RCPT TO:<").trim_end().trim_end_matches('>').to_owned();
                            "250 ok\r\n"
                        }
                        "QUIT\r\n" => "221 bye\r\n",
                        _ => "250 ok\r\n",
                    };
                    let _ = stream.write_all(answer.as_bytes()).await;
                }
            });
        }
    });
    (port, letters)
}

/// The text of a letter.
fn text_of(letter: &str) -> String {
    let (_, body) = letter.split_once("\r\n\r\n").unwrap();
    String::from_utf8(STANDARD.decode(body.replace("\r\n", "")).unwrap()).unwrap()
}

/// A header of a letter or a request.
fn header<'a>(text: &'a str, name: &str) -> &'a str {
    let line = text.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")));
    line.unwrap_or_else(|| panic!("no {name}: {text}")).split_once(':').unwrap().1.trim()
}

/// A receiver that answers with these statuses, then with 200; the requests that it saw: head and body.
async fn receiver(statuses: &'static [u16]) -> (u16, Arc<Mutex<Vec<(String, String)>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (kept, mut left) = (Arc::clone(&seen), statuses.iter().copied());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                if stream.read_line(&mut head).await.unwrap_or(0) == 0 {
                    break;
                }
            }
            let mut body = vec![0; header(&head, "content-length").parse().unwrap()];
            stream.read_exact(&mut body).await.unwrap();
            kept.lock().unwrap().push((head, String::from_utf8(body).unwrap()));
            let status = left.next().unwrap_or(200);
            let to = if status == 302 { "location: http://127.0.0.1:1/\r\n" } else { "" };
            let answer = format!("HTTP/1.1 {status} x\r\n{to}content-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (port, seen)
}

/// The county served, with everything that happens by itself.
async fn serve(county: &County) -> tokio::task::JoinHandle<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = county.server.clone();
    tokio::spawn(async move { zhiheng_web::listen(listener, server, std::future::pending()).await.unwrap() })
}

/// Waits until so many have arrived.
async fn arrived<T: Clone>(seen: &Arc<Mutex<Vec<T>>>, count: usize) -> Vec<T> {
    for _ in 0..200 {
        let found = seen.lock().unwrap().clone();
        if found.len() >= count {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{} of {count} arrived", seen.lock().unwrap().len())
}

async fn nothing_more<T>(seen: &Arc<Mutex<Vec<T>>>, count: usize) {
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(seen.lock().unwrap().len(), count);
}

async fn set(office: &mut Browser, fields: &[(&str, &str)]) -> crate::county::Page {
    office.get("/settings/outgoing").await;
    let mut all = vec![
        ("mail_security", "none"),
        ("mail_port", "25"),
        ("mail_sender", "zl@example.gov.cn"),
        ("digest_hour", "8"),
    ];
    all.retain(|(name, _)| !fields.iter().any(|(given, _)| given == name));
    all.extend_from_slice(fields);
    office.post("/settings/outgoing", &all).await
}

#[tokio::test]
async fn mail_is_set_up_tried_confirmed_and_comes_once_a_morning_also_after_a_restart() {
    let county = county();
    let (port, letters) = mail_server().await;
    let mut office = county.office().await;
    let mut clerk = county.bureau(&mut office, "scjg").await;
    clerk.get("/me/mail").await.assert_shows("还没有设置邮件服务器").assert_shows("现在不给您发邮件");
    office.get("/settings").await;
    office.post("/settings", &[("public_address", "https://zl.example.cn"), ("behind_proxy", "false")]).await;
    let port_text = port.to_string();
    let refused = set(
        &mut office,
        &[("mail_host", "mail.example.cn"), ("mail_user", "zl"), ("mail_sender", "x"), ("webhook_url", "http://a.cn")],
    )
    .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["有 3 处需要修改", "发件地址写成", "不加密时不能带", "接收地址须是"] {
        refused.assert_shows(words);
    }
    let saved = set(&mut office, &[("mail_host", "127.0.0.1"), ("mail_port", "1")]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let failed = office.post_on("/settings/outgoing/test-mail", &[("to", "office@example.gov.cn")]).await;
    failed.assert_shows("ZH4201").assert_shows("连不上 127.0.0.1:1");
    set(&mut office, &[("mail_host", "127.0.0.1"), ("mail_port", &port_text)]).await;
    let page = office.get("/settings/outgoing").await;
    page.assert_shows("设置已保存").assert_shows("没有等待发送的").assert_hides("邮件里不带链接");
    office
        .post_on("/settings/outgoing/test-mail", &[("to", "office@example.gov.cn")])
        .await
        .assert_shows("邮件服务器已收下");
    assert_eq!(arrived(&letters, 1).await[0].0, "office@example.gov.cn");

    let serving = serve(&county).await;
    clerk.get("/me/mail").await;
    let page = clerk.post_on("/me/mail", &[("mode", "at_once"), ("address", "li@example.gov.cn")]).await;
    page.assert_shows("验证码已发到 li@example.gov.cn").assert_shows("现在不给您发邮件");
    let code: String = text_of(&arrived(&letters, 2).await[1].1).chars().filter(char::is_ascii_digit).take(8).collect();
    let wrong = clerk.post("/me/mail/confirm", &[("code", "12345678")]).await;
    wrong.assert_shows("验证码不对");
    clerk.post_on("/me/mail/confirm", &[("code", &code)]).await.assert_shows("发到 li@example.gov.cn");
    lodge(&mut clerk, "王某某的事").await;

    county.at("2026-01-06");
    let (to, letter) = arrived(&letters, 3).await[2].clone();
    assert_eq!(to, "li@example.gov.cn");
    assert!(letter.is_ascii() && header(&letter, "message-id").starts_with("<digest."), "{letter}");
    let text = text_of(&letter);
    for words in ["待办共 1 件", "2026年1月14日 1 件", "https://zl.example.cn/work", "https://zl.example.cn/me/mail"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("王某某") && !text.contains("TS2026"), "{text}");
    serving.abort();
    let serving = serve(&county).await;
    nothing_more(&letters, 3).await;

    county.at("2026-01-15");
    county.app.fire().unwrap();
    let all = arrived(&letters, 5).await;
    let mut kinds: Vec<String> =
        all[3..].iter().map(|(_, letter)| header(letter, "message-id").split('.').next().unwrap().to_owned()).collect();
    kinds.sort();
    assert_eq!(kinds, ["<digest", "<urgent"], "the morning's, and the one about what is late");
    nothing_more(&letters, 5).await;
    serving.abort();
}

#[tokio::test]
async fn a_webhook_is_signed_repeated_until_it_is_taken_and_follows_nobody() {
    let county = county();
    let (port, seen) = receiver(&[200, 503, 302, 500]).await;
    let mut office = county.office().await;
    let mut clerk = county.bureau(&mut office, "scjg").await;
    let url = format!("http://127.0.0.1:{port}/hook?a=1");
    // A file that the page names is not read: the program is told where its secrets lie when it starts.
    let other = county.webhook_secret().with_extension("other");
    std::fs::write(&other, "别的文件\n").unwrap();
    set(&mut office, &[("webhook_url", &url), ("webhook_secret_file", other.to_str().unwrap())]).await;
    office.get("/settings/outgoing").await;
    office.post_on("/settings/outgoing/test-push", &[]).await.assert_shows("ZH4209");
    std::fs::write(county.webhook_secret(), "大家都知道的密钥\n").unwrap();
    office.get("/settings/outgoing").await;
    office.post_on("/settings/outgoing/test-push", &[]).await.assert_shows("接收方已收下");

    let serving = serve(&county).await;
    lodge(&mut clerk, "王某某的事").await;
    for tries in 2..5 {
        arrived(&seen, tries).await;
        // Until the failure is written down.
        let waits = format!("{} / 12", tries - 1);
        for _ in 0..50 {
            if office.get("/settings/outgoing").await.text.contains(&waits) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        office.get("/settings/outgoing").await.assert_shows(&waits).assert_shows("ZH4211").assert_shows("新待办");
        county.later(5);
    }
    let all = arrived(&seen, 5).await;
    nothing_more(&seen, 5).await;
    office.get("/settings/outgoing").await.assert_shows("没有等待发送的");
    for (head, body) in &all {
        assert!(head.starts_with("POST /hook?a=1 HTTP/1.1"), "{head}");
        let mut mac = Hmac::<Sha256>::new_from_slice("大家都知道的密钥".as_bytes()).unwrap();
        mac.update(format!("{}.{body}", header(head, "x-zhiheng-timestamp")).as_bytes());
        let wanted: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(header(head, "x-zhiheng-signature"), format!("sha256={wanted}"));
        assert!(!body.contains("王某某"), "{body}");
    }
    let keys: Vec<&str> = all[1..].iter().map(|(head, _)| header(head, "idempotency-key")).collect();
    assert!(keys.iter().all(|key| *key == keys[0]) && keys[0].starts_with("push.task."), "{keys:?}");
    assert!(all[1..].iter().all(|(_, body)| *body == all[1].1), "the same every time");
    let told: serde_json::Value = serde_json::from_str(&all[1].1).unwrap();
    assert_eq!((told["number"].as_str(), told["event"].as_str()), (Some("TS2026-001"), Some("task")));
    serving.abort();
}
