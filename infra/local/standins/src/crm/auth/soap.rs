//! SOAP `login()` and `logout()`, which jsforce and simple-salesforce use; everything else that they do is REST.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use rusqlite::OptionalExtension as _;

use super::{passwords, tokens};
use crate::clock::now_ms;
use crate::crm::xml::escaped;
use crate::crm::{App, ids};

/// `POST /services/Soap/{u|c}/{version}`
pub(crate) async fn login(
    State(app): State<Arc<App>>,
    Path((flavour, rest)): Path<(String, String)>,
    body: String,
) -> Response {
    let version = rest.split('/').next().unwrap_or_default().to_owned();
    if let Some(token) = session_to_end(&body) {
        return logout(&app, token).await;
    }
    let Some((username, password)) = credentials(&body) else {
        return fault("UNKNOWN_EXCEPTION", "the stand-in knows login() with a username and a password, and logout()");
    };
    let granted = app.db.write(move |conn| {
        let Some(user_id) = passwords::user(conn, &username, &password)? else { return Ok(None) };
        let token = tokens::access(conn, &user_id, "soap", now_ms())?;
        let names: Option<(String, String, String)> = conn
            .query_row(r#"SELECT "Name", "Username", "Email" FROM "User" WHERE "Id" = ?1"#, [&user_id], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        Ok(names.map(|names| (user_id, token, names)))
    });
    let (user_id, token, (name, username, email)) = match granted.await {
        Ok(Some(granted)) => granted,
        Ok(None) => return fault("INVALID_LOGIN", "Invalid username, password, security token; or user locked out."),
        Err(error) => return fault(error.code, &error.message),
    };
    let organization = ids::ORGANIZATION.get(..15).unwrap_or_default();
    let url = &app.url;
    let namespace = if flavour == "c" { "enterprise" } else { "partner" };
    let body = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:{namespace}.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><loginResponse><result><metadataServerUrl>{url}/services/Soap/m/{version}/{organization}</metadataServerUrl><passwordExpired>false</passwordExpired><sandbox>false</sandbox><serverUrl>{url}/services/Soap/{flavour}/{version}/{organization}</serverUrl><sessionId>{token}</sessionId><userId>{user_id}</userId><userInfo><organizationId>{}</organizationId><organizationName>RevLoops stand-in</organizationName><sessionSecondsValid>7200</sessionSecondsValid><userEmail>{}</userEmail><userFullName>{}</userFullName><userId>{user_id}</userId><userLanguage>en_US</userLanguage><userLocale>en_US</userLocale><userName>{}</userName><userTimeZone>GMT</userTimeZone><userType>Standard</userType></userInfo></result></loginResponse></soapenv:Body></soapenv:Envelope>"#,
        ids::ORGANIZATION,
        escaped(&email),
        escaped(&name),
        escaped(&username),
    );
    (StatusCode::OK, [(CONTENT_TYPE, "text/xml;charset=UTF-8")], body).into_response()
}

async fn logout(app: &App, token: String) -> Response {
    match app.db.write(move |conn| tokens::revoke(conn, &token)).await {
        Ok(true) => {
            let body = r#"<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com"><soapenv:Body><logoutResponse/></soapenv:Body></soapenv:Envelope>"#;
            (StatusCode::OK, [(CONTENT_TYPE, "text/xml;charset=UTF-8")], body).into_response()
        }
        Ok(false) => fault("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader: Illegal Session"),
        Err(error) => fault(error.code, &error.message),
    }
}

/// The session of a `logout()` call.
fn session_to_end(body: &str) -> Option<String> {
    let document = roxmltree::Document::parse(body).ok()?;
    document.descendants().find(|node| node.tag_name().name() == "logout")?;
    let session = document.descendants().find(|node| node.tag_name().name() == "sessionId")?;
    Some(session.text().unwrap_or_default().trim().to_owned())
}

fn credentials(body: &str) -> Option<(String, String)> {
    let document = roxmltree::Document::parse(body).ok()?;
    let login = document.descendants().find(|node| node.tag_name().name() == "login")?;
    let text = |name: &str| {
        login
            .children()
            .find(|child| child.tag_name().name() == name)
            .map(|child| child.text().unwrap_or_default().trim().to_owned())
    };
    Some((text("username")?, text("password")?))
}

fn fault(code: &str, message: &str) -> Response {
    let body = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:sf="urn:fault.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><soapenv:Fault><faultcode>sf:{code}</faultcode><faultstring>{code}: {message}</faultstring><detail><sf:LoginFault xsi:type="sf:LoginFault"><sf:exceptionCode>{code}</sf:exceptionCode><sf:exceptionMessage>{message}</sf:exceptionMessage></sf:LoginFault></detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>"#,
        message = escaped(message)
    );
    (StatusCode::INTERNAL_SERVER_ERROR, [(CONTENT_TYPE, "text/xml;charset=UTF-8")], body).into_response()
}
