//! What can be typed: one line a command, which the module of that name carries out.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{
    accounts, bi, burst, check, config, console::Console, context::Context, demo, deploy, design, down, engage,
    explain, figures, mcp, plays, redrive, route, sequences, signals, status, targets, territories, test, up,
};

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
    /// Everything at once: the system up, 25 leads through the demand chain, and what became of each.
    Demo(demo::Args),
    /// Set up, build, start and deploy the local system; quick when it already runs.
    Up(up::Args),
    /// Stop the local system; what it stored stays for the next `up`.
    Down(down::Args),
    /// What runs, how much waits, what is parked and why.
    Status(status::Args),
    /// Send parked leads again now, or what is in the dead-letter queue.
    Redrive(redrive::Args),
    /// Check every loop's config and run its cases; says everything that is wrong, with line and remedy.
    Check(check::Args),
    /// Which config is active; promote, roll back, write schemas.
    Config(config::Args),
    /// Why a lead landed where it did, or what was decided of a deal or an account: the whole chain's decisions in words.
    Explain(explain::Args),
    /// The CRM's accounts that leads are matched with: bring them in, look one up, measure the matcher.
    Accounts(accounts::Args),
    /// What happened at target accounts: what was found, what it came to, how well repeats are told apart.
    Signals(signals::Args),
    /// What is to be done for which deal: the plays, their milestones, and the days that a deal's would have.
    Plays(plays::Args),
    /// Batches: assign many records, simulate other rules, apply what was approved, undo it as a whole.
    Route(route::Args),
    /// Drafts: proof that none with an uncited or false claim can be approved.
    Engage(engage::Args),
    /// The plan: what it can book, how sure that is, why two plans differ; a report that a leader can open.
    Design(design::Args),
    /// The active scenario's territories in the CRM: plan, approve, apply, roll back, drift, accounts that wait for a person.
    Territories(territories::Args),
    /// Drafted sequences: what waits for a person, approve, edit, reject, stop.
    Sequences(sequences::Args),
    /// Who must not be written to: opt-outs by person, address, domain and account.
    Suppressions(sequences::SuppressionArgs),
    /// The accounts that are scanned for signals: which, how overdue, and one scanned now.
    Targets(targets::Args),
    /// The MCP servers: publish the signed list, bring this machine's clients in line with it, take away what is ours.
    Mcp(mcp::Args),
    /// Dashboards: bring the lake up to now and publish what they draw.
    Bi(bi::Args),
    /// Many leads at once, with repeated messages and faults: what was lost, what happened twice, how fast it went.
    Burst(burst::Args),
    /// Size and start of each function binary, and how long a one-line change takes to build.
    Figures(figures::Args),
    /// Run all checks and tests; installs what they need first.
    Test(test::Args),
    /// Deploy to AWS. Only shows what it would do, unless told to execute.
    Deploy(deploy::Args),
}

impl Cli {
    /// Carries the command out. The exit code is 0 if it did what was asked, 1 if not; the reason is on stderr.
    pub async fn run(self) -> ExitCode {
        let console = Console::new(self.json);
        let result = match Context::from_environment(console.clone()) {
            Ok(context) => match self.command {
                Command::Demo(args) => demo::run(&context, args).await,
                Command::Check(args) => check::run(&context, args).await,
                Command::Config(args) => config::run(&context, args).await,
                Command::Explain(args) => explain::run(&context, args).await,
                Command::Accounts(args) => accounts::run(&context, args).await,
                Command::Signals(args) => signals::run(&context, args).await,
                Command::Plays(args) => plays::run(&context, args).await,
                // Boxed: the largest of them by far, and each caller would hold its room.
                Command::Route(args) => Box::pin(route::run(&context, args)).await,
                Command::Engage(args) => engage::run(&context, args).await,
                Command::Design(args) => Box::pin(design::run(&context, args)).await,
                Command::Territories(args) => Box::pin(territories::run(&context, args)).await,
                Command::Sequences(args) => Box::pin(sequences::run(&context, args)).await,
                Command::Suppressions(args) => sequences::run_suppressions(&context, args).await,
                Command::Targets(args) => targets::run(&context, args).await,
                Command::Mcp(args) => mcp::run(&context, args).await,
                Command::Bi(args) => bi::run_command(&context, args).await,
                Command::Burst(args) => burst::run(&context, args).await,
                Command::Figures(args) => Box::pin(figures::run(&context, args)).await,
                Command::Test(args) => test::run(&context, args).await,
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
