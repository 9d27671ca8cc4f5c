//! The table of keys.

use super::{Key, Kind};

const READ_PREFERENCES: &[&str] = &[
    "primary",
    "primaryPreferred",
    "secondary",
    "secondaryPreferred",
    "nearest",
];

/// What most keys are: without flag, default or secret.
const PLAIN: Key = Key {
    name: "",
    flag: None,
    env: "",
    default: None,
    example: "",
    secret: false,
    english: "",
    chinese: "",
    kind: Kind::Text,
};

const TIMEOUT: Kind = Kind::Duration {
    zero: false,
    hours: None,
};

/// Every key. A default here is the one of `RestOptions` or `MongoOptions`.
pub(in crate::config) const KEYS: &[Key] = &[
    Key {
        name: "via",
        flag: Some("--via"),
        env: "OPENIM_VIA",
        default: Some("auto"),
        english: "Which way to read: the REST API, MongoDB, or whichever can answer.",
        chinese: "读取方式：REST API、MongoDB，或自动选择可用的一种。",
        kind: Kind::Choice(&["auto", "api", "mongo"]),
        ..PLAIN
    },
    Key {
        name: "openim_config",
        flag: Some("--openim-config"),
        env: "OPENIM_CONFIG",
        example: "/opt/openim/config",
        english: "The configuration folder of the OpenIM server (or its single openim.yaml); what \
                  is set nowhere else is read from there.",
        chinese: "OpenIM 服务器自己的配置目录（或单个 openim.yaml）；别处未设置的值从这里读取。",
        kind: Kind::Path,
        ..PLAIN
    },
    Key {
        name: "api.url",
        flag: Some("--api-url"),
        env: "OPENIM_API_URL",
        default: Some("http://127.0.0.1:10002"),
        english: "Base URL of the REST API, with the path prefix a reverse proxy adds.",
        chinese: "REST API 的基础地址，包含反向代理添加的路径前缀。",
        kind: Kind::HttpUrl,
        ..PLAIN
    },
    Key {
        name: "api.secret",
        env: "OPENIM_SECRET",
        example: "the secret of share.yml",
        secret: true,
        english: "The `secret` of the server's share.yml. Better kept in a file of its own.",
        chinese: "服务器 share.yml 中的 `secret`。最好放在单独的文件里。",
        ..PLAIN
    },
    Key {
        name: "api.secret_file",
        flag: Some("--secret-file"),
        env: "OPENIM_SECRET_FILE",
        example: "/etc/openim-history/secret",
        english: "A file that holds the secret; read again when the server says it is wrong.",
        chinese: "存放密钥的文件；服务器提示密钥错误时会重新读取。",
        kind: Kind::Path,
        ..PLAIN
    },
    Key {
        name: "api.admin_id",
        flag: Some("--admin-id"),
        env: "OPENIM_ADMIN_ID",
        default: Some("imAdmin"),
        english: "One of the server's administrators (`imAdminUserID` or `imAdminUser.userIDs`).",
        chinese: "服务器的管理员之一（`imAdminUserID` 或 `imAdminUser.userIDs`）。",
        ..PLAIN
    },
    Key {
        name: "api.concurrency",
        env: "OPENIM_API_CONCURRENCY",
        default: Some("4"),
        english: "Calls under way at once; a server does not get faster beyond 4.",
        chinese: "同时进行的请求数；超过 4 服务器不会更快。",
        kind: Kind::Count { min: 1, max: 256 },
        ..PLAIN
    },
    Key {
        name: "api.page_len",
        env: "OPENIM_API_PAGE_LEN",
        default: Some("500"),
        english: "Messages asked for in one call; a server does not get faster beyond 500.",
        chinese: "一次请求拉取的消息数；超过 500 服务器不会更快。",
        kind: Kind::Count {
            min: 1,
            max: 10_000,
        },
        ..PLAIN
    },
    Key {
        name: "api.max_requests_per_second",
        env: "OPENIM_API_MAX_REQUESTS_PER_SECOND",
        example: "20",
        english: "At most this many calls a second; not set: no limit.",
        chinese: "每秒最多请求数；不设置则不限制。",
        kind: Kind::Rate,
        ..PLAIN
    },
    Key {
        name: "api.timeout",
        env: "OPENIM_API_TIMEOUT",
        default: Some("30s"),
        english: "How long one call may take.",
        chinese: "单次请求的最长时间。",
        kind: TIMEOUT,
        ..PLAIN
    },
    Key {
        name: "api.connect_timeout",
        env: "OPENIM_API_CONNECT_TIMEOUT",
        default: Some("10s"),
        english: "How long connecting may take.",
        chinese: "建立连接的最长时间。",
        kind: TIMEOUT,
        ..PLAIN
    },
    Key {
        name: "api.retries",
        env: "OPENIM_API_RETRIES",
        default: Some("4"),
        english: "How often a call is tried again after passing trouble.",
        chinese: "遇到暂时性故障时的重试次数。",
        kind: Kind::Count { min: 0, max: 100 },
        ..PLAIN
    },
    Key {
        name: "api.settle",
        env: "OPENIM_API_SETTLE",
        default: Some("2s"),
        english: "How old the newest message must be before it is pulled; a too early look spoils \
                  it for every reader for 24 hours.",
        chinese: "最新消息至少存在多久后才拉取；过早读取会让所有读者在 24 小时内看不到该消息。",
        kind: Kind::Duration {
            zero: true,
            hours: None,
        },
        ..PLAIN
    },
    Key {
        name: "api.ca_file",
        env: "OPENIM_API_CA_FILE",
        example: "/etc/ssl/private-ca.pem",
        english: "A PEM file with more certificate authorities to trust.",
        chinese: "额外信任的证书颁发机构（PEM 文件）。",
        kind: Kind::Path,
        ..PLAIN
    },
    Key {
        name: "api.proxy",
        env: "OPENIM_API_PROXY",
        example: "http://proxy.example.com:3128",
        english: "A proxy for all calls; not set: the one of the environment (`HTTPS_PROXY`), if any.",
        chinese: "所有请求使用的代理；不设置则使用环境变量（`HTTPS_PROXY`）中的代理（如果有）。",
        kind: Kind::ProxyUrl,
        ..PLAIN
    },
    Key {
        name: "mongo.uri",
        flag: Some("--mongo-uri"),
        env: "OPENIM_MONGO_URI",
        example: "mongodb://127.0.0.1:37017",
        english: "Connection string of OpenIM's MongoDB.",
        chinese: "OpenIM 的 MongoDB 连接字符串。",
        kind: Kind::MongoUri,
        ..PLAIN
    },
    Key {
        name: "mongo.uri_file",
        flag: Some("--mongo-uri-file"),
        env: "OPENIM_MONGO_URI_FILE",
        example: "/etc/openim-history/mongo-uri",
        english: "A file that holds the connection string.",
        chinese: "存放连接字符串的文件。",
        kind: Kind::Path,
        ..PLAIN
    },
    Key {
        name: "mongo.hosts",
        env: "OPENIM_MONGO_HOSTS",
        example: "127.0.0.1:37017",
        english: "Where MongoDB listens, instead of a connection string.",
        chinese: "MongoDB 的监听地址，可代替连接字符串。",
        kind: Kind::Hosts,
        ..PLAIN
    },
    Key {
        name: "mongo.username",
        env: "OPENIM_MONGO_USERNAME",
        example: "openim_reader",
        english: "The database user; one that may only read is enough.",
        chinese: "数据库用户；只读用户即可。",
        ..PLAIN
    },
    Key {
        name: "mongo.password",
        env: "OPENIM_MONGO_PASSWORD",
        example: "the password of the database user",
        secret: true,
        english: "The database user's password. Better kept in a file of its own.",
        chinese: "数据库用户的密码。最好放在单独的文件里。",
        ..PLAIN
    },
    Key {
        name: "mongo.password_file",
        env: "OPENIM_MONGO_PASSWORD_FILE",
        example: "/etc/openim-history/mongo-password",
        english: "A file that holds the database user's password.",
        chinese: "存放数据库用户密码的文件。",
        kind: Kind::Path,
        ..PLAIN
    },
    Key {
        name: "mongo.auth_source",
        env: "OPENIM_MONGO_AUTH_SOURCE",
        example: "admin",
        english: "The database that knows the user; not set: `mongo.database`.",
        chinese: "保存该用户的认证数据库；不设置则为 `mongo.database`。",
        ..PLAIN
    },
    Key {
        name: "mongo.replica_set",
        env: "OPENIM_MONGO_REPLICA_SET",
        example: "rs0",
        english: "Name of the replica set that `mongo.hosts` belong to.",
        chinese: "`mongo.hosts` 所属副本集的名称。",
        ..PLAIN
    },
    Key {
        name: "mongo.database",
        flag: Some("--mongo-database"),
        env: "OPENIM_MONGO_DATABASE",
        default: Some("openim_v3"),
        english: "OpenIM's database; not set: the one the connection string names, then the default.",
        chinese: "OpenIM 的数据库；不设置则取连接字符串中的数据库，再取默认值。",
        ..PLAIN
    },
    Key {
        name: "mongo.read_preference",
        env: "OPENIM_MONGO_READ_PREFERENCE",
        default: Some("secondaryPreferred"),
        english: "Which member of a replica set to read from; the default spares the primary.",
        chinese: "从副本集的哪类成员读取；默认值可减轻主节点的负担。",
        kind: Kind::Choice(READ_PREFERENCES),
        ..PLAIN
    },
    Key {
        name: "mongo.server_selection_timeout",
        env: "OPENIM_MONGO_SERVER_SELECTION_TIMEOUT",
        default: Some("10s"),
        english: "How long to look for a member that can answer.",
        chinese: "寻找可用成员的最长时间。",
        kind: TIMEOUT,
        ..PLAIN
    },
    Key {
        name: "mongo.connect_timeout",
        env: "OPENIM_MONGO_CONNECT_TIMEOUT",
        default: Some("10s"),
        english: "How long connecting may take.",
        chinese: "建立连接的最长时间。",
        kind: TIMEOUT,
        ..PLAIN
    },
    Key {
        name: "mongo.concurrency",
        env: "OPENIM_MONGO_CONCURRENCY",
        default: Some("4"),
        english: "Reads under way at once.",
        chinese: "同时进行的读取数。",
        kind: Kind::Count { min: 1, max: 256 },
        ..PLAIN
    },
    Key {
        name: "mongo.tls",
        env: "OPENIM_MONGO_TLS",
        example: "true",
        english: "Whether MongoDB is called over TLS; not set: as the connection string says, and \
                  yes with `mongo.ca_file`.",
        chinese: "是否通过 TLS 访问 MongoDB；不设置则以连接字符串为准，设置了 `mongo.ca_file` 时启用。",
        kind: Kind::Switch,
        ..PLAIN
    },
    Key {
        name: "mongo.ca_file",
        env: "OPENIM_MONGO_CA_FILE",
        example: "/etc/ssl/private-ca.pem",
        english: "A PEM file with the certificate authorities to trust; turns TLS on.",
        chinese: "信任的证书颁发机构（PEM 文件）；设置后启用 TLS。",
        kind: Kind::Path,
        ..PLAIN
    },
    Key {
        name: "archive.place",
        flag: Some("--archive"),
        env: "OPENIM_HISTORY_ARCHIVE",
        default: Some("openim-archive"),
        english: "Where the archive lies: a folder, or a URL such as `s3://bucket/path`, whose \
                  credentials come from the environment (`AWS_ACCESS_KEY_ID`, …).",
        chinese: "归档所在位置：一个目录，或 `s3://bucket/path` 之类的 URL（其凭据取自环境变量，如 `AWS_ACCESS_KEY_ID`）。",
        kind: Kind::Place,
        ..PLAIN
    },
    Key {
        name: "archive.retention",
        env: "OPENIM_ARCHIVE_RETENTION",
        default: Some("24h"),
        english: "How long files of the archive's tables that were replaced are kept, for readers \
                  that began before; at most a week.",
        chinese: "归档表中被替换的文件保留多久，供之前开始的读者使用；最长一周。",
        // Delta's own checkpoints forget after a week when a file was replaced.
        kind: Kind::Duration {
            zero: false,
            hours: Some(7 * 24),
        },
        ..PLAIN
    },
    Key {
        name: "output.time_zone",
        flag: Some("--tz"),
        env: "OPENIM_OUTPUT_TIME_ZONE",
        example: "Asia/Shanghai",
        english: "Time zone of the times shown and typed; not set: the system's.",
        chinese: "显示和输入时间所用的时区；不设置则为系统时区。",
        ..PLAIN
    },
    Key {
        name: "output.language",
        flag: Some("--lang"),
        env: "OPENIM_OUTPUT_LANGUAGE",
        example: "en",
        english: "Language of the one-line summaries of messages; not set: the system's.",
        chinese: "消息单行摘要的语言；不设置则为系统语言。",
        kind: Kind::Choice(&["en", "zh"]),
        ..PLAIN
    },
    Key {
        name: "output.format",
        flag: Some("--format"),
        env: "OPENIM_OUTPUT_FORMAT",
        default: Some("table"),
        english: "How results are written.",
        chinese: "结果的输出格式。",
        kind: Kind::Choice(&["table", "json", "jsonl", "csv"]),
        ..PLAIN
    },
];
