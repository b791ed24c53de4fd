//! Who may use whom, and that every loop is whole. Read from the manifests and the tree, so that a new crate is held to
//! it from its first day.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use revloops_tests::tools::{project_root, run};

/// A crate of the workspace.
struct Member {
    /// Its folder, relative to the root: `shared/domain`.
    folder: String,
    dependencies: BTreeSet<String>,
    dev_dependencies: BTreeSet<String>,
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("reading {}: {error}", path.display()))
}

fn folders(parent: &str) -> Vec<String> {
    let mut found: Vec<String> = fs::read_dir(project_root().join(parent))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| format!("{parent}/{}", entry.file_name().to_string_lossy()))
        .collect();
    found.sort();
    found
}

fn members() -> BTreeMap<String, Member> {
    let root = project_root();
    let manifest: toml::Table = read(&root.join("Cargo.toml")).parse().unwrap();
    let mut members = BTreeMap::new();
    for pattern in manifest["workspace"]["members"].as_array().unwrap() {
        let pattern = pattern.as_str().unwrap();
        let matched = match pattern.strip_suffix("/*") {
            Some(parent) => folders(parent),
            None => vec![pattern.to_owned()],
        };
        for folder in matched {
            let manifest: toml::Table = read(&root.join(&folder).join("Cargo.toml")).parse().unwrap();
            let named = |section: &str| -> BTreeSet<String> {
                manifest
                    .get(section)
                    .and_then(|table| table.as_table())
                    .into_iter()
                    .flat_map(|table| table.keys().cloned())
                    .collect()
            };
            let member =
                Member { dependencies: named("dependencies"), dev_dependencies: named("dev-dependencies"), folder };
            members.insert(manifest["package"]["name"].as_str().unwrap().to_owned(), member);
        }
    }
    members
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found
}

/// What a crate in this folder may name of our own.
fn may_use(folder: &str, other: &str) -> bool {
    let shared = |names: &[&str]| names.iter().any(|name| other == format!("shared/{name}"));
    match folder {
        "shared/domain" | "shared/tables" => false,
        "shared/config" | "shared/matching" => shared(&["domain"]),
        "shared/loopkit" | "shared/rules" => shared(&["domain", "config"]),
        "shared/outreach" => shared(&["domain", "config", "loopkit"]),
        "shared/signals" => shared(&["domain", "config", "loopkit", "matching"]),
        "shared/identity" => shared(&["domain", "loopkit"]),
        "shared/mcp" => shared(&["domain", "identity", "loopkit"]),
        "shared/registry" => shared(&["domain", "config"]),
        "shared/changes" => shared(&["domain", "config", "loopkit", "identity"]),
        "shared/scenario" => shared(&["domain", "config", "rules"]),
        "shared/capacity" => shared(&["domain", "scenario"]),
        "shared/planning" => shared(&["domain", "config", "loopkit", "changes", "scenario", "capacity"]),
        "shared/lake" => shared(&["domain", "loopkit"]),
        "shared/query" => shared(&["domain", "loopkit", "lake"]),
        "shared/crm" | "shared/enrichment" | "shared/ai" | "shared/aws" => shared(&["domain", "config", "loopkit"]),
        "shared/runtime" => other.starts_with("shared/") && other != "shared/testkit",
        "shared/testkit" => shared(&["domain", "config", "loopkit"]),
        "infra/local/standins" => false,
        "tests" | "tests/conformance" => true,
        _ if folder.starts_with("functions/loops/") => shared(&[
            "domain", "config", "loopkit", "rules", "matching", "scenario", "capacity", "outreach", "signals",
            "runtime",
        ]),
        _ if folder.starts_with("functions/") || folder == "infra/cli" => {
            (other.starts_with("shared/") && other != "shared/testkit")
                || other.starts_with("functions/loops/")
                || (other == "functions/catalogue" && folder != other)
        }
        _ => panic!("{folder} has no place in the architecture: give it one here and in ARCHITECTURE.md"),
    }
}

