//! Numbers of documents: one after the other, once for a version, anew in every year, and whatever many people ask at a time.

use zhiheng_store::{day_of, year_of};

use crate::county::{Act, DAY, PLACE, Sample, id, on_both, stored, today};

const HOURS: i32 = 8 * 3600;

#[test]
fn a_number_is_given_once_and_serials_follow_one_another_from_one_in_every_year() {
    on_both(|county| {
        let store = county.open();
        for number in 0..6 {
            stored(&store, vec![Act::create(number, Sample::new(today()))]);
        }
        let give = |number: u64, version: i64| {
            store.write(move |tx| tx.number_document(PLACE, "notice", &id(number), version, "王")).unwrap()
        };
        // Four people at a time, each twice.
        std::thread::scope(|scope| {
            for number in 0..4 {
                scope.spawn(move || assert_eq!(give(number, 1), give(number, 1), "asked again, it is the same"));
            }
        });
        let read = |number: u64| store.read().unwrap().document_numbers(PLACE, &id(number)).unwrap();
        let mut serials: Vec<i64> = (0..4).map(|number| read(number)[0].serial).collect();
        serials.sort_unstable();
        assert_eq!(serials, [1, 2, 3, 4]);
        let year = year_of(day_of(read(0)[0].issued_at, HOURS));
        assert_eq!(read(0)[0].year, year);

        let other = store.write(|tx| tx.number_document(PLACE, "letter", &id(0), 1, "王")).unwrap();
        assert_eq!(other.serial, 1, "each document counts for itself");
        let elsewhere = store.write(|tx| tx.number_document("990102", "notice", &id(0), 1, "王")).unwrap();
        assert_eq!(elsewhere.serial, 1, "each place counts for itself");

        county.pass(366 * DAY);
        let later = give(4, 1);
        assert_eq!((later.year, later.serial), (year + 1, 1));
        assert_eq!(give(0, 1).year, year, "what was numbered keeps its number in the new year");
        assert_eq!(give(0, 2).serial, 2, "another version is another paper");
        assert_eq!(read(0).len(), 3);

        let faults = store.fsck(PLACE, false).unwrap();
        assert!(faults.iter().all(|fault| fault.table == "document_number") && faults.len() == 1, "{faults:?}");
        assert_eq!(faults[0].record, Some(id(0)), "version 2 was never stored");
    });
}
