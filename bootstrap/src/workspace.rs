//! The folder of a run: filled as `DIR.partial`, and put in the place of `DIR` when it is complete.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::files;

/// A run's unfinished folder. One run at a time has it.
#[derive(Debug)]
pub struct Workspace {
    /// Where the finished folder goes.
    out: PathBuf,
    /// `DIR.partial`.
    pub folder: PathBuf,
    /// Locked while the run lives.
    lock: File,
}

/// The unfinished folder of a run into `out`.
pub fn partial(out: &Path) -> PathBuf {
    files::beside(out, ".partial")
}

/// A complete folder on its way into the place of `out`.
fn complete(out: &Path) -> PathBuf {
    files::beside(out, ".complete")
}

/// Refuses a folder that is there and is not a run's: it would be replaced or removed.
pub fn require_ours(out: &Path) -> Result<()> {
    let empty = || fs::read_dir(out).map(|mut entries| entries.next().is_none()).unwrap_or(false);
    if fs::symlink_metadata(out).is_err() || out.join("manifest.bin").is_file() || empty() {
        return Ok(());
    }
    Err(Error::Io(format!("{} is not the folder of a run; it is left alone", out.display())))
}

impl Workspace {
    /// Takes `DIR.partial`, with what an interrupted run left in it, or without if `fresh`.
    pub fn open(out: &Path, fresh: bool) -> Result<Workspace> {
        require_ours(out)?;
        let folder = partial(out);
        files::create_folder(&folder)?;
        let lock = take_lock(out, &folder, TRIES)?;
        files::remove_folder(&complete(out))?;
        let workspace = Workspace { out: out.to_path_buf(), folder, lock };
        if fresh {
            workspace.empty()?;
        }
        Ok(workspace)
    }

    /// Removes everything but the lock.
    fn empty(&self) -> Result<()> {
        let entries = fs::read_dir(&self.folder).map_err(|reason| Error::io("read", &self.folder, reason))?;
        for entry in entries.flatten().filter(|entry| entry.file_name() != "lock") {
            let path = entry.path();
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.map_err(|reason| Error::io("remove", &path, reason))?;
        }
        Ok(())
    }

    /// Moves what `files` names (and nothing else that may stand here) into a new folder, lets `fill` add to it, and
    /// puts it in the place of `DIR` in one step.
    pub fn publish(self, files: &[String], fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        let complete = complete(&self.out);
        for name in files {
            let place = complete.join(name);
            files::create_folder(&files::parent(&place))?;
            files::rename(&self.folder.join(name), &place)?;
        }
        fill(&complete)?;
        files::replace_folder(&complete, &self.out)?;
        files::remove_folder(&self.folder)?;
        drop(self.lock);
        Ok(())
    }
}

/// So often a lock that is taken is tried again, and the time between. A run that is killed while it starts a child leaves its lock with the
/// child until that ends or becomes another program, which a busy machine may put off.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(20);

/// Takes the lock of `DIR.partial`, or says that another run has it. The system frees it when a run is killed.
fn take_lock(out: &Path, folder: &Path, mut tries: u32) -> Result<File> {
    let path = folder.join("lock");
    let failed = |reason: io::Error| Error::io("write", &path, reason);
    let busy = || Error::Io(format!("another run is at work for {}", out.display()));
    let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    // SAFETY: the descriptor is open as long as `lock` lives.
    while unsafe { libc::flock(lock.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) } != 0 {
        let reason = io::Error::last_os_error();
        if reason.kind() != io::ErrorKind::WouldBlock {
            return Err(failed(reason));
        }
        tries -= 1;
        if tries == 0 {
            return Err(busy());
        }
        thread::sleep(PAUSE);
    }
    // A run that finished between our opening and our locking has taken the file away.
    if lock.metadata().map_err(failed)?.nlink() == 0 {
        return Err(busy());
    }
    Ok(lock)
}

/// True while a run is at work for `out`.
pub fn busy(out: &Path) -> bool {
    let folder = partial(out);
    folder.join("lock").is_file() && take_lock(out, &folder, 1).is_err()
}
