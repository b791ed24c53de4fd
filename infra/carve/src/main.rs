//! `carve`: a request on stdin, the reply on stdout; or `carve invent ACCOUNTS TERRITORIES SEED`: a request to measure
//! with. `cargo revloops design carve` is what people call.

use std::io::{Read as _, Write as _};
use std::process::ExitCode;

use revloops_carve::invented::{Size, invent};
use revloops_carve::market::Request;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let written = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => solve(),
        ["invent", accounts, territories, seed] => measure(accounts, territories, seed),
        _ => Err("carve, with a request on stdin; or carve invent ACCOUNTS TERRITORIES SEED".to_owned()),
    };
    match written.and_then(|json| std::io::stdout().write_all(&json).map_err(|error| error.to_string())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            // Nobody to tell where stderr is gone.
            drop(writeln!(std::io::stderr(), "{why}"));
            ExitCode::FAILURE
        }
    }
}

fn solve() -> Result<Vec<u8>, String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|error| format!("reading the request: {error}"))?;
    let request: Request = serde_json::from_str(&text).map_err(|error| format!("reading the request: {error}"))?;
    let reply = revloops_carve::carve(&request).map_err(|error| error.to_string())?;
    serde_json::to_vec(&reply).map_err(|error| error.to_string())
}

fn measure(accounts: &str, territories: &str, seed: &str) -> Result<Vec<u8>, String> {
    let number = |text: &str| text.parse::<usize>().map_err(|_| format!("`{text}` is no number"));
    let seed = seed.parse().map_err(|_| format!("`{seed}` is no number"))?;
    let size = Size { accounts: number(accounts)?, territories: number(territories)?, seed };
    serde_json::to_vec(&invent(size)).map_err(|error| error.to_string())
}
