//! TLS to PostgreSQL, against a server whose certificate our own little authority issued for `localhost`.

use zhiheng_store::{Store, StoreError};

use crate::county::County;

/// The address of a county under another host and with other parameters.
fn asked(county: &County, host: &str, query: &str) -> String {
    let base = county.url.split('?').next().unwrap().replace("127.0.0.1", host);
    format!("{base}?{query}")
}

fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/tls/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_line_is_as_safe_as_its_url_asks_or_is_not_opened() {
    let Some(county) = County::postgres() else { return };
    let mut admin = postgres::Client::connect(&county.url, postgres::NoTls).unwrap();
    let on: String = admin.query_one("SHOW ssl", &[]).unwrap().get(0);
    if on != "on" {
        assert!(std::env::var_os("CI").is_none(), "the server of the tests must offer TLS");
        eprintln!("skipped: this PostgreSQL offers no TLS");
        return;
    }
    let (ours, other) = (fixture("ca.pem"), fixture("other-ca.pem"));
    let open = |host: &str, query: &str| Store::open(&asked(&county, host, query), county.options()).map(drop);
    open("localhost", "sslmode=require").unwrap();
    open("localhost", &format!("sslmode=verify-full&sslrootcert={ours}")).unwrap();
    // The certificate is not for this name: an authority is all that verify-ca asks for.
    open("127.0.0.1", &format!("sslmode=verify-ca&sslrootcert={ours}")).unwrap();
    for (host, query) in [
        ("127.0.0.1", format!("sslmode=verify-full&sslrootcert={ours}")),
        ("localhost", format!("sslmode=verify-full&sslrootcert={other}")),
        ("localhost", format!("sslmode=verify-ca&sslrootcert={other}")),
        ("localhost", format!("sslmode=require&sslrootcert={other}")),
        ("localhost", "sslmode=verify-full".to_owned()),
    ] {
        let error = open(host, &query).unwrap_err();
        assert!(
            matches!(error, StoreError::Unavailable { .. } | StoreError::Invalid { .. }),
            "{host} {query}: {error}"
        );
    }
    let error = open("localhost", &format!("sslmode=verify-full&sslrootcert={other}")).unwrap_err().to_string();
    assert!(error.contains("UnknownIssuer") || error.contains("BadSignature"), "the cause is told: {error}");
    // That the line was encrypted, the server itself says.
    let store = Store::open(&asked(&county, "localhost", "sslmode=require"), county.options()).unwrap();
    let encrypted = "SELECT COUNT(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                     WHERE ssl AND application_name = 'zhiheng' AND datname = current_database()";
    assert!(admin.query_one(encrypted, &[]).unwrap().get::<_, i64>(0) > 0);
    drop(store);
}
