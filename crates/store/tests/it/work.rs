//! Lines of work, messages and running numbers: replaced, addressed, counted – as their cases move. On both databases.

use zhiheng_store::{
    Change, DueBetween, Job, MessageRow, MessagesOf, Needs, OperationsWanted, Outcome, ReceiptRow, RecordId, Refused,
    Seen, Sorts, TaskCursor, TaskRow, TaskSet, TasksOf, Times,
};

use crate::county::{PLACE, id, on_both};

/// A case that owes one line and tells somebody so.
pub(crate) struct Owing(pub(crate) RecordId);

fn between(from: i64, to: i64) -> DueBetween {
    DueBetween { from, to, sorts: Sorts::All }
}

fn line(record: RecordId, body: &str, due_at: Option<i64>) -> TaskRow {
    TaskRow {
        record,
        clock: "decide".to_owned(),
        run: 0,
        kind: "food_sample".to_owned(),
        sort: "duty".to_owned(),
        state: "lodged".to_owned(),
        body: body.to_owned(),
        role: "desk".to_owned(),
        assignee: None,
        area: None,
        since: 1,
        due_day: Some(20_600),
        due_at,
        provisional: false,
        paused: false,
        fired_until: 0,
        next_at: due_at,
    }
}

impl Job for Owing {
    fn needs(&self) -> Needs {
        Needs { tasks: vec![self.0], counters: vec!["letters".to_owned()], ..Needs::default() }
    }

    fn decide(&mut self, seen: &Seen<'_>, times: &mut Times) -> Result<Change, Refused> {
        let mut change = Change::new(times);
        change.tasks.push(TaskSet { record: self.0, rows: vec![line(self.0, "a", Some(100))] });
        change.messages.push(MessageRow {
            id: self.0,
            at: 5,
            account: None,
            body: "a".to_owned(),
            role: "desk".to_owned(),
            record: Some(("food_sample".to_owned(), self.0)),
            title: "新待办".to_owned(),
            text: "新待办。".to_owned(),
        });
        change.receipts.push(ReceiptRow {
            code_hash: std::array::from_fn(|at| self.0.0.get(at % 16).copied().unwrap_or_default()),
            kind: "food_sample".to_owned(),
            record: self.0,
            created_at: 5,
        });
        change.counters.insert("letters".to_owned(), seen.counter("letters") + 1);
        change.answer = format!("{} {}", seen.counter("letters") + 1, seen.tasks(&self.0).len());
        Ok(change)
    }
}

/// Puts these lines in place of those of the cases they name.
struct Replacing(Vec<TaskSet>);

impl Job for Replacing {
    fn needs(&self) -> Needs {
        Needs::default()
    }

    fn decide(&mut self, _: &Seen<'_>, times: &mut Times) -> Result<Change, Refused> {
        let mut change = Change::new(times);
        change.tasks.clone_from(&self.0);
        Ok(change)
    }
}

#[test]
fn a_running_number_is_given_once_and_a_message_reaches_its_role() {
    on_both(|county| {
        let store = county.open();
        for (record, wanted) in [(1, "1 0"), (2, "2 0")] {
            let answer = match store.submit(PLACE, Box::new(Owing(id(record)))).unwrap() {
                Outcome::Done { answer, .. } => answer,
                Outcome::Refused(refused) => refused.answer,
            };
            assert_eq!(answer, wanted, "the next number, over a case that owed nothing");
        }
        let of = MessagesOf::Owner { body: "a".to_owned(), role: "desk".to_owned() };
        let mut reader = store.read().unwrap();
        assert_eq!(reader.messages(PLACE, &of, i64::MAX, 10).unwrap().len(), 2);
        let other = MessagesOf::Owner { body: "b".to_owned(), role: "desk".to_owned() };
        assert_eq!(reader.messages(PLACE, &other, i64::MAX, 10).unwrap(), []);
        drop(reader);
        store.write(|tx| tx.mark_read(PLACE, "wang", &[id(1)])).unwrap();
        store.write(|tx| tx.mark_read(PLACE, "wang", &[id(1)])).unwrap();
        assert_eq!(store.read().unwrap().read_by(PLACE, "wang", &[id(1), id(2)]).unwrap(), [id(1)]);
    });
}

