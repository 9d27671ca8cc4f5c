//! Every number of a report against the plain count.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use openim_history_archive::report::{Media, Report, ReportKind, ReportRequest, Scope};
use openim_history_client::model::{
    ContentType, ConversationKind, Kind, Message, TimeRange, Timestamp,
};

use super::brute::Brute;
use super::history::{DAY, HOUR, START, computed, emptied, is_emptied, made_up, said, stored};
use crate::places::folder;

fn request(scope: Scope, zone: &str) -> ReportRequest {
    ReportRequest {
        scope,
        zone: TimeZone::get(zone).expect("a zone"),
        top: 1_000,
        ..ReportRequest::new(Timestamp::from_millis(START))
    }
}

/// Holds a report against the plain count.
fn assert_right(report: &Report, messages: &[Message], request: &ReportRequest) {
    let brute = Brute::new(messages, request);
    let at = format!("{:?} {:?}", request.scope, report.about.zone);
    let totals = &report.totals;
    assert_eq!(totals.messages, brute.counted.len() as u64, "{at}");
    let received = (brute.said.len() - brute.counted.len()) as u64;
    assert_eq!(totals.received.unwrap_or_default(), received, "{at}");
    assert_eq!(
        totals.not_counted,
        (brute.all.len() - brute.said.len()) as u64,
        "{at}"
    );
    let senders: BTreeSet<_> = brute.said.iter().map(|message| &message.send_id).collect();
    assert_eq!(totals.senders, senders.len() as u64, "{at}");
    assert_eq!(
        (totals.chats, totals.groups),
        (
            brute.conversations(ConversationKind::Single),
            brute.conversations(ConversationKind::Group)
        ),
        "{at}"
    );
    assert_eq!(
        [totals.revoked, totals.deleted, totals.removed],
        FATES.map(|is| brute.count(is)),
        "{at}"
    );
    let times = brute.counted.iter().map(|message| message.send_time);
    assert_eq!(
        (totals.first, totals.last),
        (times.clone().min(), times.max()),
        "{at}"
    );

    let days = brute.by(|time| time.date());
    let found = report
        .days
        .iter()
        .map(|day| (day.date, (day.messages, day.users)));
    assert_eq!(found.collect::<BTreeMap<_, _>>(), days, "{at}");
    for day in &report.days {
        assert_eq!(day.average, brute.average(day.date), "{at} {}", day.date);
    }
    let weeks = brute.by(|time| {
        let week = time.date().iso_week_date();
        format!("{}-W{:02}", week.year(), week.week())
    });
    let found = report
        .weeks
        .iter()
        .map(|week| (week.week.clone(), (week.messages, week.users)));
    assert_eq!(found.collect::<BTreeMap<_, _>>(), weeks, "{at}");
    let months = brute.by(|time| time.strftime("%Y-%m").to_string());
    let found = report
        .months
        .iter()
        .map(|month| (month.month.clone(), (month.messages, month.users)));
    assert_eq!(found.collect::<BTreeMap<_, _>>(), months, "{at}");
    assert_fates_and_growth(report, &brute, &at);

    let hours = brute.by(|time| (time.weekday().to_monday_zero_offset(), time.hour()));
    for (day, of_day) in report.hours.iter().enumerate() {
        for (hour, count) in of_day.iter().enumerate() {
            let key = (
                i8::try_from(day).expect("small"),
                i8::try_from(hour).expect("small"),
            );
            let wanted = hours.get(&key).map_or(0, |(messages, _)| *messages);
            assert_eq!(*count, wanted, "{at} {day} {hour}");
        }
    }
    let found = report.kinds.iter().map(|kind| (kind.kind, kind.messages));
    assert_eq!(found.collect::<BTreeMap<_, _>>(), brute.kinds(), "{at}");
    assert_people(report, &brute, &at);
    assert_answers(report, &brute, &at);
    match &report.holes {
        None => assert!(matches!(request.scope, Scope::User(_))),
        Some(holes) => {
            let found = holes
                .most
                .iter()
                .map(|hole| (hole.conversation_id.as_str(), hole.numbers));
            assert_eq!(found.collect::<BTreeMap<_, _>>(), brute.holes(), "{at}");
            assert_eq!(holes.numbers, brute.holes().values().sum::<u64>(), "{at}");
        }
    }
    assert_media(report, &brute, &at);
}

/// What may have become of a message: recalled, deleted, removed.
const FATES: [fn(&Message) -> bool; 3] = [
    |message| message.revoked.is_some(),
    |message| !message.deleted_for.is_empty(),
    is_emptied,
];

