//! Measures how long reading takes: `cargo run --release -p zhiheng-gongwen --example read_time`.
//! Each shape is read at two sizes, so that a cost that grows faster than the text shows.
#![expect(clippy::print_stdout, reason = "a command that prints figures")]

use std::time::Instant;

fn main() {
    let prose = "到2027年，食品抽检合格率达到98%以上，培育龙头企业10家、合作社20个，单位能耗比2020年下降13.5%。";
    let shapes: &[(&str, &str)] = &[
        (
            "prose in paragraphs",
            &format!("（一）提升质量。{prose}健全机制，完善体系，推动高质量发展。（县市场监管局负责）\n"),
        ),
        ("one endless line", prose),
        ("one endless sentence", "推动质量标准融合发展，达到98%以上，"),
        ("no punctuation", "质量强县建设"),
        ("digits", "1234567890"),
        ("digits and commas", "1,2,3,"),
        ("empty lines", "\n"),
        ("tab cells", "1\t合格率（%）\t98\t≥99\t县市场监管局\n"),
        ("table header again and again", "序号\t指标\t2022年\t2027年\n1\t合格率\t98\t99\n"),
        ("stacked header again and again", "序号\n指标\n2022年\n2027年\n1\n合格率\n98\n99\n"),
        ("open brackets", "（“《〔"),
        ("headings", "1．强化监管\n"),
        ("glossary", "名词解释\n1．甲：指乙。\n"),
        ("figures only", "达到5%。"),
        ("zero width", "\u{200b}质\u{202e}"),
        ("straight quotes", "\"质\"5%\n"),
        ("header broken over lines", "责任\n单位\n指标\n属性\n2027年\n1\n"),
        ("ascii", "the quick brown fox jumps over 13 lazy dogs, "),
    ];
    println!("{:<34}{:>14}{:>14}{:>8}{:>18}", "shape", "10 MB", "50 MB", "ratio", "10 MB by clock");
    for (name, piece) in shapes {
        let time = |megabytes: usize| {
            let text = piece.repeat(megabytes * 1_000_000 / piece.len());
            let (start, busy) = (Instant::now(), busy());
            let document = zhiheng_gongwen::read(&text);
            std::hint::black_box(document);
            let clock = start.elapsed().as_secs_f64();
            (self::busy().zip(busy).map_or(clock, |(after, before)| after - before), clock)
        };
        let ((ten, clock), (fifty, _)) = (time(10), time(50));
        println!("{name:<34}{ten:>12.2} s{fifty:>12.2} s{:>8.1}{clock:>16.2} s", fifty / ten);
    }
    let gb = {
        let text = prose.repeat(10_000_000 / prose.len());
        let bytes = encoding_rs::GB18030.encode(&text).0.into_owned();
        let start = Instant::now();
        std::hint::black_box(zhiheng_gongwen::read_bytes(&bytes));
        start.elapsed().as_secs_f64()
    };
    println!("decoding {:.0} MB of GB18030: {gb:.2} s", 10.0);
}

/// Seconds that this process has been running on a processor; the clock counts the neighbours' work too.
fn busy() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    stat.split_whitespace().next()?.parse::<f64>().ok().map(|nanoseconds| nanoseconds / 1e9)
}