#[test]
fn work_is_listed_by_its_end_page_by_page_and_replaced_with_its_case() {
    on_both(|county| {
        let store = county.open();
        let set = |number: u64, body: &str, due: Option<i64>| TaskSet {
            record: id(number),
            rows: vec![line(id(number), body, due)],
        };
        let sets = vec![set(1, "a", Some(300)), set(2, "a", Some(100)), set(3, "b", Some(200)), set(4, "a", None)];
        store.submit(PLACE, Box::new(Replacing(sets))).unwrap();
        let of = TasksOf::Owner { body: "a".to_owned(), role: "desk".to_owned() };
        let all = DueBetween::ALL;
        let mut reader = store.read().unwrap();
        let page = |rows: Vec<TaskRow>| rows.iter().map(|row| row.record).collect::<Vec<_>>();
        assert_eq!(page(reader.tasks(PLACE, &of, all, None, 10).unwrap()), [id(2), id(1), id(4)]);
        let first = reader.tasks(PLACE, &of, all, None, 1).unwrap();
        let after = first[0].cursor();
        assert_eq!(TaskCursor::read(&after.write()), Some(after.clone()), "a place in a list survives its address");
        assert_eq!(TaskCursor::read("300.nonsense"), None);
        assert_eq!(page(reader.tasks(PLACE, &of, all, Some(&after), 10).unwrap()), [id(1), id(4)]);
        assert_eq!(page(reader.tasks(PLACE, &TasksOf::Everybody, between(0, 200), None, 10).unwrap()), [id(2), id(3)]);
        assert_eq!(reader.count_tasks(PLACE, &of, between(0, 300), 10).unwrap(), 2);
        // What is owed, and what may still be done: of the same lines those that ask for it.
        let right = |number, due| TaskRow { sort: "right".to_owned(), ..line(id(number), "b", Some(due)) };
        let rights = [(5, 150), (6, 250)].map(|(at, due)| TaskSet { record: id(at), rows: vec![right(at, due)] });
        store.submit(PLACE, Box::new(Replacing(rights.to_vec()))).unwrap();
        let of_b = TasksOf::Owner { body: "b".to_owned(), role: "desk".to_owned() };
        for (sorts, wanted) in [(Sorts::All, vec![5, 3, 6]), (Sorts::Alive(200), vec![3, 6]), (Sorts::Duties, vec![3])]
        {
            let due = DueBetween { sorts, ..all };
            let wanted: Vec<_> = wanted.into_iter().map(id).collect();
            let mut reader = store.read().unwrap();
            assert_eq!(
                reader.count_tasks(PLACE, &of_b, due, 10).unwrap(),
                i64::try_from(wanted.len()).unwrap(),
                "{sorts:?}"
            );
            assert_eq!(page(reader.tasks(PLACE, &of_b, due, None, 10).unwrap()), wanted, "{sorts:?}");
        }
        store
            .submit(PLACE, Box::new(Replacing([5, 6].map(|at| TaskSet { record: id(at), rows: Vec::new() }).to_vec())))
            .unwrap();
        assert_eq!(page(reader.tasks_to_fire(PLACE, 200, 10).unwrap()), [id(2), id(3)]);
        assert_eq!(reader.next_firing(PLACE).unwrap(), Some(100));
        drop(reader);
        let sets = vec![TaskSet { record: id(2), rows: Vec::new() }, set(3, "a", Some(50))];
        store.submit(PLACE, Box::new(Replacing(sets))).unwrap();
        let mut reader = store.read().unwrap();
        assert_eq!(page(reader.tasks(PLACE, &of, all, None, 10).unwrap()), [id(3), id(1), id(4)]);
        assert_eq!(reader.tasks_of_record(PLACE, &id(2)).unwrap(), []);
    });
}

