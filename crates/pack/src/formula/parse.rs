//! Tokens to a checked expression. Collects every fault it can, and returns an expression only when there is none.

use super::lex::{Token, tokens};
use super::{Aggregate, Condition, Expr, Fault, Literal, Operand, Relation, SYNTAX, Scope, Sort, fault, sort_of};
use crate::kind::Type;
use crate::problem;

/// Nested parentheses allowed: deeper text is a mistake or an attack, and the parser is recursive.
const DEEPEST: usize = 32;

pub(super) struct Parser<'a> {
    tokens: Vec<(Token, usize)>,
    next: usize,
    depth: usize,
    scope: Scope<'a>,
    faults: Vec<Fault>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &str, scope: Scope<'a>) -> Self {
        Parser { tokens: tokens(text), next: 0, depth: 0, scope, faults: Vec::new() }
    }

    pub(super) fn finish<T>(mut self, parsed: Option<T>) -> Result<T, Vec<Fault>> {
        if parsed.is_some() && self.faults.is_empty() && *self.peek() != Token::End {
            self.complain("后面还有多余的内容");
        }
        match parsed {
            Some(parsed) if self.faults.is_empty() => Ok(parsed),
            _ => Err(self.faults),
        }
    }

    pub(super) fn aggregate(&mut self) -> Option<Aggregate> {
        let name = self.name()?;
        self.expect("(")?;
        let aggregate = match name.as_str() {
            "count" if *self.peek() == Token::Sign(")") => Aggregate::Count(Condition::ALWAYS),
            "count" => Aggregate::Count(Condition(self.or()?)),
            "sum" => self.sum()?,
            _ => {
                self.complain("这里只能写 count(…) 或 sum(…)");
                return None;
            }
        };
        self.expect(")")?;
        Some(aggregate)
    }

    fn sum(&mut self) -> Option<Aggregate> {
        let at = self.at();
        let field = self.field()?;
        let declared = self.scope.kind.fields.get(field)?;
        let scale = match declared.kind {
            Type::Integer => 0,
            Type::Decimal => declared.decimals,
            _ => {
                self.faults.push(fault(problem::EXPRESSION_TYPE, format!("{} 不是数，不能求和", declared.id), at));
                return None;
            }
        };
        let condition = if self.take_name("where") { Condition(self.or()?) } else { Condition::ALWAYS };
        Some(Aggregate::Sum { field, condition, scale })
    }

    pub(super) fn condition(&mut self) -> Option<Expr> {
        self.or()
    }

    fn or(&mut self) -> Option<Expr> {
        let mut left = self.and()?;
        while self.take_name("or") {
            left = Expr::Or(Box::new(left), Box::new(self.and()?));
        }
        Some(left)
    }

    fn and(&mut self) -> Option<Expr> {
        let mut left = self.not()?;
        while self.take_name("and") {
            left = Expr::And(Box::new(left), Box::new(self.not()?));
        }
        Some(left)
    }

    fn not(&mut self) -> Option<Expr> {
        if self.depth >= DEEPEST {
            self.complain("括号或 not 嵌套太深");
            return None;
        }
        self.depth += 1;
        let parsed = if self.take_name("not") {
            self.not().map(|inner| Expr::Not(Box::new(inner)))
        } else if self.take_sign("(") {
            self.or().and_then(|inner| self.expect(")").map(|()| inner))
        } else {
            self.comparison()
        };
        self.depth -= 1;
        parsed
    }

    fn comparison(&mut self) -> Option<Expr> {
        let at = self.at();
        let left = self.operand()?;
        if self.take_name("is") {
            return self.is_known(&left, at);
        }
        if self.take_name("in") {
            return self.membership(left, at);
        }
        let Some(relation) = self.relation() else {
            return self.flag(&left, at);
        };
        let right = self.operand()?;
        self.check_types(&left, relation, &right, at)?;
        Some(Expr::Compare(left, relation, right))
    }

    fn is_known(&mut self, left: &Operand, at: usize) -> Option<Expr> {
        let Operand::Field(field) = *left else {
            self.faults.push(fault(SYNTAX, "is known 前面要写字段名", at));
            return None;
        };
        match self.name()?.as_str() {
            "known" => Some(Expr::Known(field)),
            "unknown" => Some(Expr::Unknown(field)),
            _ => {
                self.complain("is 后面只能写 known 或 unknown");
                None
            }
        }
    }

    /// `x in ['a', 'b']`, or `'a' in field` for a field of several choices.
    fn membership(&mut self, left: Operand, at: usize) -> Option<Expr> {
        if let (Operand::Literal(Literal::Text(item)), Token::Name(_)) = (&left, self.peek()) {
            let item = item.clone();
            let field = self.field()?;
            if self.sort(&Operand::Field(field)) != Sort::Items {
                self.faults.push(fault(problem::EXPRESSION_TYPE, "in 后面的字段不是多选", at));
                return None;
            }
            self.check_item(field, &item, at)?;
            return Some(Expr::Has(field, item));
        }
        self.expect("[")?;
        let mut items = Vec::new();
        loop {
            let item_at = self.at();
            let Operand::Literal(item) = self.operand()? else {
                self.faults.push(fault(SYNTAX, "方括号里只能写固定的值", item_at));
                return None;
            };
            self.check_types(&left, Relation::Equal, &Operand::Literal(item.clone()), item_at)?;
            items.push(item);
            if !self.take_sign(",") {
                break;
            }
        }
        self.expect("]")?;
        Some(Expr::In(left, items))
    }

    fn flag(&mut self, left: &Operand, at: usize) -> Option<Expr> {
        match left {
            Operand::Field(field) if self.sort(left) == Sort::Bool => Some(Expr::Flag(*field)),
            Operand::Literal(Literal::Bool(true)) => Some(Expr::Always),
            _ => {
                self.faults.push(fault(SYNTAX, "缺少比较（==、<、in、is …）", at));
                None
            }
        }
    }

    fn check_types(&mut self, left: &Operand, relation: Relation, right: &Operand, at: usize) -> Option<()> {
        let (left_sort, right_sort) = (self.sort(left), self.sort(right));
        let ordered = !matches!(relation, Relation::Equal | Relation::NotEqual);
        let comparable = left_sort == right_sort && !matches!(left_sort, Sort::Items | Sort::Other);
        if !comparable || (ordered && !matches!(left_sort, Sort::Number | Sort::Date)) {
            self.faults.push(fault(
                problem::EXPRESSION_TYPE,
                format!("{left_sort:?} 与 {right_sort:?} 不能这样比较"),
                at,
            ));
            return None;
        }
        for (field, literal) in [(left, right), (right, left)] {
            if let (Operand::Field(field), Operand::Literal(Literal::Text(item))) = (field, literal) {
                self.check_item(*field, &item.clone(), at)?;
            }
        }
        Some(())
    }

    /// A choice is compared with an item of its list: a misspelt item would silently count nothing.
    fn check_item(&mut self, field: usize, item: &str, at: usize) -> Option<()> {
        let declared = self.scope.kind.fields.get(field)?;
        if !matches!(declared.kind, Type::Choice | Type::Choices) {
            return Some(());
        }
        let list = self.scope.lists.get(declared.list?)?;
        if list.items.iter().any(|known| known.id == item) {
            return Some(());
        }
        self.faults.push(fault(problem::UNKNOWN_ITEM, format!("「{item}」（字典 {}）", list.id), at));
        None
    }

    fn sort(&self, operand: &Operand) -> Sort {
        match operand {
            Operand::Field(field) => {
                self.scope.kind.fields.get(*field).map_or(Sort::Other, |field| sort_of(field.kind))
            }
            Operand::Literal(Literal::Text(_)) => Sort::Text,
            Operand::Literal(Literal::Number(_)) => Sort::Number,
            Operand::Literal(Literal::Date(_)) => Sort::Date,
            Operand::Literal(Literal::Bool(_)) => Sort::Bool,
        }
    }

    fn operand(&mut self) -> Option<Operand> {
        let token = self.peek().clone();
        let literal = match token {
            Token::Text(text) => Literal::Text(text),
            Token::Date(date) => Literal::Date(date),
            Token::Number(digits) => match digits.parse() {
                Ok(number) => Literal::Number(number),
                Err(_) => {
                    self.complain(&format!("「{digits}」不是数"));
                    return None;
                }
            },
            Token::Name(name) if name == "true" => Literal::Bool(true),
            Token::Name(name) if name == "false" => Literal::Bool(false),
            Token::Name(_) => return self.field().map(Operand::Field),
            Token::Sign(_) | Token::Strange(_) | Token::End => {
                self.complain("这里要写字段名或值");
                return None;
            }
        };
        self.next += 1;
        Some(Operand::Literal(literal))
    }

    fn field(&mut self) -> Option<usize> {
        let at = self.at();
        let name = self.name()?;
        let index = self.scope.kind.field_index(&name);
        if index.is_none() {
            self.faults.push(fault(problem::UNKNOWN_FIELD, format!("{name}（种类 {}）", self.scope.kind.id), at));
        }
        index
    }

    fn relation(&mut self) -> Option<Relation> {
        let relation = match self.peek() {
            Token::Sign("==") => Relation::Equal,
            Token::Sign("!=") => Relation::NotEqual,
            Token::Sign("<") => Relation::Less,
            Token::Sign("<=") => Relation::LessOrEqual,
            Token::Sign(">") => Relation::Greater,
            Token::Sign(">=") => Relation::GreaterOrEqual,
            _ => return None,
        };
        self.next += 1;
        Some(relation)
    }

    fn peek(&self) -> &Token {
        self.tokens.get(self.next).map_or(&Token::End, |(token, _)| token)
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(0, |(_, at)| *at)
    }

    fn complain(&mut self, detail: &str) {
        let at = self.at();
        self.faults.push(fault(SYNTAX, detail, at));
    }

    fn name(&mut self) -> Option<String> {
        if let Token::Name(name) = self.peek() {
            let name = name.clone();
            self.next += 1;
            return Some(name);
        }
        self.complain("这里要写名称");
        None
    }

    fn take_name(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Token::Name(name) if name == wanted);
        self.next += usize::from(found);
        found
    }

    fn take_sign(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Token::Sign(sign) if *sign == wanted);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, wanted: &str) -> Option<()> {
        if self.take_sign(wanted) {
            return Some(());
        }
        self.complain(&format!("缺少“{wanted}”"));
        None
    }
}
