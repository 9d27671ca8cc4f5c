//! What can be asked: tables, views, columns and functions.

use openim_history_client::model::Lang;

/// Returns the statement that lists the tables and views, and their columns.
pub(super) fn statement(lang: Lang) -> String {
    let (table, kind, columns) = match lang {
        Lang::En => ("table", "kind", "columns"),
        Lang::Zh => ("表", "种类", "列"),
    };
    format!(
        "SELECT t.table_name AS \"{table}\",
                CASE t.table_type WHEN 'VIEW' THEN 'view' ELSE 'table' END AS \"{kind}\",
                string_agg(c.column_name, ' ' ORDER BY c.ordinal_position) AS \"{columns}\"
         FROM information_schema.tables t
         JOIN information_schema.columns c ON c.table_name = t.table_name
         WHERE t.table_schema = 'public' AND t.table_name NOT LIKE 'names\\_of\\_%'
         GROUP BY t.table_name, t.table_type
         ORDER BY t.table_type, t.table_name"
    )
}

/// Words a person may want completed, beside the names of tables and columns.
pub(super) const WORDS: &[&str] = &[
    "AND",
    "AS",
    "ASC",
    "BETWEEN",
    "BY",
    "CASE",
    "COUNT",
    "CROSS",
    "DESC",
    "DESCRIBE",
    "DISTINCT",
    "ELSE",
    "END",
    "EXCEPT",
    "EXISTS",
    "EXPLAIN",
    "FILTER",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "ILIKE",
    "IN",
    "INNER",
    "INTERSECT",
    "INTERVAL",
    "IS",
    "JOIN",
    "LEFT",
    "LIKE",
    "LIMIT",
    "NOT",
    "NULL",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "OUTER",
    "OVER",
    "PARTITION",
    "RIGHT",
    "SELECT",
    "SHOW",
    "TABLES",
    "THEN",
    "UNION",
    "USING",
    "VALUES",
    "WHEN",
    "WHERE",
    "WITH",
    "avg",
    "cardinality",
    "coalesce",
    "count",
    "date_part",
    "date_trunc",
    "local_date",
    "local_time",
    "lower",
    "match",
    "max",
    "median",
    "min",
    "now",
    "string_agg",
    "sum",
    "upper",
];
