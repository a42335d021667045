//! 浏览器记下的东西: three cookies, none of them for anything but what the page says. No script reads them.
//!
//! Cookies know no port: two counties on one machine would take each other's sessions, so a session's cookie bears the place.

use axum::http::{HeaderMap, HeaderValue, header};

/// The session of somebody signed in.
pub(crate) const SESSION: &str = "zh_session";
/// A random mark for the forms of somebody who is not signed in yet.
pub(crate) const NONCE: &str = "zh_form";
/// 长辈版.
pub(crate) const ELDER: &str = "zh_elder";

/// A cookie that the request carries.
pub(crate) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    pairs
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, value)| *known == name && value.len() <= 128 && value.bytes().all(|b| b.is_ascii_alphanumeric()))
        .map(|(_, value)| value)
}

/// How long a cookie lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    /// Until the browser closes.
    Visit,
    /// A year.
    Year,
    /// It ends now.
    Over,
}

/// A cookie to be set. `value` is ours: letters and digits.
pub(crate) fn write(name: &str, value: &str, life: Life, secure: bool) -> Option<HeaderValue> {
    let life = match life {
        Life::Visit => "",
        Life::Year => "; Max-Age=31536000",
        Life::Over => "; Max-Age=0",
    };
    let secure = if secure { "; Secure" } else { "" };
    HeaderValue::from_str(&format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{life}{secure}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cookie_is_told_from_another_and_a_strange_value_is_none() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=1; zh_session=0af3; zh_elder=\"x\""));
        assert_eq!(read(&headers, SESSION), Some("0af3"));
        assert_eq!(read(&headers, ELDER), None);
        assert_eq!(read(&headers, NONCE), None);
    }

    #[test]
    fn a_cookie_is_never_for_scripts_and_secure_where_the_address_is() {
        let plain = write(SESSION, "ab", Life::Visit, false).unwrap();
        assert_eq!(plain, "zh_session=ab; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(
            write(ELDER, "1", Life::Year, true).unwrap(),
            "zh_elder=1; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000; Secure"
        );
    }
}