fn assert_media(report: &Report, brute: &Brute<'_>, at: &str) {
    let mut wanted: BTreeMap<Kind, Media> = BTreeMap::new();
    for message in &brute.counted {
        let declared = match message.content_type {
            ContentType::PICTURE => u64::try_from(message.seq.0 * 7).expect("positive"),
            ContentType::VOICE => u64::try_from(message.seq.0).expect("positive"),
            ContentType::VIDEO => 0,
            ContentType::FILE => 100,
            _ => continue,
        };
        let kind = message.content_type.kind();
        let media = wanted.entry(kind).or_insert(Media {
            kind,
            messages: 0,
            declared_bytes: 0,
            undeclared: 0,
            kept: 0,
            kept_bytes: 0,
        });
        media.messages += 1;
        media.declared_bytes += declared;
        media.undeclared += u64::from(declared == 0);
    }
    let found = report.media.iter().map(|media| (media.kind, media.clone()));
    assert_eq!(found.collect::<BTreeMap<_, _>>(), wanted, "{at}");
}

fn assert_fates_and_growth(report: &Report, brute: &Brute<'_>, at: &str) {
    let mut so_far = 0;
    let mut known = std::collections::BTreeSet::new();
    for month in &report.months {
        let of_month = brute.counted.iter();
        let of_month: Vec<&&Message> = of_month
            .filter(|message| brute.local(message).strftime("%Y-%m").to_string() == month.month)
            .collect();
        let count = |is: fn(&Message) -> bool| {
            let of_month = of_month.iter();
            of_month.filter(|message| is(message)).count() as u64
        };
        assert_eq!(
            [month.revoked, month.deleted, month.removed],
            FATES.map(count),
            "{at} {}",
            month.month
        );
        so_far += of_month.len() as u64;
        let before = known.len();
        known.extend(of_month.iter().map(|message| &message.send_id));
        assert_eq!(month.messages_so_far, so_far, "{at}");
        assert_eq!(month.new_users, (known.len() - before) as u64, "{at}");
        assert_eq!(month.users_so_far, known.len() as u64, "{at}");
    }
}

fn assert_people(report: &Report, brute: &Brute<'_>, at: &str) {
    let user = match report.about.scope.as_str() {
        "user" => Some(report.about.id.as_str()),
        _ => None,
    };
    let mut senders: BTreeMap<&str, (u64, Timestamp, Timestamp)> = BTreeMap::new();
    let mut pairs: BTreeMap<&str, u64> = BTreeMap::new();
    for message in &brute.said {
        if user != Some(message.send_id.as_str()) {
            let (time, id) = (message.send_time, message.send_id.as_str());
            let (messages, first, last) = senders.entry(id).or_insert((0, time, time));
            *messages += 1;
            (*first, *last) = (time.min(*first), time.max(*last));
        }
        if message.conversation_id.kind() == ConversationKind::Single {
            let id = message.conversation_id.as_str();
            *pairs.entry(id).or_default() += 1;
        }
    }
    let found = report.senders.iter().map(|sender| {
        let counted = (sender.messages, sender.first, sender.last);
        (sender.user_id.as_str(), counted)
    });
    assert_eq!(found.collect::<BTreeMap<_, _>>(), senders, "{at}");
    assert!(
        report.senders.is_sorted_by(|a, b| a.messages >= b.messages),
        "{at}"
    );
    let found = report
        .groups
        .iter()
        .map(|group| (group.group_id.as_str(), (group.messages, group.senders)));
    let groups = brute.groups().into_iter();
    let groups = groups.map(|(id, group)| (id, (group.messages, group.senders.len() as u64)));
    assert_eq!(
        found.collect::<BTreeMap<_, _>>(),
        groups.collect::<BTreeMap<_, _>>(),
        "{at}"
    );
    let found = report
        .pairs
        .iter()
        .map(|pair| (pair.conversation_id.as_str(), pair.messages));
    assert_eq!(found.collect::<BTreeMap<_, _>>(), pairs, "{at}");
    for pair in &report.pairs {
        let of_pair = brute.said.iter();
        let from_user = of_pair.filter(|message| {
            message.conversation_id == pair.conversation_id && message.send_id == pair.user_id
        });
        assert_eq!(pair.from_user, from_user.count() as u64, "{at} {pair:?}");
        assert_eq!(pair.from_user + pair.from_other, pair.messages, "{at}");
        assert!(
            user.is_none_or(|user| pair.user_id == *user),
            "{at} {pair:?}"
        );
    }
}

