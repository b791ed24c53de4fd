//! Each tool's terms, in one list: a change of who may do what is seen in review.

use std::fmt::Write as _;

use http::StatusCode;
use revloops_identity::Scope;
use revloops_mcp_workflow::tools;
use serde_json::json;

use crate::stage::{ADMIN, REP, Stage};

/// Name, scope, least role, effect.
const TERMS: &str = "\
approve_change workflow.write operations Adds { idempotent: true }
apply_change workflow.write operations Changes { idempotent: true }
approve_sequence workflow.write rep Adds { idempotent: true }
approve_territory_plan workflow.write operations Changes { idempotent: true }
begin_trial workflow.write operations Changes { idempotent: true }
compare_scenarios workflow.read operations Reads
config_history workflow.read manager Reads
edit_sequence workflow.write rep Changes { idempotent: true }
end_trial workflow.write operations Changes { idempotent: true }
list_changes workflow.read manager Reads
list_loops workflow.read rep Reads
list_parked workflow.read manager Reads
list_pending_accounts workflow.read operations Reads
list_scenarios workflow.read manager Reads
list_sequences workflow.read rep Reads
list_suppressions workflow.read rep Reads
promote_scenario workflow.write operations Adds { idempotent: true }
propose_change workflow.write operations Adds { idempotent: false }
read_config workflow.read manager Reads
redrive workflow.write operations Adds { idempotent: true }
reject_change workflow.write operations Changes { idempotent: true }
reject_sequence workflow.write rep Changes { idempotent: true }
reject_territory_plan workflow.write operations Changes { idempotent: true }
resolve_pending_account workflow.write operations Changes { idempotent: true }
roll_back workflow.write operations Changes { idempotent: true }
show_change workflow.read manager Reads
show_sequence workflow.read rep Reads
show_territory_plan workflow.read operations Reads
show_trial workflow.read manager Reads
simulate_change workflow.write manager Adds { idempotent: true }
stop_sequence workflow.write rep Changes { idempotent: true }
suppress workflow.write rep Changes { idempotent: true }
timeline workflow.read rep Reads
unsuppress workflow.write operations Changes { idempotent: true }
withdraw_change workflow.write operations Changes { idempotent: true }
";

#[test]
fn each_tool_keeps_its_scope_role_and_effect() {
    let mut terms = String::new();
    let all = tools::all();
    let mut specs: Vec<_> = all.iter().map(revloops_mcp::Tool::spec).collect();
    specs.sort_by_key(|spec| spec.name);
    for spec in specs {
        writeln!(terms, "{} {} {} {:?}", spec.name, spec.needs.as_str(), spec.least.as_str(), spec.effect).unwrap();
    }
    let mut wanted: Vec<&str> = TERMS.lines().collect();
    wanted.sort_unstable();
    assert_eq!(terms.lines().collect::<Vec<_>>(), wanted);
}

#[tokio::test]
async fn each_tool_has_a_title_both_schemas_and_annotations_that_are_true() {
    let stage = Stage::set().await;
    let (_, listed) = stage.request(ADMIN, &Scope::ALL, "tools/list", json!({})).await;
    let listed = listed["result"]["tools"].as_array().unwrap();
    let all = tools::all();
    assert_eq!(listed.len(), all.len());
    for shown in listed {
        let name = shown["name"].as_str().unwrap();
        let writes = all.iter().find(|tool| tool.spec().name == name).unwrap().spec().effect.writes();
        assert!(!shown["title"].as_str().unwrap().is_empty(), "{name}");
        assert!(shown["description"].as_str().unwrap().len() > 25, "{name}");
        assert_eq!(shown["annotations"]["readOnlyHint"], !writes, "{name}");
        assert_eq!(shown["inputSchema"]["additionalProperties"], false, "{name}");
        assert_eq!(shown["outputSchema"]["type"], "object", "{name}");
    }
}

#[tokio::test]
async fn a_rep_is_shown_the_tools_that_a_rep_may_call_and_no_others() {
    let stage = Stage::set().await;
    let (_, listed) = stage.request(REP, &Scope::ALL, "tools/list", json!({})).await;
    let mut shown: Vec<&str> =
        listed["result"]["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    shown.sort_unstable();
    let mut may: Vec<&str> =
        TERMS.lines().filter(|line| line.contains(" rep ")).filter_map(|line| line.split(' ').next()).collect();
    may.sort_unstable();
    assert_eq!(shown, may);
}

#[tokio::test]
async fn what_a_role_or_scope_does_not_allow_is_refused_before_anything_is_done() {
    let stage = Stage::set().await;
    for tool in tools::all() {
        let spec = tool.spec();
        let call = json!({"name": spec.name, "arguments": {}});
        if spec.effect.writes() {
            let (status, wanted) = stage.request(ADMIN, &[Scope::WorkflowRead], "tools/call", call.clone()).await;
            assert_eq!((status, wanted), (StatusCode::FORBIDDEN, json!("workflow.write")), "{}", spec.name);
        }
        if spec.least > revloops_identity::Role::Rep {
            let why = stage.refused(REP, spec.name, json!({})).await;
            assert!(why.contains(spec.least.as_str()), "{}: {why}", spec.name);
        }
    }
    assert_eq!(stage.events(), Vec::<String>::new());
}

#[tokio::test]
async fn arguments_that_a_tool_does_not_know_are_refused() {
    let stage = Stage::set().await;
    for tool in tools::all() {
        let why = stage.refused(ADMIN, tool.spec().name, json!({"misspelt": 1})).await;
        assert!(why.contains("misspelt") || why.contains("missing field"), "{}: {why}", tool.spec().name);
    }
}
