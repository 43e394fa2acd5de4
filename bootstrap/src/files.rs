//! Files that are either the old ones or the new ones, never half of each.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::error::{Error, Result};

/// The BLAKE3 hash of bytes, in hexadecimal.
pub fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// JSON for people: indented, with a line end.
pub fn to_json(value: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Error::Io(format!("cannot encode a manifest: {error}")))?;
    Ok(text + "\n")
}

/// The whole of a file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|reason| Error::io("read", path, reason))
}

/// Creates a folder and those above it.
pub fn create_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|reason| Error::io("create the folder", path, reason))
}

/// Writes a file beside its place and renames it into it.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = parent(path);
    let failed = |reason: std::io::Error| Error::io("write", path, reason);
    let mut file = tempfile::Builder::new().prefix(".writing-").tempfile_in(&folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    set_mode(file.path(), 0o644).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Renames what stands at `from`.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|reason| Error::io("rename to", to, reason))
}

/// Removes a folder and all in it, if it is there.
pub fn remove_folder(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(reason) if reason.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", path, reason)),
        _ => Ok(()),
    }
}

/// Puts the folder `new` in the place of `old` in one step; what stood there, if anything, is removed.
pub fn replace_folder(new: &Path, old: &Path) -> Result<()> {
    if fs::symlink_metadata(old).is_err() {
        return rename(new, old);
    }
    exchange(new, old)?;
    remove_folder(new)
}

/// Exchanges two folders: in one step where the system has one (Linux), in three renames elsewhere.
fn exchange(one: &Path, other: &Path) -> Result<()> {
    #[cfg(target_os = "linux")]
    {
        use std::ffi::CString;
        use std::os::unix::ffi::OsStrExt;
        let failed = |reason: std::io::Error| Error::io("put in its place", other, reason);
        let a = CString::new(one.as_os_str().as_bytes()).map_err(|error| failed(error.into()))?;
        let b = CString::new(other.as_os_str().as_bytes()).map_err(|error| failed(error.into()))?;
        // SAFETY: both are C strings that live until the call returns.
        let status = unsafe {
            libc::syscall(libc::SYS_renameat2, libc::AT_FDCWD, a.as_ptr(), libc::AT_FDCWD, b.as_ptr(), libc::RENAME_EXCHANGE)
        };
        if status == 0 {
            return Ok(());
        }
        let reason = std::io::Error::last_os_error();
        if !matches!(reason.raw_os_error(), Some(libc::ENOSYS | libc::EINVAL)) {
            return Err(failed(reason));
        }
    }
    let aside = beside(other, ".replaced");
    rename(other, &aside)?;
    rename(one, other)?;
    rename(&aside, one)
}

/// The path with something added to its last name: `out` and `.partial` give `out.partial`.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The folder in which a path stands; `.` for a bare name.
pub fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// Temporary folders are created for their owner only; this one is for all to read.
pub fn open_folder(path: &Path) -> Result<()> {
    set_mode(path, 0o755).map_err(|reason| Error::io("give to others", path, reason))
}

fn set_mode(path: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}
