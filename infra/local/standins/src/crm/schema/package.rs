//! Reads the SFDX package: custom fields, outbound messages, and the record-triggered flows ([`super::flows`]).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use roxmltree::{Document, Node};

use super::Kind;
use super::flows::{self, MessageRule, Stamp};
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

/// A permission set as the package defines it.
#[derive(Debug, Clone)]
pub(crate) struct PermissionSet {
    pub(crate) name: String,
    pub(crate) label: String,
    /// At most 255 characters.
    pub(crate) description: String,
    /// Objects of which it shows every record.
    pub(crate) view_all: Vec<String>,
}

#[derive(Debug, Default)]
pub(super) struct Package {
    fields: BTreeMap<String, Vec<RawField>>,
    pub(super) messages: BTreeMap<String, OutboundMessage>,
    pub(super) rules: Vec<MessageRule>,
    pub(super) stamps: Vec<Stamp>,
    pub(super) permission_sets: Vec<PermissionSet>,
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
        let flow = in_file(&file, |root| flows::read(root, &name))?;
        package.rules.extend(flow.rules);
        package.stamps.extend(flow.stamps);
    }
    const SET: &str = ".permissionset-meta.xml";
    for file in entries(&root.join("permissionsets"))?.into_iter().filter(|path| ends_with(path, SET)) {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default().trim_end_matches(SET).to_owned();
        package.permission_sets.push(in_file(&file, |root| permission_set(root, name))?);
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

pub(super) fn text<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.children()
        .find(|child| child.has_tag_name((node.tag_name().namespace().unwrap_or_default(), name)))
        .and_then(|child| child.text())
        .map(str::trim)
}

pub(super) fn needed<'a>(node: Node<'a, '_>, name: &str) -> anyhow::Result<&'a str> {
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
        "Picklist" => Kind::Picklist,
        other => bail!("the stand-in does not know the field type {other}"),
    };
    let is = |name: &str| text(root, name) == Some("true");
    // The relationship of a lookup is called as the field, by which queries reach the record that it points to.
    let (to, relationship) = if kind == Kind::Reference {
        (vec![needed(root, "referenceTo")?.to_owned()], Some(name.replace("__c", "__r")))
    } else {
        (Vec::new(), None)
    };
    let (values, restricted) = if kind == Kind::Picklist { picklist(root)? } else { (Vec::new(), false) };
    Ok(RawField {
        length: text(root, "length")
            .unwrap_or(if matches!(kind, Kind::TextArea | Kind::Picklist) { "255" } else { "0" })
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
        values,
        restricted,
        ..RawField::plain(name, needed(root, "label")?, kind)
    })
}

/// A picklist's own values, and whether no others are taken.
fn picklist(root: Node<'_, '_>) -> anyhow::Result<(Vec<String>, bool)> {
    let set = root.children().find(|node| node.tag_name().name() == "valueSet");
    let set = set.ok_or_else(|| anyhow!("<valueSet> is missing"))?;
    let values = set.descendants().filter(|node| node.tag_name().name() == "value");
    let values: Vec<String> =
        values.map(|value| needed(value, "fullName").map(str::to_owned)).collect::<anyhow::Result<_>>()?;
    if values.is_empty() {
        bail!("the stand-in knows picklists with values of their own only");
    }
    Ok((values, text(set, "restricted") == Some("true")))
}

fn permission_set(root: Node<'_, '_>, name: String) -> anyhow::Result<PermissionSet> {
    let objects = root.children().filter(|node| node.tag_name().name() == "objectPermissions");
    let view_all = objects.filter(|object| text(*object, "viewAllRecords") == Some("true"));
    Ok(PermissionSet {
        name,
        label: needed(root, "label")?.to_owned(),
        description: text(root, "description").unwrap_or_default().chars().take(255).collect(),
        view_all: view_all.map(|object| needed(object, "object").map(str::to_owned)).collect::<anyhow::Result<_>>()?,
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
        for stamp in &package.stamps {
            assert!(members.contains(&stamp.flow), "{} in the manifest", stamp.flow);
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
