//! Reading outbound messages: real ones, hostile ones, and whatever a generator thinks of.
#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests are tests")]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use revloops_crm::outbound::{Envelope, Notification, Saved, Unreadable, UnreadableEnvelope, read};
use revloops_domain::SalesforceId;
use revloops_domain::events::TaskAnswer;

const LEADS: &str = include_str!("../fixtures/outbound_leads.xml");
const OPPORTUNITY: &str = include_str!("../fixtures/outbound_opportunity.xml");
const TASK: &str = include_str!("../fixtures/outbound_task.xml");

fn lead_of(notification: &Result<Notification, Unreadable>) -> &revloops_domain::Lead {
    match &notification.as_ref().unwrap().saved {
        Saved::Lead(lead) => lead,
        Saved::Account(_) | Saved::Opportunity(_) | Saved::Task(_) => panic!("a lead was wanted"),
    }
}

fn id(head: &str) -> String {
    SalesforceId::parse(head).unwrap().as_str().to_owned()
}

/// An envelope around notifications; `sf` and `xsi` are declared where Salesforce declares them.
fn envelope(notifications: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>00Dxx0000001gPLEAY</OrganizationId><ActionId>04kxx0000000F2RAAU</ActionId><SessionId xsi:nil="true"/><EnterpriseUrl>https://acme.my.salesforce.com</EnterpriseUrl><PartnerUrl>https://acme.my.salesforce.com</PartnerUrl>{notifications}</notifications></soapenv:Body></soapenv:Envelope>"#
    )
}

fn notification(nth: usize, fields: &str) -> String {
    format!(
        r#"<Notification><Id>{}</Id><sObject xsi:type="sf:Lead" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">{fields}</sObject></Notification>"#,
        id(&format!("04lxx00000{nth:05}"))
    )
}

const FIELDS: &str = "<sf:Id>00Qxx0000000001EAA</sf:Id><sf:Company>Acme</sf:Company><sf:LastName>Holm</sf:LastName>";

fn reason(notifications: &str) -> String {
    let read = read(envelope(notifications).as_bytes()).unwrap();
    read.notifications.into_iter().next().unwrap().unwrap_err().reason.to_string()
}

fn refused(body: &str) -> UnreadableEnvelope {
    read(body.as_bytes()).unwrap_err()
}

#[test]
fn the_sample_of_leads_is_read_field_by_field() {
    let Envelope { organization_id, action_id, notifications } = read(LEADS.as_bytes()).unwrap();
    assert_eq!(organization_id.as_str(), "00Dxx0000001gPLEAY");
    assert_eq!(action_id.as_str(), "04kxx0000000F2RAAU");
    assert_eq!(notifications.len(), 2);
    let ida = lead_of(&notifications[0]);
    assert_eq!(ida.company, "Northwind & Søn A/S");
    assert_eq!(ida.email.as_deref(), Some("ida@northwind.example"));
    assert_eq!((ida.country_code.as_deref(), ida.employees), (Some("DK"), Some(240)));
    assert_eq!(ida.modified_at, Some("2026-11-22T06:45:10Z".parse().unwrap()));
    let contoso = lead_of(&notifications[1]);
    assert_eq!((contoso.email.as_deref(), contoso.modified_at), (None, None));
}

#[test]
fn the_sample_of_an_opportunity_gives_its_id() {
    let envelope = read(OPPORTUNITY.as_bytes()).unwrap();
    let Saved::Opportunity(opportunity) = &envelope.notifications[0].as_ref().unwrap().saved else {
        panic!("an opportunity was wanted");
    };
    assert_eq!(opportunity.id.as_str(), "006xx0000000001AAA");
}

#[test]
fn the_sample_of_a_task_gives_who_answered_and_what() {
    let task = |body: &str| match read(body.as_bytes()).unwrap().notifications.remove(0).map(|read| read.saved) {
        Ok(Saved::Task(task)) => Ok(task),
        Ok(other) => panic!("a task was wanted: {other:?}"),
        Err(unreadable) => Err(unreadable.reason.to_string()),
    };
    let read = task(TASK).unwrap();
    assert_eq!((read.id.as_str(), read.answered_by.as_str()), ("00Txx0000000001EAA", "005xx000001SwiUAAS"));
    assert_eq!((read.answer, read.sequence_id.as_deref()), (Some(TaskAnswer::Approve), Some("seq-0123456789abcdef")));
    assert_eq!(read.content.map(|hash| hash.len()), Some(64));
    let emptied = TASK.replace("<sf:RevLoops_Answer__c>Approve</sf:RevLoops_Answer__c>", "");
    assert_eq!(task(&emptied).unwrap().answer, None);
    for (from, to, why) in [
        (">Approve<", ">Maybe<", "the Task's RevLoops_Answer__c is neither Approve nor Reject"),
        ("00Txx", "00Qxx", "the Task's Id is missing or not the id of a task"),
        ("005xx", "00Gxx", "the Task's RevLoops_Answered_By__c is missing or not the id of a user"),
    ] {
        let said = task(&TASK.replace(from, to)).unwrap_err();
        assert_eq!(said, why);
    }
}

