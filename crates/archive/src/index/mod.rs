//! Finding and paging: a Tantivy index beside the tables, derived from them.
