//! For the tests of other crates: a PostgreSQL database of their own. Nothing of the product calls this.

use crate::StoreError;

/// Creates a database next to the one that `admin` names, and answers its URL.
pub fn create_database(admin: &str, name: &str) -> Result<String, StoreError> {
    let mut client = postgres::Client::connect(admin, postgres::NoTls)?;
    client.batch_execute(&format!("DROP DATABASE IF EXISTS \"{name}\""))?;
    client.batch_execute(&format!("CREATE DATABASE \"{name}\""))?;
    let (server, _) = admin.rsplit_once('/').unwrap_or((admin, ""));
    Ok(format!("{server}/{name}"))
}