#[test]
fn fields_come_in_any_order_unknown_ones_are_passed_over_and_nil_is_none() {
    let fields = r#"<sf:LastName>Holm</sf:LastName><sf:Custom__c>x</sf:Custom__c><sf:Address><sf:city>y</sf:city></sf:Address>
        <sf:Title xsi:nil="true"/><sf:Email></sf:Email><sf:Company>Acme</sf:Company><sf:Id>00Qxx0000000001EAA</sf:Id>"#;
    let read = read(envelope(&notification(0, fields)).as_bytes()).unwrap();
    let lead = lead_of(&read.notifications[0]);
    assert_eq!((lead.title.as_deref(), lead.email.as_deref(), lead.company.as_str()), (None, None, "Acme"));
}

#[test]
fn a_comment_inside_a_value_is_refused_and_not_joined() {
    for hidden in ["<!-- -->", "<?x y?>", "<b/>"] {
        let fields = format!("{FIELDS}<sf:Email>a@acme.com{hidden}.evil.com</sf:Email>");
        assert_eq!(reason(&notification(0, &fields)), "Email is not plain text");
    }
}

#[test]
fn one_bad_notification_does_not_spoil_the_others() {
    let bad = notification(1, "<sf:Id>00Qxx0000000002EAA</sf:Id><sf:Company>Acme</sf:Company>");
    let all = format!("{}{bad}{}", notification(0, FIELDS), notification(2, FIELDS));
    let body = envelope(&all);
    let read = read(body.as_bytes()).unwrap();
    assert!(read.notifications[0].is_ok() && read.notifications[2].is_ok());
    let unreadable = read.notifications[1].as_ref().unwrap_err();
    assert_eq!(unreadable.reason.to_string(), "the Lead's LastName is missing");
    assert_eq!(unreadable.id.as_ref().unwrap().as_str(), id("04lxx0000000001"));
    assert_eq!(&body[unreadable.at.clone()], bad);
}

