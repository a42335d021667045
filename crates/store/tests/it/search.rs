//! The search index on both databases: what it offers, whom it shows, and databases that have none.

use std::collections::BTreeMap;

use zhiheng_store::{SearchFound, SearchQuery, SearchReach, SearchTerm, SegmentRows, Store};

use crate::county::{Act, PLACE, START, Sample, id, on_both, stored, today};

fn segment(since: i64, until: i64, terms: &[(&str, &[i64])]) -> SegmentRows {
    let terms = terms.iter().map(|(term, times)| ((*term).to_owned(), times.to_vec())).collect::<BTreeMap<_, _>>();
    SegmentRows { form: 7, since, until, terms }
}

fn add(store: &Store, rows: SegmentRows) -> bool {
    store.write(move |tx| tx.add_segment(PLACE, &rows)).unwrap()
}

fn exact(text: &str) -> SearchTerm {
    SearchTerm::Exact(text.to_owned())
}

fn ask(store: &Store, terms: &[Vec<SearchTerm>], before: i64, segments: usize, limit: usize) -> SearchFound {
    let query = SearchQuery { form: 7, terms: terms.to_vec(), before, segments, limit };
    store.read().unwrap().search_index(PLACE, &query).unwrap()
}

#[test]
fn candidates_hold_every_term_newest_first_and_go_on_where_they_stopped() {
    on_both(|county| {
        let store = county.open();
        assert!(add(&store, segment(0, 10, &[("脆李", &[1, 5, 9]), ("巫山", &[5, 9]), ("9150", &[2])])));
        assert!(add(&store, segment(10, 20, &[("脆李", &[12, 15]), ("巫山", &[15]), ("91500", &[13])])));
        let both = [vec![exact("脆李")], vec![exact("巫山")]];
        assert_eq!(ask(&store, &both, i64::MAX, 9, 9).times, [15, 9, 5]);
        let first = ask(&store, &both, i64::MAX, 9, 2);
        assert_eq!((first.times.as_slice(), first.next), ([15, 9].as_slice(), Some(9)));
        assert_eq!(ask(&store, &both, 9, 9, 2), SearchFound { times: vec![5], next: None });
        let bounded = ask(&store, &[vec![exact("9150")]], i64::MAX, 1, 9);
        assert_eq!(bounded, SearchFound { times: vec![], next: Some(11) }, "the bound was reached, and where");
        assert_eq!(ask(&store, &[vec![exact("9150")]], 11, 1, 9).times, [2]);
        let begins = [vec![SearchTerm::Prefix("9150".to_owned())]];
        assert_eq!(ask(&store, &begins, i64::MAX, 9, 9).times, [13, 2]);
        let either = [vec![exact("巫山"), exact("91500")]];
        assert_eq!(ask(&store, &either, i64::MAX, 9, 9).times, [15, 13, 9, 5]);
        assert_eq!(ask(&store, &[], i64::MAX, 9, 9), SearchFound::default(), "no term finds nothing");
    });
}

#[test]
fn segments_follow_one_another_and_another_form_is_not_read() {
    on_both(|county| {
        let store = county.open();
        assert!(add(&store, segment(0, 10, &[("脆李", &[1])])));
        assert!(!add(&store, segment(0, 12, &[("脆李", &[1])])), "somebody else was faster");
        assert!(!add(&store, segment(12, 14, &[])), "a gap");
        let other = SegmentRows { form: 8, ..segment(0, 5, &[("脆李", &[3])]) };
        assert!(add(&store, other));
        assert_eq!(ask(&store, &[vec![exact("脆李")]], i64::MAX, 9, 9).times, [1]);
        let stale = store.read().unwrap().search_segment_of_other_form(PLACE, 7).unwrap().unwrap();
        store.write(move |tx| tx.drop_search_segment(PLACE, stale)).unwrap();
        let mut reader = store.read().unwrap();
        assert_eq!(reader.search_segment_of_other_form(PLACE, 7).unwrap(), None);
        assert_eq!((reader.search_end(PLACE, 7).unwrap(), reader.search_end(PLACE, 8).unwrap()), (10, 0));
    });
}

#[test]
fn a_version_leads_to_its_record_only_while_it_is_the_last_and_only_for_whom_it_concerns() {
    on_both(|county| {
        let store = county.open();
        stored(&store, vec![Act::create(1, Sample::new(today())), Act::create(2, Sample::new(today()))]);
        stored(&store, vec![Act::of(zhiheng_store::Op::Correct, 1, Sample::new(today()))]);
        stored(&store, vec![Act::of(zhiheng_store::Op::Withdraw, 2, Sample::new(today()))]);
        let mut reader = store.read().unwrap();
        let times: Vec<i64> =
            reader.versions_after(PLACE, 0, 10).unwrap().iter().map(|version| version.recorded_at).collect();
        assert_eq!(times.len(), 4);
        assert_eq!(reader.tail(PLACE, START, 1).unwrap()[0].recorded_at, times[3], "the newest");
        assert_eq!(reader.count_after(PLACE, times[0], 2).unwrap(), 2);
        let (bodies, areas) = (["县市场监管局".to_owned()], ["990101101".to_owned()]);
        let none: [String; 0] = [];
        let mut see = |reach| {
            let found = reader.records_at(PLACE, &times, reach).unwrap();
            found.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(see(SearchReach::Everything), [id(1)]);
        assert_eq!(see(SearchReach::Of { bodies: &bodies, areas: &none, kinds: &none }), [id(1)]);
        assert_eq!(see(SearchReach::Of { bodies: &none, areas: &areas, kinds: &none }), [id(1)]);
        assert_eq!(see(SearchReach::Of { bodies: &areas, areas: &bodies, kinds: &none }), []);
        assert_eq!(see(SearchReach::Of { bodies: &none, areas: &none, kinds: &none }), []);
    });
}
