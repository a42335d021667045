//! ID tokens: what the provider says of somebody, believed only after its signature and its claims (OpenID Connect Core 3.1.3.7).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde_json::Value;

/// Seconds by which two clocks may differ.
const LEEWAY: i64 = 60;

/// What a token must say.
pub(super) struct Wanted<'a> {
    pub(super) issuer: &'a str,
    pub(super) audience: &'a str,
    pub(super) nonce: &'a str,
    /// Seconds since 1970.
    pub(super) now: i64,
}

/// Who somebody is, at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Who {
    /// Never given to another (`sub`).
    pub(super) subject: String,
    /// `preferred_username`
    pub(super) login: Option<String>,
}

pub(super) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn bytes_of(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Reads a token, or says why it is not believed.
pub(super) fn read(token: &str, keys: &Value, wanted: &Wanted<'_>) -> Result<Who, &'static str> {
    const SHAPE: &str = "身份令牌的格式不对";
    let (signed, signature) = token.rsplit_once('.').ok_or(SHAPE)?;
    let (header, claims) = signed.split_once('.').ok_or(SHAPE)?;
    let part = |text: &str| -> Option<Value> { serde_json::from_slice(&bytes_of(text)?).ok() };
    let (header, claims) = (part(header).ok_or(SHAPE)?, part(claims).ok_or(SHAPE)?);
    let signature = bytes_of(signature).ok_or(SHAPE)?;
    // The algorithm is that of the key, never what the token claims alone: `none` and secrets as keys find no key here.
    if !is_signed(&header, keys, signed.as_bytes(), &signature) {
        return Err("身份令牌的签名不对");
    }
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let number = |name: &str| claims.get(name).and_then(Value::as_i64);
    if text("iss") != Some(wanted.issuer) || text("nonce") != Some(wanted.nonce) {
        return Err("身份令牌不是为这次登录签发的");
    }
    let audience = match claims.get("aud") {
        Some(Value::String(one)) => one == wanted.audience,
        // More than one audience: then we must be the party to which it was issued.
        Some(Value::Array(all)) => {
            all.iter().any(|one| one.as_str() == Some(wanted.audience))
                && (all.len() == 1 || text("azp") == Some(wanted.audience))
        }
        _ => false,
    };
    if !audience {
        return Err("身份令牌是给别的系统的");
    }
    let ended = number("exp").is_none_or(|exp| exp + LEEWAY <= wanted.now);
    if ended || number("iat").is_none_or(|iat| iat - LEEWAY > wanted.now) {
        return Err("身份令牌不在有效期内，请核对两边的时钟");
    }
    let subject = text("sub").filter(|subject| !subject.is_empty()).ok_or(SHAPE)?.to_owned();
    Ok(Who { subject, login: text("preferred_username").map(str::to_owned) })
}

fn is_signed(header: &Value, keys: &Value, signed: &[u8], signature: &[u8]) -> bool {
    let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).map(str::to_owned);
    let Some(all) = keys.get("keys").and_then(Value::as_array) else { return false };
    let kid = text(header, "kid");
    let fits = |key: &&Value| {
        (kid.is_none() || text(key, "kid") == kid) && text(key, "use").is_none_or(|usage| usage == "sig")
    };
    let number = |key: &Value, name: &str| text(key, name).and_then(|text| bytes_of(&text));
    all.iter().filter(fits).any(|key| match (text(header, "alg").as_deref(), text(key, "kty").as_deref()) {
        (Some("RS256"), Some("RSA")) => {
            let (Some(n), Some(e)) = (number(key, "n"), number(key, "e")) else { return false };
            RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature).is_ok()
        }
        (Some("ES256"), Some("EC")) => {
            let (Some(x), Some(y)) = (number(key, "x"), number(key, "y")) else { return false };
            let point: Vec<u8> = std::iter::once(4).chain(x).chain(y).collect();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature).is_ok()
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
    use serde_json::json;

    use super::*;

    struct Issuer {
        pair: EcdsaKeyPair,
        random: SystemRandom,
    }

    impl Issuer {
        fn new() -> Issuer {
            let random = SystemRandom::new();
            let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
            Issuer { pair, random }
        }

        fn keys(&self) -> Value {
            let point = self.pair.public_key().as_ref();
            json!({ "keys": [{ "kty": "EC", "kid": "k", "crv": "P-256", "x": base64url(&point[1..33]), "y": base64url(&point[33..]) }] })
        }

        fn token(&self, header: &Value, claims: &Value) -> String {
            let signed =
                format!("{}.{}", base64url(header.to_string().as_bytes()), base64url(claims.to_string().as_bytes()));
            let signature = self.pair.sign(&self.random, signed.as_bytes()).unwrap();
            format!("{signed}.{}", base64url(signature.as_ref()))
        }
    }

    const WANTED: Wanted<'static> = Wanted { issuer: "https://id.example", audience: "zh", nonce: "n", now: 1_000 };

    fn claims() -> Value {
        json!({ "iss": "https://id.example", "aud": "zh", "nonce": "n", "exp": 1_300, "iat": 1_000, "sub": "s1", "preferred_username": "wang" })
    }

    #[test]
    fn a_token_is_believed_when_everything_about_it_is_right_and_only_then() {
        let issuer = Issuer::new();
        let header = json!({ "alg": "ES256", "kid": "k" });
        let right = issuer.token(&header, &claims());
        let who = read(&right, &issuer.keys(), &WANTED).unwrap();
        assert_eq!((who.subject.as_str(), who.login.as_deref()), ("s1", Some("wang")));
        let with = |name: &str, value: Value| {
            let mut claims = claims();
            claims[name] = value;
            read(&issuer.token(&header, &claims), &issuer.keys(), &WANTED)
        };
        assert!(with("aud", json!(["zh"])).is_ok());
        for (name, value) in [
            ("iss", json!("https://evil.example")),
            ("nonce", json!("other")),
            ("aud", json!("other")),
            ("aud", json!(["zh", "other"])),
            ("exp", json!(900)),
            ("exp", Value::Null),
            ("iat", json!(2_000)),
            ("sub", json!("")),
        ] {
            assert!(with(name, value.clone()).is_err(), "{name} {value}");
        }
    }

    #[test]
    fn no_token_is_believed_without_the_providers_own_signature() {
        let (issuer, other) = (Issuer::new(), Issuer::new());
        let header = json!({ "alg": "ES256", "kid": "k" });
        let token = issuer.token(&header, &claims());
        assert!(read(&token, &other.keys(), &WANTED).is_err(), "another key");
        assert!(read(&token, &json!({}), &WANTED).is_err(), "no key");
        for alg in ["none", "HS256", "RS256"] {
            let claimed = issuer.token(&json!({ "alg": alg, "kid": "k" }), &claims());
            assert!(read(&claimed, &issuer.keys(), &WANTED).is_err(), "{alg}");
        }
        let (signed, _) = token.rsplit_once('.').unwrap();
        for broken in [format!("{signed}."), signed.to_owned(), String::new(), "a.b.c".to_owned()] {
            assert!(read(&broken, &issuer.keys(), &WANTED).is_err(), "{broken}");
        }
        let mut parts: Vec<&str> = token.split('.').collect();
        let forged = base64url(claims().to_string().replace("wang", "root").as_bytes());
        parts[1] = &forged;
        assert!(read(&parts.join("."), &issuer.keys(), &WANTED).is_err(), "other claims under the signature");
    }
}
