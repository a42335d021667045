//! Every operation and the whole story, on SQLite always and on PostgreSQL where `ZHIHENG_TEST_POSTGRES` names one.

mod county;

mod submit;
