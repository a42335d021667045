//! Every operation and the whole story, on SQLite always and on PostgreSQL where `ZHIHENG_TEST_POSTGRES` names one.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod archive;
#[cfg(test)]
mod county;
#[cfg(test)]
mod crash;
mod documents;
#[cfg(test)]
mod earlier;
#[cfg(test)]
mod history;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod outage;
#[cfg(test)]
mod outbox;
#[cfg(test)]
mod search;
#[cfg(test)]
mod submit;
#[cfg(test)]
mod tls;
mod work;
