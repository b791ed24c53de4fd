//! Function binaries as Lambda takes them: a zip with one program, `bootstrap`, in it.
//!
//! Each package is named after its content, so what did not change is neither packed nor uploaded again.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow};
use sha2::{Digest as _, Sha256};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use super::build::{FUNCTIONS, Function};
use crate::context::Context;

/// A function, packed.
#[derive(Debug, Clone)]
pub(super) struct Package {
    pub(super) function: Function,
    pub(super) zip: PathBuf,
    /// SHA-256 of the binary.
    pub(super) hash: String,
}

/// Packs the functions' binaries in `binaries`; several at once.
pub(super) fn pack(context: &Context, binaries: &Path) -> anyhow::Result<Vec<Package>> {
    let step = context.console.step("Packages");
    let directory = context.layout.state.join("packages");
    fs::create_dir_all(&directory)?;
    // A program that serves two functions is packed once.
    let programs: BTreeSet<&str> = FUNCTIONS.iter().map(|function| function.package).collect();
    let packed: Vec<anyhow::Result<Packed>> = std::thread::scope(|scope| {
        let directory = &directory;
        let workers: Vec<_> =
            programs.iter().map(|program| scope.spawn(move || pack_one(program, binaries, directory))).collect();
        let joined =
            workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| Err(anyhow!("packing panicked"))));
        joined.collect()
    });
    let packed: Vec<Packed> = packed.into_iter().collect::<anyhow::Result<_>>()?;
    let fresh = packed.iter().filter(|one| one.fresh).count();
    let packages: Vec<Package> = FUNCTIONS
        .into_iter()
        .filter_map(|function| {
            let one = packed.iter().find(|one| one.program == function.package)?;
            Some(Package { function, zip: one.zip.clone(), hash: one.hash.clone() })
        })
        .collect();
    forget_old(&directory, &packages)?;
    if fresh == 0 {
        step.skipped("unchanged");
    } else {
        step.done(format!("{fresh} of {}", packed.len()));
    }
    Ok(packages)
}

/// A program, packed.
struct Packed {
    program: String,
    zip: PathBuf,
    hash: String,
    fresh: bool,
}

fn pack_one(program: &str, binaries: &Path, directory: &Path) -> anyhow::Result<Packed> {
    let binary = binaries.join(program);
    let bytes = fs::read(&binary).with_context(|| format!("reading {}", binary.display()))?;
    let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let short: String = hash.chars().take(16).collect();
    let zip = directory.join(format!("{program}-{short}.zip"));
    let fresh = !zip.exists();
    if fresh {
        // Whole under its name or not at all: an interrupted one would count as packed.
        let beside = zip.with_extension("new");
        write_zip(&beside, &bytes).with_context(|| format!("packing {}", binary.display()))?;
        fs::rename(&beside, &zip)?;
    }
    Ok(Packed { program: program.to_owned(), zip, hash, fresh })
}

/// The same binary gives the same bytes: no clock in it. Lightly compressed: it travels within one machine, but is also kept.
fn write_zip(path: &Path, binary: &[u8]) -> anyhow::Result<()> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(1))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o755);
    let mut zip = ZipWriter::new(BufWriter::new(File::create(path)?));
    zip.start_file("bootstrap", options)?;
    zip.write_all(binary)?;
    zip.finish()?.flush()?;
    Ok(())
}

fn forget_old(directory: &Path, packages: &[Package]) -> anyhow::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if !packages.iter().any(|package| package.zip == path) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_package_holds_the_binary_as_an_executable_bootstrap_and_is_the_same_each_time() {
        let directory = tempfile::tempdir().unwrap();
        let (one, other) = (directory.path().join("1.zip"), directory.path().join("2.zip"));
        write_zip(&one, b"program").unwrap();
        write_zip(&other, b"program").unwrap();
        assert_eq!(fs::read(&one).unwrap(), fs::read(&other).unwrap());

        let mut archive = zip::ZipArchive::new(File::open(&one).unwrap()).unwrap();
        let mut file = archive.by_name("bootstrap").unwrap();
        assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(0o755));
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "program");
    }
}
