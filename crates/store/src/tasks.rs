//! What is owed in open cases (待办). A row is derived from its record and replaced with every version of it, in the same transaction; only
//! `fired_until` is its own: the instant up to which everything that happens by itself has happened.

use crate::StoreError;
use crate::db::{Conn, Row, Value, pad, placeholders};
use crate::pool::Reader;
use crate::records::RecordId;

/// A line of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRow {
    /// The case.
    pub record: RecordId,
    /// Id of the clock; empty for an open step without one.
    pub clock: String,
    /// Which run of it.
    pub run: i64,
    /// Kind of the case.
    pub kind: String,
    /// What sort of line.
    pub sort: String,
    /// State of the case.
    pub state: String,
    /// Whose body it is; empty where there is none.
    pub body: String,
    /// Role that acts.
    pub role: String,
    /// Account that it is assigned to.
    pub assignee: Option<String>,
    /// Area of the case.
    pub area: Option<String>,
    /// Since when, µs of UTC.
    pub since: i64,
    /// Last day.
    pub due_day: Option<i32>,
    /// The instant at which the time is over, µs of UTC; none where there is no end.
    pub due_at: Option<i64>,
    /// 暂定
    pub provisional: bool,
    /// It stands still.
    pub paused: bool,
    /// Up to this instant everything that happens by itself has happened.
    pub fired_until: i64,
    /// When something happens next.
    pub next_at: Option<i64>,
}

/// All lines of work of one case, in place of those it had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskSet {
    /// The case.
    pub record: RecordId,
    /// Its lines.
    pub rows: Vec<TaskRow>,
}

/// Whose work is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TasksOf {
    /// Everybody's.
    Everybody,
    /// Of one role in one body.
    Owner {
        /// The body.
        body: String,
        /// The role.
        role: String,
    },
    /// Assigned to an account.
    Assignee(String),
}

/// Where a list of work goes on: the last line that was shown, by its end and its whole key. One case may have several lines that end at one instant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaskCursor {
    /// Its end; `i64::MAX` where it has none.
    pub due_at: i64,
    /// Its case.
    pub record: RecordId,
    /// Its clock.
    pub clock: String,
    /// Which run of it.
    pub run: i64,
}

impl TaskRow {
    /// The place of this line in a list of work.
    #[must_use]
    pub fn cursor(&self) -> TaskCursor {
        let due_at = self.due_at.unwrap_or(i64::MAX);
        TaskCursor { due_at, record: self.record, clock: self.clock.clone(), run: self.run }
    }
}

impl TaskCursor {
    /// As addresses write it: end, case, run, clock.
    #[must_use]
    pub fn write(&self) -> String {
        format!("{}.{}.{}.{}", self.due_at, self.record, self.run, self.clock)
    }

    /// Reads what [`TaskCursor::write`] wrote. Beyond the greatest instant there is nothing: what is greater means its end.
    #[must_use]
    pub fn read(text: &str) -> Option<TaskCursor> {
        let mut parts = text.splitn(4, '.');
        let due_at = parts.next()?;
        let due_at = due_at.parse().unwrap_or(if due_at.starts_with('-') { i64::MIN } else { i64::MAX });
        let (record, run) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(TaskCursor { due_at, record, run, clock: parts.next()?.to_owned() })
    }
}

/// Which lines of work: those whose ends lie from one instant to another, both included; `i64::MAX` takes in what has no end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueBetween {
    /// From.
    pub from: i64,
    /// To.
    pub to: i64,
    /// Of which sorts.
    pub sorts: Sorts,
}

/// Which sorts of lines are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sorts {
    /// Every one.
    All,
    /// All but rights whose time was over at an instant: nobody may act on them any more, and nobody owes anything.
    Alive(i64),
    /// Duties: what can be late.
    Duties,
}

impl DueBetween {
    /// Every line of work.
    pub const ALL: DueBetween = DueBetween { from: i64::MIN, to: i64::MAX, sorts: Sorts::All };

    /// The condition on the sort, with its value for the place of this number.
    fn of_sorts(&self, number: usize) -> (String, Option<Value<'static>>) {
        match self.sorts {
            Sorts::All => (String::new(), None),
            Sorts::Alive(now) => (format!("AND (sort <> 'right' OR due_at > ${number})"), Some(Value::Int(now))),
            Sorts::Duties => ("AND sort = 'duty'".to_owned(), None),
        }
    }
}