#[test]
fn a_notification_says_why_it_cannot_be_read() {
    let record = |kind: &str| {
        format!(
            r#"<Notification><Id>04lxx0000004C9RAAU</Id><sObject xsi:type="{kind}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com" xmlns:x="urn:x">{FIELDS}</sObject></Notification>"#
        )
    };
    let one = notification(0, FIELDS);
    for (notifications, why) in [
        (one.replace("<Id>04l", "<Id>zz-04l"), "the notification's Id is missing, repeated or not an id"),
        (
            one.replace("</Id><sObject", "</Id><Id>04lxx0000004C9RAAU</Id><sObject"),
            "the notification's Id is missing, repeated or not an id",
        ),
        ("<Notification/>".to_owned(), "the notification's Id is missing, repeated or not an id"),
        (
            "<Notification><Id>04lxx0000004C9RAAU</Id></Notification>".to_owned(),
            "the notification's sObject is missing or repeated",
        ),
        (record("sf:Contact"), "the sObject is no Lead, Account, Opportunity or Task"),
        (record("Lead"), "the sObject is no Lead, Account, Opportunity or Task"),
        (record("x:Lead"), "the sObject is no Lead, Account, Opportunity or Task"),
        (record("sf:Opportunity"), "the Opportunity's Id is missing or not the id of an opportunity"),
        (notification(0, &format!("{FIELDS}<sf:Company>Evil</sf:Company>")), "a field of the Lead comes twice"),
        (
            notification(0, &format!(r#"{FIELDS}<sf:Email xsi:nil="true">a@b.example</sf:Email>"#)),
            "Email is not plain text",
        ),
        (notification(0, &FIELDS.replace("sf:", "")), "the Lead's Id is missing"),
        (notification(0, &FIELDS.replace("00Q", "003")), "the Lead's Id is not the id of a lead"),
    ] {
        assert_eq!(reason(&notifications), why);
    }
}

#[test]
fn envelopes_of_the_wrong_shape_are_refused_with_fixed_texts() {
    let good = envelope(&notification(0, FIELDS));
    let organization = "<OrganizationId>00Dxx0000001gPLEAY</OrganizationId>";
    let shape = |text: &str| matches!(refused(text), UnreadableEnvelope::Shape(_));
    assert!(shape(&good.replace("schemas.xmlsoap.org/soap/envelope/", "www.w3.org/2003/05/soap-envelope")));
    assert!(shape(&good.replace("2005/09/outbound", "2005/09/inbound")));
    assert!(shape(&good.replace("</soapenv:Body>", "</soapenv:Body><soapenv:Body/>")));
    assert!(shape(&good.replace("</soapenv:Body>", "<more/></soapenv:Body>")));
    assert!(shape(&good.replace("<soapenv:Body>", "<other/><soapenv:Body>")));
    assert!(shape(&good.replace(organization, "")));
    assert!(shape(&good.replace(organization, &organization.repeat(2))));
    assert!(shape(&good.replace("00Dxx0000001gPLEAY", "00Dxx0000001gPLEAX")));
    assert!(shape(&good.replace("00Dxx0000001gPLEAY", "00Dxx0000001gPL<!-- -->EAY")));
    assert!(shape(&good.replace("04kxx0000000F2RAAU", "' OR 1=1")));
    assert!(shape("<a/>"));
}

#[test]
fn the_organisation_is_the_envelopes_and_never_a_fields() {
    let field = format!("{FIELDS}<sf:OrganizationId>00Dxx0000001gPLEAY</sf:OrganizationId>");
    let body =
        envelope(&notification(0, &field)).replacen("<OrganizationId>00Dxx0000001gPLEAY</OrganizationId>", "", 1);
    assert!(matches!(refused(&body), UnreadableEnvelope::Shape(_)));
}

#[test]
fn none_or_more_than_a_hundred_notifications_are_refused() {
    let hundred: String = (0..100).map(|nth| notification(nth, FIELDS)).collect();
    assert_eq!(read(envelope(&hundred).as_bytes()).unwrap().notifications.len(), 100);
    let more = format!("{hundred}{}", notification(100, FIELDS));
    assert_eq!(refused(&envelope(&more)), UnreadableEnvelope::NotificationCount);
    assert_eq!(refused(&envelope("")), UnreadableEnvelope::NotificationCount);
}

#[test]
fn what_is_no_xml_is_refused() {
    let good = envelope(&notification(0, FIELDS));
    assert_eq!(refused(""), UnreadableEnvelope::NotXml);
    assert_eq!(refused(&good[..good.len() / 2]), UnreadableEnvelope::NotXml);
    assert_eq!(refused(&format!("{good}{good}")), UnreadableEnvelope::NotXml);
    assert_eq!(refused(&good.replace("Acme", "Ac\0me")), UnreadableEnvelope::NotXml);
    assert_eq!(refused(&good.replace("Acme", "Ac&#0;me")), UnreadableEnvelope::NotXml);
    assert_eq!(refused(&good.replace("Acme", "Ac&#x1b;me")), UnreadableEnvelope::NotXml);
    assert_eq!(refused(&good.replace("Acme", "Ac&lol;me")), UnreadableEnvelope::NotXml);
    assert_eq!(read(&[0xff, 0xfe, 0x3c, 0x00]).unwrap_err(), UnreadableEnvelope::NotUtf8);
}

#[test]
fn hostile_markup_is_refused_at_once() {
    let mut laughs = String::from("<!DOCTYPE lolz [<!ENTITY lol0 \"lol\">");
    for nth in 1..10 {
        let _infallible = write!(laughs, "<!ENTITY lol{nth} \"{}\">", format!("&lol{};", nth - 1).repeat(10));
    }
    laughs.push_str("]><lolz>&lol9;</lolz>");
    let size = 2_000_000;
    let namespaces: String = (0..60_000).map(|nth| format!("<a xmlns:n{nth}='u{nth}'>")).collect();
    let attributes: String = (0..120_000).map(|nth| format!(" a{nth}=''")).collect();
    for (body, expected) in [
        (laughs, UnreadableEnvelope::Dtd),
        ("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>".to_owned(), UnreadableEnvelope::Dtd),
        ("<a>".repeat(size / 3), UnreadableEnvelope::TooComplex),
        (namespaces, UnreadableEnvelope::TooComplex),
        (format!("<a{attributes}/>"), UnreadableEnvelope::TooComplex),
        (format!("<r>{}</r>", "<a/>".repeat(size / 4)), UnreadableEnvelope::TooComplex),
        (format!("<a{}", " ".repeat(size)), UnreadableEnvelope::NotXml),
        ("<!--".repeat(size / 4), UnreadableEnvelope::NotXml),
    ] {
        let started = Instant::now();
        assert_eq!(refused(&body), expected);
        assert!(started.elapsed() < Duration::from_secs(2), "took {:?}", started.elapsed());
    }
}

#[test]
fn nothing_of_the_content_is_in_what_is_shown() {
    let read = read(LEADS.as_bytes()).unwrap();
    let shown = format!("{read:?}");
    assert!(!shown.contains("Holm") && !shown.contains("northwind"), "{shown}");
}

/// Text as people type it into a CRM, mark-up characters and other alphabets included. XML turns a bare carriage
/// return into a line feed, so there is none.
fn typed() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9 <>&'\"äß東京é\\]\\-\\n\\t!?;=/]{0,40}"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_never_panics_on_any_bytes(body in prop::collection::vec(any::<u8>(), 0..400)) {
        let _either = read(&body);
    }

    #[test]
    fn reading_never_panics_on_pieces_of_messages(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "<", ">", "/>", "</", "<!--", "-->", "<![CDATA[", "]]>", "<?xml", "?>", "<!DOCTYPE", "\"", "'", "=", "&", "&amp;", ";",
            "Envelope", "soapenv:", "xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"", "Body", "notifications",
            "Notification", "Id", "sObject", "xsi:type", "sf:Lead", " ", "é", "\u{feff}", "\u{0}",
        ]), 0..60)
    ) {
        let _either = read(pieces.concat().as_bytes());
    }

    #[test]
    fn reading_never_panics_on_a_message_with_a_hole_or_a_flipped_byte(
        cut in 0..LEADS.len(), length in 0..200_usize, byte in any::<u8>()
    ) {
        let bytes = LEADS.as_bytes();
        let holed: Vec<u8> = bytes[..cut].iter().chain(&bytes[(cut + length).min(bytes.len())..]).copied().collect();
        let _either = read(&holed);
        let mut flipped = bytes.to_vec();
        flipped[cut] = byte;
        let _either = read(&flipped);
    }

    #[test]
    fn what_was_written_is_what_is_read(
        leads in prop::collection::vec((typed(), typed(), prop::option::of(typed()), prop::option::of(0..1_000_000_u32)), 1..8)
    ) {
        let body: String = leads.iter().enumerate().map(|(nth, (company, last_name, title, employees))| {
            let mut fields = format!(
                "<sf:Id>{}</sf:Id><sf:Company>x{}</sf:Company><sf:LastName>x{}</sf:LastName>",
                id(&format!("00Qxx00000{nth:05}")), escaped(company), escaped(last_name)
            );
            if let Some(title) = title {
                let _infallible = write!(fields, "<sf:Title>x{}</sf:Title>", escaped(title));
            }
            if let Some(employees) = employees {
                let _infallible = write!(fields, "<sf:NumberOfEmployees>{employees}</sf:NumberOfEmployees>");
            }
            notification(nth, &fields)
        }).collect();
        let read = read(envelope(&body).as_bytes()).unwrap();
        prop_assert_eq!(read.notifications.len(), leads.len());
        for (notification, (company, last_name, title, employees)) in read.notifications.iter().zip(&leads) {
            let lead = lead_of(notification);
            prop_assert_eq!(&lead.company, &format!("x{company}"));
            prop_assert_eq!(&lead.last_name, &format!("x{last_name}"));
            prop_assert_eq!(lead.title.clone(), title.as_ref().map(|title| format!("x{title}")));
            prop_assert_eq!(lead.employees, *employees);
        }
    }
}

#[test]
fn an_account_is_read_with_what_matching_needs() {
    let envelope = read(include_bytes!("../fixtures/outbound_account.xml")).unwrap();
    let Saved::Account(account) = &envelope.notifications[0].as_ref().unwrap().saved else { panic!("an account") };
    assert_eq!((account.id.as_str(), account.name.as_str()), ("001xx0000000001AAA", "Northwind & Søn A/S"));
    assert_eq!(account.domain.as_ref().unwrap().as_str(), "northwind.example");
    assert_eq!((account.country_code.as_deref(), account.city.as_deref()), (Some("DK"), Some("København")));
    assert_eq!(account.owner_id.as_ref().unwrap().as_str(), "005xx000001SwiUAAS");
    let bad = include_str!("../fixtures/outbound_account.xml")
        .replace("<sf:Name>", "<sf:Nickname>")
        .replace("</sf:Name>", "</sf:Nickname>");
    let envelope = read(bad.as_bytes()).unwrap();
    assert_eq!(envelope.notifications[0].as_ref().unwrap_err().reason.to_string(), "the Account's Name is missing");
}
