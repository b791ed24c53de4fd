//! Every case of `infra/mcp/cases`, by this installer and by `install.py`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

use revloops_domain::Secret;

use super::*;
use crate::document::{PUBLISHER_META, SERVER_SCHEMA};
use crate::envelope::{KeySecret, SigningKeys};

mod apart;

const PYTHON: &str = "/usr/bin/python3";

/// Before what the cases' registries say of their end, and not long after the cases were written: install.py has its own clock.
fn now() -> Timestamp {
    "2026-11-28T12:00:00Z".parse().unwrap()
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn keys(first: bool) -> SigningKeys {
    // PKCS#8 of the secret keys of RFC 8032, section 7.1, TEST 1 and TEST 2: known to everybody.
    let seed = if first {
        "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
    } else {
        "TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs="
    };
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::STANDARD;
    let mut der = vec![0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    der.extend(engine.decode(seed).unwrap());
    let private_keys = vec![Secret::new(engine.encode(der))];
    SigningKeys::from_secret(&KeySecret { private_keys }).unwrap()
}

fn public_key() -> String {
    keys(true).public_keys()[0].to_base64()
}

/// Puts a registry where the step's installer finds it.
fn publish(at: &Path, wanted: &Value) {
    if wanted["gone"] == true {
        let _ignored = fs::remove_file(at);
        return;
    }
    let base = wanted["base"].as_str().unwrap_or("https://revloops.example.com");
    let server = |name: &Value| {
        let name = name.as_str().unwrap();
        json!({
            "$schema": SERVER_SCHEMA, "name": format!("io.github.revloops/{name}"), "description": name, "version": "1.0.0",
            "remotes": [{"type": "streamable-http", "url": format!("{base}/mcp/{name}")}],
            "_meta": {PUBLISHER_META: {"client_name": format!("revloops-{name}"), "scopes": []}},
        })
    };
    let document = json!({
        "serial": wanted["serial"],
        "issued_at": "2025-11-28T00:00:00Z",
        "expires": wanted["expires"].as_str().unwrap_or("2099-01-01T00:00:00Z"),
        "servers": wanted["servers"].as_array().unwrap().iter().map(server).collect::<Vec<_>>(),
    });
    let envelope = keys(wanted["signed_by"] != "other").sign(document.to_string().as_bytes());
    let mut envelope = serde_json::to_value(envelope).unwrap();
    if wanted["tamper"] == true {
        let other = document.to_string().replace("revloops.example.com", "evil.example");
        envelope["payload"] = serde_json::to_value(keys(true).sign(other.as_bytes())).unwrap()["payload"].clone();
    }
    fs::write(at, envelope.to_string()).unwrap();
}

/// Lines of a case, as a text.
fn text(lines: &Value, home: &Path) -> String {
    let lines: Vec<&str> = lines.as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    lines.join("\n").replace("{home}", &home.display().to_string())
}

/// All files of a home that are not the installer's own.
fn files_of(home: &Path) -> BTreeMap<String, String> {
    let (mut found, mut open) = (BTreeMap::new(), vec![home.to_path_buf()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(home).unwrap().display().to_string();
            if path.is_dir() && name != ".config/revloops" {
                open.push(path);
            } else if path.is_file() && !name.ends_with(".revloops-backup") {
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

/// What a run came to: the report, or the error's words.
struct Ran {
    exit: i64,
    report: Value,
}

type Installer = fn(&Path, &str, &Value, &str, &[&str]) -> Ran;

fn by_rust(home: &Path, registry: &str, platform: &Value, key: &str, args: &[&str]) -> Ran {
    let platform = Platform::named(platform.as_str().unwrap_or("linux")).unwrap();
    let at = Environment::of_home(home.to_path_buf(), platform, PYTHON.to_owned());
    let has = |flag: &str| args.contains(&flag);
    let mut clients = Vec::new();
    for pair in args.windows(2).filter(|pair| pair[0] == "--client") {
        clients.extend(if pair[1] == "all" { Client::ALL.to_vec() } else { vec![Client::named(pair[1]).unwrap()] });
    }
    let options = Options { clients, dry_run: has("--dry-run"), force: has("--force") };
    let result = match args[0] {
        "install" => registry_of(Some(registry), Some(key), &at).and_then(|trusted| {
            let fetched = read_file_url(&trusted.url).unwrap();
            install(&options, &at, &trusted, fetched, now())
        }),
        "uninstall" => uninstall(&options, &at),
        _ => status(&at, now()),
    };
    match result {
        Ok(report) => Ran { exit: i64::from(report.exit_code), report: serde_json::to_value(report).unwrap() },
        Err(error) => Ran { exit: i64::from(error.exit_code()), report: json!({"error": error.to_string()}) },
    }
}

fn by_python(home: &Path, registry: &str, platform: &Value, key: &str, args: &[&str]) -> Ran {
    let output = Command::new("python3")
        .arg(project().join("infra/mcp/install.py"))
        .args(args)
        .args(["--home", home.to_str().unwrap(), "--registry", registry, "--key", key, "--python", PYTHON])
        .args(["--platform", platform.as_str().unwrap_or("linux"), "--json"])
        .output()
        .expect("install.py is run by python3");
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("no report; {}", String::from_utf8_lossy(&output.stderr)));
    Ran { exit: i64::from(output.status.code().unwrap()), report }
}

/// Runs a case by one of the two; returns what the steps' reports say, for the comparison.
fn run(name: &str, case: &Value, installer: Installer) -> Vec<Value> {
    let folder = TempDir::new().unwrap();
    let home = folder.path().join("home");
    let registry = folder.path().join("registry.json");
    let put = |files: &Value| {
        for (file, lines) in files.as_object().into_iter().flatten() {
            fs::create_dir_all(home.join(file).parent().unwrap()).unwrap();
            fs::write(home.join(file), text(lines, &home)).unwrap();
        }
    };
    fs::create_dir_all(&home).unwrap();
    put(&case["home"]);
    let mut said = Vec::new();
    for (number, step) in case["steps"].as_array().unwrap().iter().enumerate() {
        let at = format!("{name}, step {}", number + 1);
        put(&step["write"]);
        if step.get("registry").is_some() {
            publish(&registry, &step["registry"]);
        }
        let args: Vec<&str> = step["run"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap()).collect();
        let key = step["key"].as_str().map_or_else(public_key, str::to_owned);
        let url = format!("file://{}", registry.display());
        let before = files_of(&home);
        let Ran { exit, report } = installer(&home, &url, &case["platform"], &key, &args);
        assert_eq!(Some(exit), step["exit"].as_i64(), "{at}: {report:#}");
        if let Some(says) = step["says"].as_str() {
            let error = report["error"].as_str().unwrap_or_else(|| panic!("{at}: {report:#}"));
            assert!(error.contains(says), "{at}: {error}");
            assert_eq!(files_of(&home), before, "{at}");
        }
        if let Some(wanted) = step.get("entries") {
            let clients = report["clients"].as_array().unwrap();
            let entries = clients.iter().flat_map(|client| {
                let entries = client["entries"].as_array().unwrap().iter();
                entries
                    .map(|entry| format!("{} {} {}", client["client"], entry["name"], entry["action"]).replace('"', ""))
            });
            assert_eq!(&json!(entries.collect::<Vec<_>>()), wanted, "{at}: {report:#}");
        }
        if step.get("diff").is_some() {
            assert_eq!(report["clients"][0]["diff"].as_str().unwrap(), text(&step["diff"], &home), "{at}");
        }
        if let Some(notes) = step["notes"].as_str() {
            assert!(report["registry"]["note"].as_str().unwrap().contains(notes), "{at}: {report:#}");
        }
        if let Some(files) = step["home"].as_object() {
            let wanted: BTreeMap<_, _> = files.iter().map(|(file, lines)| (file.clone(), text(lines, &home))).collect();
            assert_eq!(files_of(&home), wanted, "{at}");
        }
        let texts = report.to_string().replace(folder.path().to_str().unwrap(), "{}");
        let mut comparable: Value = serde_json::from_str(&texts).unwrap();
        for client in comparable["clients"].as_array_mut().into_iter().flatten() {
            // Two parsers have two words for what is broken; both say the line.
            for entry in client["entries"].as_array_mut().into_iter().flatten().filter(|e| e["action"] == "unusable") {
                let detail = entry["detail"].as_str().unwrap();
                entry["detail"] = json!(detail.split(", column").next());
            }
        }
        said.push(json!({"clients": comparable["clients"], "registry": comparable["registry"]["serial"], "files": files_of(&home)
            .into_iter().map(|(name, text)| (name, text.replace(folder.path().to_str().unwrap(), "{}"))).collect::<BTreeMap<_, _>>()}));
    }
    said
}

#[test]
fn both_installers_do_what_the_cases_say_and_say_the_same() {
    let mut seen = 0;
    for entry in fs::read_dir(project().join("infra/mcp/cases")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let case: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let (rust, python) = (run(&name, &case, by_rust), run(&name, &case, by_python));
        for (step, (rust, python)) in rust.iter().zip(&python).enumerate() {
            assert_eq!(rust, python, "{name}, step {}", step + 1);
        }
        seen += 1;
    }
    assert!(seen >= 15, "the cases have moved: {seen}");
}

#[test]
fn either_takes_up_what_the_other_left() {
    let folder = TempDir::new().unwrap();
    let (home, registry) = (folder.path().join("home"), folder.path().join("registry.json"));
    fs::create_dir_all(&home).unwrap();
    let url = format!("file://{}", registry.display());
    let key = public_key();
    let each: [Installer; 2] = [by_rust, by_python];
    for (number, servers) in
        [json!(["crm"]), json!(["crm", "workflow"]), json!(["workflow"]), json!(["crm"])].iter().enumerate()
    {
        publish(&registry, &json!({"serial": number + 1, "servers": servers}));
        let ran = each[number % 2](&home, &url, &Value::Null, &key, &["install", "--client", "all"]);
        assert_eq!(ran.exit, 0, "{:#}", ran.report);
    }
    assert_eq!(by_python(&home, &url, &Value::Null, &key, &["status"]).exit, 0);
    assert_eq!(by_rust(&home, &url, &Value::Null, &key, &["uninstall"]).exit, 0);
    assert_eq!(files_of(&home), BTreeMap::new());
}

#[test]
fn install_py_and_the_bridge_pass_their_own_tests() {
    let output = Command::new("python3")
        .args(["-m", "unittest", "discover", "-s", "infra/mcp", "-p", "test_*.py"])
        .current_dir(project())
        .output()
        .expect("python3 is there");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("Ran 0 tests"), "{said}");
}
