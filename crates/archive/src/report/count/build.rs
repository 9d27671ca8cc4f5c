//! The numbers of a report from what was counted.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use openim_history_client::model::{ConversationKind, Seq, TimeRange, Timestamp};

use super::active::{Active, Count};
use super::answers::Timing;
use super::days::{month_name, weekday};
use super::names::Names;
use super::tally::{Conversation, Tally};
use super::words::Words;
use crate::clock::date;
use crate::report::model::{
    About, Day, FORMAT, GroupCount, Highlights, HoleCount, Holes, KindCount, Media, Month, Pair,
    Quote, Report, Sender, Totals, VERSION, Week, Year,
};
use crate::report::request::{ReportKind, ReportRequest, Scope};

/// The hours of the night: from 23:00 to 05:00.
const NIGHT: [usize; 6] = [23, 0, 1, 2, 3, 4];

/// What was counted, on its way into a report.
pub(super) struct Counts<'a> {
    pub(super) request: &'a ReportRequest,
    pub(super) range: TimeRange,
    pub(super) server: &'a str,
    pub(super) tally: Tally,
    pub(super) timing: Timing,
    pub(super) media: Vec<Media>,
    pub(super) words: Option<Words>,
    pub(super) names: Names,
}

impl Counts<'_> {
    /// Returns the report.
    pub(super) fn report(mut self) -> Report {
        self.tally.active.finish();
        let top = self.request.top;
        let (days, weeks) = (days(&self.tally.active), weeks(&self.tally.active));
        Report {
            format: FORMAT.to_owned(),
            version: VERSION,
            about: self.about(),
            totals: self.totals(),
            highlights: self.highlights(),
            months: self.months(),
            hours: self.tally.hours,
            kinds: self.kinds(),
            senders: self.senders(top),
            groups: self.groups(top),
            pairs: self.pairs(top),
            answers: self.timing.finish(),
            holes: self.holes(top),
            year: self.year(top),
            media: self.media,
            days,
            weeks,
        }
    }

    fn about(&self) -> About {
        let scope = &self.request.scope;
        let conversation = self.tally.conversations.first();
        let name = match scope {
            Scope::Server => self.server.to_owned(),
            Scope::Group(group) => self.names.group(group),
            Scope::User(user) => self.names.user(user),
            Scope::Conversation(id) => {
                conversation.map_or_else(|| id.to_string(), |known| self.names.conversation(known))
            }
        };
        let zone = &self.request.zone;
        let zone = zone.iana_name().map(str::to_owned).or_else(|| {
            let offset = zone.to_fixed_offset().ok()?;
            Some(offset.to_string())
        });
        About {
            scope: scope.name().to_owned(),
            id: scope.id().to_owned(),
            name,
            since: self.range.since,
            until: self.range.until,
            zone: zone.unwrap_or_else(|| "local".to_owned()),
            made: self.request.made,
        }
    }

    fn totals(&self) -> Totals {
        let tally = &self.tally;
        let counted = tally.people.iter().zip(0..).filter(|(person, at)| {
            person.messages > 0 && tally.user.is_none_or(|user| user == *at)
        });
        let (first, last) = counted.fold((None, None), |(first, last), (person, _)| {
            (
                Some(first.unwrap_or(i64::MAX).min(person.first)),
                Some(last.unwrap_or(i64::MIN).max(person.last)),
            )
        });
        let conversations = |is: fn(ConversationKind) -> bool| {
            let all = tally.conversations.iter();
            all.filter(|known| known.messages > 0 && is(known.kind))
                .count() as u64
        };
        let fates = tally.fates.values();
        let (revoked, deleted, removed) = fates.fold((0, 0, 0), |sum, fates| {
            (
                sum.0 + fates.revoked,
                sum.1 + fates.deleted,
                sum.2 + fates.removed,
            )
        });
        Totals {
            messages: tally.messages,
            received: tally.user.map(|_| tally.received),
            senders: tally
                .people
                .iter()
                .filter(|person| person.messages > 0)
                .count() as u64,
            chats: conversations(|kind| kind == ConversationKind::Single),
            groups: conversations(|kind| kind != ConversationKind::Single),
            active_days: tally.active.days.counts.len() as u64,
            revoked,
            deleted,
            removed,
            not_counted: tally.not_counted,
            first: first.map(Timestamp::from_millis),
            last: last.map(Timestamp::from_millis),
        }
    }

    fn highlights(&self) -> Highlights {
        let days = &self.tally.active.days.counts;
        let busiest = days
            .iter()
            .max_by_key(|(day, count)| (count.messages, Reverse(**day)));
        let (streak_first, streak_days) = longest_run(days.keys().copied());
        let hours = &self.tally.hours;
        let of_hour = |hour: usize| hours.iter().map(|day| day[hour]).sum::<u64>();
        let of_weekday = |day: usize| hours[day].iter().sum::<u64>();
        let top = |count: usize, of: &dyn Fn(usize) -> u64| -> Option<usize> {
            let best = (0..count).max_by_key(|at| (of(*at), Reverse(*at)))?;
            (of(best) > 0).then_some(best)
        };
        let small = |number: usize| u8::try_from(number).ok();
        Highlights {
            busiest_day: busiest.map(|(day, _)| date(*day)),
            busiest_day_messages: busiest.map_or(0, |(_, count)| count.messages),
            streak_first: streak_first.map(date),
            streak_last: streak_first.map(|first| date(first + streak_days - 1)),
            streak_days: u64::try_from(streak_days).unwrap_or_default(),
            top_hour: top(24, &of_hour).and_then(small),
            top_weekday: top(7, &of_weekday).and_then(|day| small(day + 1)),
            night: NIGHT.into_iter().map(of_hour).sum(),
            weekend: of_weekday(5) + of_weekday(6),
        }
    }

    fn months(&mut self) -> Vec<Month> {
        let mut new: HashMap<i32, u64> = HashMap::new();
        for at in 0..self.tally.people.len() {
            let person = &self.tally.people[at];
            let is_counted = self.tally.user.is_none_or(|user| user as usize == at);
            if person.messages > 0 && is_counted {
                let first = person.first;
                *new.entry(self.tally.month(first)).or_default() += 1;
            }
        }
        let (mut messages_so_far, mut users_so_far) = (0, 0);
        let months = self.tally.active.months.counts.iter();
        let months = months.map(|(month, count)| {
            let new_users = new.get(month).copied().unwrap_or_default();
            let fates = self.tally.fates.get(month).copied().unwrap_or_default();
            messages_so_far += count.messages;
            users_so_far += new_users;
            Month {
                month: month_name(*month),
                messages: count.messages,
                users: count.users,
                new_users,
                messages_so_far,
                users_so_far,
                revoked: fates.revoked,
                deleted: fates.deleted,
                removed: fates.removed,
            }
        });
        months.collect()
    }

    fn kinds(&self) -> Vec<KindCount> {
        let kinds = self.tally.kinds.iter();
        let kinds = kinds.map(|(kind, messages)| KindCount {
            kind: *kind,
            messages: *messages,
        });
        most(kinds, usize::MAX, |kind| (kind.messages, kind.kind.name()))
    }

    fn senders(&self, top: usize) -> Vec<Sender> {
        let people = self.tally.people.iter().zip(0..);
        let others = people.filter(|(person, at)| {
            person.messages > 0 && self.tally.user.is_none_or(|user| user != *at)
        });
        let found = most(others, top, |(person, _)| (person.messages, &person.id));
        let found = found.into_iter().map(|(person, _)| Sender {
            user_id: person.id.clone(),
            name: self.names.user(&person.id),
            messages: person.messages,
            first: Timestamp::from_millis(person.first),
            last: Timestamp::from_millis(person.last),
        });
        found.collect()
    }

    fn groups(&self, top: usize) -> Vec<GroupCount> {
        let mut speakers: HashMap<u32, u64> = HashMap::new();
        for (conversation, _) in &self.tally.speakers {
            *speakers.entry(*conversation).or_default() += 1;
        }
        let all = self.tally.conversations.iter().zip(0..);
        let all = all.filter(|(known, _)| known.messages > 0 && known.id.group_id().is_some());
        let found = most(all, top, |(known, _)| (known.messages, &known.id));
        let found = found.into_iter().filter_map(|(known, at)| {
            let group_id = known.id.group_id()?;
            Some(GroupCount {
                name: self.names.group(&group_id),
                group_id,
                messages: known.messages,
                senders: speakers.get(&at).copied().unwrap_or_default(),
            })
        });
        found.collect()
    }

    fn pairs(&self, top: usize) -> Vec<Pair> {
        let all = self.tally.conversations.iter();
        let all = all.filter(|known| known.two.is_some());
        let found = most(all, top, |known| (known.from.0 + known.from.1, &known.id));
        let found = found.into_iter().filter_map(|known| {
            let (mut one, mut other) = known.two.as_ref()?.clone();
            let (mut from_one, mut from_other) = known.from;
            let swaps = match self.request.scope.user() {
                Some(user) => other == *user && one != *user,
                None => other < one,
            };
            if swaps {
                std::mem::swap(&mut one, &mut other);
                std::mem::swap(&mut from_one, &mut from_other);
            }
            Some(Pair {
                conversation_id: known.id.clone(),
                name: self.names.user(&one),
                user_id: one,
                other_name: self.names.user(&other),
                other_id: other,
                messages: from_one + from_other,
                from_user: from_one,
                from_other,
            })
        });
        found.collect()
    }

    fn holes(&self, top: usize) -> Option<Holes> {
        if self.tally.user.is_some() {
            return None;
        }
        // Limited in time, the numbers before the first one belong to another time.
        let is_from_one = self.range.since.is_none();
        let first = |known: &Conversation| if is_from_one { 1 } else { known.seqs.0 };
        let missing = |known: &Conversation| {
            let numbers = known.seqs.1.saturating_sub(first(known)).saturating_add(1);
            u64::try_from(numbers)
                .unwrap_or_default()
                .saturating_sub(known.rows)
        };
        let all = self.tally.conversations.iter();
        let all = all.map(|known| (known, missing(known)));
        let all: Vec<_> = all.filter(|(_, numbers)| *numbers > 0).collect();
        Some(Holes {
            numbers: all.iter().map(|(_, numbers)| numbers).sum(),
            conversations: all.len() as u64,
            most: most(all.into_iter(), top, |(known, numbers)| {
                (*numbers, &known.id)
            })
            .into_iter()
            .map(|(known, numbers)| HoleCount {
                conversation_id: known.id.clone(),
                name: self.names.conversation(known),
                first: Seq(first(known)),
                last: Seq(known.seqs.1),
                numbers,
            })
            .collect(),
        })
    }

    fn year(&mut self, top: usize) -> Option<Year> {
        let ReportKind::Year(year) = self.request.kind else {
            return None;
        };
        let mut words = self.words.take()?;
        let first_message = words.first.take().map(|first| {
            let user_id = first.send_id.into();
            Quote {
                conversation_id: first.conversation_id.into(),
                seq: Seq(first.seq),
                time: Timestamp::from_millis(first.millis),
                name: self.names.user(&user_id),
                user_id,
                text: first.text,
            }
        });
        let (words, emoji) = words.finish(top);
        Some(Year {
            year,
            words,
            emoji,
            first_message,
        })
    }
}

