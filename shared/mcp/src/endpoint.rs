//! Who gets in, and what is noted.

use std::sync::Arc;

use http::{Method, Request, Response, StatusCode};
use revloops_identity::Scope;
use revloops_loopkit::ports::Ids;
use serde::Deserialize;
use serde_json::Value;

use crate::gate::Gate;
use crate::server::{Handler, Server};
use crate::tool::Caller;
use crate::transport::{Site, Transport, status};

/// A server behind HTTP.
pub struct Endpoint<W> {
    server: Arc<Server<W>>,
    transport: Transport<Handler<W>>,
    gate: Arc<dyn Gate>,
    ids: Arc<dyn Ids>,
}

/// What the endpoint itself reads of a message; everything else is the transport's.
#[derive(Deserialize)]
struct Message {
    method: Option<String>,
    params: Option<Params>,
}

#[derive(Deserialize)]
struct Params {
    name: Option<String>,
    #[serde(default)]
    arguments: Value,
}

impl<W: Send + Sync + 'static> Endpoint<W> {
    /// `server` behind `gate`.
    #[must_use]
    pub fn new(server: Server<W>, site: &Site, gate: Arc<dyn Gate>, ids: Arc<dyn Ids>) -> Self {
        let server = Arc::new(server);
        let served = Arc::clone(&server);
        let transport = Transport::new(site, move || Handler(Arc::clone(&served)));
        Self { server, transport, gate, ids }
    }

    /// Serves one request.
    pub async fn serve(&self, mut request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        if request.method() != Method::POST {
            // There are no sessions to listen to or to end.
            let mut response = status(StatusCode::METHOD_NOT_ALLOWED);
            response.headers_mut().insert(http::header::ALLOW, http::HeaderValue::from_static("POST"));
            return response;
        }
        let principal = match self.gate.admit(request.uri(), request.headers()).await {
            Ok(principal) => principal,
            Err(refusal) => return refusal,
        };
        let caller = Caller::new(principal, self.server.now(), self.ids.fresh());
        if let Some((tool, arguments)) = self.called_tool(request.body())
            && !caller.principal.may(tool)
        {
            let name = arguments.0;
            self.server.forbidden(&caller, &name, &arguments.1).await;
            return self.gate.insufficient(&caller.principal, tool);
        }
        request.extensions_mut().insert(caller);
        self.transport.serve(request).await
    }

    /// The scope that the called tool wants, with the tool's name and arguments, where this is a call to a tool of ours.
    fn called_tool(&self, body: &[u8]) -> Option<(Scope, (String, Value))> {
        let message: Message = serde_json::from_slice(body).ok()?;
        let params = message.params.filter(|_| message.method.as_deref() == Some("tools/call"))?;
        let name = params.name?;
        let tool = self.server.tool(&name)?;
        Some((tool.spec().needs, (name, params.arguments)))
    }
}
