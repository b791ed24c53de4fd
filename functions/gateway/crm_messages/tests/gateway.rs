//! The gateway against a world in memory that can fail at any call.
#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests")]

mod world;

use futures::future::join_all;
use http::StatusCode;
use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{Accounts as _, ParkedStatus};

use world::{ACCOUNT, LEADS, OPPORTUNITY, TASK, World, Written, acknowledged, post, request};

#[tokio::test]
async fn leads_are_remembered_and_on_the_bus_before_the_envelope_is_acknowledged() {
    let world = World::new();
    let response = world.send(LEADS).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "text/xml; charset=utf-8");
    assert!(acknowledged(&response));
    let events = world.events();
    assert_eq!(events.iter().map(|event| event.name.as_str()).collect::<Vec<_>>(), ["lead.saved"; 2]);
    assert_eq!(
        events[0].detail,
        serde_json::json!({
            "event_id": "04lxx0000004C9RAAU",
            "correlation_id": events[0].detail["correlation_id"],
            "organization_id": "00Dxx0000001gPLEAY",
            "lead_id": "00Qxx0000000001EAA",
            "trigger": "created",
            "occurred_at": "2026-11-22T06:45:10Z",
            "received_at": "2026-11-22T07:00:00Z",
        })
    );
    assert_eq!(events[0].detail["correlation_id"].as_str().unwrap().len(), 32);
    assert_ne!(events[0].detail["correlation_id"], events[1].detail["correlation_id"]);
    assert_eq!(
        events[1].detail["occurred_at"], "2026-11-22T07:00:00Z",
        "a message without a time is as old as its coming"
    );
    assert_eq!(world.remembered(), ["00Qxx0000000001EAA", "00Qxx0000000002EAA"]);
    assert!(world.parked.items().is_empty());
}

#[tokio::test]
async fn an_opportunity_is_published_by_its_id_alone() {
    let world = World::new();
    assert!(acknowledged(&world.send(OPPORTUNITY).await));
    let events = world.events();
    assert_eq!(events[0].name, "opportunity.saved");
    assert_eq!(events[0].detail["opportunity_id"], "006xx0000000001AAA");
    assert!(!events[0].detail.to_string().contains("48000"), "{}", events[0].detail);
}

#[tokio::test]
async fn an_answer_on_a_task_is_published_with_who_gave_it_and_the_hash() {
    let world = World::new();
    for _delivery in 0..2 {
        assert!(acknowledged(&world.send(TASK).await));
    }
    let events = world.events();
    assert_eq!(events.iter().map(|event| event.name.as_str()).collect::<Vec<_>>(), ["task.answered"]);
    assert_eq!(
        events[0].detail,
        serde_json::json!({
            "event_id": "04lxx0000004CB0AAM",
            "correlation_id": events[0].detail["correlation_id"],
            "organization_id": "00Dxx0000001gPLEAY",
            "task_id": "00Txx0000000001EAA",
            "user_id": "005xx000001SwiUAAS",
            "sequence_id": "seq-0123456789abcdef",
            "content": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "answer": "approve",
            "occurred_at": "2026-11-22T06:45:10Z",
            "received_at": "2026-11-22T07:00:00Z",
        })
    );
}

#[tokio::test]
async fn an_emptied_answer_and_a_task_without_a_sequence_are_taken_and_dropped() {
    for gone in [
        "<sf:RevLoops_Answer__c>Approve</sf:RevLoops_Answer__c>",
        "<sf:RevLoops_Sequence__c>seq-0123456789abcdef</sf:RevLoops_Sequence__c>",
    ] {
        let world = World::new();
        assert!(acknowledged(&world.send(&TASK.replace(gone, "")).await), "{gone}");
        assert!(world.events().is_empty() && world.parked.items().is_empty(), "{gone}");
    }
}

#[tokio::test]
async fn an_account_is_found_by_its_keys_and_the_newest_version_wins() {
    let world = World::new();
    let found = async |key: &str| {
        let found = world.accounts.candidates(&[key.to_owned()], 10).await.unwrap();
        found.into_iter().map(|account| account.name).collect::<Vec<_>>()
    };
    let newer = ACCOUNT.replace("06:45:10", "07:00:00").replace("northwind.example", "suedwind.example");
    for (message, old_domain, new_domain) in [(ACCOUNT, 1, 0), (newer.as_str(), 0, 1), (ACCOUNT, 0, 1)] {
        assert!(acknowledged(&world.send(message).await));
        assert_eq!(found("domain/northwind.example").await.len(), old_domain);
        assert_eq!(found("domain/suedwind.example").await.len(), new_domain);
        assert_eq!(found("postal/2100").await, ["Northwind & Søn A/S"]);
    }
    assert!(world.events().is_empty() && world.parked.items().is_empty());
}

