//! A pointer that was written: is it where the records say?

use jiff::Timestamp;
use revloops_changes::ChangeError;
use revloops_config::StoreError;
use revloops_loopkit::Outcome;
use serde_json::json;

use crate::wire::Written;
use crate::{Became, POINTER_RETURNED, POINTER_UNACCOUNTED, Ports, store_failure, tell};

/// Whoever writes as often is faster than the guard: the next notification goes on.
const ATTEMPTS: usize = 4;

/// The pointer as it is now counts, not as it was written: notifications come late, and several at once.
pub(crate) async fn look_at(written: &Written, name: &str, ports: &Ports, at: Timestamp) -> Outcome<Became> {
    let moves = ports.desk.moves();
    for _ in 0..ATTEMPTS {
        // One that cannot be read at all cannot be compared: it is told as a failure, and stays in the queue.
        let Some(read) = ports.desk.store.pointer(name).await.map_err(store_failure)? else { return Ok(Became::Left) };
        if moves.accounts_for(name, &read.pointer, at).await? {
            return Ok(Became::Left);
        }
        let found = &read.pointer.active;
        let Some(last) = moves.last_done(name, at).await? else {
            let detail = json!({"loop": name, "found": found});
            tell(POINTER_UNACCOUNTED, written, detail, ports, at).await?;
            return Ok(Became::Unaccounted);
        };
        match moves.put_back(&read, &last).await {
            Ok(()) => {
                let detail = json!({"loop": name, "found": found, "active": last.to, "move": last.id()});
                tell(POINTER_RETURNED, written, detail, ports, at).await?;
                return Ok(Became::Returned { to: last.to.sha256 });
            }
            // Moved again in between: look again.
            Err(ChangeError::Store(StoreError::Conflict(_))) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Became::Left)
}
