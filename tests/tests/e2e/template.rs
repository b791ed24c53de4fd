//! What runs, as the template describes it: the mistakes that template checkers do not see, and cfn-lint for those that it does.
//!
//! Every rule is tried on the template as it is, and then on a copy in which what the rule asks for was taken away.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::OnceLock;

use revloops_cli::console::Console;
use revloops_cli::context::Context;
use revloops_cli::local::ensure_tools;
use revloops_tests::tools::run;
use serde_json::{Map, Value, json};

/// The template: as written, and as CloudFormation sees it after the SAM transform.
struct Template {
    context: Context,
    source: Value,
    expanded: Value,
}

fn template() -> &'static Template {
    static TEMPLATE: OnceLock<Template> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let context = Context::from_environment(Console::new(false)).expect("the project");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(ensure_tools(&context)).expect("the local cloud's tools");
        let root = &context.layout.root;
        let expand = root.join("tests/template/expand.py");
        let printed = run(Command::new(context.layout.tool("python")).arg(expand).arg(context.layout.template()))
            .expect("the SAM transform");
        let mut both: Value = serde_json::from_str(&printed).expect("one JSON document");
        Template { source: both["source"].take(), expanded: both["expanded"].take(), context }
    })
}

/// The template as it is written.
pub(crate) fn source() -> &'static Value {
    &template().source
}

type Resources = Map<String, Value>;
type Rule = fn(&Value) -> Vec<String>;

fn resources(template: &Value) -> &Resources {
    template["Resources"].as_object().expect("resources")
}

fn of_type<'a>(template: &'a Value, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    resources(template)
        .iter()
        .filter(move |(_, resource)| resource["Type"] == kind)
        .map(|(name, resource)| (name.as_str(), &resource["Properties"]))
}

/// The resource that `{"Ref": x}`, `{"Fn::GetAtt": [x, …]}` or `{"Fn::Sub": "…${x…}…"}` names.
fn referenced(value: &Value) -> Option<&str> {
    if let Some(name) = value["Ref"].as_str().or_else(|| value["Fn::GetAtt"][0].as_str()) {
        return Some(name);
    }
    let text = value["Fn::Sub"].as_str()?;
    let inside = text.get(text.find("${")? + 2..)?;
    inside.split(['}', '.']).next()
}

/// A number that is written here or is a parameter's default.
fn number(template: &Value, value: &Value) -> Option<i64> {
    let value = match value["Ref"].as_str() {
        Some(name) => &template["Parameters"][name]["Default"],
        None => value,
    };
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Null => Vec::new(),
        other => vec![other],
    }
}

/// Every queue leads to a dead-letter queue or is one, and dead letters are kept as long as SQS keeps anything.
fn queues_have_dead_letters(template: &Value) -> Vec<String> {
    let mut dead_letters: BTreeSet<&str> = BTreeSet::new();
    let mut problems = Vec::new();
    let all = resources(template).values();
    let named = all.flat_map(|resource| {
        let properties = &resource["Properties"];
        let own = ["/RedrivePolicy/deadLetterTargetArn", "/DeadLetterConfig/TargetArn", "/Target/DeadLetterConfig/Arn"];
        let own = own.into_iter().filter_map(|pointer| properties.pointer(pointer));
        own.chain(list(&properties["Targets"]).into_iter().map(|target| &target["DeadLetterConfig"]["Arn"]))
    });
    dead_letters.extend(named.filter_map(referenced));
    for (name, queue) in of_type(template, "AWS::SQS::Queue") {
        if dead_letters.contains(name) {
            if number(template, &queue["MessageRetentionPeriod"]) != Some(14 * 86_400) {
                problems.push(format!("dead letters in {name} are kept for less than 14 days"));
            }
        } else if queue["RedrivePolicy"]["deadLetterTargetArn"].is_null() {
            problems.push(format!("queue {name} has no dead-letter queue"));
        }
    }
    problems
}

/// Every target of a rule and of a schedule has a dead-letter queue: EventBridge drops what it could not deliver.
fn targets_have_dead_letters(template: &Value) -> Vec<String> {
    let rules = of_type(template, "AWS::Events::Rule")
        .flat_map(|(name, rule)| list(&rule["Targets"]).into_iter().map(move |target| (name, target)));
    let schedules = of_type(template, "AWS::Scheduler::Schedule").map(|(name, schedule)| (name, &schedule["Target"]));
    rules
        .chain(schedules)
        .filter(|(_, target)| target["DeadLetterConfig"]["Arn"].is_null())
        .map(|(name, _)| format!("a target of {name} has no dead-letter queue"))
        .collect()
}

