//! Questions that people ask again and again.

use revloops_mcp::Prompt;

/// All of them.
#[must_use]
pub fn all() -> Vec<Prompt> {
    vec![
        Prompt {
            name: "how_are_we_doing",
            title: "How are we doing?",
            description: "The week's numbers against the weeks before",
            arguments: &[],
            text: "Use `run_metric` each week of the last eight weeks for leads_created, qualification_rate, first_touch_minutes_p50, sla_kept_rate, \
                   sequences_approved, won_amount and cost_per_lead. Say whose rows these are and how fresh. Then tell what changed most, by which dimension, and what you would \
                   look at next; do not explain by what you cannot see in the rows.",
        },
        Prompt {
            name: "why_this_number",
            title: "Why is this number what it is?",
            description: "A metric, its definition, and what is behind it",
            arguments: &[("metric", "Name of the metric, as `list_metrics` tells it", true)],
            text: "Use `explain_metric` for {metric}. Tell in plain words what is counted and what is not, where the rows come from, which versions of the config decided them, \
                   and by which dimension the number differs most (`run_metric`).",
        },
    ]
}
