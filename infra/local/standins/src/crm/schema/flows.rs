//! Record-triggered flows: those that send outbound messages, and those that note who saves.

use anyhow::{anyhow, bail};
use roxmltree::Node;

use super::package::{needed, text};

/// A flow that sends an outbound message.
#[derive(Debug, Clone)]
pub(crate) struct MessageRule {
    pub(crate) flow: String,
    pub(crate) object: String,
    /// `Object.Name` of the message.
    pub(crate) message: String,
    pub(crate) on_create: bool,
    pub(crate) on_update: bool,
    /// One of these must have changed; any change will do where there is none.
    pub(crate) changed: Vec<String>,
}

/// A flow that notes, before an update is saved, who saves it.
#[derive(Debug, Clone)]
pub(crate) struct Stamp {
    pub(crate) flow: String,
    pub(crate) object: String,
    /// The field that gets the user's id.
    pub(crate) field: String,
    /// One of these must have changed; any change will do where there is none.
    pub(crate) changed: Vec<String>,
}

/// What one flow does.
#[derive(Debug, Default)]
pub(super) struct Flow {
    pub(super) rules: Vec<MessageRule>,
    pub(super) stamps: Vec<Stamp>,
}

/// Reads a flow; one that is not active does nothing.
pub(super) fn read(root: Node<'_, '_>, flow: &str) -> anyhow::Result<Flow> {
    let start =
        root.children().find(|node| node.tag_name().name() == "start").ok_or_else(|| anyhow!("<start> is missing"))?;
    if text(root, "status") != Some("Active") {
        return Ok(Flow::default());
    }
    if start.children().any(|node| matches!(node.tag_name().name(), "filterFormula" | "schedule" | "scheduledPaths")) {
        bail!("flow {flow}: the stand-in honours record triggers without conditions only, or with fields that changed");
    }
    let trigger = needed(start, "recordTriggerType")?;
    let changed = changed_fields(start, flow, trigger)?;
    let (on_create, on_update) = match trigger {
        "Create" => (true, false),
        "Update" => (false, true),
        "CreateAndUpdate" => (true, true),
        other => bail!("flow {flow}: the stand-in does not know the trigger {other}"),
    };
    let object = needed(start, "object")?.to_owned();
    let mut read = Flow::default();
    for action in root.children().filter(|node| node.tag_name().name() == "actionCalls") {
        if needed(action, "actionType")? != "outboundMessage" {
            bail!("flow {flow}: the stand-in knows the action outboundMessage only");
        }
        read.rules.push(MessageRule {
            flow: flow.to_owned(),
            object: object.clone(),
            message: needed(action, "actionName")?.to_owned(),
            on_create,
            on_update,
            changed: changed.clone(),
        });
    }
    for update in root.children().filter(|node| node.tag_name().name() == "recordUpdates") {
        let before = text(start, "triggerType") == Some("RecordBeforeSave");
        if !before || on_create || text(update, "inputReference") != Some("$Record") {
            bail!("flow {flow}: the stand-in changes the saved record itself only, before an update is saved");
        }
        for assigned in update.children().filter(|node| node.tag_name().name() == "inputAssignments") {
            let reference = assigned.descendants().find(|node| node.tag_name().name() == "elementReference");
            if reference.and_then(|node| node.text()) != Some("$User.Id") {
                bail!("flow {flow}: the stand-in assigns $User.Id only");
            }
            read.stamps.push(Stamp {
                flow: flow.to_owned(),
                object: object.clone(),
                field: needed(assigned, "field")?.to_owned(),
                changed: changed.clone(),
            });
        }
    }
    Ok(read)
}

/// The fields of which one must have changed: filters by `IsChanged` alone, joined by `or`, on updates.
fn changed_fields(start: Node<'_, '_>, flow: &str, trigger: &str) -> anyhow::Result<Vec<String>> {
    let filters: Vec<Node<'_, '_>> = start.children().filter(|node| node.tag_name().name() == "filters").collect();
    let honoured = |filter: &Node<'_, '_>| {
        let wanted = filter.descendants().find(|node| node.tag_name().name() == "booleanValue");
        text(*filter, "operator") == Some("IsChanged") && wanted.and_then(|node| node.text()) == Some("true")
    };
    let joined = filters.len() < 2 || text(start, "filterLogic") == Some("or");
    let conditional = !filters.is_empty();
    if conditional && (trigger != "Update" || !joined || !filters.iter().all(honoured)) {
        bail!("flow {flow}: the stand-in honours record triggers without conditions only, or with fields that changed");
    }
    filters.into_iter().map(|filter| needed(filter, "field").map(str::to_owned)).collect()
}