/// The functions that rules invoke, each with its rule.
fn functions_of_rules(template: &Value) -> impl Iterator<Item = (&str, &str)> {
    of_type(template, "AWS::Events::Rule")
        .flat_map(|(name, rule)| list(&rule["Targets"]).into_iter().map(move |target| (name, target)))
        .filter_map(|(name, target)| Some((name, referenced(&target["Arn"])?)))
        .filter(|(_, function)| resources(template)[*function]["Type"] == "AWS::Lambda::Function")
}

/// A function that a schedule or a rule invokes asynchronously has somewhere to leave what it failed on.
fn asynchronous_functions_have_dead_letters(template: &Value) -> Vec<String> {
    of_type(template, "AWS::Scheduler::Schedule")
        .filter_map(|(_, schedule)| referenced(&schedule["Target"]["Arn"]))
        .chain(functions_of_rules(template).map(|(_, function)| function))
        .filter(|name| resources(template)[*name]["Properties"]["DeadLetterConfig"]["TargetArn"].is_null())
        .map(|name| format!("function {name} is invoked asynchronously and has no dead-letter queue"))
        .collect()
}

/// A batch fails message by message. A queue's concurrency is bounded, and its messages stay hidden for six times the function's
/// timeout. What a stream cannot deliver ends somewhere, and does not stop the rest for as long as the stream keeps it.
fn event_sources_fit_their_functions(template: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, mapping) in of_type(template, "AWS::Lambda::EventSourceMapping") {
        if !list(&mapping["FunctionResponseTypes"]).contains(&&json!("ReportBatchItemFailures")) {
            problems.push(format!(
                "{name} does not report failures per message: one bad message would send its whole batch again"
            ));
        }
        let source = referenced(&mapping["EventSourceArn"]).map(|source| &resources(template)[source]);
        if source.is_some_and(|source| source["Type"] == "AWS::DynamoDB::Table") {
            if mapping["DestinationConfig"]["OnFailure"]["Destination"].is_null() {
                problems.push(format!("{name} drops what it could not deliver"));
            }
            if number(template, &mapping["MaximumRetryAttempts"]).is_none_or(|attempts| attempts < 1) {
                problems.push(format!("{name} tries one batch until its stream forgets it"));
            }
            if mapping["BisectBatchOnFunctionError"] != true {
                problems.push(format!("{name} gives a whole batch up for one bad record"));
            }
            continue;
        }
        if number(template, &mapping["ScalingConfig"]["MaximumConcurrency"]).is_none() {
            problems.push(format!("{name} has no bound on its concurrency"));
        }
        let queue = source.map(|queue| &queue["Properties"]);
        let function =
            referenced(&mapping["FunctionName"]).map(|function| &resources(template)[function]["Properties"]);
        let visible = queue.and_then(|queue| number(template, &queue["VisibilityTimeout"]));
        let timeout = function.and_then(|function| number(template, &function["Timeout"]));
        match (visible, timeout) {
            (Some(visible), Some(timeout)) if visible >= 6 * timeout => {}
            _ => problems.push(format!(
                "{name}: the queue's visibility timeout {visible:?} is less than six times the function's {timeout:?}"
            )),
        }
    }
    problems
}

/// A service may only act for one named resource of ours, and nobody is let in by `*`.
fn services_are_let_in_for_one_source(template: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, permission) in of_type(template, "AWS::Lambda::Permission") {
        if permission["SourceArn"].is_null() {
            problems.push(format!("{name} lets {} in from any source", permission["Principal"]));
        }
    }
    for kind in ["AWS::SQS::QueuePolicy", "AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy"] {
        for (name, policy) in of_type(template, kind) {
            for statement in list(&policy["PolicyDocument"]["Statement"]).into_iter().filter(|s| s["Effect"] == "Allow")
            {
                let source = ["ArnEquals", "ArnLike", "StringEquals"]
                    .iter()
                    .any(|test| !statement["Condition"][test]["aws:SourceArn"].is_null());
                if statement["Principal"] == "*" || statement["Principal"]["AWS"] == "*" {
                    problems.push(format!("{name} lets everybody in"));
                } else if !source {
                    problems.push(format!("{name} lets a service in without aws:SourceArn"));
                }
            }
        }
    }
    problems
}

