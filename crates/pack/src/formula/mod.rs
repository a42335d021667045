//! The indicator language: total, typed, without loops.
//!
//! [`Condition`] is a three-valued condition over the fields of one kind (Kleene: a comparison with an unknown field is unknown).
//! [`Aggregate`] says what one record adds to a sum. Both hold field indices, never names: after [`Condition::compile`] nothing can be missing.

mod eval;
mod lex;
mod parse;

use jiff::civil::Date;

use crate::kind::{Kind, Type};
use crate::pack::List;
use crate::problem::{self, Code};
use crate::value::Decimal;

/// A compiled condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition(pub(crate) Expr);

/// What a record contributes to a sum.
#[derive(Debug, Clone, PartialEq)]
pub enum Aggregate {
    /// One where the condition is true.
    Count(Condition),
    /// The field's value where the condition is true, as an integer of `scale` digits after the point.
    Sum {
        /// Field, integer or decimal.
        field: usize,
        /// Where.
        condition: Condition,
        /// Digits after the point.
        scale: u32,
    },
}

impl Aggregate {
    /// Digits after the point of what [`Aggregate::of`] returns.
    pub fn scale(&self) -> u32 {
        match self {
            Aggregate::Count(_) => 0,
            Aggregate::Sum { scale, .. } => *scale,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    Always,
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Known(usize),
    Unknown(usize),
    Compare(Operand, Relation, Operand),
    In(Operand, Vec<Literal>),
    Has(usize, String),
    Flag(usize),
}

impl Expr {
    fn asks(&self, field: usize) -> bool {
        let of = |operand: &Operand| *operand == Operand::Field(field);
        match self {
            Expr::Always => false,
            Expr::And(one, other) | Expr::Or(one, other) => one.asks(field) || other.asks(field),
            Expr::Not(inner) => inner.asks(field),
            Expr::Known(own) | Expr::Unknown(own) | Expr::Has(own, _) | Expr::Flag(own) => *own == field,
            Expr::Compare(one, _, other) => of(one) || of(other),
            Expr::In(one, _) => of(one),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    Field(usize),
    Literal(Literal),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Text(String),
    Number(Decimal),
    Date(Date),
    Bool(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What is wrong with an expression: the code, the particulars, and where in the text (bytes).
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Catalogue entry.
    pub code: Code,
    /// Particulars for the sentence.
    pub detail: String,
    /// Byte offset in the expression.
    pub at: usize,
}

/// Names an expression may use: the fields of a kind and the lists behind its choices.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The kind.
    pub kind: &'a Kind,
    /// The pack's lists.
    pub lists: &'a [List],
}

impl Condition {
    /// The condition that every record meets.
    pub const ALWAYS: Condition = Condition(Expr::Always);

    /// The condition that no record meets.
    pub fn never() -> Condition {
        Condition(Expr::Not(Box::new(Expr::Always)))
    }

    /// Parses and checks a condition.
    pub fn compile(text: &str, scope: Scope<'_>) -> Result<Condition, Vec<Fault>> {
        let mut parser = parse::Parser::new(text, scope);
        let expression = parser.condition();
        parser.finish(expression).map(Condition)
    }
}

impl Condition {
    /// Whether it asks for a field.
    pub fn asks(&self, field: usize) -> bool {
        self.0.asks(field)
    }
}

impl Aggregate {
    /// Whether it depends on a field.
    pub fn asks(&self, field: usize) -> bool {
        match self {
            Aggregate::Count(condition) => condition.asks(field),
            Aggregate::Sum { field: own, condition, .. } => *own == field || condition.asks(field),
        }
    }

    /// Parses and checks an aggregate.
    pub fn compile(text: &str, scope: Scope<'_>) -> Result<Aggregate, Vec<Fault>> {
        let mut parser = parse::Parser::new(text, scope);
        let aggregate = parser.aggregate();
        parser.finish(aggregate)
    }
}

/// The type an operand is compared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Text,
    Number,
    Date,
    Bool,
    Items,
    Other,
}

pub(crate) fn sort_of(kind: Type) -> Sort {
    match kind {
        Type::Text | Type::Passage | Type::Choice | Type::Area | Type::Gs1Key | Type::Moment | Type::Reference => {
            Sort::Text
        }
        Type::Integer | Type::Decimal => Sort::Number,
        Type::Date => Sort::Date,
        Type::YesNo => Sort::Bool,
        Type::Choices => Sort::Items,
        Type::Point | Type::File => Sort::Other,
    }
}

pub(crate) fn fault(code: Code, detail: impl Into<String>, at: usize) -> Fault {
    Fault { code, detail: detail.into(), at }
}

pub(crate) const SYNTAX: Code = problem::BAD_EXPRESSION;
