//! A server's tools, resources and prompts, as the protocol wants them.

use std::sync::Arc;

use revloops_domain::ErrorClass;
use revloops_loopkit::Failure;
use revloops_loopkit::ports::Clock;
use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, GetPromptRequestParams,
    GetPromptResponse, GetPromptResult, Implementation, ListPromptsRequestMethod, ListPromptsResult,
    ListResourcesRequestMethod, ListResourcesResult, ListToolsResult, PaginatedRequestParams, PromptArgument,
    PromptMessage, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, Resource, ResourceContents,
    Role as Speaker, ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde_json::{Value, json};

use crate::audit::{Audit, Entry, Outcome};
use crate::resource::{Prompt, Resources, Text};
use crate::tool::{Caller, Tool, ToolError};

/// How long a client may keep a list, in milliseconds: roles and tools change seldom.
const FRESH_MS: u64 = 300_000;

/// What a server says of itself.
#[derive(Debug, Clone)]
pub struct ServerCard {
    /// Its name, such as `crm`.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    /// How to use it: told to the client's model.
    pub instructions: &'static str,
}

/// A server over a world `W`.
pub struct Server<W> {
    card: ServerCard,
    world: Arc<W>,
    tools: Vec<Tool<W>>,
    resources: Option<Arc<dyn Resources>>,
    prompts: Vec<Prompt>,
    audit: Arc<dyn Audit>,
    clock: Arc<dyn Clock>,
}

impl<W: Send + Sync + 'static> Server<W> {
    /// A server of these tools.
    #[must_use]
    pub fn new(
        card: ServerCard,
        world: Arc<W>,
        tools: Vec<Tool<W>>,
        audit: Arc<dyn Audit>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { card, world, tools, resources: None, prompts: Vec::new(), audit, clock }
    }

    /// The same with texts to read.
    #[must_use]
    pub fn with_resources(mut self, resources: Arc<dyn Resources>) -> Self {
        self.resources = Some(resources);
        self
    }

    /// The same with questions to ask.
    #[must_use]
    pub fn with_prompts(mut self, prompts: Vec<Prompt>) -> Self {
        self.prompts = prompts;
        self
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.card.name
    }

    /// Its tools.
    #[must_use]
    pub fn tools(&self) -> &[Tool<W>] {
        &self.tools
    }

    /// When it is now.
    pub(crate) fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    /// The tool of this name.
    #[must_use]
    pub fn tool(&self, name: &str) -> Option<&Tool<W>> {
        self.tools.iter().find(|tool| tool.spec.name == name)
    }

    /// Notes a call that was not let through.
    pub(crate) async fn forbidden(&self, caller: &Caller, tool: &str, arguments: &Value) {
        let entry = self.entry(caller, tool, arguments, Outcome::Forbidden);
        if let Err(failure) = self.audit.note(&entry).await {
            tracing::error!(error = %failure, "a refused call was not noted");
        }
    }

    fn entry(&self, caller: &Caller, tool: &str, arguments: &Value, outcome: Outcome) -> Entry {
        let spent = self.clock.now().duration_since(caller.at).as_millis();
        Entry {
            call_id: caller.call_id.clone(),
            at: caller.at,
            server: self.card.name.to_owned(),
            tool: tool.to_owned(),
            arguments_sha256: Entry::hash_of(arguments),
            user: caller.principal.user.as_str().to_owned(),
            username: caller.principal.username.clone(),
            role: caller.principal.role.as_str().to_owned(),
            client_id: caller.principal.client_id.clone(),
            outcome,
            ms: u64::try_from(spent).unwrap_or_default(),
            notes: caller.notes(),
        }
    }

    /// Calls a tool for somebody who may, and notes it.
    async fn called(&self, tool: &Tool<W>, caller: Caller, arguments: Value) -> CallToolResult {
        let name = tool.spec.name;
        if tool.spec.effect.writes()
            && let Err(failure) = self.audit.note(&self.entry(&caller, name, &arguments, Outcome::Begun)).await
        {
            return self.failed(&caller, name, &failure.during("noting the call, so nothing was done"));
        }
        let answer = (tool.run)(Arc::clone(&self.world), caller.clone(), arguments.clone()).await;
        let (result, outcome) = match answer {
            Ok(value) => (CallToolResult::structured(value), Outcome::Done),
            Err(ToolError::Asked(text)) => (CallToolResult::error(vec![ContentBlock::text(text)]), Outcome::Refused),
            Err(ToolError::Failed(failure)) => (self.failed(&caller, name, &failure), Outcome::Failed),
        };
        if let Err(failure) = self.audit.note(&self.entry(&caller, name, &arguments, outcome)).await {
            tracing::error!(call = caller.call_id, error = %failure, "a call's outcome was not noted");
        }
        result
    }

    /// What a caller is told of a failure on our side: what they can do, and what it can be found by. The cause is for the log:
    /// it may name what they must not see.
    fn failed(&self, caller: &Caller, tool: &str, failure: &Failure) -> CallToolResult {
        tracing::error!(call = caller.call_id, tool, class = ?failure.class(), error = %failure, "a tool failed");
        let advice = match failure.class() {
            ErrorClass::Transient | ErrorClass::Throttled | ErrorClass::Busy => "try again in a moment",
            ErrorClass::Rejected => "the system behind it refused; log in again, or ask an administrator",
            ErrorClass::ConfigInvalid | ErrorClass::NeedsPerson | ErrorClass::Bug => "ask an administrator",
        };
        let text = format!("This did not work on our side: {advice}. Reference: {}", caller.call_id);
        CallToolResult::error(vec![ContentBlock::text(text)])
    }
}