fn days(active: &Active) -> Vec<Day> {
    let counts = &active.days.counts;
    let days = counts.iter().map(|(day, count)| {
        let week = counts.range(day.saturating_sub(6)..=*day);
        let messages: u64 = week.map(|(_, count)| count.messages).sum();
        Day {
            date: date(*day),
            messages: count.messages,
            average: mean(messages),
            users: count.users,
        }
    });
    days.collect()
}

/// A seventh, to two digits: what every form shows.
#[expect(
    clippy::cast_precision_loss,
    reason = "a week has fewer messages than a float holds exactly"
)]
fn mean(of_week: u64) -> f64 {
    (of_week as f64 / 7.0 * 100.0).round() / 100.0
}

fn weeks(active: &Active) -> Vec<Week> {
    let weeks: &BTreeMap<i32, Count> = &active.weeks.counts;
    let weeks = weeks.iter().map(|(day, count)| {
        debug_assert_eq!(weekday(*day), 0, "weeks are known by their Monday");
        let monday = date(*day);
        let iso = monday.iso_week_date();
        Week {
            week: format!("{:04}-W{:02}", iso.year(), iso.week()),
            monday,
            messages: count.messages,
            users: count.users,
        }
    });
    weeks.collect()
}

/// Returns the first of the longest run of days, the earliest of several, and its length.
fn longest_run(days: impl Iterator<Item = i32>) -> (Option<i32>, i32) {
    let mut best = (None, 0);
    let mut run: Option<(i32, i32)> = None;
    for day in days {
        let first = match run {
            Some((first, last)) if last + 1 == day => first,
            _ => day,
        };
        run = Some((first, day));
        let length = day - first + 1;
        if length > best.1 {
            best = (Some(first), length);
        }
    }
    best
}

/// Returns those that have most of something, the most first, and of equal ones those whose name comes first.
fn most<T, N: Ord>(
    all: impl Iterator<Item = T>,
    top: usize,
    of: impl for<'a> Fn(&'a T) -> (u64, N),
) -> Vec<T> {
    let mut all: Vec<T> = all.collect();
    all.sort_by(|a, b| {
        let (a, b) = (of(a), of(b));
        b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1))
    });
    all.truncate(top);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_run_of_days_is_the_earliest_of_several() {
        assert_eq!(longest_run([].into_iter()), (None, 0));
        assert_eq!(longest_run([5].into_iter()), (Some(5), 1));
        assert_eq!(longest_run([1, 2, 4, 5, 7].into_iter()), (Some(1), 2));
        assert_eq!(longest_run([1, 3, 4, 5, 9].into_iter()), (Some(3), 3));
    }
}
