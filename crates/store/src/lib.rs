//! All SQL of the product, over SQLite and PostgreSQL.
