//! Expressions over one record. Total: every expression has a value for every record.

use std::cmp::Ordering;

use super::{Aggregate, Condition, Expr, Literal, Operand, Relation};
use crate::record::Record;
use crate::value::{Decimal, Value, scaled};

impl Condition {
    /// Whether the condition is true of the record; unknown is not true.
    pub fn holds(&self, record: &Record) -> bool {
        truth(&self.0, record) == Some(true)
    }

    /// Whether the condition is false of the record; unknown is not false.
    pub fn fails(&self, record: &Record) -> bool {
        truth(&self.0, record) == Some(false)
    }
}

impl Aggregate {
    /// What this record adds.
    pub fn of(&self, record: &Record) -> i64 {
        match self {
            Aggregate::Count(condition) => i64::from(condition.holds(record)),
            Aggregate::Sum { field, condition, scale } if condition.holds(record) => match record.value(*field) {
                Some(Value::Integer(number)) => *number,
                // A validated decimal has at most the field's digits, so that scaling is exact.
                Some(Value::Decimal(number)) => scaled(*number, *scale).unwrap_or_default(),
                _ => 0,
            },
            Aggregate::Sum { .. } => 0,
        }
    }
}

fn truth(expression: &Expr, record: &Record) -> Option<bool> {
    match expression {
        Expr::Always => Some(true),
        Expr::And(left, right) => match (truth(left, record), truth(right, record)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        Expr::Or(left, right) => match (truth(left, record), truth(right, record)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        Expr::Not(inner) => truth(inner, record).map(|value| !value),
        Expr::Known(field) => Some(record.value(*field).is_some()),
        Expr::Unknown(field) => Some(record.value(*field).is_none()),
        Expr::Flag(field) => match record.value(*field)? {
            Value::YesNo(yes) => Some(*yes),
            _ => None,
        },
        Expr::Has(field, item) => match record.value(*field)? {
            Value::Choices(items) => Some(items.contains(item)),
            _ => None,
        },
        Expr::Compare(left, relation, right) => compare(left, *relation, right, record),
        Expr::In(left, items) => {
            let mut unknown = false;
            for item in items {
                match compare(left, Relation::Equal, &Operand::Literal(item.clone()), record) {
                    Some(true) => return Some(true),
                    Some(false) => {}
                    None => unknown = true,
                }
            }
            (!unknown).then_some(false)
        }
    }
}

fn compare(left: &Operand, relation: Relation, right: &Operand, record: &Record) -> Option<bool> {
    let order = order(&scalar(left, record)?, &scalar(right, record)?)?;
    Some(match relation {
        Relation::Equal => order == Ordering::Equal,
        Relation::NotEqual => order != Ordering::Equal,
        Relation::Less => order == Ordering::Less,
        Relation::LessOrEqual => order != Ordering::Greater,
        Relation::Greater => order == Ordering::Greater,
        Relation::GreaterOrEqual => order != Ordering::Less,
    })
}

enum Scalar<'a> {
    Text(&'a str),
    Number(Decimal),
    Date(jiff::civil::Date),
    Bool(bool),
}

fn scalar<'a>(operand: &'a Operand, record: &'a Record) -> Option<Scalar<'a>> {
    Some(match operand {
        Operand::Literal(Literal::Text(text)) => Scalar::Text(text),
        Operand::Literal(Literal::Number(number)) => Scalar::Number(*number),
        Operand::Literal(Literal::Date(date)) => Scalar::Date(*date),
        Operand::Literal(Literal::Bool(value)) => Scalar::Bool(*value),
        Operand::Field(field) => match record.value(*field)? {
            Value::Text(text) | Value::Choice(text) | Value::Moment(text) => Scalar::Text(text),
            Value::Area { code, as_written } => Scalar::Text(code.as_ref().unwrap_or(as_written)),
            Value::Reference { id, as_written } => Scalar::Text(id.as_ref().unwrap_or(as_written)),
            Value::Integer(number) => Scalar::Number(Decimal::from(*number)),
            Value::Decimal(number) => Scalar::Number(*number),
            Value::Date(date) => Scalar::Date(*date),
            Value::YesNo(yes) => Scalar::Bool(*yes),
            Value::Choices(_) | Value::Point(_) | Value::File(_) => return None,
        },
    })
}

fn order(left: &Scalar<'_>, right: &Scalar<'_>) -> Option<Ordering> {
    match (left, right) {
        (Scalar::Text(left), Scalar::Text(right)) => Some(left.cmp(right)),
        (Scalar::Number(left), Scalar::Number(right)) => Some(left.cmp(right)),
        (Scalar::Date(left), Scalar::Date(right)) => Some(left.cmp(right)),
        (Scalar::Bool(left), Scalar::Bool(right)) => Some(left.cmp(right)),
        _ => None,
    }
}