/// A function that a rule invokes lets exactly that rule in: without, EventBridge drops every event into the dead letters.
fn functions_let_their_rules_in(template: &Value) -> Vec<String> {
    functions_of_rules(template)
        .filter(|(rule, function)| {
            !of_type(template, "AWS::Lambda::Permission").any(|(_, permission)| {
                referenced(&permission["FunctionName"]) == Some(*function)
                    && permission["Principal"] == "events.amazonaws.com"
                    && referenced(&permission["SourceArn"]) == Some(*rule)
            })
        })
        .map(|(rule, function)| format!("{function} does not let {rule} in"))
        .collect()
}

/// No secret is written in the template, comes in by a parameter, or reaches a function other than as a secret's name.
fn secrets_are_nowhere_in_plain_text(template: &Value) -> Vec<String> {
    const TELLING: [&str; 5] = ["secret", "password", "token", "apikey", "api_key"];
    let telling = |name: &str| TELLING.iter().any(|word| name.to_lowercase().contains(word));
    let mut problems = Vec::new();
    for (name, secret) in of_type(template, "AWS::SecretsManager::Secret") {
        if !secret["SecretString"].is_null() {
            problems.push(format!("secret {name} has its value in the template"));
        }
    }
    for name in template["Parameters"].as_object().into_iter().flat_map(Map::keys).filter(|name| telling(name)) {
        problems.push(format!("parameter {name} carries a secret into CloudFormation's records"));
    }
    let secrets: BTreeSet<&str> = of_type(template, "AWS::SecretsManager::Secret").map(|(name, _)| name).collect();
    for (name, function) in of_type(template, "AWS::Lambda::Function") {
        for (variable, value) in function["Environment"]["Variables"].as_object().into_iter().flatten() {
            if telling(variable) && !referenced(value).is_some_and(|secret| secrets.contains(secret)) {
                problems.push(format!("{variable} of {name} is not the name of a secret"));
            }
        }
    }
    problems
}

/// What is stored is encrypted, private, and can be had back.
fn stores_are_private_and_recoverable(template: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, bucket) in of_type(template, "AWS::S3::Bucket") {
        let public = &bucket["PublicAccessBlockConfiguration"];
        let shut = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"]
            .iter()
            .all(|part| public[part] == true);
        if !shut {
            problems.push(format!("bucket {name} can be made public"));
        }
        if bucket["BucketEncryption"].is_null() {
            problems.push(format!("bucket {name} is not encrypted"));
        }
        if bucket["VersioningConfiguration"]["Status"] != "Enabled" && bucket["LifecycleConfiguration"].is_null() {
            problems.push(format!("bucket {name} neither keeps versions nor forgets"));
        }
    }
    if resources(template)["ConfigBucket"]["Properties"]["VersioningConfiguration"]["Status"] != "Enabled" {
        problems.push("config has no versions, so no decision can name the one that it was made by".to_owned());
    }
    for (name, table) in of_type(template, "AWS::DynamoDB::Table") {
        if table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] != true {
            problems.push(format!("table {name} cannot be had back"));
        }
        if table["SSESpecification"]["SSEEnabled"] != true {
            problems.push(format!("table {name} is not encrypted with a key of the account"));
        }
    }
    for (name, queue) in of_type(template, "AWS::SQS::Queue") {
        if queue["SqsManagedSseEnabled"] != true {
            problems.push(format!("queue {name} is not encrypted"));
        }
    }
    problems
}

/// Every permission names its actions and its resources; only log delivery, which knows no resources, is for all of them.
fn permissions_are_named(template: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    let of_roles = of_type(template, "AWS::IAM::Role").map(|(name, role)| (name, list(&role["Policies"])));
    let alone = of_type(template, "AWS::IAM::Policy").map(|(name, policy)| (name, vec![policy]));
    for (name, policies) in of_roles.chain(alone) {
        for statement in policies.iter().flat_map(|policy| list(&policy["PolicyDocument"]["Statement"])) {
            let actions: Vec<&str> = list(&statement["Action"]).into_iter().filter_map(Value::as_str).collect();
            for action in actions.iter().filter(|action| action.ends_with('*')) {
                problems.push(format!("{name} may do {action}"));
            }
            let all = list(&statement["Resource"]).contains(&&json!("*"));
            if all && !actions.iter().all(|action| action.starts_with("logs:")) {
                problems.push(format!("{name} may do {} to everything", actions.join(", ")));
            }
        }
    }
    problems
}

