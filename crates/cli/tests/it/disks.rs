//! Disks that are full or for reading only, and users without rights: what is said of them, and that nothing is lost.

use std::os::unix::fs::MetadataExt;
use std::process::Command;
use std::sync::LazyLock;

use openim_history_standin::mongod::Mode;

use crate::archive::recorded_mongod;
use crate::run::Place;

/// What stands between an archive in `kept` and who would write there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Barrier {
    /// Its disk is mounted anew, for reading only.
    Mount,
    /// Nobody may write to its folders and files.
    Rights,
}

impl Barrier {
    /// Those there can be here: the kernel need not let everybody mount a disk.
    fn possible() -> Vec<Self> {
        if can_mount() {
            vec![Self::Mount, Self::Rights]
        } else {
            vec![Self::Rights]
        }
    }

    fn close(self) -> &'static str {
        match self {
            Self::Mount => "mount -o remount,ro kept",
            Self::Rights => "chmod -R a-w kept",
        }
    }

    fn open(self) -> &'static str {
        match self {
            Self::Mount => "mount -o remount,rw kept",
            Self::Rights => "chmod -R u+w kept",
        }
    }

    /// Runs lines before it is there, behind it, and once it is gone, of the program beside the recorded server.
    fn run(self, before: &str, behind: &str, after: &str) -> (Place, String) {
        let (_mongod, place) = recorded_mongod(Mode::Standalone);
        let (close, open) = (self.close(), self.open());
        let lines = format!("{before}\n{close}\n{behind}\n{open}\n{after}");
        let said = shell(&place, "100m", &lines);
        (place, said)
    }

    fn said(self) -> [&'static str; 2] {
        match self {
            Self::Mount => ["Read-only file system", "mounted for reading only"],
            Self::Rights => ["Permission denied", "may this user write there?"],
        }
    }
}

/// Whether a disk can be mounted that only one process and its children see.
fn can_mount() -> bool {
    static CAN: LazyLock<bool> = LazyLock::new(|| {
        let mut tried = Command::new("unshare");
        tried.args(["-rm", "mount", "-t", "tmpfs", "none", "/tmp"]);
        tried.output().is_ok_and(|output| output.status.success())
    });
    *CAN
}

/// Runs lines of a shell with the folder `kept`, a disk of so many bytes where one can be mounted. In them, `oh` is
/// the program, without the rights that root has over everybody's files.
fn shell(place: &Place, size: &str, lines: &str) -> String {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    let bound = match is_root || can_mount() {
        true => "setpriv --bounding-set=-dac_override,-dac_read_search",
        false => "",
    };
    let mount = match can_mount() {
        true => format!("mount -t tmpfs -o size={size} none kept"),
        false => String::new(),
    };
    let script = format!(
        "mkdir -p kept\n{mount}\noh() {{ {bound} \"$PROGRAM\" \"$@\"; echo \"exit $?\"; }}\n{lines}\n"
    );
    let program = place.command();
    let mut shell = match can_mount() {
        true => Command::new("unshare"),
        false => Command::new("sh"),
    };
    if can_mount() {
        shell.args(["-rm", "sh"]);
    }
    shell
        .args(["-c", &format!("exec 2>&1\n{script}")])
        .env_clear();
    for (name, value) in program.get_envs() {
        shell.env(name, value.expect("is set"));
    }
    let output = shell
        .env("PROGRAM", program.get_program())
        .env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin")
        .current_dir(place.path())
        .output()
        .expect("a shell");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Returns how each run of the program ended.
fn exits(said: &str) -> Vec<&str> {
    let exits = said.lines().filter_map(|line| line.strip_prefix("exit "));
    exits.collect()
}

#[test]
fn an_archive_that_cannot_be_written_can_be_read() {
    for barrier in Barrier::possible() {
        let (place, said) = barrier.run(
            "oh sync kept/a --quiet",
            "oh search kind:text --archive kept/a --quiet\noh info kept/a\noh status kept/a\n\
             oh verify kept/a\noh sql --archive kept/a 'select count(*) from messages'\n\
             oh export kind:text --to out --format jsonl --archive kept/a\n\
             oh index status kept/a",
            "",
        );
        assert_eq!(exits(&said), ["0"; 8], "{barrier:?}: {said}");
        assert!(!said.contains("damaged"), "{barrier:?}: {said}");
        assert!(!said.contains("brought up to date"), "{barrier:?}: {said}");
        assert!(
            !place.path().join(".cache").exists(),
            "nothing had to be made anew"
        );
    }
}

#[test]
fn an_index_that_is_behind_where_nothing_can_be_written_is_made_in_the_users_cache() {
    for barrier in Barrier::possible() {
        let (place, said) = barrier.run(
            "oh sync kept/a --quiet --no-index",
            "oh search kind:text --archive kept/a --limit 3\n\
             oh search kind:text --archive kept/a --limit 3",
            "",
        );
        assert_eq!(exits(&said), ["0"; 3], "{barrier:?}: {said}");
        assert_eq!(said.matches("search index").count(), 1, "made once: {said}");
        assert!(place.path().join(".cache/openim-history/index").exists());
    }
}

#[test]
fn who_may_not_write_is_told_and_loses_nothing() {
    for barrier in Barrier::possible() {
        let (_place, said) = barrier.run(
            "oh sync kept/a --only 'si_*' --quiet",
            "oh sync kept/a\noh sync kept/another\noh repair kept/a\noh index rebuild kept/a",
            "oh sync kept/a --quiet\noh verify kept/a --full --quiet",
        );
        assert_eq!(
            exits(&said),
            ["0", "1", "1", "1", "1", "0", "0"],
            "{barrier:?}: {said}"
        );
        for text in barrier.said() {
            assert_eq!(said.matches(text).count(), 4, "{barrier:?}: {said}");
        }
    }
}

#[test]
fn a_disk_without_space_is_told_and_the_next_sync_goes_on() {
    let (_mongod, place) = recorded_mongod(Mode::Standalone);
    // All of it takes some 200 kB.
    for kilobytes in [16, 32, 64, 96, 128, 160] {
        // Where no disk can be mounted, no file may become so large.
        let (limited, more) = match can_mount() {
            true => (
                "oh sync kept/a".to_owned(),
                "mount -o remount,size=100m kept",
            ),
            false => {
                let blocks = kilobytes / 4;
                let limit = format!("trap '' XFSZ; ulimit -f {blocks}");
                (format!("rm -rf kept/a; ({limit}; oh sync kept/a)"), "")
            }
        };
        let said = shell(
            &place,
            &format!("{kilobytes}k"),
            &format!(
                "{limited}\n{more}\noh sync kept/a --quiet\noh verify kept/a --full --quiet\n\
                 oh search kind:text --archive kept/a --quiet"
            ),
        );
        assert_eq!(exits(&said), ["1", "0", "0", "0"], "{kilobytes}: {said}");
        if can_mount() {
            for text in ["No space left on device", "make room and run it again"] {
                assert!(said.contains(text), "{kilobytes}: {said}");
            }
        }
    }
}
