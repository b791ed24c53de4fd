//! First touches: what the CRM tells of them, and the watch over a CRM that speaks the vendor's protocol.

mod on_the_cloud;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use revloops_cli::crm_api::{CrmApi, literal};
use revloops_cli::demo::seed;
use revloops_cli::local::Crm;
use revloops_crm::{Credentials, CrmSettings, Salesforce};
use revloops_domain::events::names;
use revloops_domain::{ConfigStamp, OrganizationId, Secret, crm_date, crm_datetime};
use revloops_loopkit::ports::{Clock as _, PersonsActKind, Touches as _, Untouched};
use revloops_loopkit::{Loaded, RunContext};
use revloops_route::config::RouteConfig;
use revloops_runtime::{SystemClock, WorldEffects};
use revloops_testkit::{TestWorld, shipped_config};
use revloops_touch_watch::{Watch, tick};
use serde_json::{Map, Value, json};

use crate::crm_standin::{CLIENT_ID, CLIENT_SECRET, CrmStandIn, PASSWORD};

const OPEN: &str = "Open - Not Contacted";
const FOUR_WEEKS: SignedDuration = SignedDuration::from_hours(4 * 7 * 24);

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn before(at: Timestamp, time: SignedDuration) -> Timestamp {
    at.checked_sub(time).unwrap()
}

