//! tense