/// The server as the protocol's library wants it; one is made for each request.
pub(crate) struct Handler<W>(pub(crate) Arc<Server<W>>);

impl<W: Send + Sync + 'static> Handler<W> {
    /// Who asks: the endpoint put it there when it let the request in.
    fn caller(context: &RequestContext<RoleServer>) -> Result<Caller, ErrorData> {
        let parts = context.extensions.get::<http::request::Parts>();
        let caller = parts.and_then(|parts| parts.extensions.get::<Caller>()).cloned();
        caller.ok_or_else(|| ErrorData::internal_error("the request came around the endpoint", None))
    }
}

fn not_now(failure: &Failure, caller: &Caller) -> ErrorData {
    tracing::error!(call = caller.call_id, error = %failure, "a request failed");
    ErrorData::internal_error(format!("this did not work on our side; reference {}", caller.call_id), None)
}

fn resource(text: &Text) -> Resource {
    let mut resource = Resource::new(&text.uri, &text.name);
    resource.title = Some(text.title.clone());
    resource.description = Some(text.description.clone());
    resource.mime_type = Some(text.mime_type.to_owned());
    resource
}

impl<W: Send + Sync + 'static> ServerHandler for Handler<W> {
    fn get_info(&self) -> ServerConfig {
        let mut capabilities = ServerCapabilities::builder().enable_tools().build();
        capabilities.resources = self.0.resources.as_ref().map(|_| rmcp::model::ResourcesCapability::default());
        capabilities.prompts = (!self.0.prompts.is_empty()).then(rmcp::model::PromptsCapability::default);
        let mut implementation =
            Implementation::new(format!("revloops-{}", self.0.card.name), env!("CARGO_PKG_VERSION"));
        implementation.title = Some(self.0.card.title.to_owned());
        ServerConfig::new(capabilities).with_server_info(implementation).with_instructions(self.0.card.instructions)
    }

    async fn list_tools(
        &self,
        _page: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let caller = Self::caller(&context)?;
        let may = self.0.tools.iter().filter(|tool| caller.principal.role >= tool.spec.least);
        let mut result = ListToolsResult::with_all_items(may.map(|tool| tool.shown.clone()).collect());
        (result.ttl_ms, result.cache_scope) = (Some(FRESH_MS), Some(CacheScope::Private));
        Ok(result)
    }

    fn get_tool(&self, name: &str) -> Option<rmcp::model::Tool> {
        self.0.tool(name).map(|tool| tool.shown.clone())
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let caller = Self::caller(&context)?;
        let arguments = Value::Object(request.arguments.unwrap_or_default());
        let Some(tool) = self.0.tool(&request.name) else {
            return Err(ErrorData::invalid_params(format!("there is no tool `{}`", request.name), None));
        };
        if caller.principal.role < tool.spec.least || !caller.principal.may(tool.spec.needs) {
            self.0.forbidden(&caller, tool.spec.name, &arguments).await;
            let text = format!(
                "`{}` is for {}s and above, with the scope {}; you are {} ({})",
                tool.spec.name, tool.spec.least, tool.spec.needs, caller.principal.username, caller.principal.role
            );
            return Ok(CallToolResult::error(vec![ContentBlock::text(text)]).into());
        }
        Ok(self.0.called(tool, caller, arguments).await.into())
    }

    async fn list_resources(
        &self,
        _page: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let caller = Self::caller(&context)?;
        let Some(resources) = &self.0.resources else {
            return Err(ErrorData::method_not_found::<ListResourcesRequestMethod>());
        };
        let texts = resources.list(&caller).await.map_err(|failure| not_now(&failure, &caller))?;
        let mut result = ListResourcesResult::with_all_items(texts.iter().map(resource).collect());
        (result.ttl_ms, result.cache_scope) = (Some(FRESH_MS), Some(CacheScope::Private));
        Ok(result)
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let caller = Self::caller(&context)?;
        let found = match &self.0.resources {
            Some(resources) => {
                resources.read(&caller, &request.uri).await.map_err(|failure| not_now(&failure, &caller))?
            }
            None => None,
        };
        let Some((text, content)) = found else {
            let told = format!("there is no resource `{}`", request.uri);
            return Err(ErrorData::resource_not_found(told, Some(json!({"uri": request.uri}))));
        };
        let contents = ResourceContents::text(content, text.uri).with_mime_type(text.mime_type);
        let mut result = ReadResourceResult::new(vec![contents]);
        (result.ttl_ms, result.cache_scope) = (Some(0), Some(CacheScope::Private));
        Ok(result.into())
    }

    async fn list_prompts(
        &self,
        _page: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        Self::caller(&context)?;
        if self.0.prompts.is_empty() {
            return Err(ErrorData::method_not_found::<ListPromptsRequestMethod>());
        }
        let prompts = self.0.prompts.iter().map(|prompt| {
            let arguments = prompt.arguments.iter().map(|(name, description, must)| {
                PromptArgument::new(*name).with_description(*description).with_required(*must)
            });
            let mut shown = rmcp::model::Prompt::new(prompt.name, Some(prompt.description), Some(arguments.collect()));
            shown.title = Some(prompt.title.to_owned());
            shown
        });
        let mut result = ListPromptsResult::with_all_items(prompts.collect());
        (result.ttl_ms, result.cache_scope) = (Some(FRESH_MS), Some(CacheScope::Private));
        Ok(result)
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        Self::caller(&context)?;
        let Some(prompt) = self.0.prompts.iter().find(|prompt| prompt.name == request.name) else {
            return Err(ErrorData::invalid_params(format!("there is no prompt `{}`", request.name), None));
        };
        let given = request.arguments.unwrap_or_default();
        let filled = prompt.filled(|name| given.get(name).and_then(Value::as_str).map(str::to_owned));
        let text = filled.map_err(|missing| {
            ErrorData::invalid_params(format!("`{}` wants the arguments {}", prompt.name, missing.join(", ")), None)
        })?;
        let message = PromptMessage::new_text(Speaker::User, text);
        Ok(GetPromptResult::new(vec![message]).with_description(prompt.description).into())
    }
}