fn fields(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// A CRM in this process with the demo's people and queues, an administrator's session, and our own client.
struct Desk {
    _crm: CrmStandIn,
    admin: CrmApi,
    client: Arc<Salesforce>,
}

impl Desk {
    async fn open() -> anyhow::Result<Self> {
        let crm = CrmStandIn::start().await?;
        let place = Crm {
            url: crm.url(),
            organization_id: "00Dxx0000001gPLEAY".into(),
            client_id: CLIENT_ID.into(),
            client_secret: CLIENT_SECRET.into(),
            password: PASSWORD.into(),
        };
        let admin = CrmApi::log_in_to(&place).await?;
        seed::organisation(&admin).await?;
        let client = Arc::new(client(&place)?);
        Ok(Self { _crm: crm, admin, client })
    }

    async fn user(&self, name: &str) -> anyhow::Result<String> {
        user(&self.admin, name).await
    }

    /// A lead as Route leaves it, with this owner's clock running since `since`.
    async fn routed(&self, company: &str, owner: &str, since: Timestamp, more: Value) -> anyhow::Result<String> {
        let mut lead = fields(json!({
            "Company": company, "LastName": "Holm", "Status": OPEN, "OwnerId": owner, "RevLoops_Band__c": "A",
            "RevLoops_Routed_At__c": crm_datetime(since), "RevLoops_Touch_Owner__c": owner,
            "RevLoops_Touch_Since__c": crm_datetime(since),
            "RevLoops_First_Touch_By__c": crm_datetime(since.checked_add(SignedDuration::from_mins(15))?),
        }));
        lead.extend(fields(more));
        Ok(self.admin.create_all("Lead", &[Value::Object(lead)]).await?.remove(0))
    }

    async fn task(&self, more: Value) -> anyhow::Result<String> {
        Ok(self.admin.create_all("Task", &[more]).await?.remove(0))
    }

    async fn untouched(&self) -> anyhow::Result<Vec<Untouched>> {
        let now = SystemClock.now();
        Ok(self.client.untouched(now, now.checked_add(SignedDuration::from_hours(24))?, 100).await?)
    }

    /// One tick of the watch over this CRM; records and events stay in `world`.
    async fn tick(&self, world: &Arc<TestWorld>) -> anyhow::Result<revloops_touch_watch::Ticked> {
        world.with(|memory| memory.now = SystemClock.now());
        let stamp = ConfigStamp { key: "k".into(), version_id: "v".into(), sha256: "s".into() };
        let route = Loaded { config: shipped_config::<RouteConfig>(), stamp };
        let effects = WorldEffects::new(self.client.clone(), self.client.clone(), world.clone());
        let organization_id = OrganizationId::parse("00Dxx0000001gPLEAY")?;
        let lease = SignedDuration::from_secs(60);
        let here = world.as_ref();
        let context = RunContext { clock: here, ids: here, runs: here, effects: &effects, lease };
        let watch = Watch { touches: self.client.as_ref(), context, organization_id: &organization_id };
        Ok(tick(&watch, &route).await?)
    }
}

fn client(crm: &Crm) -> anyhow::Result<Salesforce> {
    Ok(Salesforce::new(&CrmSettings {
        url: crm.url.clone(),
        credentials: Credentials {
            client_id: Secret::new(crm.client_id.clone()),
            client_secret: Secret::new(crm.client_secret.clone()),
        },
        request_timeout: Duration::from_secs(10),
        directory_ttl: Duration::ZERO,
    })?)
}

async fn user(crm: &CrmApi, name: &str) -> anyhow::Result<String> {
    let found = crm
        .query(&format!("SELECT Id FROM User WHERE Username = {}", literal(&format!("{name}@northfield.example"))))
        .await?;
    Ok(text(found.first().context("a user of the demo")?, "/Id").to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_crm_tells_which_leads_wait_what_people_did_and_whose_our_tasks_are() -> anyhow::Result<()> {
    let desk = Desk::open().await?;
    let (maria, james) = (desk.user("maria.keller").await?, desk.user("james.hart").await?);
    let queue = desk.admin.query("SELECT Id FROM Group WHERE DeveloperName = 'RevLoops_Triage'").await?;
    let queue = text(&queue[0], "/Id").to_owned();
    let now = SystemClock.now();
    let hour_ago = before(now, SignedDuration::from_hours(1));

    let second = desk.routed("Second", &maria, before(now, SignedDuration::from_mins(20)), json!({})).await?;
    let first = desk.routed("First", &maria, hour_ago, json!({})).await?;
    for (company, owner, more) in [
        ("A queue's", queue.as_str(), json!({})),
        ("Touched", &maria, json!({"RevLoops_First_Touch_At__c": crm_datetime(now)})),
        ("Turned away", &maria, json!({"RevLoops_Disqualified_Reason__c": "a test"})),
        ("Next month", &maria, json!({"RevLoops_First_Touch_By__c": crm_datetime(now.checked_add(FOUR_WEEKS)?)})),
        ("Not routed", &maria, json!({"RevLoops_Routed_At__c": null})),
    ] {
        desk.routed(company, owner, hour_ago, more).await?;
    }
    let preview = format!("lead/{first}/created/engage/preview");
    let completed = json!({"Status": "Completed", "WhoId": first});
    let with = |more: Value| {
        let mut task = fields(completed.clone());
        task.extend(fields(more));
        Value::Object(task)
    };
    desk.task(with(json!({"Subject": "Call", "OwnerId": james}))).await?;
    let open =
        desk.task(json!({"Subject": "Preview", "WhoId": first, "OwnerId": maria, "RevLoops_Key__c": preview})).await?;
    // Neither a reminder that is ticked off nor what still is ours is a person's touch; nor is a call that is planned, nor a
    // draft that was answered.
    desk.task(with(json!({"OwnerId": maria, "RevLoops_Answer__c": "Approve"}))).await?;
    desk.task(with(json!({"OwnerId": maria, "RevLoops_Key__c": "lead/x/due_soon/first_touch/reminder"}))).await?;
    desk.task(with(json!({"RevLoops_Key__c": "lead/x/created/engage/preview"}))).await?;
    desk.task(json!({"Subject": "Planned", "WhoId": first, "OwnerId": maria})).await?;
    let met = before(now, SignedDuration::from_mins(30));
    let meeting = |start: Timestamp, end: Timestamp| json!({"Subject": "Demo", "WhoId": first, "OwnerId": maria, "StartDateTime": crm_datetime(start), "EndDateTime": crm_datetime(end)});
    let soon = now.checked_add(SignedDuration::from_mins(20))?;
    desk.admin
        .create_all("Event", &[meeting(met, before(now, SignedDuration::from_mins(1))), meeting(met, soon)])
        .await?;

    let found = desk.untouched().await?;
    assert_eq!(
        found.iter().map(|lead| lead.lead_id.as_str()).collect::<Vec<_>>(),
        [&first, &second],
        "the oldest promise first"
    );
    let lead = &found[0];
    assert_eq!(
        (lead.owner_login.as_str(), lead.band.as_str(), lead.status.as_str()),
        ("maria.keller@northfield.example", "A", OPEN)
    );
    assert_eq!(
        (lead.owner_id.as_str(), lead.clock_of.as_ref().map(|of| of.as_str())),
        (maria.as_str(), Some(maria.as_str()))
    );
    assert_eq!(crm_datetime(lead.routed_at), crm_datetime(hour_ago));
    assert_eq!(lead.clock_since, Some(lead.routed_at));
    let kinds: Vec<PersonsActKind> = lead.acts.iter().map(|act| act.kind).collect();
    assert_eq!(kinds, [PersonsActKind::Meeting, PersonsActKind::Task], "in the order in which it was done");
    assert_eq!(crm_datetime(lead.acts[0].at), crm_datetime(met));
    let ours: Vec<(bool, bool, bool)> =
        lead.our_tasks.iter().map(|task| (task.open, task.nobodys, task.is_reminder())).collect();
    assert_eq!(ours.len(), 3);
    assert!(
        ours.contains(&(true, false, false))
            && ours.contains(&(false, false, true))
            && ours.contains(&(false, true, false)),
        "{ours:?}"
    );
    assert!(
        lead.our_tasks.iter().any(|task| task.id == open && task.key == preview && task.owner_id.as_str() == maria)
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn over_a_real_crm_each_step_is_written_once_and_the_lead_leaves_the_list() -> anyhow::Result<()> {
    let desk = Desk::open().await?;
    let (maria, james) = (desk.user("maria.keller").await?, desk.user("james.hart").await?);
    let now = SystemClock.now();
    let since = before(now, FOUR_WEEKS);
    let touched = desk.routed("Touched", &maria, since, json!({})).await?;
    desk.task(json!({"Subject": "Call", "Status": "Completed", "WhoId": touched, "OwnerId": maria})).await?;
    let missed = desk.routed("Missed", &maria, since, json!({})).await?;
    let given = desk.routed("Given away", &james, since, json!({"RevLoops_Touch_Owner__c": maria})).await?;
    let preview = format!("lead/{given}/created/engage/preview");
    desk.task(json!({"Subject": "Preview", "WhoId": given, "OwnerId": maria, "RevLoops_Key__c": preview})).await?;
    let moved_on = desk.routed("Moved on", &maria, since, json!({"Status": "Working - Contacted"})).await?;

    let world = Arc::new(TestWorld::new(now));
    let ticked = desk.tick(&world).await?;
    assert_eq!(ticked.done, [("given_away", 1), ("missed", 1), ("touched", 2)].into());
    assert_eq!(desk.tick(&world).await?.done, [].into(), "the second tick finds nothing to do");

    let of = async |lead: &str| -> anyhow::Result<Value> {
        let names = "OwnerId, RevLoops_First_Touch_At__c, RevLoops_First_Touch_By__c, RevLoops_Touch_Owner__c";
        Ok(desk.admin.query(&format!("SELECT {names} FROM Lead WHERE Id = {}", literal(lead))).await?.remove(0))
    };
    for lead in [&touched, &moved_on] {
        assert!(text(&of(lead).await?, "/RevLoops_First_Touch_At__c").starts_with(&crm_date(now)), "{lead}");
    }
    let lead = of(&given).await?;
    assert_eq!(text(&lead, "/RevLoops_Touch_Owner__c"), james);
    assert!(text(&lead, "/RevLoops_First_Touch_By__c") > crm_datetime(now).as_str(), "a promise of his own");
    let tasks = desk.admin.query(&format!("SELECT OwnerId FROM Task WHERE WhoId = {}", literal(&given))).await?;
    assert_eq!(text(&tasks[0], "/OwnerId"), james);
    let again: Vec<Value> = world.with(|memory| {
        let events = memory.events.iter().filter(|event| event.name == names::LEAD_PASSED_OVER);
        events.map(|event| event.detail.clone()).collect()
    });
    assert_eq!(again.len(), 1);
    assert_eq!((text(&again[0], "/lead_id"), &again[0]["passed_over"]), (missed.as_str(), &json!([maria])));
    let waiting = desk.untouched().await?;
    let waits = |lead: &String| waiting.iter().any(|waiting| waiting.lead_id.as_str() == lead);
    assert!(!waits(&touched) && !waits(&moved_on), "who was touched is off the list");
    assert!(waits(&missed), "who is to be routed again is on it until then");
    Ok(())
}
