//! Which parts of the index are made one.

use std::collections::HashMap;

use tantivy::index::SegmentMeta;
use tantivy::indexer::{LogMergePolicy, MergeCandidate, MergePolicy};

/// Messages of one merge, counted in the largest parts that are merged.
const TOGETHER: usize = 4;

/// Merges as Tantivy does, and never many messages at once: what is merged is mapped into memory, and where parts come
/// quicker than they are merged, all that wait would be one merge.
#[derive(Debug)]
pub(super) struct Bounded {
    policy: LogMergePolicy,
    /// Messages of one merge, at most.
    together: usize,
}

impl Bounded {
    /// Merges parts of up to so many messages.
    pub(super) fn new(largest: usize) -> Self {
        let mut policy = LogMergePolicy::default();
        policy.set_max_docs_before_merge(largest);
        // A follower commits every moment: small segments may pile up to eight before they are
        // merged, and a segment a quarter of which was replaced is written anew.
        policy.set_del_docs_ratio_before_merge(0.25);
        Self {
            policy,
            together: largest.saturating_mul(TOGETHER),
        }
    }
}

impl MergePolicy for Bounded {
    fn compute_merge_candidates(&self, segments: &[SegmentMeta]) -> Vec<MergeCandidate> {
        let sizes: HashMap<_, _> = segments
            .iter()
            .map(|segment| (segment.id(), segment.num_docs() as usize))
            .collect();
        let mut candidates = self.policy.compute_merge_candidates(segments);
        for MergeCandidate(ids) in &mut candidates {
            let mut messages = 0_usize;
            let within = ids.iter().take_while(|id| {
                messages = messages.saturating_add(sizes.get(id).copied().unwrap_or_default());
                messages <= self.together
            });
            // None is larger than the largest, so that there are always enough of them to get on.
            let fit = within.count();
            ids.truncate(fit);
        }
        candidates
    }
}

#[cfg(test)]
mod tests {
    use tantivy::schema::Schema;
    use tantivy::{Index, TantivyDocument};

    use super::*;

    /// Returns parts with so many messages each.
    fn parts(sizes: &[usize]) -> Vec<SegmentMeta> {
        let index = Index::create_in_ram(Schema::builder().build());
        let mut writer = index
            .writer_with_num_threads::<TantivyDocument>(1, 15_000_000)
            .expect("writes");
        writer.set_merge_policy(Box::new(tantivy::indexer::NoMergePolicy));
        for size in sizes {
            for _ in 0..*size {
                writer
                    .add_document(TantivyDocument::default())
                    .expect("adds");
            }
            writer.commit().expect("commits");
        }
        index.searchable_segment_metas().expect("reads")
    }

    fn merged(policy: &Bounded, parts: &[SegmentMeta]) -> Vec<usize> {
        let candidates = policy.compute_merge_candidates(parts);
        candidates
            .iter()
            .map(|candidate| candidate.0.len())
            .collect()
    }

    #[test]
    fn a_merge_takes_four_times_the_largest_part_at_most() {
        let parts = parts(&[90; 20]);
        assert_eq!(merged(&Bounded::new(100), &parts), [4]);
        assert_eq!(merged(&Bounded::new(1_000), &parts), [20]);
        assert_eq!(merged(&Bounded::new(50), &parts), [0_usize; 0]);
        assert_eq!(merged(&Bounded::new(100), &parts[..7]), [0_usize; 0]);
    }
}
