//! What a case cannot say: other programs that write at the same time, links, permissions.

use super::*;

fn environment(home: &Path) -> Environment {
    Environment::of_home(home.to_path_buf(), Platform::Linux, PYTHON.to_owned())
}

fn trusted() -> Trusted {
    Trusted { url: "https://example.com/mcp/registry".to_owned(), key: keys(true).public_keys().remove(0) }
}

fn registry(folder: &Path) -> Vec<u8> {
    let file = folder.join("registry.json");
    publish(&file, &json!({"serial": 1, "servers": ["crm"]}));
    fs::read(file).unwrap()
}

fn claude_code() -> Options {
    Options { clients: vec![Client::ClaudeCode], ..Options::default() }
}

#[test]
fn a_change_between_reading_and_writing_is_seen_and_kept() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join(".claude.json");
    fs::write(&file, "{}\n").unwrap();
    let times = Arc::new(AtomicUsize::new(0));
    let mut at = environment(folder.path());
    let counted = Arc::clone(&times);
    at.before_rename = Some(Arc::new(move |path: &Path| {
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            fs::write(path, "{\"theirs\": 1}\n").unwrap();
        }
    }));
    let report = install(&claude_code(), &at, &trusted(), Ok(registry(folder.path())), now()).unwrap();
    assert_eq!((report.exit_code, times.load(Ordering::SeqCst)), (0, 2));
    let after = fs::read_to_string(&file).unwrap();
    assert!(after.contains("\"theirs\": 1") && after.contains("revloops-crm"), "{after}");
}

#[test]
fn a_file_that_keeps_changing_is_left_to_the_other_program() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join(".claude.json");
    fs::write(&file, "{}\n").unwrap();
    let times = Arc::new(AtomicUsize::new(0));
    let mut at = environment(folder.path());
    at.before_rename = Some(Arc::new(move |path: &Path| {
        fs::write(path, format!("{{\"n\": {}}}\n", times.fetch_add(1, Ordering::SeqCst))).unwrap();
    }));
    let report = install(&claude_code(), &at, &trusted(), Ok(registry(folder.path())), now()).unwrap();
    assert_eq!((report.exit_code, report.clients[0].entries[0].action), (1, Action::Busy));
    assert_eq!(fs::read_to_string(&file).unwrap(), "{\"n\": 2}\n");
    assert!(!folder.path().join(".claude.json.revloops-new").exists());
}

#[test]
fn a_run_that_was_cut_off_after_writing_knows_its_own_entries() {
    let folder = TempDir::new().unwrap();
    let at = environment(folder.path());
    let bytes = registry(folder.path());
    // The state says what is about to be written; then the file is written; then it ends.
    let mut state = super::super::state::State::load(&at).unwrap();
    let file = folder.path().join(".claude.json");
    let mut record = super::super::state::Record::new(Client::ClaudeCode, &file);
    record.made_file = true;
    record.made_section = true;
    let entry = json!({"type": "http", "url": "https://revloops.example.com/mcp/crm"});
    record.entries.insert("revloops-crm".to_owned(), vec![entry.clone()]);
    state.set(Client::ClaudeCode, &file, Some(record));
    state.save(&at).unwrap();
    fs::write(&file, json!({"mcpServers": {"revloops-crm": entry}}).to_string()).unwrap();
    let report = install(&claude_code(), &at, &trusted(), Ok(bytes), now()).unwrap();
    assert_eq!(report.clients[0].entries[0].action, Action::Unchanged);
    uninstall(&Options::default(), &at).unwrap();
    assert!(!file.exists());
}

#[cfg(unix)]
#[test]
fn links_are_followed_permissions_stay_and_the_first_content_is_kept_beside() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = TempDir::new().unwrap();
    let (home, kept) = (folder.path().join("home"), folder.path().join("dotfiles"));
    fs::create_dir_all(&home).unwrap();
    fs::create_dir_all(&kept).unwrap();
    let target = kept.join("claude.json");
    fs::write(&target, "{\"a\": 1}\n").unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&target, home.join(".claude.json")).unwrap();
    let at = environment(&home);
    install(&claude_code(), &at, &trusted(), Ok(registry(folder.path())), now()).unwrap();
    assert!(home.join(".claude.json").is_symlink());
    assert!(fs::read_to_string(&target).unwrap().contains("revloops-crm"));
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o640);
    let backup = kept.join("claude.json.revloops-backup");
    assert_eq!(fs::read_to_string(&backup).unwrap(), "{\"a\": 1}\n");
    assert_eq!(fs::metadata(at.home.join(".config/revloops/mcp.json")).unwrap().permissions().mode() & 0o777, 0o600);
    uninstall(&Options::default(), &at).unwrap();
    assert_eq!(fs::read_to_string(&target).unwrap(), "{\"a\": 1}\n");
    assert!(!backup.exists() && !at.home.join(".config/revloops").exists());
}

#[test]
fn a_link_to_nothing_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let home = folder.path().join("home");
    fs::create_dir_all(&home).unwrap();
    std::os::unix::fs::symlink(folder.path().join("nowhere"), home.join(".claude.json")).unwrap();
    let report = install(&claude_code(), &environment(&home), &trusted(), Ok(registry(folder.path())), now()).unwrap();
    assert_eq!((report.exit_code, report.clients[0].entries[0].action), (1, Action::Unusable));
}

#[test]
fn a_state_that_cannot_be_read_stops_everything() {
    let folder = TempDir::new().unwrap();
    let at = environment(folder.path());
    fs::create_dir_all(folder.path().join(".config/revloops")).unwrap();
    fs::write(folder.path().join(".config/revloops/mcp.json"), "{").unwrap();
    let error = install(&claude_code(), &at, &trusted(), Ok(registry(folder.path())), now()).unwrap_err();
    assert_eq!(error.exit_code(), 1);
    assert!(error.to_string().contains("mcp.json: cannot be read"), "{error}");
    assert!(!folder.path().join(".claude.json").exists());
}

#[test]
fn the_served_files_are_plain_ascii() {
    // install.py carries the bridge as a text of its own.
    assert!(BRIDGE.is_ascii());
    assert!(fs::read_to_string(project().join("infra/mcp/install.py")).unwrap().is_ascii());
}
