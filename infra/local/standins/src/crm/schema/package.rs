//! Reads the SFDX package: custom fields, outbound messages, and the record-triggered flows that send them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use roxmltree::{Document, Node};

use super::Kind;
use super::raw::{RawField, RawObject};

/// An outbound message as the package defines it.
#[derive(Debug, Clone)]
pub(crate) struct OutboundMessage {
    pub(crate) object: String,
    /// Fields that the message carries, without `Id`, sorted.
    pub(crate) fields: Vec<String>,
    /// API version of the URLs in the envelope, such as `68.0`.
    pub(crate) api_version: String,
}

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

#[derive(Debug, Default)]
pub(super) struct Package {
    fields: BTreeMap<String, Vec<RawField>>,
    pub(super) messages: BTreeMap<String, OutboundMessage>,
    pub(super) rules: Vec<MessageRule>,
}

impl Package {
    /// The lists of custom fields that belong to an object: its own, and those of activities for a task or event.
    pub(super) fn owners_of(&self, object: &RawObject) -> Vec<&Vec<RawField>> {
        let activity = object.activity.then(|| self.fields.get("Activity")).flatten();
        self.fields.get(&object.name).into_iter().chain(activity).collect()
    }
}

pub(super) fn read(package_dir: &Path) -> anyhow::Result<Package> {
    let root = package_dir.join("force-app/main/default");
    let mut package = Package::default();
    for object_dir in entries(&root.join("objects"))? {
        let object = object_dir.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        for file in entries(&object_dir.join("fields"))?.into_iter().filter(|path| ends_with(path, ".field-meta.xml")) {
            let field = in_file(&file, custom_field)?;
            package.fields.entry(object.clone()).or_default().push(field);
        }
    }
    for file in entries(&root.join("workflows"))?.into_iter().filter(|path| ends_with(path, ".workflow-meta.xml")) {
        let object = file
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.split('.').next())
            .unwrap_or_default()
            .to_owned();
        for (name, message) in in_file(&file, |root| outbound_messages(root, &object))? {
            package.messages.insert(format!("{object}.{name}"), message);
        }
    }
    for file in entries(&root.join("flows"))?.into_iter().filter(|path| ends_with(path, ".flow-meta.xml")) {
        let name = file
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default()
            .trim_end_matches(".flow-meta.xml")
            .to_owned();
        package.rules.extend(in_file(&file, |root| message_rules(root, &name))?);
    }
    Ok(package)
}

/// What a directory holds, sorted; nothing where it does not exist.
fn entries(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !dir.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(dir).with_context(|| format!("listing {}", dir.display()))? {
        paths.push(entry?.path());
    }
    paths.sort();
    Ok(paths)
}

fn ends_with(path: &Path, end: &str) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.ends_with(end))
}

fn in_file<T>(file: &Path, read: impl FnOnce(Node<'_, '_>) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let text = std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let document = Document::parse(&text).with_context(|| format!("parsing {}", file.display()))?;
    read(document.root_element()).with_context(|| format!("in {}", file.display()))
}

fn text<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.children()
        .find(|child| child.has_tag_name((node.tag_name().namespace().unwrap_or_default(), name)))
        .and_then(|child| child.text())
        .map(str::trim)
}

fn needed<'a>(node: Node<'a, '_>, name: &str) -> anyhow::Result<&'a str> {
    text(node, name).ok_or_else(|| anyhow!("<{name}> is missing"))
}

fn custom_field(root: Node<'_, '_>) -> anyhow::Result<RawField> {
    let name = needed(root, "fullName")?;
    let scale: u32 = text(root, "scale").unwrap_or("0").parse().context("<scale>")?;
    let kind = match needed(root, "type")? {
        "Text" => Kind::String,
        "LongTextArea" | "TextArea" => Kind::TextArea,
        "Number" => Kind::Double,
        "Currency" => Kind::Currency,
        "Percent" => Kind::Percent,
        "Checkbox" => Kind::Boolean,
        "Date" => Kind::Date,
        "DateTime" => Kind::DateTime,
        "Email" => Kind::Email,
        "Phone" => Kind::Phone,
        "Url" => Kind::Url,
        "Lookup" => Kind::Reference,
        other => bail!("the stand-in does not know the field type {other}"),
    };
    let is = |name: &str| text(root, name) == Some("true");
    // The relationship of a lookup is called as the field, by which queries reach the record that it points to.
    let (to, relationship) = if kind == Kind::Reference {
        (vec![needed(root, "referenceTo")?.to_owned()], Some(name.replace("__c", "__r")))
    } else {
        (Vec::new(), None)
    };
    Ok(RawField {
        length: text(root, "length")
            .unwrap_or(if kind == Kind::TextArea { "255" } else { "0" })
            .parse()
            .context("<length>")?,
        precision: text(root, "precision").unwrap_or("0").parse().context("<precision>")?,
        scale,
        required: is("required"),
        custom: true,
        unique: is("unique"),
        case_sensitive: is("caseSensitive"),
        external_id: is("externalId"),
        to,
        relationship,
        ..RawField::plain(name, needed(root, "label")?, kind)
    })
}

