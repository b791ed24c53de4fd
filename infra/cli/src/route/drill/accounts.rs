//! Accounts: assigned, applied, edited by people, undone.

use std::collections::BTreeMap;

use anyhow::Context as _;
use jiff::Timestamp;
use revloops_loopkit::ports::{CHUNK, Collections, Direction, RecordWrite};
use revloops_route::batch::{Answers, Object};
use revloops_tables::{Cell, Kind, TableWriter};
use serde_json::{Map, Value, json};

use super::super::apply::{here, open_or_make};
use super::super::assign::{Assignment, tell};
use super::super::candidate;
use super::super::figures::thousands;
use super::super::history::{Dice, account};
use super::super::offline::Everybody;
use super::super::plan_file::PlanFile;
use super::stand_in::StandIn;
use super::{Args, Proof};
use crate::context::Context;

/// What the batch writes, and two fields that it does not.
const FIELDS: [&str; 5] = ["OwnerId", "RevLoops_Rule__c", "RevLoops_Route_Reason__c", "Industry", "Description"];

type Record = Map<String, Value>;

pub(super) async fn prove(context: &Context, stand_in: &StandIn, args: &Args) -> anyhow::Result<Vec<Proof>> {
    let console = &context.console;
    let mut dice = Dice::new(args.seed);
    let ids = create(context, stand_in, args.records, &mut dice).await?;
    let before = read(stand_in, &ids).await?;
    let from = stand_in.folder.join("accounts.parquet");
    let candidate_args =
        candidate::Rules { config: Some(context.layout.root.join("config")), replaced: rules(stand_in)? };
    let candidate = candidate::load(context, &candidate_args).await?;
    let assignment = Assignment {
        from: &from,
        object: Object::Account,
        out: stand_in.folder.join("accounts.moves.parquet"),
        at: Timestamp::now(),
        applicable: true,
    };
    let everybody = Everybody;
    let answers = Answers { directory: &stand_in.system, workload: &stand_in.system, pools: &everybody };
    let plan = assignment.assign(console, &candidate, answers).await?.plan;

    let job = open_or_make(&stand_in.folder.join("jobs"), &PlanFile::read(&assignment.out)?)?;
    let applied = here(console, &stand_in.system, &job, Direction::Apply).await?;
    let after = read(stand_in, &ids).await?;
    let again = here(console, &stand_in.system, &job, Direction::Apply).await?;
    let same = read(stand_in, &ids).await? == after;

    let expected = edit(context, stand_in, &ids, &before, &after, args, &mut dice).await?;
    let edited = expected.edited;
    let undone = here(console, &stand_in.system, &job, Direction::Undo).await?;
    let now = read(stand_in, &ids).await?;
    let wrong = ids.iter().filter(|id| now.get(*id) != expected.records.get(*id)).count();
    let once_more = here(console, &stand_in.system, &job, Direction::Undo).await?;
    let still = read(stand_in, &ids).await? == now;

    let moves = plan.counts.moves;
    let seconds = |took: std::time::Duration| format!("{:.1} s", took.as_secs_f64());
    Ok(vec![
        Proof::new(
            format!("{} accounts: every move of the plan is applied", thousands(u64::from(args.records))),
            format!("{} of {} in {}", thousands(applied.tally.written), thousands(moves), seconds(applied.took)),
            applied.tally.written == moves && applied.failed.is_empty() && moves > 0,
        ),
        Proof::new("applying again changes nothing", again.tally.to_string(), same),
        Proof::new(
            "after people's edits, undo restores every untouched field and loses no edit",
            format!(
                "{} records differ from what must be; {} edited before; undone in {}: {}",
                thousands(wrong as u64),
                thousands(edited),
                seconds(undone.took),
                undone.tally
            ),
            wrong == 0 && undone.failed.is_empty() && undone.tally.refused == 0,
        ),
        Proof::new("undoing again changes nothing", once_more.tally.to_string(), still),
    ])
}

/// Rules for accounts, without the daily caps that are made for leads.
fn rules(stand_in: &StandIn) -> anyhow::Result<Vec<std::path::PathBuf>> {
    let files = [("rules.yaml", include_str!("rules.yaml")), ("pools.yaml", include_str!("pools.yaml"))];
    files
        .into_iter()
        .map(|(name, text)| {
            let file = stand_in.folder.join(name);
            std::fs::write(&file, text)?;
            Ok(file)
        })
        .collect()
}

