//! What is read in documents and sentences, all of them invented but the plan that the programme starts from.

mod layout;
mod sentences;
mod wushan;
