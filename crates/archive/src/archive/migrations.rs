//! From one format of archives to the next.

use futures::future::BoxFuture;

use super::manifest::{FORMAT, Manifest};
use crate::error::{Error, Result};
use crate::place::Place;

/// What brings an archive from one format to the next.
pub(super) struct Migration {
    /// The format it begins with; it ends with the one behind it.
    pub(super) from: u32,
    /// Whether an archive of the format it begins with can be read as if it were of the next.
    pub(super) readable: bool,
    /// Does it. Run again after it was broken off at any point, it ends the same.
    pub(super) run: for<'a> fn(&'a Place) -> BoxFuture<'a, Result<()>>,
}

/// All there are: format 1 is the first.
pub(super) const MIGRATIONS: &[Migration] = &[];

impl Manifest {
    /// Fails where an archive of its format cannot be read before it is brought up to ours.
    pub(super) fn check_readable(&self, place: &Place, migrations: &[Migration]) -> Result<()> {
        for format in self.format..FORMAT {
            let step = migrations.iter().find(|step| step.from == format);
            if !step.is_some_and(|step| step.readable) {
                return Err(self.older(place, step.is_some()));
            }
        }
        Ok(())
    }

    /// Brings an archive to our format, one step at a time. The lock must be held.
    pub(super) async fn bring_up(
        mut self,
        place: &Place,
        migrations: &[Migration],
    ) -> Result<Self> {
        while self.format < FORMAT {
            let step = migrations.iter().find(|step| step.from == self.format);
            let step = step.ok_or_else(|| self.older(place, false))?;
            tracing::info!("{place} is brought from format {} to the next", self.format);
            (step.run)(place).await?;
            self.format += 1;
            self.write(place).await?;
        }
        Ok(self)
    }

    fn older(&self, place: &Place, known: bool) -> Error {
        Error::Older {
            place: place.to_string(),
            found: self.format,
            advice: if known {
                "it is brought up to date when it is next written to"
            } else {
                "no version of openim-history that this one knows of made it"
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn step(readable: bool) -> Migration {
        Migration {
            from: FORMAT - 1,
            readable,
            run: |place| async move { place.write("sync/brought-up", "yes").await }.boxed(),
        }
    }

    async fn older() -> (tempfile::TempDir, Place, Manifest) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = Place::folder(folder.path()).expect("a plain path");
        let mut manifest = Manifest::new("a test");
        manifest.format = FORMAT - 1;
        manifest.write(&place).await.expect("writes");
        (folder, place, manifest)
    }

    #[tokio::test]
    async fn an_older_archive_is_brought_up_once() {
        let (_keep, place, manifest) = older().await;
        let now = manifest.clone().bring_up(&place, &[step(false)]).await;
        let now = now.expect("brings up");
        assert_eq!(now.format, FORMAT);
        assert_eq!(now.id, manifest.id);
        assert_eq!(
            Manifest::read(&place).await.expect("reads"),
            Some(now.clone())
        );
        let news = place.read("sync/brought-up").await.expect("reads");
        assert!(news.is_some());
        // There is no second step: one would fail.
        now.bring_up(&place, &[]).await.expect("is up");
    }

    #[tokio::test]
    async fn an_older_archive_is_read_where_that_is_possible() {
        let (_keep, place, manifest) = older().await;
        manifest
            .check_readable(&place, &[step(true)])
            .expect("can be read");
        let error = manifest.check_readable(&place, &[step(false)]);
        let error = error.expect_err("cannot be read").to_string();
        assert!(error.contains("next written"), "{error}");
        assert!(matches!(
            manifest.check_readable(&place, &[]),
            Err(Error::Older { found, .. }) if found == FORMAT - 1
        ));
        let error = manifest.bring_up(&place, &[]).await;
        assert!(matches!(error, Err(Error::Older { .. })), "{error:?}");
    }
}