/// Makes accounts in the CRM, and the file of them.
async fn create(context: &Context, stand_in: &StandIn, count: u32, dice: &mut Dice) -> anyhow::Result<Vec<String>> {
    let step = context.console.step("Accounts in the CRM");
    let columns = [
        ("Id", Kind::Text),
        ("OwnerId", Kind::Text),
        ("Name", Kind::Text),
        ("Website", Kind::Text),
        ("BillingCountryCode", Kind::Text),
        ("Industry", Kind::Text),
        ("NumberOfEmployees", Kind::Whole),
    ];
    let mut table = TableWriter::create(&stand_in.folder.join("accounts.parquet"), &columns)?;
    let mut ids = Vec::with_capacity(usize::try_from(count)?);
    let mut left = usize::try_from(count)?;
    while left > 0 {
        let rows: Vec<_> = (0..left.min(CHUNK * 5)).map(|_| account(dice)).collect();
        let records: Vec<Value> = rows
            .iter()
            .map(|(country, industry, employees, number)| {
                json!({"Name": format!("Company {number}"), "BillingCountryCode": country, "Industry": industry,
                       "NumberOfEmployees": employees, "Website": format!("https://company-{number}.example")})
            })
            .collect();
        let made = stand_in.people.create_all("Account", &records).await?;
        let made_refs: Vec<&str> = made.iter().map(String::as_str).collect();
        let owners = stand_in.system.read("Account", &made_refs, &["OwnerId"]).await?;
        for ((id, owner), (country, industry, employees, number)) in made.iter().zip(owners).zip(&rows) {
            let owner = owner.as_ref().and_then(|record| record.get("OwnerId")).and_then(Value::as_str);
            table.write(&[
                Cell::Text(id),
                Cell::from(owner),
                Cell::Text(&format!("Company {number}")),
                Cell::Text(&format!("company-{number}.example")),
                Cell::Text(country),
                Cell::Text(industry),
                Cell::Whole(i64::from(*employees)),
            ])?;
        }
        left -= made.len();
        ids.extend(made);
        tell(&step, ids.len() as u64, u64::from(count));
    }
    table.finish()?;
    step.done(thousands(u64::from(count)));
    Ok(ids)
}

/// Every record as it is now; without those that are gone.
async fn read(stand_in: &StandIn, ids: &[String]) -> anyhow::Result<BTreeMap<String, Record>> {
    let mut found = BTreeMap::new();
    for some in ids.chunks(2_000) {
        let refs: Vec<&str> = some.iter().map(String::as_str).collect();
        let records = stand_in.system.read("Account", &refs, &FIELDS).await?;
        for (id, record) in some.iter().zip(records) {
            if let Some(mut record) = record {
                record.remove("Id");
                found.insert(id.clone(), record);
            }
        }
    }
    Ok(found)
}

/// What must be there after the undo.
struct Expected {
    records: BTreeMap<String, Record>,
    edited: u64,
}

/// People give some records away, change some of the fields that the batch wrote and some that it did not, and delete some.
async fn edit(
    context: &Context,
    stand_in: &StandIn,
    ids: &[String],
    before: &BTreeMap<String, Record>,
    after: &BTreeMap<String, Record>,
    args: &Args,
    dice: &mut Dice,
) -> anyhow::Result<Expected> {
    let step = context.console.step("People edit");
    let users = stand_in.people.query("SELECT Id FROM User WHERE IsActive = true").await?;
    let users: Vec<&str> = users.iter().filter_map(|user| user.get("Id")?.as_str()).collect();
    let mut expected = before.clone();
    let mut edits: Vec<(&str, Record)> = Vec::new();
    let mut deleted: Vec<String> = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        if dice.below(100) >= args.edits_percent {
            continue;
        }
        let (Some(now), Some(wanted)) = (after.get(id), expected.get_mut(id)) else { continue };
        let mut fields = Map::new();
        match dice.below(6) {
            0 | 1 => {
                let other = users
                    .iter()
                    .map(|user| json!(user))
                    .find(|user| now.get("OwnerId") != Some(user) && wanted.get("OwnerId") != Some(user));
                fields.insert("OwnerId".to_owned(), other.context("the CRM has three users")?);
            }
            2 => drop(fields.insert("RevLoops_Route_Reason__c".to_owned(), json!(format!("asked for by phone, {at}")))),
            3 => drop(fields.insert("Industry".to_owned(), json!("Agriculture"))),
            4 => {
                fields.insert("Description".to_owned(), json!(format!("note {at}")));
                fields.insert("RevLoops_Rule__c".to_owned(), json!("by-hand"));
            }
            _ => {
                deleted.push(id.clone());
                continue;
            }
        }
        wanted.extend(fields.clone());
        edits.push((id, fields));
    }
    for some in edits.chunks(CHUNK) {
        let records: Vec<RecordWrite<'_>> =
            some.iter().map(|(id, fields)| RecordWrite { id, fields: fields.clone() }).collect();
        for outcome in stand_in.system.write("Account", &records).await? {
            outcome?;
        }
    }
    stand_in.people.delete_all(&deleted).await?;
    for id in &deleted {
        expected.remove(id);
    }
    let edited = (edits.len() + deleted.len()) as u64;
    step.done(format!("{} records, {} of them deleted", thousands(edited), thousands(deleted.len() as u64)));
    Ok(Expected { records: expected, edited })
}
