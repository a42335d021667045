//! TLS to PostgreSQL. What the URL asks is what happens: nothing is encrypted a little, and nothing falls back to plain text.
//!
//! | `sslmode` | the line | the certificate |
//! | --- | --- | --- |
//! | `disable`, or none | plain: a database on the same machine | |
//! | `require` | encrypted | unverified; with `sslrootcert`, as `verify-ca` (so does libpq) |
//! | `verify-ca` | encrypted | issued by a known authority |
//! | `verify-full` | encrypted | issued by a known authority, for the host of the URL |
//!
//! Known authorities are those of the file `sslrootcert=PATH` (PEM), else those of the operating system. `prefer` and `allow` are refused:
//! whoever stands between could take the encryption away, and nobody would notice.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::StoreError;

/// How the line to the database is protected.
#[derive(Clone)]
pub(crate) enum Tls {
    /// Not at all.
    Plain,
    /// By this configuration.
    Encrypted(MakeRustlsConnect),
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Tls::Plain => "Plain",
            Tls::Encrypted(_) => "Encrypted",
        })
    }
}

/// What is asked of the server's certificate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ask {
    Nothing,
    Authority,
    AuthorityAndHost,
}

impl Tls {
    /// Takes `sslmode` and `sslrootcert` out of a URL; what is left is the driver's.
    pub(crate) fn of(url: &str) -> Result<(String, Tls), StoreError> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut file, mut rest) = (String::new(), None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", value)) => value.clone_into(&mut mode),
                Some(("sslrootcert", value)) => file = Some(decoded(value)?),
                _ => rest.push(pair),
            }
        }
        let ask = match (mode.as_str(), &file) {
            ("" | "disable", None) => None,
            ("require", None) => Some(Ask::Nothing),
            ("require" | "verify-ca", _) => Some(Ask::Authority),
            ("verify-full", _) => Some(Ask::AuthorityAndHost),
            ("" | "disable", Some(_)) => {
                return Err(StoreError::invalid("sslrootcert needs sslmode=verify-full (or verify-ca, require)"));
            }
            (other, _) => {
                return Err(StoreError::invalid(format!(
                    "sslmode={other}: write disable, require, verify-ca or verify-full"
                )));
            }
        };
        rest.push(if ask.is_some() { "sslmode=require" } else { "sslmode=disable" });
        let tls = match ask {
            None => Tls::Plain,
            Some(ask) => Tls::Encrypted(MakeRustlsConnect::new(configuration(ask, file.as_deref())?)),
        };
        Ok((format!("{base}?{}", rest.join("&")), tls))
    }
}

fn configuration(ask: Ask, file: Option<&str>) -> Result<ClientConfig, StoreError> {
    let failed = |error: &dyn std::fmt::Display| StoreError::invalid(format!("TLS: {error}"));
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?;
    let lenient = |known| Arc::new(Lenient { known, provider: Arc::clone(&provider) });
    Ok(match ask {
        Ask::Nothing => builder.dangerous().with_custom_certificate_verifier(lenient(None)).with_no_client_auth(),
        Ask::Authority => {
            let roots = Arc::new(authorities(file)?);
            let known = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider)).build();
            let known = known.map_err(|error| failed(&error))?;
            builder.dangerous().with_custom_certificate_verifier(lenient(Some(known))).with_no_client_auth()
        }
        Ask::AuthorityAndHost => builder.with_root_certificates(authorities(file)?).with_no_client_auth(),
    })
}

/// Whom we believe.
fn authorities(file: Option<&str>) -> Result<RootCertStore, StoreError> {
    let mut roots = RootCertStore::empty();
    match file {
        Some(path) => {
            let unreadable =
                |error: &dyn std::fmt::Display| StoreError::invalid(format!("sslrootcert {path}: {error}"));
            for certificate in CertificateDer::pem_file_iter(path).map_err(|error| unreadable(&error))? {
                let certificate = certificate.map_err(|error| unreadable(&error))?;
                roots.add(certificate).map_err(|error| unreadable(&error))?;
            }
            if roots.is_empty() {
                return Err(unreadable(&"no certificate in it"));
            }
        }
        None => {
            // A store of the system may hold certificates that are no longer well formed; the others count.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                return Err(StoreError::invalid("the system knows no certificate authority: give sslrootcert=FILE"));
            }
        }
    }
    Ok(roots)
}

/// Verifies less than the name: `require` and `verify-ca`. That the server holds the key of its certificate is verified always.
#[derive(Debug)]
struct Lenient {
    known: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(known) = &self.known else { return Ok(ServerCertVerified::assertion()) };
        match known.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // The chain is looked at first: when only the name is left to complain of, the authority is known.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// %2F and the like in the value of a URL.
fn decoded(text: &str) -> Result<String, StoreError> {
    let wrong = || StoreError::invalid(format!("sslrootcert={text}: not well encoded"));
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let (high, low) = digit().zip(digit()).ok_or_else(wrong)?;
        bytes.push(u8::try_from(high * 16 + low).map_err(|_| wrong())?);
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_kept_is_refused_before_anything_is_sent() {
        for (url, why) in [
            ("postgres://h/d?sslmode=prefer", "sslmode=prefer"),
            ("postgres://h/d?sslmode=verify_full", "verify-full"),
            ("postgres://h/d?sslrootcert=ca.pem", "sslrootcert needs"),
            ("postgres://h/d?sslmode=verify-full&sslrootcert=/no/such.pem", "/no/such.pem"),
            ("postgres://h/d?sslmode=verify-full&sslrootcert=%zz", "not well encoded"),
        ] {
            let error = Tls::of(url).unwrap_err().to_string();
            assert!(error.contains(why), "{url}: {error}");
        }
        let (url, tls) = Tls::of("postgres://u:p@h/d?connect_timeout=3&sslmode=require").unwrap();
        assert_eq!(url, "postgres://u:p@h/d?connect_timeout=3&sslmode=require");
        assert!(matches!(tls, Tls::Encrypted(_)));
        let (url, tls) = Tls::of("postgres://h/d").unwrap();
        assert_eq!(url, "postgres://h/d?sslmode=disable");
        assert!(matches!(tls, Tls::Plain));
    }
}
