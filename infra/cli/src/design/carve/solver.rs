//! The solver's program: outside the workspace, with a library that comes as a Python package.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, bail};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::context::Context;
use crate::local::{SOLVER, ensure_packages, last_lines, unlinted};

/// The program, ready to be asked.
#[derive(Debug)]
pub(crate) struct Program {
    path: PathBuf,
    libraries: PathBuf,
}

/// `cargo build` or `cargo test` of it, with all that it needs in place.
///
/// # Errors
/// If what it is built with cannot be had.
pub(crate) async fn cargo(context: &Context, what: &str) -> anyhow::Result<Command> {
    ensure_packages(context, SOLVER).await?;
    let libraries = libraries(context)?;
    let target = context.layout.root.join("target/carve");
    std::fs::create_dir_all(&target)?;
    // The package's own description names the folder that it was built in.
    let described = format!(
        "Name: HiGHS\nDescription: Linear optimisation\nVersion: 1.15.1\nLibs: -L{} -lhighs\nCflags: -I{}\n",
        libraries.display(),
        libraries.with_file_name("include").join("highs").display()
    );
    std::fs::write(target.join("highs.pc"), described)?;
    let arguments = [what, "--manifest-path", "infra/carve/Cargo.toml", "--target-dir"];
    let mut command = unlinted(crate::local::cargo(context, &arguments));
    command
        .arg(&target)
        .env("PKG_CONFIG", context.layout.tool("pkg-config"))
        .env("PKG_CONFIG_PATH", &target)
        .env("LIBCLANG_PATH", packages(context)?.join("clang/native"))
        .env("BINDGEN_EXTRA_CLANG_ARGS", format!("-isystem {}", headers().await?))
        .env("LD_LIBRARY_PATH", &libraries);
    Ok(command)
}

/// Builds it.
pub(super) async fn build(context: &Context) -> anyhow::Result<Program> {
    let mut command = cargo(context, "build").await?;
    let step = context.console.step("Solver");
    let output = command.stdin(Stdio::null()).output().await.context("starting cargo")?;
    if !output.status.success() {
        bail!("the solver does not build\n{}", last_lines(&String::from_utf8_lossy(&output.stderr), 12));
    }
    step.done("");
    Ok(Program { path: context.layout.root.join("target/carve/debug/carve"), libraries: libraries(context)? })
}

/// Asks it; what it says on stderr is the error.
pub(super) async fn ask(program: &Program, arguments: &[&str], request: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let mut command = Command::new(&program.path);
    command.args(arguments).env("LD_LIBRARY_PATH", &program.libraries).kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("starting {}", program.path.display()))?;
    let mut stdin = child.stdin.take().context("writing to the solver")?;
    let writing = tokio::spawn(async move { stdin.write_all(&request).await });
    let output = child.wait_with_output().await?;
    // Who was not listening says why on stderr.
    drop(writing.await);
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(output.stdout)
}

fn packages(context: &Context) -> anyhow::Result<PathBuf> {
    let folders = std::fs::read_dir(context.layout.venv().join("lib")).context("reading the Python environment")?;
    let mut found = folders.filter_map(Result::ok).map(|folder| folder.path().join("site-packages"));
    found.find(|path| path.join("highsbox").is_dir()).context("highsbox is not installed")
}

fn libraries(context: &Context) -> anyhow::Result<PathBuf> {
    Ok(packages(context)?.join("highsbox/highs_dist/lib"))
}

/// The compiler's own headers, which libclang's package comes without.
async fn headers() -> anyhow::Result<String> {
    let asked = Command::new("cc").arg("-print-file-name=include").stdin(Stdio::null()).output().await;
    let output = asked.context("a C compiler is needed; on Debian and Ubuntu: sudo apt install gcc")?;
    let path = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if !Path::new(&path).is_dir() {
        bail!("the C compiler does not say where its headers are");
    }
    Ok(path)
}