fn assert_answers(report: &Report, brute: &Brute<'_>, at: &str) {
    let all = brute.answers();
    for answers in &report.answers {
        let is_received = answers.of == "received";
        let times = all.iter().filter(|(received, _)| *received == is_received);
        let mut seconds: Vec<u64> = times
            .map(|(_, took)| u64::try_from(took / 1000).expect("positive"))
            .collect();
        seconds.sort_unstable();
        assert_eq!(answers.count, seconds.len() as u64, "{at} {}", answers.of);
        let within = |percent: usize| {
            let count = (seconds.len() * percent).div_ceil(100);
            count.checked_sub(1).map(|at| seconds[at])
        };
        assert_eq!(answers.median_seconds, within(50), "{at}");
        assert_eq!(answers.p90_seconds, within(90), "{at}");
        let spread = answers.spread.iter();
        assert_eq!(
            spread.map(|span| span.count).sum::<u64>(),
            answers.count,
            "{at}"
        );
    }
}

#[tokio::test]
async fn every_number_is_the_one_a_plain_count_gives() {
    for seed in [7, 8] {
        assert_history(seed).await;
    }
}

async fn assert_history(seed: u64) {
    let (_folder, place) = folder();
    let messages = made_up(seed, 1_500);
    stored(&place, &messages).await;
    let archive = emptied(&place, &messages).await;
    let middle = Timestamp::from_millis(START + 30 * DAY + 5 * HOUR);
    let scopes = [
        Scope::Server,
        Scope::Group("1".into()),
        Scope::Group("x'; DROP".into()),
        Scope::User("alice".into()),
        Scope::User("O'Neil".into()),
        Scope::Conversation("si_alice_bob".into()),
    ];
    for zone in [
        "Asia/Shanghai",
        "America/New_York",
        "Europe/Berlin",
        "Asia/Kathmandu",
        "UTC",
    ] {
        for scope in &scopes {
            if !matches!(scope, Scope::Server) && zone != "America/New_York" {
                continue;
            }
            for times in [
                TimeRange::ALL,
                TimeRange {
                    since: Some(middle),
                    until: None,
                },
                TimeRange {
                    since: None,
                    until: Some(middle),
                },
            ] {
                let request = ReportRequest {
                    times,
                    ..request(scope.clone(), zone)
                };
                let report = computed(&archive, &request).await;
                assert_right(&report, &messages, &request);
            }
        }
    }
}

#[tokio::test]
async fn an_empty_archive_has_a_report_of_zeros() {
    let (_folder, place) = folder();
    let archive = stored(&place, &[]).await;
    for kind in [ReportKind::Overview, ReportKind::Year(2026)] {
        let request = ReportRequest {
            kind,
            ..request(Scope::Server, "Asia/Shanghai")
        };
        let report = computed(&archive, &request).await;
        assert_right(
            &report,
            &[],
            &ReportRequest {
                kind: ReportKind::Overview,
                ..request
            },
        );
        assert_eq!(report.highlights.top_hour, None);
    }
}

#[tokio::test]
async fn a_day_begins_where_the_zone_says() {
    let (_folder, place) = folder();
    // 15:59:59.999 and 16:00 UTC: midnight in Shanghai lies between them.
    let last = said("si_alice_bob", 1, "alice", "bob", START + 16 * HOUR - 1);
    let first = said("si_alice_bob", 2, "bob", "alice", START + 16 * HOUR);
    let archive = stored(&place, &[last, first]).await;
    let days = async |zone: &str| -> Vec<String> {
        let report = computed(&archive, &request(Scope::Server, zone)).await;
        report
            .days
            .iter()
            .map(|day| format!("{} {}", day.date, day.messages))
            .collect()
    };
    assert_eq!(
        days("Asia/Shanghai").await,
        ["2026-03-01 1", "2026-03-02 1"]
    );
    assert_eq!(days("UTC").await, ["2026-03-01 2"]);
    let report = computed(&archive, &request(Scope::Server, "Asia/Shanghai")).await;
    assert_eq!(report.highlights.streak_days, 2);
    assert_eq!(report.highlights.night, 2);
    assert_eq!(report.answers[0].median_seconds, Some(0));
}

