//! What can be told of a request before its body is looked at.

use http::{Method, Request, StatusCode, header};

use crate::MAX_BODY_BYTES;

/// Why a request is refused unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) reason: &'static str,
}

pub(crate) fn check(request: &Request<Vec<u8>>) -> Result<(), Refusal> {
    let refuse = |status, reason| Err(Refusal { status, reason });
    if request.method() != Method::POST {
        return refuse(StatusCode::METHOD_NOT_ALLOWED, "outbound messages come by POST");
    }
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(is_xml) {
        return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "outbound messages are XML in UTF-8");
    }
    if request.body().len() > MAX_BODY_BYTES {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than any outbound message");
    }
    Ok(())
}

/// `text/xml; charset=UTF-8` is what Salesforce sends.
fn is_xml(content_type: &str) -> bool {
    let content_type = content_type.to_ascii_lowercase();
    let (kind, parameters) = content_type.split_once(';').unwrap_or((&content_type, ""));
    let charset = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("charset="));
    matches!(kind.trim(), "text/xml" | "application/xml" | "application/soap+xml")
        && charset.is_none_or(|charset| charset.trim_matches('"') == "utf-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_in_utf_8_is_told_from_the_rest() {
        for yes in ["text/xml", "text/xml; charset=UTF-8", "application/xml;charset=\"utf-8\"", "TEXT/XML"] {
            assert!(is_xml(yes), "{yes}");
        }
        for no in ["", "application/json", "text/xml; charset=utf-16", "text/html", "multipart/form-data; x=text/xml"] {
            assert!(!is_xml(no), "{no}");
        }
    }
}
