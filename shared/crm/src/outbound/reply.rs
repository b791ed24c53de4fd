//! The answers: an acknowledgement of the whole envelope, or a SOAP fault.

/// Whose fault it is, as SOAP 1.1 names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultCode {
    /// The envelope's; sending the same again gives the same.
    Client,
    /// Ours; sending again may help.
    Server,
}

/// `Ack` is true for the envelope as a whole, so this is said only when every notification in it is durably kept.
/// There is no negative one: what is not acknowledged is answered with a fault and a status that says why.
#[must_use]
pub fn acknowledgement() -> String {
    envelope(
        "<notificationsResponse xmlns=\"http://soap.sforce.com/2005/09/outbound\"><Ack>true</Ack></notificationsResponse>",
    )
}

/// A fault with one of our fixed texts; nothing of the envelope is sent back.
#[must_use]
pub fn fault(code: FaultCode, text: &str) -> String {
    let code = match code {
        FaultCode::Client => "soapenv:Client",
        FaultCode::Server => "soapenv:Server",
    };
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    envelope(&format!("<soapenv:Fault><faultcode>{code}</faultcode><faultstring>{text}</faultstring></soapenv:Fault>"))
}

fn envelope(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_acknowledgement_is_the_one_that_salesforce_documents() {
        assert_eq!(acknowledgement().trim_end(), include_str!("../../fixtures/acknowledgement.xml").trim_end());
    }

    #[test]
    fn a_fault_is_well_formed_whatever_its_text() {
        let fault = fault(FaultCode::Client, "1 < 2 & 3 > 2");
        let document = roxmltree::Document::parse(&fault).unwrap();
        let text = document.descendants().find(|node| node.has_tag_name("faultstring")).unwrap();
        assert_eq!(text.text(), Some("1 < 2 & 3 > 2"));
    }
}
