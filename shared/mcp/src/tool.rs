//! What a tool is: types in and out, the scope and role that it wants, and what it does to the world.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use jiff::Timestamp;
use revloops_identity::{Principal, Role, Scope};
use revloops_loopkit::Failure;
use rmcp::model::{JsonObject, ToolAnnotations};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What a tool tells the audit log of a call: lists, by name.
pub type Notes = BTreeMap<String, Vec<Value>>;

/// Who calls, and when.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The person, and what their app may do for them.
    pub principal: Principal,
    /// When the call came.
    pub at: Timestamp,
    /// Names the call in the audit log.
    pub call_id: String,
    notes: Arc<Mutex<Notes>>,
}

impl Caller {
    /// Somebody who calls at this time.
    #[must_use]
    pub fn new(principal: Principal, at: Timestamp, call_id: String) -> Self {
        Self { principal, at, call_id, notes: Arc::default() }
    }

    /// Adds one thing to what the audit log keeps of the call: hashes and figures, never what a person wrote.
    pub fn note(&self, name: &str, value: impl Into<Value>) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.entry(name.to_owned()).or_default().push(value.into());
    }

    /// What was added so far.
    #[must_use]
    pub fn notes(&self) -> Notes {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What a tool does to the world; clients are told it as annotations, so it has to be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Reads,
    /// It adds, and overwrites nothing; a second call adds again unless it is `idempotent`.
    Adds {
        /// A second call with the same arguments changes nothing more.
        idempotent: bool,
    },
    /// It overwrites or removes.
    Changes {
        /// A second call with the same arguments changes nothing more.
        idempotent: bool,
    },
}

impl Effect {
    /// Whether it changes anything.
    #[must_use]
    pub const fn writes(self) -> bool {
        !matches!(self, Self::Reads)
    }
}

/// A tool's name and terms.
#[derive(Debug, Clone)]
pub struct Spec {
    /// Lower case with underscores.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    /// When to use it, what it answers, what it wants.
    pub description: &'static str,
    /// What the token must allow.
    pub needs: Scope,
    /// What the person must be at least.
    pub least: Role,
    /// What it does to the world.
    pub effect: Effect,
    /// Whether it reaches outside the company's own systems.
    pub open_world: bool,
}

/// Why a tool did not do what was asked.
#[derive(Debug)]
pub enum ToolError {
    /// Something that the caller can mend; the text says what is wrong, where, and what would be right.
    Asked(String),
    /// Something that the caller cannot mend: they get a reference, and the log gets the cause.
    Failed(Failure),
}

impl ToolError {
    /// What is wrong with what was asked.
    pub fn asked(text: impl Into<String>) -> Self {
        Self::Asked(text.into())
    }
}

impl From<Failure> for ToolError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl fmt::Display for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked(text) => f.write_str(text),
            Self::Failed(failure) => write!(f, "{failure}"),
        }
    }
}

type Run<W> = Arc<dyn Fn(Arc<W>, Caller, Value) -> BoxFuture<'static, Result<Value, ToolError>> + Send + Sync>;

/// A tool over a world `W`.
pub struct Tool<W> {
    pub(crate) spec: Spec,
    pub(crate) shown: rmcp::model::Tool,
    pub(crate) run: Run<W>,
}

impl<W: Send + Sync + 'static> Tool<W> {
    /// A tool of these terms that runs `work`. Its schemas are those of `In` and `Out`; let `In` deny unknown fields.
    pub fn new<In, Out, F, Work>(spec: Spec, work: Work) -> Self
    where
        In: DeserializeOwned + JsonSchema + Send + 'static,
        Out: Serialize + JsonSchema + Send + 'static,
        F: Future<Output = Result<Out, ToolError>> + Send + 'static,
        Work: Fn(Arc<W>, Caller, In) -> F + Clone + Send + Sync + 'static,
    {
        let mut shown =
            rmcp::model::Tool::new(spec.name, spec.description, Arc::new(schema::<In>(SchemaSettings::draft2020_12())));
        shown.title = Some(spec.title.to_owned());
        shown.output_schema = Some(Arc::new(schema::<Out>(SchemaSettings::draft2020_12().for_serialize())));
        shown.annotations = Some(annotations(&spec));
        let run: Run<W> = Arc::new(move |world, caller, arguments| {
            let work = work.clone();
            Box::pin(async move {
                let wanted = serde_json::from_value(arguments)
                    .map_err(|error| ToolError::Asked(format!("the arguments do not fit: {error}")))?;
                let answer = work(world, caller, wanted).await?;
                serde_json::to_value(answer).map_err(|error| {
                    ToolError::Failed(
                        Failure::new(revloops_domain::ErrorClass::Bug, "writing a tool's answer").caused_by(error),
                    )
                })
            })
        });
        Self { spec, shown, run }
    }

    /// Its terms.
    #[must_use]
    pub fn spec(&self) -> &Spec {
        &self.spec
    }
}

fn annotations(spec: &Spec) -> ToolAnnotations {
    let (destructive, idempotent) = match spec.effect {
        Effect::Reads => (false, true),
        Effect::Adds { idempotent } => (false, idempotent),
        Effect::Changes { idempotent } => (true, idempotent),
    };
    ToolAnnotations::with_title(spec.title)
        .read_only(!spec.effect.writes())
        .destructive(destructive)
        .idempotent(idempotent)
        .open_world(spec.open_world)
}

/// The schema of `T`, with everything it refers to written out, as the narrowest clients want it.
fn schema<T: JsonSchema>(settings: SchemaSettings) -> JsonObject {
    let settings = settings.with(|settings| settings.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let mut object = schema.as_object().cloned().unwrap_or_default();
    // Both sides of a tool are objects by the protocol.
    object.entry("type").or_insert_with(|| "object".into());
    object
}
