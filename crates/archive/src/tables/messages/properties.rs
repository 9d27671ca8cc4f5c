//! How a file of messages is written: what every reader pays for.

use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

/// Rows of a page, at most.
const PAGE: usize = 4_096;

/// Bytes of a page before they are packed, of columns that are not named here. A page is what is unpacked at least to
/// show one message.
const PAGE_BYTES: usize = 8 << 10;

/// Bytes of a page of other columns.
const PAGES: &[(&str, usize)] = &[
    // Least and greatest of each page are told, for files that do not tell which messages their rows are.
    ("conversation_id", 1 << 10),
    ("seq", 1 << 10),
    // Random digits are packed as well in small pages as in large ones.
    ("client_msg_id", 20 << 10),
    ("server_msg_id", 20 << 10),
    // What a message costs to show is mostly this; smaller pages would make tables larger than they may be.
    ("content", 144 << 10),
    // No message is shown by this one, and the larger a page, the better it is packed.
    ("text", 224 << 10),
];

/// Bytes of a dictionary, at most; of what comes behind, each value is written out. Whoever shows one message unpacks the
/// dictionaries of its whole group, and those of a month of ten thousand chats in which little is said took most of the
/// time. Neighbours are mostly of one conversation, so that values written out pack well.
const DICTIONARY: usize = 32 << 10;

/// Rows after which the bytes of a page are looked at.
const LOOK: usize = 128;

/// Columns that are small once they are encoded: nearly every row has one of a few values, or none, or nearly the same
/// as the one before. What is not compressed need not be unpacked for each message that is shown.
const PLAIN: &[&str] = &[
    "send_time",
    "create_time",
    "session_type",
    "content_type",
    "sender_platform_id",
    "msg_from",
    "status",
    "at_user_ids.list.element",
    "odd_times",
    "kind",
    "revoked_by",
    "revoked_nickname",
    "revoked_role",
    "revoked_time",
    "deleted_for.list.element",
    "purged_at",
    "purge_cause",
    "is_read",
    "source",
];

/// What packs the columns that are not named here. They are worth a compressor, but not a thorough one: setting that up
/// takes longer than it takes to unpack a page of theirs, and one takes a megabyte for each column of each month under
/// way.
const LIGHT: Compression = Compression::SNAPPY;

/// Texts of which no two rows have the same: a dictionary would be built and thrown away. Their lengths lie beside
/// them, not among them, which packs better.
const TEXTS: &[&str] = &["client_msg_id", "server_msg_id", "content", "text"];

/// Columns nobody looks for by least and greatest: telling those takes as long as packing the rest.
const UNMEASURED: &[&str] = &[
    "content",
    "client_msg_id",
    "server_msg_id",
    "sender_nickname",
    "sender_face_url",
    "options",
    "offline_push",
    "attached_info",
    "ex",
    "text",
    "changes",
];

/// How hard to compress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// As rows come: it must keep up, and each column of each month under way has a compressor of its own.
    Quick,
    /// For what is written once more, in the background.
    Thorough,
}

impl Effort {
    /// The level of zstd for a column: what the next one saves must be worth its time.
    fn level(self, column: &str) -> i32 {
        match (column, self) {
            // Nothing repeats in random digits: only that there are few of them is worth packing.
            ("client_msg_id" | "server_msg_id", _) => 1,
            ("content", Self::Quick) => 2,
            (_, Self::Quick) => 3,
            (_, Self::Thorough) => 7,
        }
    }

    fn compression(self, column: &str) -> Compression {
        Compression::ZSTD(ZstdLevel::try_new(self.level(column)).unwrap_or_default())
    }
}

/// How a file is written.
pub(super) fn properties(effort: Effort) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(LIGHT)
        .set_data_page_row_count_limit(PAGE)
        .set_data_page_size_limit(PAGE_BYTES)
        .set_dictionary_page_size_limit(DICTIONARY)
        .set_write_batch_size(LOOK)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by(concat!("openim-history ", env!("CARGO_PKG_VERSION")).to_owned());
    for column in TEXTS {
        properties = properties
            .set_column_dictionary_enabled(path(column), false)
            .set_column_encoding(path(column), Encoding::DELTA_LENGTH_BYTE_ARRAY)
            .set_column_compression(path(column), effort.compression(column));
    }
    for (column, bytes) in PAGES {
        properties = properties.set_column_data_page_size_limit(path(column), *bytes);
    }
    for column in PLAIN {
        properties = properties.set_column_compression(path(column), Compression::UNCOMPRESSED);
    }
    for column in UNMEASURED {
        properties =
            properties.set_column_statistics_enabled(path(column), EnabledStatistics::None);
    }
    for column in ["conversation_id", "seq"] {
        properties = properties
            .set_column_statistics_enabled(ColumnPath::from(column), EnabledStatistics::Page);
    }
    for column in ["seq", "send_time", "create_time"] {
        properties = properties
            .set_column_dictionary_enabled(ColumnPath::from(column), false)
            .set_column_encoding(ColumnPath::from(column), Encoding::DELTA_BINARY_PACKED);
    }
    properties.build()
}

fn path(column: &str) -> ColumnPath {
    let parts: Vec<String> = column.split('.').map(ToOwned::to_owned).collect();
    ColumnPath::new(parts)
}

#[cfg(test)]
mod tests {
    use parquet::arrow::ArrowSchemaConverter;

    use super::super::columns::FILE_SCHEMA;
    use super::*;

    #[test]
    fn every_named_column_is_one() {
        let schema = ArrowSchemaConverter::new().convert(&FILE_SCHEMA);
        let schema = schema.expect("a schema");
        let pages = PAGES.iter().map(|(name, _)| *name);
        for name in [PLAIN, TEXTS, UNMEASURED].concat().into_iter().chain(pages) {
            let is_one =
                |column: &parquet::schema::types::ColumnDescPtr| column.path().string() == name;
            assert!(schema.columns().iter().any(is_one), "{name}");
        }
    }
}