const COLUMNS: &str = "record, clock, run, kind, sort, state, body, role, assignee, area, since, due_day, due_at, \
                       provisional, paused, fired_until, next_at";

fn read(row: Row<'_>) -> Result<TaskRow, StoreError> {
    Ok(TaskRow {
        record: RecordId(row.array(0)?),
        clock: row.text(1)?,
        run: row.int(2)?,
        kind: row.text(3)?,
        sort: row.text(4)?,
        state: row.text(5)?,
        body: row.text(6)?,
        role: row.text(7)?,
        assignee: row.text_or_null(8)?,
        area: row.text_or_null(9)?,
        since: row.int(10)?,
        due_day: row.day_or_null(11)?,
        due_at: Some(row.int(12)?).filter(|at| *at != i64::MAX),
        provisional: row.int(13)? != 0,
        paused: row.int(14)? != 0,
        fired_until: row.int(15)?,
        next_at: row.int_or_null(16)?,
    })
}

/// Puts the lines of some cases in place of those they had.
pub(crate) fn replace(conn: &mut Conn, place: &str, sets: &[&TaskSet]) -> Result<(), StoreError> {
    for chunk in sets.chunks(512) {
        let mut ids: Vec<Value<'_>> = chunk.iter().map(|set| Value::Bytes(&set.record.0)).collect();
        pad(&mut ids);
        let sql = format!("DELETE FROM task WHERE place = $1 AND record IN ({})", placeholders(2, ids.len()));
        let mut values = vec![Value::Text(place)];
        values.extend(&ids);
        conn.run(&sql, &values)?;
    }
    let mut rows = Vec::new();
    for row in sets.iter().flat_map(|set| &set.rows) {
        rows.extend([
            Value::Text(place),
            Value::Bytes(&row.record.0),
            Value::Text(&row.clock),
            Value::Int(row.run),
            Value::Text(&row.kind),
            Value::Text(&row.sort),
            Value::Text(&row.state),
            Value::Text(&row.body),
            Value::Text(&row.role),
            (&row.assignee).into(),
            (&row.area).into(),
            Value::Int(row.since),
            row.due_day.into(),
            Value::Int(row.due_at.unwrap_or(i64::MAX)),
            Value::Int(i64::from(row.provisional)),
            Value::Int(i64::from(row.paused)),
            Value::Int(row.fired_until),
            row.next_at.into(),
        ]);
    }
    conn.insert(
        "INSERT INTO task (place, record, clock, run, kind, sort, state, body, role, assignee, area, since, due_day, due_at,
                           provisional, paused, fired_until, next_at)",
        18,
        "",
        &rows,
    )
}

/// The lines of some cases.
pub(crate) fn of_records(conn: &mut Conn, place: &str, records: &[RecordId]) -> Result<Vec<TaskRow>, StoreError> {
    let mut found = Vec::new();
    for chunk in records.chunks(512) {
        let mut ids: Vec<Value<'_>> = chunk.iter().map(|id| Value::Bytes(&id.0)).collect();
        pad(&mut ids);
        let sql = format!(
            "SELECT {COLUMNS}
             FROM   task
             WHERE  place = $1 AND record IN ({})
             ORDER  BY record, clock, run",
            placeholders(2, ids.len())
        );
        let mut values = vec![Value::Text(place)];
        values.extend(&ids);
        found.extend(conn.many(&sql, &values, read)?);
    }
    Ok(found)
}