/// Each function writes to a log of its own, and no log is kept for ever.
fn logs_end(template: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, log) in of_type(template, "AWS::Logs::LogGroup") {
        if log["RetentionInDays"].is_null() {
            problems.push(format!("log {name} is kept for ever"));
        }
    }
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, function) in of_type(template, "AWS::Lambda::Function") {
        match referenced(&function["LoggingConfig"]["LogGroup"]) {
            None => problems.push(format!("function {name} writes to a log that nobody described")),
            Some(log) => {
                if let Some(other) = owners.insert(log, name) {
                    problems.push(format!("{name} and {other} share a log"));
                }
            }
        }
    }
    for (name, machine) in of_type(template, "AWS::StepFunctions::StateMachine") {
        if machine["LoggingConfiguration"]["IncludeExecutionData"] != false {
            problems.push(format!("{name} logs leads' data"));
        }
    }
    problems
}

/// step < lease < waiting for it; step < chain < starter; and an Express run's own limit.
fn times_fit_into_each_other(template: &Value) -> Vec<String> {
    let default = |name: &str| number(template, &json!({"Ref": name})).unwrap_or_default();
    let busy = default("BusyRetrySeconds") * default("BusyRetryAttempts");
    let planning_busy = default("PlanningBusyRetrySeconds") * default("PlanningBusyRetryAttempts");
    [
        (
            default("PlanningStepSeconds") < default("PlanningLeaseSeconds"),
            "a planning run's lease ends before the function that holds it",
        ),
        (
            default("PlanningLeaseSeconds") < planning_busy,
            "the planning chain gives a busy run up before its lease ends",
        ),
        (
            default("StepTimeoutSeconds") < default("LeaseSeconds"),
            "a run's lease ends before the function that holds it",
        ),
        (default("ScannerSeconds") < default("ScannerLeaseSeconds"), "an account is claimed again while it is scanned"),
        (default("LeaseSeconds") < busy, "a chain gives a busy run up before its lease ends"),
        (default("StepTimeoutSeconds") < default("ChainTimeoutSeconds"), "a chain ends before its step"),
        (default("ChainTimeoutSeconds") < default("StarterTimeoutSeconds"), "a starter ends before its chain"),
        (default("ChainTimeoutSeconds") <= 300, "a chain is longer than an Express run may be"),
    ]
    .into_iter()
    .filter(|(fits, _)| !fits)
    .map(|(_, problem)| problem.to_owned())
    .collect()
}

/// Every dead-letter queue has an alarm.
fn dead_letters_raise_alarms(template: &Value) -> Vec<String> {
    let watched: BTreeSet<&str> = of_type(template, "AWS::CloudWatch::Alarm")
        .filter(|(_, alarm)| !list(&alarm["AlarmActions"]).is_empty())
        .flat_map(|(_, alarm)| list(&alarm["Dimensions"]))
        .filter_map(|dimension| referenced(&dimension["Value"]))
        .collect();
    of_type(template, "AWS::SQS::Queue")
        .filter(|(name, queue)| queue["RedrivePolicy"].is_null() && !watched.contains(name))
        .map(|(name, _)| format!("nobody hears of dead letters in {name}"))
        .collect()
}

/// A rule, and changes of the template that it must find.
/// What CloudFront serves from a bucket is for browsers that we have let in.
fn pages_are_for_who_has_logged_in(template: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, distribution) in of_type(template, "AWS::CloudFront::Distribution") {
        let config = &distribution["DistributionConfig"];
        let of_buckets: Vec<&Value> = list(&config["Origins"])
            .into_iter()
            .filter(|origin| !origin["S3OriginConfig"].is_null())
            .map(|origin| &origin["Id"])
            .collect();
        let behaviors = list(&config["CacheBehaviors"]).into_iter().chain([&config["DefaultCacheBehavior"]]);
        let open = behaviors.filter(|one| of_buckets.contains(&&one["TargetOriginId"]));
        let open = open.filter(|one| list(&one["TrustedKeyGroups"]).is_empty());
        wrong.extend(open.map(|one| format!("{name} serves {} to anybody", one["PathPattern"])));
        if of_buckets.is_empty() {
            wrong.push(format!("{name} serves no bucket: this rule looks at nothing"));
        }
    }
    wrong
}