#[tokio::test]
async fn a_year_has_its_words_its_emoji_and_its_first_message() {
    let (_folder, place) = folder();
    let mut messages: Vec<Message> = (1..=30)
        .map(|seq| said("si_alice_bob", seq, "alice", "bob", START + seq * DAY))
        .collect();
    // Before the year began in Shanghai, and one that was taken back.
    let year = START - 59 * DAY - 8 * HOUR;
    messages[0].send_time = Timestamp::from_millis(year - 1);
    messages[1].send_time = Timestamp::from_millis(year);
    messages[1].revoked = Some(Box::default());
    let mut one = messages[2].clone();
    one.seq = openim_history_client::model::Seq(31);
    one.send_time = Timestamp::from_millis(year + 1);
    one.content = serde_json::json!({"content": "新年快乐 🎉🎉"}).to_string();
    messages.push(one);
    let archive = stored(&place, &messages).await;
    let request = ReportRequest {
        kind: ReportKind::Year(2026),
        ..request(Scope::User("alice".into()), "Asia/Shanghai")
    };
    let report = computed(&archive, &request).await;
    assert_eq!(report.totals.messages, 30);
    let year = report.year.expect("a year");
    let first = year.first_message.expect("a first message");
    assert_eq!((first.text.as_str(), first.seq.0), ("新年快乐 🎉🎉", 31));
    assert_eq!(
        (year.words[0].text.as_str(), year.words[0].count),
        ("合同", 28)
    );
    let emoji: Vec<(&str, u64)> = year
        .emoji
        .iter()
        .map(|one| (one.text.as_str(), one.count))
        .collect();
    assert_eq!(emoji, [("😀", 28), ("🎉", 2)]);
}

#[tokio::test]
async fn a_year_of_a_group_counts_that_group_and_nothing_else() {
    let (_folder, place) = folder();
    let mut messages = made_up(21, 1_500);
    // The year before, and others' words.
    let year = START - 59 * DAY - 8 * HOUR;
    let mut before = said("sg_1", 90_001, "alice", "", year - 1);
    before.content = serde_json::json!({"content": "去年的话"}).to_string();
    let mut first = said("sg_1", 90_003, "bob", "", year);
    first.content = serde_json::json!({"content": "新年快乐 🎉"}).to_string();
    let mut elsewhere = said("sg_2", 1, "bob", "", year + 1);
    elsewhere.content = serde_json::json!({"content": "别处 🐎"}).to_string();
    messages.extend([before, first, elsewhere]);
    stored(&place, &messages).await;
    let archive = emptied(&place, &messages).await;
    let request = ReportRequest {
        kind: ReportKind::Year(2026),
        ..request(Scope::Group("1".into()), "Asia/Shanghai")
    };
    let report = computed(&archive, &request).await;
    let instant = |millis| Some(Timestamp::from_millis(millis));
    let of_year = ReportRequest {
        times: TimeRange {
            since: instant(year),
            until: instant(year + 365 * DAY),
        },
        ..request
    };
    assert!(report.totals.messages > 100, "{:?}", report.totals);
    assert_right(&report, &messages, &of_year);
    let year = report.year.as_ref().expect("a year");
    let quote = year.first_message.as_ref().expect("a first message");
    assert_eq!(
        (quote.text.as_str(), quote.user_id.as_str()),
        ("新年快乐 🎉", "bob")
    );
    let count = |all: &[openim_history_archive::report::Counted], text: &str| {
        let found = all.iter().find(|one| one.text == text);
        found.map(|one| one.count)
    };
    let brute = Brute::new(&messages, &of_year);
    let is_shown = |message: &Message| {
        message.content_type == ContentType::TEXT
            && message.revoked.is_none()
            && message.deleted_for.is_empty()
            && !is_emptied(message)
    };
    // Every text but the first one says 合同 and smiles.
    let wanted = brute.count(is_shown) - 1;
    assert_eq!(count(&year.words, "合同"), Some(wanted));
    assert_eq!(count(&year.emoji, "😀"), Some(wanted));
    assert_eq!(count(&year.emoji, "🎉"), Some(1));
    assert_eq!(count(&year.emoji, "🐎"), None);
    assert_eq!(report.totals.received, None);
}

#[tokio::test]
async fn numbers_below_one_are_no_holes_filled() {
    let (_folder, place) = folder();
    let at = |seq| said("sg_1", seq, "alice", "", START + HOUR);
    // What a damaged server may have, beside 1 and 4.
    let messages = [at(-3), at(0), at(1), at(4)];
    let archive = stored(&place, &messages).await;
    let request = request(Scope::Server, "UTC");
    let report = computed(&archive, &request).await;
    let holes = report.holes.expect("holes");
    assert_eq!((holes.numbers, holes.conversations), (2, 1));
    assert_eq!(holes.most[0].last.0, 4);
}
