//! Files that somebody put into the bucket become a proposal, or a reason.

use std::collections::BTreeMap;

use jiff::Timestamp;
use revloops_changes::desk::ProposedFiles;
use revloops_changes::{Actor, ChangeError};
use revloops_config::Bundle;
use revloops_domain::{ErrorClass, sha256_hex};
use revloops_loopkit::Outcome;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::wire::Written;
use crate::{Became, PROPOSED, Ports, REFUSED, store_failure, tell};

/// Larger ones are no config.
const MOST_BYTES: usize = 4 * 1024 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HandedIn {
    files: BTreeMap<String, String>,
    #[serde(default)]
    why: Option<String>,
    #[serde(default)]
    base: Option<String>,
}

/// `candidates/<loop>/<name>`.
pub(crate) async fn handed_in(
    written: &Written,
    loop_name: &str,
    name: &str,
    ports: &Ports,
    at: Timestamp,
) -> Outcome<Became> {
    let bytes = ports.desk.store.get(&written.key, &written.version_id).await.map_err(store_failure)?;
    let why = format!("{} was put into the config bucket", written.key);
    let read = || -> Result<ProposedFiles, String> {
        if bytes.len() > MOST_BYTES {
            return Err(format!("it has {} bytes, and config has {MOST_BYTES} at most", bytes.len()));
        }
        let loop_name = loop_name.to_owned();
        if name.ends_with(".yaml") {
            let text = String::from_utf8(bytes.clone()).map_err(|_| "it is no UTF-8 text".to_owned())?;
            return Ok(ProposedFiles { loop_name, files: BTreeMap::from([(name.to_owned(), text)]), why, base: None });
        }
        let told: HandedIn = serde_json::from_slice(&bytes).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            format!("it is neither a YAML file of the loop nor `{{\"files\": {{\"rules.yaml\": \"…\"}}, \"why\": \"…\"}}` ({place})")
        })?;
        Ok(ProposedFiles { loop_name, files: told.files, why: told.why.unwrap_or(why), base: told.base })
    };
    match read() {
        Ok(proposed) => propose(written, loop_name, proposed, ports, at).await,
        Err(reason) => refused(written, loop_name, &reason, Value::Null, ports, at).await,
    }
}

/// `loops/<loop>/bundle.json`: what the system has stored is left alone.
pub(crate) async fn bundle(written: &Written, loop_name: &str, ports: &Ports, at: Timestamp) -> Outcome<Became> {
    let bytes = ports.desk.store.get(&written.key, &written.version_id).await.map_err(store_failure)?;
    if ports.desk.moves().is_kept(loop_name, &sha256_hex(&bytes), at).await? {
        return Ok(Became::Left);
    }
    let bundle = if bytes.len() > MOST_BYTES { None } else { serde_json::from_slice::<Bundle>(&bytes).ok() };
    let Some(bundle) = bundle.filter(|bundle| bundle.loop_name == loop_name) else {
        return refused(written, loop_name, "it is no bundle of this loop's config", Value::Null, ports, at).await;
    };
    let known = ports.desk.checks.files(loop_name);
    let own = |name: &&String| known.contains(&name.as_str());
    let texts =
        bundle.files.keys().filter(own).filter_map(|name| Some((name.clone(), bundle.text(name)?.into_owned())));
    let why = format!("{} was put into the config bucket", written.key);
    let proposed = ProposedFiles { loop_name: loop_name.to_owned(), files: texts.collect(), why, base: None };
    propose(written, loop_name, proposed, ports, at).await
}

async fn propose(
    written: &Written,
    loop_name: &str,
    proposed: ProposedFiles,
    ports: &Ports,
    at: Timestamp,
) -> Outcome<Became> {
    let by = Actor::machine(&format!("bucket:{}", written.by));
    match ports.desk.propose_files(proposed, &by, at).await {
        Ok(proposal) => {
            let detail = json!({"loop": loop_name, "proposal": proposal.id, "sha256": proposal.candidate.sha256, "files": proposal.files});
            tell(PROPOSED, written, detail, ports, at).await?;
            Ok(Became::Proposed { proposal: proposal.id })
        }
        Err(ChangeError::Problems { problems }) => {
            let all = serde_json::to_value(problems.sorted()).unwrap_or_default();
            let reason = format!("the config would have {}", revloops_changes::error::counted(problems.len()));
            refused(written, loop_name, &reason, all, ports, at).await
        }
        Err(error) if matches!(error.class(), ErrorClass::Rejected | ErrorClass::ConfigInvalid) => {
            refused(written, loop_name, &error.to_string(), Value::Null, ports, at).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn refused(
    written: &Written,
    loop_name: &str,
    reason: &str,
    problems: Value,
    ports: &Ports,
    at: Timestamp,
) -> Outcome<Became> {
    let of: String =
        sha256_hex(format!("{}/{}", written.key, written.version_id).as_bytes()).chars().take(16).collect();
    let key = format!("refused/{loop_name}/{of}.json");
    let parked = json!({
        "key": written.key, "version_id": written.version_id, "written_by": written.by, "reason": reason, "problems": problems, "at": at,
    });
    // Told once, however often the notification comes.
    if ports.desk.store.newest(&key).await.map_err(store_failure)?.is_none() {
        let bytes = serde_json::to_vec_pretty(&parked).unwrap_or_default();
        ports.desk.store.put(&key, bytes).await.map_err(store_failure)?;
    }
    tell(REFUSED, written, json!({"loop": loop_name, "reason": reason, "parked": key}), ports, at).await?;
    Ok(Became::Refused { key })
}
