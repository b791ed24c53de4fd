//! Where the rows of a dataset come from.

use revloops_lake::{Dataset, Guard};

/// In a sentence.
#[must_use]
pub fn comes_from(dataset: &Dataset) -> String {
    let name = dataset.name.as_str();
    match name {
        "decisions" | "effects" => {
            "Each decision record of a loop, as the runs table keeps it: its stream brings it to the ledger".to_owned()
        }
        "outcomes" => {
            "What is looked at every quarter of an hour: what became of decisions, in the CRM and in people's answers"
                .to_owned()
        }
        "events" => "Every event of the bus, through the ledger's queue".to_owned(),
        "first_touches" => "The steps of the watch for first touches, which are runs as those of loops".to_owned(),
        _ => match (name.strip_prefix("crm_"), name.split_once('_')) {
            (Some(object), _) => {
                format!("The CRM's {}, read by what has changed since the last look", object.replace('_', " "))
            }
            (None, Some((loop_name, _))) => format!("What the loop {loop_name} reports of each of its runs"),
            (None, None) => dataset.description.clone(),
        },
    }
}

/// Who sees its rows, in words.
#[must_use]
pub fn who_sees(dataset: &Dataset) -> String {
    match &dataset.guard {
        Guard::Everyone => "everybody".to_owned(),
        Guard::Owner(column) => format!("whoever answers for the owner ({column})"),
        Guard::Record(column) => {
            format!(
                "whoever answers for the owner of the lead, account or opportunity ({column}); where it is about none, those who see everything"
            )
        }
        Guard::Everything => "those who see everything".to_owned(),
    }
}
