//! Stretches of a list and chunks of ids, as the server wants them.

use std::collections::HashSet;
use std::hash::Hash;

use super::super::wire::Pagination;
use crate::error::{Error, Result};
use crate::source::{Page, PageRequest};

/// How many things are listed or named in one call.
pub(in crate::source::rest) const CHUNK: usize = 500;

/// The highest page number the server understands.
const LAST_PAGE: u64 = i32::MAX as u64;

/// Gathers a stretch of a list from the server's own pages that cover it: those start at
/// multiples of their length only, and long ones do not fit into an answer.
pub(in crate::source::rest) struct Pages<T> {
    request: PageRequest,
    show: u32,
    /// The page to fetch next, counted from 0; `None` when done.
    next: Option<u64>,
    page: Page<T>,
}

impl<T> Pages<T> {
    /// Starts with nothing gathered.
    pub(in crate::source::rest) fn new(request: PageRequest) -> Result<Self> {
        if request.limit == 0 {
            return Err(Error::invalid("page", "its limit must be at least 1"));
        }
        let show = request.limit.min(CHUNK as u32);
        Ok(Self {
            request,
            show,
            next: Some((request.offset / u64::from(show)).min(LAST_PAGE - 1)),
            page: Page {
                items: Vec::new(),
                total: 0,
            },
        })
    }

    /// Says which page to fetch next.
    pub(in crate::source::rest) fn next(&self) -> Option<Pagination> {
        self.next.map(|index| Pagination {
            page_number: index + 1,
            show_number: self.show,
        })
    }

    /// Takes the page that was to be fetched next.
    pub(in crate::source::rest) fn add<W>(&mut self, items: Vec<W>, total: u64)
    where
        T: From<W>,
    {
        let Some(index) = self.next else { return };
        let show = u64::from(self.show);
        let wanted = self.request.offset..self.end();
        let is_full = items.len() as u64 >= show;
        self.page.total = total;
        self.page.items.extend(
            (index * show..)
                .zip(items)
                .filter(|(at, _)| wanted.contains(at))
                .map(|(_, item)| T::from(item)),
        );
        let next = index + 1;
        self.next = (is_full && next * show < self.end() && next < LAST_PAGE).then_some(next);
    }

    /// Returns what was gathered.
    pub(in crate::source::rest) fn finish(self) -> Page<T> {
        self.page
    }

    fn end(&self) -> u64 {
        self.request
            .offset
            .saturating_add(u64::from(self.request.limit))
    }
}

/// Returns the ids that say something, each once. An empty one, or a list of none, has another
/// meaning to the server: everything.
pub(in crate::source::rest) fn unique<I: Eq + Hash + AsRef<str>>(ids: &[I]) -> Vec<&I> {
    let mut seen = HashSet::new();
    ids.iter()
        .filter(|id| !id.as_ref().is_empty() && seen.insert(*id))
        .collect()
}

/// Returns the ids in chunks that fit into a call, the first one last.
pub(in crate::source::rest) fn chunks<I>(ids: &[I]) -> Vec<&[I]> {
    ids.chunks(CHUNK).rev().collect()
}

/// Returns the ids of a chunk that was refused because of one of them, each by itself; nothing
/// where it was that one.
pub(in crate::source::rest) fn singles<I>(chunk: &[I]) -> impl Iterator<Item = &[I]> {
    let several = chunk.len() > 1;
    chunk.chunks(1).filter(move |_| several)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Serves a list of `len` numbers and returns the stretch and the pages that were fetched.
    fn gather(request: PageRequest, len: u64) -> (Page<u64>, Vec<(u64, u32)>) {
        let mut pages = Pages::<u64>::new(request).expect("is a page");
        let mut fetched = Vec::new();
        while let Some(Pagination {
            page_number,
            show_number,
        }) = pages.next()
        {
            fetched.push((page_number, show_number));
            let show = u64::from(show_number);
            let start = (page_number - 1) * show;
            pages.add((start..(start + show).min(len)).collect::<Vec<_>>(), len);
        }
        (pages.finish(), fetched)
    }

    #[test]
    fn a_stretch_anywhere_is_cut_out_of_the_pages_that_cover_it() {
        for (offset, limit, len) in [
            (0, 10, 35),
            (10, 10, 35),
            (7, 10, 35),
            (30, 10, 35),
            (40, 10, 35),
            (3, 1, 35),
            (250, 1200, 2000),
            (0, 1, 0),
        ] {
            let (page, _) = gather(PageRequest { offset, limit }, len);
            let wanted: Vec<u64> = (0..len)
                .skip(offset as usize)
                .take(limit as usize)
                .collect();
            assert_eq!(page.items, wanted, "{offset} {limit}");
            assert_eq!(page.total, len);
        }
    }

    #[test]
    fn no_page_is_fetched_in_vain() {
        let fetched = |offset, limit, len| gather(PageRequest { offset, limit }, len).1;
        assert_eq!(fetched(20, 10, 100), [(3, 10)]);
        assert_eq!(fetched(25, 10, 100), [(3, 10), (4, 10)]);
        assert_eq!(fetched(0, 1000, 1000), [(1, 500), (2, 500)]);
        assert_eq!(fetched(0, 1000, 499), [(1, 500)]);
    }

    #[test]
    fn extremes_do_not_overflow() {
        let request = PageRequest {
            offset: u64::MAX,
            limit: u32::MAX,
        };
        let (page, fetched) = gather(request, 3);
        assert!(page.items.is_empty());
        assert_eq!(fetched.len(), 1);
        assert!(Pages::<u64>::new(PageRequest::first(0)).is_err());
    }

    #[test]
    fn ids_are_asked_for_once_and_never_as_none() {
        let ids = ["b", "", "a", "b"];
        assert_eq!(unique(&ids), [&"b", &"a"]);
    }

    #[test]
    fn a_refused_chunk_is_asked_for_one_by_one_and_then_no_more() {
        assert_eq!(singles(&[1, 2]).collect::<Vec<_>>(), [[1], [2]]);
        assert_eq!(singles(&[1]).count(), 0);
    }
}