#[test]
fn no_line_of_a_case_is_lost_at_the_edge_of_a_page() {
    on_both(|county| {
        let store = county.open();
        // 会签: several lines of one case that end at one instant, and lines without an end beside them.
        let lines = |number: u64, due: Option<i64>| {
            let one = |(clock, run): (&str, i64)| TaskRow {
                clock: clock.to_owned(),
                run,
                assignee: Some("li".to_owned()),
                ..line(id(number), "a", due)
            };
            let rows = [("", 0), ("", 1), ("ask", 0), ("ask", 1), ("ask", 2), ("decide", 0)].map(one).to_vec();
            TaskSet { record: id(number), rows }
        };
        store
            .submit(PLACE, Box::new(Replacing(vec![lines(1, Some(100)), lines(2, Some(100)), lines(3, None)])))
            .unwrap();
        let mut reader = store.read().unwrap();
        let owner = TasksOf::Owner { body: "a".to_owned(), role: "desk".to_owned() };
        for of in [TasksOf::Everybody, owner, TasksOf::Assignee("li".to_owned())] {
            let whole = reader.tasks(PLACE, &of, DueBetween::ALL, None, 100).unwrap();
            assert_eq!(whole.len(), 18);
            for size in 1..=7 {
                let mut paged: Vec<TaskRow> = Vec::new();
                loop {
                    let after = paged.last().map(TaskRow::cursor);
                    let page = reader.tasks(PLACE, &of, DueBetween::ALL, after.as_ref(), size).unwrap();
                    let more = page.len() == size;
                    paged.extend(page);
                    if !more {
                        break;
                    }
                }
                assert_eq!(paged, whole, "pages of {size}");
            }
        }
    });
}

/// The key of both logs is their time, which the writer hands out strictly increasing: a page that goes on before the time of its last line loses none, even
/// when the clock stands still.
#[test]
fn no_line_of_a_log_is_lost_at_the_edge_of_a_page() {
    on_both(|county| {
        let store = county.open();
        store
            .write(|tx| {
                for line in ["1", "2", "3", "4", "5"] {
                    tx.log_operation(PLACE, "wang", "试", line, "")?;
                    tx.log_sign_in(PLACE, "wang", "in", line, "")?;
                }
                Ok(())
            })
            .unwrap();
        for size in 1..=3 {
            let (mut operations, mut sign_ins) = (Vec::new(), Vec::new());
            let mut before = i64::MAX;
            loop {
                let wanted = OperationsWanted { from: i64::MIN, before, actor: Some("wang".to_owned()), verb: None };
                let page = store.read().unwrap().operations(PLACE, &wanted, size).unwrap();
                let Some(last) = page.last() else { break };
                before = last.at;
                operations.extend(page.into_iter().map(|row| row.object));
            }
            before = i64::MAX;
            loop {
                let page = store.read().unwrap().sign_ins(PLACE, Some("wang"), i64::MIN, before, size).unwrap();
                let Some(last) = page.last() else { break };
                before = last.at;
                sign_ins.extend(page.into_iter().map(|row| row.detail));
            }
            assert_eq!(operations, ["5", "4", "3", "2", "1"], "pages of {size}");
            assert_eq!(sign_ins, operations, "pages of {size}");
        }
    });
}

#[test]
fn assigned_work_is_counted_by_the_role_whose_it_is() {
    on_both(|county| {
        let store = county.open();
        let assigned = |number: u64, body: &str, due: i64, to: &str| TaskSet {
            record: id(number),
            rows: vec![TaskRow { assignee: Some(to.to_owned()), ..line(id(number), body, Some(due)) }],
        };
        let sets = vec![
            assigned(1, "a", 100, "li"),
            assigned(2, "a", 200, "li"),
            assigned(3, "b", 200, "li"),
            assigned(4, "b", 900, "li"),
            assigned(5, "a", 100, "wang"),
        ];
        store.submit(PLACE, Box::new(Replacing(sets))).unwrap();
        let mut reader = store.read().unwrap();
        let of = |body: &str, count| (body.to_owned(), "desk".to_owned(), count);
        assert_eq!(reader.count_assigned(PLACE, "li", between(0, 300), 10).unwrap(), [of("a", 2), of("b", 1)]);
        let all: i64 =
            reader.count_assigned(PLACE, "li", between(0, 900), 3).unwrap().iter().map(|(.., count)| count).sum();
        assert_eq!(all, 3, "to the limit");
    });
}