const RULES: [(&str, Rule, &[&str]); 13] = [
    (
        "pages",
        pages_are_for_who_has_logged_in,
        &["/Resources/SiteDistribution/Properties/DistributionConfig/CacheBehaviors/0/TrustedKeyGroups"],
    ),
    (
        "queues",
        queues_have_dead_letters,
        &[
            "/Resources/DemandQueue/Properties/RedrivePolicy",
            "/Resources/DemandDeadLetters/Properties/MessageRetentionPeriod",
        ],
    ),
    (
        "targets",
        targets_have_dead_letters,
        &[
            "/Resources/LeadSaved/Properties/Targets/0/DeadLetterConfig",
            "/Resources/SequenceAnswered/Properties/Targets/0/DeadLetterConfig",
            "/Resources/RedriveEveryMinute/Properties/Target/DeadLetterConfig",
            "/Resources/PlanningWanted/Properties/Targets/0/DeadLetterConfig",
            "/Resources/DeployEveryNight/Properties/Target/DeadLetterConfig",
        ],
    ),
    (
        "asynchronous",
        asynchronous_functions_have_dead_letters,
        &["/Resources/Redrive/Properties/DeadLetterConfig", "/Resources/SequenceDesk/Properties/DeadLetterConfig"],
    ),
    (
        "invoked",
        functions_let_their_rules_in,
        &[
            "/Resources/RuleMayInvokeSequenceDesk/Properties/SourceArn",
            "/Resources/RuleMayInvokeSequenceDesk/Properties/Principal",
        ],
    ),
    (
        "sources",
        event_sources_fit_their_functions,
        &[
            "/Resources/ChainStarterQueue/Properties/FunctionResponseTypes",
            "/Resources/ChainStarterQueue/Properties/ScalingConfig",
            "/Resources/DemandQueue/Properties/VisibilityTimeout",
            "/Parameters/DemandVisibilitySeconds/Default",
            "/Resources/LedgerDecided/Properties/FunctionResponseTypes",
            "/Resources/LedgerDecided/Properties/DestinationConfig",
            "/Resources/LedgerBecame/Properties/MaximumRetryAttempts",
            "/Resources/LedgerBecame/Properties/BisectBatchOnFunctionError",
        ],
    ),
    (
        "services",
        services_are_let_in_for_one_source,
        &[
            "/Resources/ApiMayInvokeCrmMessages/Properties/SourceArn",
            "/Resources/DemandQueuePolicy/Properties/PolicyDocument/Statement/0/Condition",
        ],
    ),
    (
        "secrets",
        secrets_are_nowhere_in_plain_text,
        &["/Resources/Qualify/Properties/Environment/Variables/REVLOOPS_CRM_SECRET/Ref"],
    ),
    (
        "stores",
        stores_are_private_and_recoverable,
        &[
            "/Resources/ConfigBucket/Properties/VersioningConfiguration",
            "/Resources/ParkedBucket/Properties/PublicAccessBlockConfiguration/BlockPublicAcls",
            "/Resources/Runs/Properties/PointInTimeRecoverySpecification",
            "/Resources/DemandQueue/Properties/SqsManagedSseEnabled",
        ],
    ),
    ("permissions", permissions_are_named, &[]),
    (
        "logs",
        logs_end,
        &[
            "/Resources/EngageLog/Properties/RetentionInDays",
            "/Resources/Engage/Properties/LoggingConfig",
            "/Resources/DemandChain/Properties/LoggingConfiguration",
            "/Resources/PlanningChain/Properties/LoggingConfiguration",
        ],
    ),
    (
        "times",
        times_fit_into_each_other,
        &[
            "/Parameters/LeaseSeconds/Default",
            "/Parameters/StarterTimeoutSeconds/Default",
            "/Parameters/BusyRetryAttempts/Default",
            "/Parameters/PlanningLeaseSeconds/Default",
            "/Parameters/PlanningBusyRetryAttempts/Default",
        ],
    ),
    (
        "alarms",
        dead_letters_raise_alarms,
        &[
            "/Resources/DemandDeadLettersAlarm/Properties/AlarmActions",
            "/Resources/RedriveDeadLettersAlarm/Properties/Dimensions",
            "/Resources/SequenceDeskDeadLettersAlarm/Properties/Dimensions",
        ],
    ),
];