impl Reader<'_> {
    /// The lines of one case.
    pub fn tasks_of_record(&mut self, place: &str, record: &RecordId) -> Result<Vec<TaskRow>, StoreError> {
        of_records(self.conn()?, place, std::slice::from_ref(record))
    }

    /// Lines of work whose end lies between two instants, the earliest first, after a cursor. One index serves each question.
    pub fn tasks(
        &mut self,
        place: &str,
        of: &TasksOf,
        due: DueBetween,
        after: Option<&TaskCursor>,
        limit: usize,
    ) -> Result<Vec<TaskRow>, StoreError> {
        // One bound below, not two: with a second one SQLite takes the index that knows no owner.
        let first = TaskCursor { due_at: due.from, record: RecordId([0; 16]), clock: String::new(), run: i64::MIN };
        let after = after.map_or(&first, |after| after.max(&first));
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut values = vec![
            Value::Text(place),
            Value::Int(after.due_at),
            Value::Bytes(&after.record.0),
            Value::Text(&after.clock),
            Value::Int(after.run),
            Value::Int(due.to),
            Value::Int(limit),
        ];
        let owner = match of {
            TasksOf::Everybody => "",
            TasksOf::Owner { body, role } => {
                values.extend([Value::Text(body), Value::Text(role)]);
                "AND body = $8 AND role = $9"
            }
            TasksOf::Assignee(account) => {
                values.push(Value::Text(account));
                "AND assignee = $8"
            }
        };
        let (sorts, now) = due.of_sorts(values.len() + 1);
        values.extend(now);
        let sql = format!(
            "SELECT {COLUMNS}
             FROM   task
             WHERE  place = $1 {owner}
                    AND (due_at, record, clock, run) > ($2, $3, $4, $5) AND due_at <= $6 {sorts}
             ORDER  BY due_at, record, clock, run
             LIMIT  $7"
        );
        self.conn()?.many(&sql, &values, read)
    }

    /// How many lines of work end between two instants, counted to a limit.
    pub fn count_tasks(&mut self, place: &str, of: &TasksOf, due: DueBetween, limit: usize) -> Result<i64, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut values = vec![Value::Text(place), Value::Int(due.from), Value::Int(due.to), Value::Int(limit)];
        let owner = match of {
            TasksOf::Everybody => "",
            TasksOf::Owner { body, role } => {
                values.extend([Value::Text(body), Value::Text(role)]);
                "AND body = $5 AND role = $6"
            }
            TasksOf::Assignee(account) => {
                values.push(Value::Text(account));
                "AND assignee = $5"
            }
        };
        let (sorts, now) = due.of_sorts(values.len() + 1);
        values.extend(now);
        let sql = format!(
            "SELECT COUNT(*)
             FROM   (SELECT 1 AS one
                     FROM   task
                     WHERE  place = $1 {owner} AND due_at >= $2 AND due_at <= $3 {sorts}
                     LIMIT  $4) AS counted"
        );
        Ok(self.conn()?.one(&sql, &values, |row| row.int(0))?.unwrap_or(0))
    }

    /// How many lines of work assigned to an account end between two instants, by the body and the role whose they are; counted to a limit. Who also sees
    /// the work of some of these roles counts no line twice.
    pub fn count_assigned(
        &mut self,
        place: &str,
        account: &str,
        due: DueBetween,
        limit: usize,
    ) -> Result<Vec<(String, String, i64)>, StoreError> {
        let (sorts, now) = due.of_sorts(6);
        let sql = format!(
            "SELECT body, role, COUNT(*)
            FROM   (SELECT body, role
                    FROM   task
                    WHERE  place = $1 AND assignee = $5 AND due_at >= $2 AND due_at <= $3 {sorts}
                    LIMIT  $4) AS counted
            GROUP  BY body, role
            ORDER  BY body, role"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut values =
            vec![Value::Text(place), Value::Int(due.from), Value::Int(due.to), Value::Int(limit), Value::Text(account)];
        values.extend(now);
        self.conn()?.many(&sql, &values, |row| Ok((row.text(0)?, row.text(1)?, row.int(2)?)))
    }

    /// Lines for which something happens by itself at an instant or before it, the earliest first.
    pub fn tasks_to_fire(&mut self, place: &str, now: i64, limit: usize) -> Result<Vec<TaskRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}
             FROM   task
             WHERE  place = $1 AND next_at IS NOT NULL AND next_at <= $2
             ORDER  BY next_at
             LIMIT  $3"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.conn()?.many(&sql, &[Value::Text(place), Value::Int(now), Value::Int(limit)], read)
    }

    /// The next instant at which something happens by itself.
    pub fn next_firing(&mut self, place: &str) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT MIN(next_at) FROM task WHERE place = $1 AND next_at IS NOT NULL";
        Ok(self.conn()?.one(sql, &[Value::Text(place)], |row| row.int_or_null(0))?.flatten())
    }

    /// Every line of work of a place, by case.
    pub fn scan_tasks(
        &mut self,
        place: &str,
        mut each: impl FnMut(TaskRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM task WHERE place = $1 ORDER BY record, clock, run");
        self.conn()?.each(&sql, &[Value::Text(place)], &mut |row| each(read(row)?))
    }
}