#[test]
fn crates_use_only_what_the_architecture_allows() {
    let members = members();
    let mut wrong = Vec::new();
    for (name, member) in &members {
        for used in &member.dependencies {
            if let Some(other) = members.get(used)
                && !may_use(&member.folder, &other.folder)
            {
                wrong.push(format!("{name} ({}) must not use {used} ({})", member.folder, other.folder));
            }
        }
        for used in &member.dev_dependencies {
            if let Some(other) = members.get(used) {
                // The stand-ins use nothing of ours: what speaks to a vendor may be tried against them.
                let helps = ["shared/testkit", "infra/local/standins"].contains(&other.folder.as_str());
                let fine = helps || may_use(&member.folder, &other.folder);
                if !fine {
                    wrong.push(format!(
                        "{name} ({}) must not use {used} ({}) in its tests",
                        member.folder, other.folder
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn heavy_and_outside_crates_stay_behind_their_one_door() {
    let doors: [(&str, &[&str]); 16] = [
        ("aws-sdk-", &["shared/aws"]),
        ("aws-config", &["shared/aws"]),
        ("aws-sig", &["shared/aws"]),
        ("aws-credential", &["shared/aws"]),
        // Cryptography, which is Amazon's by name alone.
        ("aws-lc-", &["shared/identity", "shared/registry", "functions/gateway/auth"]),
        ("jsonwebtoken", &["shared/identity"]),
        ("rmcp", &["shared/mcp", "tests/conformance"]),
        ("object_store", &["shared/aws"]),
        ("lambda_", &["shared/runtime"]),
        ("saphyr", &["shared/config"]),
        ("cirrus", &["shared/crm"]),
        ("maud", &["shared/planning", "functions/gateway/auth"]),
        ("csv", &["shared/tables"]),
        ("parquet", &["shared/tables", "shared/lake"]),
        ("arrow", &["shared/lake", "shared/query"]),
        ("datafusion", &["shared/query"]),
    ];
    let mut wrong = Vec::new();
    for (name, member) in members() {
        for used in member.dependencies.iter().chain(&member.dev_dependencies) {
            for (prefix, allowed) in doors {
                if used.starts_with(prefix) && !allowed.contains(&member.folder.as_str()) {
                    wrong.push(format!("{name} must not name {used}: its door is {}", allowed.join(", ")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_function_s_library_does_not_know_the_runtime() {
    let mut wrong = Vec::new();
    for folder in folders("functions/loops") {
        for file in rust_files(&project_root().join(folder).join("src")) {
            let is_main = file.file_name().is_some_and(|name| name == "main.rs");
            // Tests may apply effects by it: they are no part of the library.
            let is_test = file.components().any(|part| part.as_os_str() == "tests");
            if !is_main && !is_test && read(&file).contains("revloops_runtime") {
                wrong.push(file.display().to_string());
            }
        }
    }
    assert!(wrong.is_empty(), "only main.rs may name the runtime: {}", wrong.join(", "));
}

#[test]
fn every_loop_has_its_six_parts_its_config_its_function_and_its_row() {
    let root = project_root();
    let (template, readme) = (read(&root.join("infra/template.yaml")), read(&root.join("README.md")));
    let mut missing = Vec::new();
    let loops = folders("functions/loops");
    assert!(loops.len() >= 3, "the loops have moved: {loops:?}");
    for folder in loops {
        let name = folder.rsplit('/').next().unwrap();
        for part in ["main", "lib", "config", "logic", "inputs", "outputs", "metrics", "feedback"] {
            let file = format!("{folder}/src/{part}.rs");
            if !root.join(&file).is_file() {
                missing.push(file);
            }
        }
        let cases = format!("config/loops/{name}/cases.yaml");
        if !root.join(&cases).is_file() {
            missing.push(cases);
        }
        if !template.contains(&format!("target/lambda/revloops-{name}/")) {
            missing.push(format!("{name}'s function in infra/template.yaml"));
        }
        if !readme.contains(&format!("| `{name}` |")) {
            missing.push(format!("{name}'s row in README.md"));
        }
    }
    assert!(missing.is_empty(), "missing: {}", missing.join(", "));
}

#[test]
fn versions_of_outside_crates_are_named_in_the_root_alone() {
    let mut wrong = Vec::new();
    for (name, member) in members() {
        let manifest: toml::Table = read(&project_root().join(&member.folder).join("Cargo.toml")).parse().unwrap();
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (used, how) in manifest.get(section).and_then(|table| table.as_table()).into_iter().flatten() {
                if how.get("workspace") != Some(&toml::Value::Boolean(true)) {
                    wrong.push(format!("{name}: {used}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "say `workspace = true` for {}", wrong.join(", "));
}

/// Each package with its features, as cargo settles them over these kinds of dependencies.
fn features(kinds: &str) -> BTreeSet<String> {
    let mut tree = Command::new("cargo");
    tree.args(["tree", "--workspace", "--prefix", "none", "--format", "{p} {f}", "--edges", kinds]);
    let told = run(tree.current_dir(project_root())).unwrap();
    told.lines().map(|line| line.trim_end_matches(" (*)").trim_end().to_owned()).collect()
}

#[test]
fn dependencies_have_the_same_features_for_functions_as_for_tests() {
    let (functions, tests) = (features("normal,build"), features("normal,build,dev"));
    let twice: Vec<&str> = functions.difference(&tests).map(String::as_str).collect();
    assert!(functions.len() > 300, "cargo told of {} packages", functions.len());
    assert!(
        twice.is_empty(),
        "a dev-dependency turns on more features of these, so that they, and all that uses them, are compiled twice; name it under \
         [dependencies] of tests/Cargo.toml too:\n{}",
        twice.join("\n")
    );
}

#[test]
fn what_is_not_built_as_a_test_holds_none() {
    let root = project_root();
    let mut wrong = Vec::new();
    for member in members().into_values() {
        let folder = root.join(&member.folder);
        let manifest: toml::Table = read(&folder.join("Cargo.toml")).parse().unwrap();
        let untested = |target: Option<&toml::Value>| {
            target.and_then(|target| target.get("test")) == Some(&toml::Value::Boolean(false))
        };
        let library = folder.join("src/lib.rs").is_file();
        let mut files = Vec::new();
        if untested(manifest.get("lib")) || !library {
            files.extend(rust_files(&folder.join("src")));
        }
        let main = folder.join("src/main.rs");
        if main.is_file() {
            let program = manifest.get("bin").and_then(|bins| bins.get(0));
            if untested(program) {
                files.push(main);
            } else {
                wrong.push(format!(
                    "{}: its main.rs is linked once more as a test: say `test = false`, and have tests in the library",
                    member.folder
                ));
            }
        }
        let marks = ["#[cfg(test)]", "#[test]", "#[tokio::test"];
        let tests = |file: &&PathBuf| {
            read(file).lines().any(|line| marks.iter().any(|mark| line.trim_start().starts_with(mark)))
        };
        wrong.extend(
            files
                .iter()
                .filter(tests)
                .map(|file| format!("{} has tests that nobody runs: take `test = false` away", file.display())),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
