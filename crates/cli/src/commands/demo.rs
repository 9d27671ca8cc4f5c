//! `demo`

use std::io::Write;
use std::path::Path;

use clap::Parser;
use openim_history_client::config::{Config, ConfigInputs};
use openim_history_client::model::Lang;
use openim_history_standin::recorded;
use openim_history_standin::rest::{Server, ServerOptions};

use crate::args::Cli;
use crate::error::{CommandError, Result};
use crate::run::App;

/// Shows the tool at work on recorded real data: no server, network or configuration is needed
///
/// A stand-in for an OpenIM server runs in this process, on this machine's loopback, and serves
/// what a real server answered. The commands shown are really run against it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// What is shown: what it is about in English and Chinese, and the command.
const STEPS: &[(&str, &str, &[&str])] = &[
    (
        "Who is on the server: the first six",
        "服务器上有哪些用户（前 6 位）",
        &["users", "--limit", "6"],
    ),
    (
        "Alice's conversations, the newest first: chats of two (si_) and groups (sg_)",
        "Alice 的会话列表，最新的在前：单聊（si_）和群聊（sg_）",
        &["conversations", "--user", "alice"],
    ),
    (
        "The newest messages of Alice, over all her conversations",
        "Alice 在所有会话中的最新消息",
        &["messages", "--user", "alice", "--last", "8"],
    ),
    (
        "A group by its name. Look at number 3: Bob recalled it, and only the notice is left to see",
        "按群名读取群聊。请看序号 3：Bob 撤回了这条消息，只能看到撤回提示",
        &["messages", "--group", "项目组 Project", "--last", "10"],
    ),
    (
        "That message in full. Look at RECALLED BY: who, and when; its text is only in MongoDB",
        "这条消息的全部字段。请看“撤回者”：谁在何时撤回；原文只保存在 MongoDB 中",
        &["message", "--group", "grp1", "--seq", "3"],
    ),
    (
        "Everything into an archive; run again, it takes only what is new",
        "把全部内容存入归档；再次运行只取新内容",
        &["sync"],
    ),
    (
        "What became of every number of every conversation: is the archive complete?",
        "每个会话的每个序号的下落：归档是否完整？",
        &["verify"],
    ),
    (
        "Find something in it, with what was said around it; the server is not asked",
        "在归档中查找，并显示前后文；无需访问服务器",
        &[
            "search",
            "群消息",
            "from:bob",
            "--limit",
            "1",
            "--around",
            "1",
        ],
    ),
];

/// How wide tables are where no terminal says: one long message must not stretch all lines.
const WIDTH: usize = 100;

pub(super) async fn run(app: &mut App, _: &Args) -> Result {
    let server =
        Server::start(recorded::release(), ServerOptions::default()).map_err(|source| {
            CommandError::from(openim_history_client::Error::Io {
                what: "the stand-in cannot listen on this machine's loopback".into(),
                source,
            })
        })?;
    let folder = tempfile::tempdir().map_err(|source| {
        CommandError::from(openim_history_client::Error::Io {
            what: "no temporary folder can be made".into(),
            source,
        })
    })?;
    app.fixed = Some(config_for(&server, &folder.path().join("openim-archive"))?);
    let lang = app.ui.lang;
    app.out.assume_width(WIDTH);
    for (english, chinese, command) in STEPS {
        let about = if lang == Lang::Zh { chinese } else { english };
        let typed: Vec<_> = command.iter().map(|word| quoted(word)).collect();
        writeln!(app.out, "# {about}\n$ openim-history {}", typed.join(" "))?;
        app.out.flush()?;
        let argv = std::iter::once("openim-history").chain(command.iter().copied());
        let cli =
            Cli::try_parse_from(argv).map_err(|error| CommandError::usage(error.to_string()))?;
        Box::pin(super::run(app, cli.command)).await?;
        writeln!(app.out)?;
        app.out.flush()?;
    }
    app.out.write_all(on_ones_own_server(lang).as_bytes())?;
    server.stop().await;
    Ok(())
}

/// Returns a configuration that leads to the stand-in and to a folder for an archive, whatever this machine is configured for.
fn config_for(server: &Server, archive: &Path) -> Result<Config> {
    let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let options = ServerOptions::default();
    let admin_id = options
        .admin_ids
        .first()
        .map(String::as_str)
        .unwrap_or_default();
    let env = vec![
        variable("OPENIM_API_URL", server.url()),
        variable("OPENIM_SECRET", &options.secret),
        variable("OPENIM_ADMIN_ID", admin_id),
        variable("OPENIM_HISTORY_ARCHIVE", &archive.display().to_string()),
    ];
    Ok(Config::load(ConfigInputs {
        env,
        ..ConfigInputs::default()
    })?)
}

/// Writes a word the way a shell wants it.
fn quoted(word: &str) -> String {
    if word.contains(' ') {
        format!("'{word}'")
    } else {
        word.to_owned()
    }
}

fn on_ones_own_server(lang: Lang) -> String {
    let (intro, files, mongo) = match lang {
        Lang::En => (
            "The same against your own server:",
            "On the server itself, OpenIM's own configuration is enough:",
            "Straight from MongoDB, revoked originals included:",
        ),
        Lang::Zh => (
            "在您自己的服务器上：",
            "在服务器本机，直接使用 OpenIM 的配置目录：",
            "直接读取 MongoDB，包括已撤回消息的原文：",
        ),
    };
    format!(
        "# {intro}\n\
         $ export OPENIM_API_URL=http://127.0.0.1:10002 OPENIM_ADMIN_ID=imAdmin OPENIM_SECRET=...\n\
         $ openim-history doctor\n\
         $ openim-history messages --user USER --last 20\n\
         # {files}\n\
         $ openim-history --openim-config /opt/open-im-server/config messages --user USER\n\
         # {mongo}\n\
         $ export OPENIM_MONGO_URI='mongodb://reader:...@127.0.0.1:37017/openim_v3'\n\
         $ openim-history messages --group GROUP --via mongo --view full\n"
    )
}
