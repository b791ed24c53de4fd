//! What can be typed: one line a command, which the module of that name carries out.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{console::Console, context::Context, deploy, down, redrive, status, up};

/// RevLoops: revenue loops that run as serverless functions, here or on AWS.
#[derive(Debug, Parser)]
#[command(name = "revloops", version, propagate_version = true)]
pub struct Cli {
    /// Print one JSON document on stdout instead of text for people.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Set up, build, start and deploy the local system; quick when it already runs.
    Up(up::Args),
    /// Stop the local system; what it stored stays for the next `up`.
    Down(down::Args),
    /// What runs, how much waits, what is parked and why.
    Status(status::Args),
    /// Send parked leads again now, or what is in the dead-letter queue.
    Redrive(redrive::Args),
    /// Deploy to AWS. Only shows what it would do, unless told to execute.
    Deploy(deploy::Args),
}

impl Cli {
    /// Carries the command out. The exit code is 0 if it did what was asked, 1 if not; the reason is on stderr.
    pub async fn run(self) -> ExitCode {
        let console = Console::new(self.json);
        let result = match Context::from_environment(console.clone()) {
            Ok(context) => match self.command {
                Command::Up(args) => up::run(&context, args).await,
                Command::Down(args) => down::run(&context, args).await,
                Command::Status(args) => status::run(&context, args).await,
                Command::Redrive(args) => redrive::run(&context, args).await,
                Command::Deploy(args) => deploy::run(&context, args).await,
            },
            Err(error) => Err(error),
        };
        match result {
            Ok(code) => code,
            Err(error) => {
                console.error(&error);
                ExitCode::FAILURE
            }
        }
    }
}