#[tokio::test]
async fn an_account_that_could_not_be_kept_is_not_acknowledged() {
    let world = World::new();
    world.fail("accounts", ErrorClass::Transient);
    assert_eq!(world.send(ACCOUNT).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    world.mend();
    assert!(acknowledged(&world.send(ACCOUNT).await));
    assert_eq!(world.accounts.candidates(&["postal/2100".to_owned()], 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_no_outbound_message_is_refused_by_status_and_a_soap_fault() {
    let large = format!("{LEADS}{}", " ".repeat(10_000_000));
    let stranger = LEADS.replace("00Dxx0000001gPLEAY", "00Dyy0000001gPLEAY");
    let laughs = "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY l2 \"&lol;&lol;&lol;\">]><lolz>&l2;</lolz>";
    for (request, status, parked) in [
        (request("GET", "text/xml", ""), StatusCode::METHOD_NOT_ALLOWED, 0),
        (request("POST", "application/json", "{}"), StatusCode::UNSUPPORTED_MEDIA_TYPE, 0),
        (post(&large), StatusCode::PAYLOAD_TOO_LARGE, 0),
        (post(&stranger), StatusCode::FORBIDDEN, 0),
        (post(laughs), StatusCode::BAD_REQUEST, 1),
        (post(&LEADS[..LEADS.len() / 2]), StatusCode::BAD_REQUEST, 1),
        (post(""), StatusCode::BAD_REQUEST, 1),
    ] {
        let world = World::new();
        let response = revloops_crm_messages::handle(request, &world.ports()).await;
        assert_eq!(response.status(), status);
        let text = String::from_utf8(response.body().clone()).unwrap();
        assert!(text.contains("<faultcode>soapenv:Client</faultcode>") && !text.contains("Ack"), "{text}");
        assert_eq!(response.headers().contains_key("allow"), status == StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!((world.events().len(), world.parked.items().len(), world.bodies().len()), (0, parked, parked));
    }
}

#[tokio::test]
async fn an_unreadable_envelope_is_parked_once_however_often_it_comes() {
    let world = World::new();
    let cut = &LEADS[..LEADS.len() / 2];
    for _delivery in 0..3 {
        assert_eq!(world.send(cut).await.status(), StatusCode::BAD_REQUEST);
    }
    let items = world.parked.items();
    assert_eq!((items.len(), items[0].attempts), (1, 3));
    assert_eq!((items[0].class.as_str(), items[0].step.as_str()), ("Rejected", "crm_messages"));
    assert_eq!(items[0].reason, "the body is not well-formed XML");
    assert_eq!((items[0].status, items[0].next_attempt_at), (ParkedStatus::Waiting, None));
    assert_eq!(world.bodies()[items[0].body_key.as_deref().unwrap()], cut.as_bytes());
}

#[tokio::test]
async fn an_unreadable_envelope_that_cannot_be_parked_is_sent_again() {
    let world = World::new();
    world.fail("bodies", ErrorClass::Transient);
    assert_eq!(world.send("<a/>").await.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn one_bad_notification_is_parked_with_its_own_part_and_the_rest_goes_on() {
    let world = World::new();
    let body = LEADS.replace("<sf:LastName>Okafor</sf:LastName>", "");
    assert!(acknowledged(&world.send(&body).await));
    assert_eq!(world.event_ids(), ["04lxx0000004C9RAAU"]);
    let items = world.parked.items();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].parked_id, "notification/04lxx0000004C9SAAU");
    assert_eq!(items[0].reason, "the Lead's LastName is missing");
    let part = String::from_utf8(world.bodies()[items[0].body_key.as_deref().unwrap()].clone()).unwrap();
    assert!(part.contains("Contoso") && !part.contains("Northwind"), "{part}");
}

#[tokio::test]
async fn five_deliveries_at_once_are_all_acknowledged_and_a_sixth_changes_nothing() {
    let world = World::new();
    let responses = join_all((0..5).map(|_delivery| world.send(LEADS))).await;
    assert!(responses.iter().all(acknowledged));
    // Deliveries that overlap cannot see each other in the inbox: their events have the same ids and chains.
    let mut ids = world.event_ids();
    ids.dedup();
    ids.sort();
    ids.dedup();
    assert_eq!(ids, ["04lxx0000004C9RAAU", "04lxx0000004C9SAAU"]);
    let before = world.events().len();
    assert!(acknowledged(&world.send(LEADS).await));
    assert_eq!(world.events().len(), before);
}

#[tokio::test]
async fn a_bus_that_takes_one_event_and_not_the_other_gets_no_acknowledgement_until_both_are_in() {
    let world = World::new();
    world.fail_event("04lxx0000004C9SAAU", ErrorClass::Transient);
    let response = world.send(LEADS).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(!acknowledged(&response));
    assert_eq!(world.event_ids(), ["04lxx0000004C9RAAU"]);
    world.mend();
    assert!(acknowledged(&world.send(LEADS).await));
    assert_eq!(world.event_ids(), ["04lxx0000004C9RAAU", "04lxx0000004C9SAAU"], "what was in is not sent again");
    assert!(world.parked.items().is_empty());
}

#[tokio::test]
async fn any_port_that_fails_in_passing_costs_the_acknowledgement_and_nothing_else() {
    for port in ["inbox", "leads", "bus"] {
        for class in [ErrorClass::Transient, ErrorClass::Throttled] {
            let world = World::new();
            world.fail(port, class);
            assert_eq!(world.send(LEADS).await.status(), StatusCode::SERVICE_UNAVAILABLE, "{port}");
            world.mend();
            assert!(acknowledged(&world.send(LEADS).await), "{port}");
            assert_eq!(world.event_ids(), ["04lxx0000004C9RAAU", "04lxx0000004C9SAAU"], "{port}");
        }
    }
}

#[tokio::test]
async fn a_gateway_that_dies_between_any_two_calls_loses_nothing() {
    let mut died = 0;
    for nth in 0.. {
        let world = World::new();
        world.die_at(nth);
        let acknowledged_at_once = acknowledged(&world.send(LEADS).await);
        let on_the_bus = world.event_ids().len();
        assert!(
            !acknowledged_at_once || on_the_bus == 2,
            "acknowledged with {on_the_bus} of 2 on the bus at call {nth}"
        );
        let all_done = !world.is_dead();
        world.mend();
        assert!(acknowledged(&world.send(LEADS).await));
        let mut ids = world.event_ids();
        ids.sort();
        ids.dedup();
        assert_eq!(ids, ["04lxx0000004C9RAAU", "04lxx0000004C9SAAU"], "died at call {nth}");
        let seen = world.events().len();
        assert!(acknowledged(&world.send(LEADS).await));
        assert_eq!(world.events().len(), seen, "the inbox knows both after the second delivery");
        if all_done {
            break;
        }
        died += 1;
    }
    assert_eq!(died, 5, "the calls are: seen, remember twice, publish, enqueued");
}

#[tokio::test]
async fn a_lead_that_can_never_be_remembered_is_parked_so_that_it_can_be_sent_on_its_way_again() {
    let world = World::new();
    world.fail("leads", ErrorClass::Rejected);
    assert!(acknowledged(&world.send(LEADS).await));
    let items = world.parked.items();
    assert_eq!(items.len(), 2);
    for item in &items {
        let input = item.input.as_ref().unwrap();
        assert_eq!(item.parked_id, input["correlation_id"].as_str().unwrap(), "by which the chain closes it");
        assert!(item.next_attempt_at.is_some());
    }
    let mut leads: Vec<_> = items.iter().map(|item| item.input.as_ref().unwrap()["lead_id"].clone()).collect();
    leads.sort_by_key(ToString::to_string);
    assert_eq!(leads, ["00Qxx0000000001EAA", "00Qxx0000000002EAA"]);
}

#[tokio::test]
async fn an_event_that_the_bus_refuses_for_good_is_parked_under_the_name_of_its_chain() {
    let world = World::new();
    world.fail_event("04lxx0000004C9SAAU", ErrorClass::Rejected);
    assert!(acknowledged(&world.send(LEADS).await));
    assert_eq!((world.event_ids().len(), world.parked.items().len()), (1, 1));
    let world = World::new();
    world.fail_event("04lxx0000004CA0AAM", ErrorClass::Rejected);
    assert!(acknowledged(&world.send(OPPORTUNITY).await));
    let parked = world.parked.items();
    assert!(parked[0].parked_id.starts_with("acquisition/"), "{}", parked[0].parked_id);
}

#[tokio::test(flavor = "current_thread")]
async fn logs_say_what_happened_and_nothing_of_the_content() {
    let written = Written::default();
    let writer = written.clone();
    // With one subscriber in the process, tracing asks the current thread alone whether an event is wanted, and keeps the
    // answer for all: a test on another thread would switch events off for this one. A second subscriber prevents that.
    let sink = tracing_subscriber::fmt().with_writer(std::io::sink).finish();
    tracing::subscriber::set_global_default(sink).unwrap();
    let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let stranger = LEADS.replace("00Dxx0000001gPLEAY", "00Dyy0000001gPLEAY");
    for body in [LEADS, LEADS, &stranger, &LEADS[..900], "<!DOCTYPE northwind><a/>"] {
        World::new().send(body).await;
    }
    let world = World::new();
    world.fail("bus", ErrorClass::Transient);
    world.send(LEADS).await;
    drop(guard);
    let logs = written.text();
    for said in [
        "outbound message taken",
        "\"published\":2",
        "another organisation",
        "00Dyy0000001gPLEAY",
        "not acknowledged",
        "duration_ms",
    ] {
        assert!(logs.contains(said), "{said} is not in {logs}");
    }
    for person in ["Holm", "northwind", "Northwind", "Okafor", "Contoso"] {
        assert!(!logs.contains(person), "{person} is in {logs}");
    }
}
