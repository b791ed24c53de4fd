//! `POST /oauth/revoke`: an app gives its access up (RFC 7009).
//!
//! A refresh token or an access token names its grant, which ends as a whole. Access tokens that are out work until they
//! end, ten minutes at most, but for the CRM: the person's session there is over at once.

use http::{Request, Response, StatusCode};

use revloops_domain::ErrorClass;
use revloops_identity::tokens;
use revloops_loopkit::Failure;

use crate::failures::OauthError;
use crate::params::Params;
use crate::{Ports, grants};

pub(crate) async fn revoke(request: &Request<Vec<u8>>, ports: &Ports) -> Response<Vec<u8>> {
    match revoked(request, ports).await {
        // What is no token, or none any more, is revoked as well: there is nothing that the app could do about it.
        Ok(()) => Response::new(Vec::new()),
        Err(error) => error.response(),
    }
}

async fn revoked(request: &Request<Vec<u8>>, ports: &Ports) -> Result<(), OauthError> {
    let params = Params::of_form(request)?;
    let missing = |name: &str| OauthError::bad("invalid_request", format!("{name} is missing"));
    let token = params.get("token").ok_or_else(|| missing("token"))?;
    let client_id = params.get("client_id").ok_or_else(|| missing("client_id"))?;
    let now = ports.clock.now();
    let id = match grants::refresh(ports, token, now).await? {
        Some(refresh) => refresh.what.grant,
        None => {
            let keys = ports.keys.verifying();
            let keys = keys.map_err(|error| Failure::new(ErrorClass::Bug, "our own keys").caused_by(error))?;
            match tokens::grant_of(token, &keys, ports.site.public.as_str()) {
                Ok((grant, _)) => grant,
                Err(_) => return Ok(()),
            }
        }
    };
    let Some(grant) = grants::find(ports, &id, now).await? else { return Ok(()) };
    if grant.what.client_id != client_id {
        let description = "the token is another app's".to_owned();
        return Err(OauthError { status: StatusCode::BAD_REQUEST, code: "invalid_client", description });
    }
    grants::end(ports, &id, "the app gave it up").await?;
    Ok(())
}
