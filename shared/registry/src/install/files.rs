//! Files that others keep: read, replaced as a whole or not at all, and only if they are as they were read.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::places::BeforeRename;

/// Why a file was not read or written.
#[derive(Debug, Error)]
pub(super) enum FileError {
    /// Somebody else wrote it while we were at it.
    #[error("it was changed by another program in the meantime; run this again")]
    ChangedMeanwhile,
    /// It is no text.
    #[error("it is not UTF-8 text")]
    NotText,
    /// A link to nothing: making what it names might be anywhere.
    #[error("it is a link to a file that does not exist; mend the link and run this again")]
    DanglingLink,
    /// The system refused.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// The text; `None` where there is no file.
pub(super) fn read(path: &Path) -> Result<Option<String>, FileError> {
    match fs::read(path) {
        Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|_| FileError::NotText),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if path.is_symlink() {
                Err(FileError::DanglingLink)
            } else {
                Ok(None)
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// Replaces `before` (`None`: no file) by `after`. A link is followed; permissions stay; the first time, what was there is copied
/// beside it. A file that is not there yet is for its owner alone.
pub(super) fn replace(
    path: &Path,
    before: Option<&str>,
    after: &str,
    before_rename: Option<&BeforeRename>,
) -> Result<(), FileError> {
    let target = if before.is_some() { fs::canonicalize(path)? } else { path.to_path_buf() };
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    let beside = beside(&target, ".revloops-new");
    let result = write_new(&beside, after, &target).and_then(|()| {
        if before.is_some() {
            let copy = backup(&target);
            if !copy.exists() {
                fs::copy(&target, copy)?;
            }
        }
        if let Some(interrupt) = before_rename {
            interrupt(path);
        }
        if read(path)?.as_deref() != before {
            return Err(FileError::ChangedMeanwhile);
        }
        Ok(fs::rename(&beside, &target)?)
    });
    if result.is_err() {
        // It is ours, and of no use any more; that it stays would be no reason to fail otherwise.
        let _ignored = fs::remove_file(&beside);
    }
    result
}

/// Deletes a file that we made, if it is as it was read.
pub(super) fn delete(path: &Path, before: &str) -> Result<(), FileError> {
    if read(path)?.as_deref() != Some(before) {
        return Err(FileError::ChangedMeanwhile);
    }
    Ok(fs::remove_file(path)?)
}

/// Deletes the copy that was made the first time, if it is what the file is again.
pub(super) fn drop_backup(path: &Path) -> Result<(), FileError> {
    let Ok(target) = fs::canonicalize(path) else { return Ok(()) };
    let copy = backup(&target);
    if let (Some(copied), Some(now)) = (read(&copy)?, read(&target)?)
        && copied == now
    {
        fs::remove_file(copy)?;
    }
    Ok(())
}

/// Writes a file of our own, where it differs; for its owner alone.
pub(super) fn put_own(path: &Path, text: &str) -> Result<(), FileError> {
    if read(path).is_ok_and(|there| there.as_deref() == Some(text)) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let beside = beside(path, ".new");
    write_new(&beside, text, path)?;
    Ok(fs::rename(&beside, path)?)
}

/// The copy of what was there before us.
pub(super) fn backup(target: &Path) -> PathBuf {
    beside(target, ".revloops-backup")
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(suffix);
    path.with_file_name(name)
}

/// Written to the disk with the permissions of `like`, before anybody can see it under another name.
fn write_new(path: &Path, text: &str, like: &Path) -> Result<(), FileError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    if let Ok(there) = fs::metadata(like) {
        file.set_permissions(there.permissions())?;
    }
    file.write_all(text.as_bytes())?;
    Ok(file.sync_all()?)
}