fn outbound_messages(root: Node<'_, '_>, object: &str) -> anyhow::Result<Vec<(String, OutboundMessage)>> {
    let mut messages = Vec::new();
    for node in root.children().filter(|node| node.tag_name().name() == "outboundMessages") {
        let mut fields: Vec<String> = node
            .children()
            .filter(|child| child.tag_name().name() == "fields")
            .filter_map(|child| child.text())
            .map(|name| name.trim().to_owned())
            .filter(|name| name != "Id")
            .collect();
        fields.sort();
        let message =
            OutboundMessage { object: object.to_owned(), fields, api_version: needed(node, "apiVersion")?.to_owned() };
        messages.push((needed(node, "fullName")?.to_owned(), message));
    }
    Ok(messages)
}

fn message_rules(root: Node<'_, '_>, flow: &str) -> anyhow::Result<Vec<MessageRule>> {
    let start =
        root.children().find(|node| node.tag_name().name() == "start").ok_or_else(|| anyhow!("<start> is missing"))?;
    if text(root, "status") != Some("Active") {
        return Ok(Vec::new());
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
    let mut rules = Vec::new();
    for action in root.children().filter(|node| node.tag_name().name() == "actionCalls") {
        if needed(action, "actionType")? != "outboundMessage" {
            bail!("flow {flow}: the stand-in knows the action outboundMessage only");
        }
        rules.push(MessageRule {
            flow: flow.to_owned(),
            object: needed(start, "object")?.to_owned(),
            message: needed(action, "actionName")?.to_owned(),
            on_create,
            on_update,
            changed: changed.clone(),
        });
    }
    Ok(rules)
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::read;
    use crate::crm::schema::tests::package_dir;

    fn texts(file: &Path, name: &str) -> BTreeSet<String> {
        let text = std::fs::read_to_string(file).unwrap();
        let document = roxmltree::Document::parse(&text).unwrap();
        let nodes = document.descendants().filter(|node| node.tag_name().name() == name);
        nodes.filter_map(|node| node.text()).map(str::to_owned).collect()
    }

    #[test]
    fn the_manifest_and_the_permission_set_name_every_custom_field() {
        let dir = package_dir();
        let members = texts(&dir.join("manifest/package.xml"), "members");
        let permitted = texts(
            &dir.join("force-app/main/default/permissionsets/RevLoops_Integration.permissionset-meta.xml"),
            "field",
        );
        let package = read(&dir).unwrap();
        for (object, fields) in &package.fields {
            // A task's fields are an activity's in the package, and a task's in a permission set.
            let permitted_object = if object == "Activity" { "Task" } else { object };
            for field in fields {
                assert!(
                    members.contains(&format!("{object}.{}", field.name)),
                    "{object}.{} in the manifest",
                    field.name
                );
                assert!(
                    permitted.contains(&format!("{permitted_object}.{}", field.name)),
                    "{object}.{} permitted",
                    field.name
                );
            }
        }
        for rule in &package.rules {
            assert!(members.contains(&rule.flow) && members.contains(&rule.object), "{} in the manifest", rule.flow);
        }
    }

    #[test]
    fn what_the_stand_in_cannot_honour_is_refused_and_not_left_out() {
        let dir = tempfile::tempdir().unwrap();
        let flows = dir.path().join("force-app/main/default/flows");
        std::fs::create_dir_all(&flows).unwrap();
        let flow = |start: &str| {
            format!(
                r#"<Flow xmlns="http://soap.sforce.com/2006/04/metadata"><status>Active</status><start><object>Lead</object><recordTriggerType>Create</recordTriggerType>{start}</start></Flow>"#
            )
        };
        std::fs::write(flows.join("Plain.flow-meta.xml"), flow("")).unwrap();
        assert!(read(dir.path()).is_ok());
        std::fs::write(flows.join("Picky.flow-meta.xml"), flow("<filters><field>Rating</field></filters>")).unwrap();
        assert!(format!("{:#}", read(dir.path()).unwrap_err()).contains("without conditions"));
    }
}
