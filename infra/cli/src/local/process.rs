//! Processes that outlive the command that started them: started apart, written down, found again, ended with all their children.

use std::{
    ffi::OsString,
    fs,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};

use super::python::last_lines;
use crate::context::Layout;

/// A process that was started here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// Its id, which is also its group's.
    pub pid: u32,
    /// When it started, as the system counts: tells it from a later process that was given the same id.
    pub started: String,
    /// What it was started as; another binary or other settings mean another fingerprint.
    pub fingerprint: String,
}

pub(super) struct Start {
    pub(super) name: &'static str,
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<OsString>,
    pub(super) environment: Vec<(String, OsString)>,
    pub(super) fingerprint: String,
}

/// The process of this name if it still runs; a stale note of one that does not is removed.
pub fn running(layout: &Layout, name: &str) -> Option<Running> {
    let path = layout.pid_file(name);
    let text = fs::read_to_string(&path).ok()?;
    let note: Option<Running> = serde_json::from_str(&text).ok();
    let alive = note.filter(|note| start_time(note.pid).as_deref() == Some(&note.started));
    if alive.is_none() {
        drop(fs::remove_file(&path));
    }
    alive
}

/// Starts it in a group of its own, its output in its log.
pub(super) fn start(layout: &Layout, start: Start) -> anyhow::Result<Running> {
    let log = layout.log(start.name);
    for path in [&log, &layout.pid_file(start.name)] {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
    }
    // One log back is kept: it says why the last one ended.
    if log.exists() {
        fs::rename(&log, log.with_extension("log.1"))?;
    }
    let output = fs::File::create(&log).with_context(|| format!("creating {}", log.display()))?;
    let errors = output.try_clone()?;
    let mut child = Command::new(&start.program)
        .args(&start.arguments)
        .envs(start.environment)
        .current_dir(&layout.root)
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .process_group(0)
        .spawn()
        .with_context(|| format!("starting {}", start.program.display()))?;
    let pid = child.id();
    // Whoever started it has to collect it when it ends, or it would go on looking alive for as long as this command runs.
    std::thread::spawn(move || drop(child.wait()));
    let started = start_time(pid).with_context(|| died(layout, start.name))?;
    let note = Running { pid, started, fingerprint: start.fingerprint };
    fs::write(layout.pid_file(start.name), serde_json::to_string(&note)?)?;
    Ok(note)
}

/// Waits until `ready` says so; fails at once when the process ends before.
pub(super) async fn wait_ready<F, R>(layout: &Layout, name: &str, limit: Duration, ready: F) -> anyhow::Result<()>
where
    F: Fn() -> R,
    R: Future<Output = bool>,
{
    let begun = Instant::now();
    loop {
        if ready().await {
            return Ok(());
        }
        if running(layout, name).is_none() {
            bail!(died(layout, name));
        }
        if begun.elapsed() > limit {
            bail!("{name} did not answer within {} s; its log: {}", limit.as_secs(), layout.log(name).display());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Ends it: asked first (the local cloud saves its state then), made to when `patience` is over. Then ends what it left behind
/// in its group. Returns whether it ended by itself.
///
/// # Errors
/// If it cannot be signalled.
pub async fn stop(layout: &Layout, name: &str, patience: Duration) -> anyhow::Result<bool> {
    let Some(note) = running(layout, name) else { return Ok(true) };
    signal("TERM", &note.pid.to_string())?;
    let begun = Instant::now();
    while running(layout, name).is_some() && begun.elapsed() < patience {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let by_itself = running(layout, name).is_none();
    kill_group(note.pid)?;
    drop(fs::remove_file(layout.pid_file(name)));
    Ok(by_itself)
}

/// Ends whatever is left of a process group.
///
/// # Errors
/// If the signal cannot be sent at all.
pub fn kill_group(pid: u32) -> anyhow::Result<()> {
    // 0 and 1 would mean everything.
    if pid > 1 {
        signal("KILL", &format!("-{pid}"))?;
    }
    Ok(())
}

/// By the shell's own `kill`: the standard library has no other signal than KILL, and no way to a group.
/// A process that is gone already is no error.
fn signal(name: &str, target: &str) -> anyhow::Result<()> {
    Command::new("sh")
        .args(["-c", "kill -s \"$0\" -- \"$1\" 2>/dev/null || true", name, target])
        .stdin(Stdio::null())
        .status()
        .context("running kill")?;
    Ok(())
}

/// When a process started, in whatever words the system has; `None` if there is no such process, or only its remains.
fn start_time(pid: u32) -> Option<String> {
    if Path::new("/proc/self/stat").exists() {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name, in brackets, may itself hold brackets and blanks; after it: state, …, start time as the 20th.
        let mut fields = stat.get(stat.rfind(')')? + 1..)?.split_whitespace();
        if fields.next()? == "Z" {
            return None;
        }
        return fields.nth(18).map(str::to_owned);
    }
    let output = Command::new("ps").args(["-o", "lstart=", "-p", &pid.to_string()]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

fn died(layout: &Layout, name: &str) -> String {
    let log = layout.log(name);
    let said = fs::read_to_string(&log).unwrap_or_default();
    format!("{name} ended at once; the end of {}:\n{}", log.display(), last_lines(&said, 12))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(directory: &Path) -> Layout {
        Layout { root: directory.to_path_buf(), state: directory.join(".revloops") }
    }

    fn sleeper(script: &str) -> Start {
        Start {
            name: "sleeper",
            program: "sh".into(),
            arguments: vec!["-c".into(), script.into()],
            environment: Vec::new(),
            fingerprint: "1".to_owned(),
        }
    }

    #[tokio::test]
    async fn a_started_process_is_found_again_and_ended_with_its_children() {
        let directory = tempfile::tempdir().unwrap();
        let layout = layout(directory.path());
        let note = start(&layout, sleeper("sleep 300 & echo $! > child; wait")).unwrap();
        assert_eq!(running(&layout, "sleeper"), Some(note));
        let file = directory.path().join("child");
        while !fs::read_to_string(&file).is_ok_and(|text| text.ends_with('\n')) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let child: u32 = fs::read_to_string(&file).unwrap().trim().parse().unwrap();
        assert!(start_time(child).is_some());

        assert!(stop(&layout, "sleeper", Duration::from_secs(5)).await.unwrap());
        assert_eq!(running(&layout, "sleeper"), None);
        let begun = Instant::now();
        while start_time(child).is_some() {
            assert!(begun.elapsed() < Duration::from_secs(5), "the child lives on");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    #[test]
    fn a_note_of_a_process_that_is_gone_is_stale_even_if_its_id_was_given_again() {
        let directory = tempfile::tempdir().unwrap();
        let layout = layout(directory.path());
        let path = layout.pid_file("sleeper");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let note = Running { pid: std::process::id(), started: "long ago".to_owned(), fingerprint: String::new() };
        fs::write(&path, serde_json::to_string(&note).unwrap()).unwrap();
        assert_eq!(running(&layout, "sleeper"), None);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_process_that_ends_at_once_is_reported_with_the_end_of_its_log() {
        let directory = tempfile::tempdir().unwrap();
        let layout = layout(directory.path());
        let error = match start(&layout, sleeper("echo no such luck >&2; exit 3")) {
            Ok(_) => wait_ready(&layout, "sleeper", Duration::from_secs(5), async || false).await.unwrap_err(),
            Err(error) => error,
        };
        assert!(format!("{error:#}").contains("no such luck"), "{error:#}");
    }
}