#[test]
fn the_template_keeps_every_rule() {
    let problems: Vec<String> = RULES.iter().flat_map(|(_, rule, _)| rule(&template().expanded)).collect();
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn every_rule_finds_what_is_taken_away() {
    for (name, rule, losses) in RULES {
        for loss in losses {
            let mut broken = template().expanded.clone();
            let (parent, key) = loss.rsplit_once('/').expect("a path");
            let parent = broken.pointer_mut(parent).unwrap_or_else(|| panic!("the template has no {parent}"));
            let removed = parent.as_object_mut().and_then(|parent| parent.remove(key));
            assert!(removed.is_some(), "the template has no {loss}");
            assert!(!rule(&broken).is_empty(), "rule `{name}` does not miss {loss}");
        }
    }
}

#[test]
fn every_rule_finds_what_is_added_in_error() {
    let additions = [
        (
            "permissions",
            "/Resources/QualifyRole/Properties/Policies/0/PolicyDocument/Statement/0/Action",
            json!("dynamodb:*"),
        ),
        ("permissions", "/Resources/QualifyRole/Properties/Policies/0/PolicyDocument/Statement/0/Resource", json!("*")),
        ("permissions", "/Resources/PlanApprovalMayResume/Properties/PolicyDocument/Statement/0/Resource", json!("*")),
        ("secrets", "/Resources/CrmSecret/Properties/SecretString", json!("{}")),
        ("secrets", "/Parameters/AiApiKey", json!({"Type": "String"})),
        ("secrets", "/Resources/Engage/Properties/Environment/Variables/AI_TOKEN", json!("x")),
        ("services", "/Resources/ConfigBucketPolicy/Properties/PolicyDocument/Statement/0/Effect", json!("Allow")),
        ("times", "/Parameters/StepTimeoutSeconds/Default", json!(900)),
        ("times", "/Parameters/ChainTimeoutSeconds/Default", json!(301)),
        ("logs", "/Resources/Engage/Properties/LoggingConfig/LogGroup", json!({"Ref": "RouteLog"})),
    ];
    for (name, place, value) in additions {
        let mut broken = template().expanded.clone();
        let (parent, key) = place.rsplit_once('/').expect("a path");
        let parent = broken.pointer_mut(parent).unwrap_or_else(|| panic!("the template has no {parent}"));
        parent[key] = value;
        let (_, rule, _) = RULES.iter().find(|(rule, _, _)| *rule == name).expect("a rule");
        assert!(!rule(&broken).is_empty(), "rule `{name}` does not see {place}");
    }
}

#[test]
fn every_function_is_packaged_from_a_workspace_package_of_its_name() {
    let root = &template().context.layout.root;
    for (name, function) in of_type(&template().source, "AWS::Serverless::Function") {
        let uri = function["CodeUri"].as_str().unwrap_or_default();
        let package = uri.strip_prefix("../target/lambda/").and_then(|rest| rest.strip_suffix('/')).unwrap_or_default();
        let folder = package.strip_prefix("revloops-").unwrap_or_default();
        let places = [
            format!("functions/loops/{folder}"),
            format!("functions/gateway/{}", folder.replace('-', "_")),
            format!("functions/{}", folder.replace('-', "/")),
        ];
        assert!(
            places.iter().any(|place| root.join(place).join("src/main.rs").is_file()),
            "{name}: no function for {uri}"
        );
    }
}

/// A chain with its placeholders filled by the template's own substitutions.
fn chain(machine: &str, file: &str) -> Value {
    let machine = &resources(&template().expanded)[machine]["Properties"];
    let root = &template().context.layout.root;
    let mut text = std::fs::read_to_string(root.join("infra/chains").join(file)).expect("the chain's definition");
    for (name, value) in machine["DefinitionSubstitutions"].as_object().expect("substitutions") {
        let placeholder = format!("${{{name}}}");
        assert!(text.contains(&placeholder), "{file} does not use {name}");
        let filled =
            number(&template().expanded, value).map_or_else(|| "filled".to_owned(), |number| number.to_string());
        text = text.replace(&placeholder, &filled);
    }
    assert!(!text.contains("${"), "{file} has a placeholder that the template does not fill");
    serde_json::from_str(&text).expect("the chain is JSON once it is filled")
}

/// What passes by itself is retried, and everything else is parked.
fn retries_and_parks(chain: &Value, steps: &[&str]) {
    for step in steps {
        let state = &chain["States"][*step];
        let retried: BTreeSet<&str> = list(&state["Retry"])
            .into_iter()
            .flat_map(|retry| list(&retry["ErrorEquals"]))
            .filter_map(Value::as_str)
            .collect();
        for class in [
            "Busy",
            "Transient",
            "Throttled",
            "Lambda.TooManyRequestsException",
            "Runtime.ExitError",
            "Sandbox.Timedout",
        ] {
            assert!(retried.contains(class), "{step} does not retry {class}");
        }
        for class in ["Rejected", "ConfigInvalid", "NeedsPerson", "Bug", "States.ALL", "States.TaskFailed"] {
            assert!(!retried.contains(class), "{step} retries {class}");
        }
        let last = list(&state["Catch"]).pop().expect("a catch");
        assert_eq!((&last["ErrorEquals"], &last["Next"]), (&json!(["States.ALL"]), &json!("Park")), "{step}");
    }
    assert!(
        chain["States"]["Park"]["Catch"].is_null(),
        "a run that cannot park has to fail, so that somebody hears of it"
    );
}

#[test]
fn the_demand_chain_retries_what_passes_by_itself_and_parks_everything_else() {
    retries_and_parks(&chain("DemandChain", "demand.asl.json"), &["Qualify", "Route", "Engage"]);
}

#[test]
fn the_signal_chain_does_so_too_and_writes_to_nobody_where_nothing_is_a_reason() {
    let chain = chain("SignalChain", "signal.asl.json");
    retries_and_parks(&chain, &["Generate", "Engage"]);
    assert_eq!(chain["States"]["Generate"]["Next"], "IsWorthAMail");
    assert_eq!(chain["States"]["IsWorthAMail"]["Choices"][0]["Next"], "Finish");
    for state in ["Park", "Unpark"] {
        let id = &chain["States"][state]["Arguments"]["Key"]["parked_id"]["S"];
        assert!(id.as_str().unwrap_or_default().contains("'signal/' & $states.input.event.event_id"), "{id}");
    }
}

#[test]
fn the_planning_chain_applies_nothing_that_nobody_approved() {
    let chain = chain("PlanningChain", "planning.asl.json");
    retries_and_parks(&chain, &["Design", "Deploy", "NotePending", "AskForApproval", "Apply"]);
    let states = chain["States"].as_object().expect("states");
    let leads_to = |name: &str| -> BTreeSet<&str> {
        let says = |next: &Value| next.as_str() == Some(name);
        let mut from = BTreeSet::new();
        for (state, is) in states {
            let choices = list(&is["Choices"]).into_iter().chain(list(&is["Catch"]));
            if says(&is["Next"]) || says(&is["Default"]) || choices.into_iter().any(|choice| says(&choice["Next"])) {
                from.insert(state.as_str());
            }
        }
        from
    };
    assert_eq!(leads_to("Apply"), BTreeSet::from(["IsApproved", "IsThrough"]));
    assert_eq!(leads_to("IsApproved"), BTreeSet::from(["AskForApproval"]));
    assert_eq!(leads_to("IsThrough"), BTreeSet::from(["Apply"]));
    let approved = &states["IsApproved"]["Choices"][0];
    assert_eq!(approved["Condition"], "{% $states.input.answer.status = 'approved' %}");
    assert_eq!(states["Apply"]["Arguments"]["Payload"]["apply"]["approved"], "{% $states.input.answer.hash %}");
}

#[test]
fn what_stands_for_an_approval_is_in_no_output_and_no_log() {
    let chain = chain("PlanningChain", "planning.asl.json");
    let told = |state: &Value| state["Output"].to_string() + &state["Catch"].to_string();
    for (name, state) in chain["States"].as_object().expect("states") {
        assert!(!told(state).contains("Token"), "{name} hands the token on");
    }
    let machine = &resources(&template().expanded)["PlanningChain"]["Properties"];
    assert_eq!(machine["LoggingConfiguration"]["IncludeExecutionData"], false);
}

#[test]
fn cfn_lint_finds_nothing() {
    let layout = &template().context.layout;
    let said = run(Command::new(layout.tool("cfn-lint")).arg(layout.template())).expect("a clean template");
    assert_eq!(said.trim(), "");
}
