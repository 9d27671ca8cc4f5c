//! `export unmask`

use std::io::Write as _;

use openim_history_archive::Archive;
use openim_history_archive::export::unmask;

use super::KeyArgs;
use crate::archive::PlaceArgs;
use crate::error::{CommandError, Result};
use crate::run::App;

/// Says who stands behind tokens such as user-7f3a9c0142d5be68
///
/// With the key that made them, and an archive that knows the people. Prints a line for each token: the token, the
/// id and the name.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The tokens
    #[arg(value_name = "TOKEN", required = true)]
    tokens: Vec<String>,
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    key: KeyArgs,
}

pub(super) async fn run(app: &mut App, args: &Args) -> Result {
    let config = app.configure()?;
    let Some(key) = args.key.read()? else {
        return Err(CommandError::usage_with_hint(
            "unmasking needs the key that made the tokens",
            "name it with --pseudonyms-file, or put it into OPENIM_HISTORY_PSEUDONYMS",
        ));
    };
    let archive = Archive::open(&args.place.place(&config)?).await?;
    let mut unknown = 0;
    for (token, found) in unmask(&archive, &key, &args.tokens).await? {
        match found {
            Some((id, name)) => writeln!(app.out, "{token}\t{id}\t{name}")?,
            None => {
                unknown += 1;
                app.ui.warning(format!(
                    "{token}: nobody in this archive has it with this key"
                ));
            }
        }
    }
    app.out.flush()?;
    if unknown == 0 {
        Ok(())
    } else {
        Err(CommandError::Gaps)
    }
}
