//! What the tools work with.

use std::sync::Arc;

use revloops_lake::{Dataset, Lake};
use revloops_loopkit::ports::Clock;
use revloops_mcp::{Caller, ToolError};
use revloops_query::{Answer, Asked, Limits, Refused, ask};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::people::{View, Views};

/// What the tools work with.
pub struct World {
    /// The lake.
    pub lake: Lake,
    /// Its datasets.
    pub datasets: Vec<Dataset>,
    /// Who sees whose rows.
    pub views: Arc<dyn Views>,
    /// What a question may cost.
    pub limits: Limits,
    /// How old things are.
    pub clock: Arc<dyn Clock>,
    /// The organisation's currency, as `EUR`.
    pub currency: String,
}

/// Rows of an answer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Table {
    /// The columns.
    pub columns: Vec<ColumnLine>,
    /// The rows, each with a cell for each column. Whole numbers beyond 2^53, decimals, days and times are texts.
    pub rows: Vec<Vec<Value>>,
    /// Whether there are more rows than these.
    pub truncated: bool,
    /// Whose rows were looked at: "everything", or the person's own and those below.
    pub seen: String,
    /// When the newest row that was looked at reached the lake, RFC 3339 in UTC; nothing where there was none.
    pub fresh_at: Option<String>,
    /// Bytes of the lake that were read; told to those alone who see everything.
    pub bytes_scanned: Option<u64>,
}

/// A column of an answer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ColumnLine {
    /// Its name.
    pub name: String,
    /// `text`, `whole`, `number`, `truth`, `time` or `day`.
    pub kind: &'static str,
}

impl World {
    /// The dataset of this name.
    ///
    /// # Errors
    /// Which name may have been meant.
    pub fn dataset(&self, name: &str) -> Result<&Dataset, ToolError> {
        let found = self.datasets.iter().find(|dataset| dataset.name == name);
        found.ok_or_else(|| {
            let meant = crate::metrics::meant(name, self.datasets.iter().map(|one| one.name.as_str()));
            ToolError::asked(format!("there is no dataset `{name}`{meant}; `list_datasets` tells which there are"))
        })
    }

    /// What the caller sees.
    ///
    /// # Errors
    /// Where the CRM does not tell.
    pub async fn view(&self, caller: &Caller) -> Result<View, ToolError> {
        Ok(self.views.of(&caller.principal, caller.at).await?)
    }

    /// Answers a question on what the caller sees, and notes what it took.
    ///
    /// # Errors
    /// What is wrong with the question; or that it failed, in one sentence for all that can fail.
    pub async fn answer(&self, caller: &Caller, view: &View, sql: &str, rows: usize) -> Result<Table, ToolError> {
        let limits = Limits { rows: rows.clamp(1, self.limits.rows), ..self.limits };
        let Asked { answer, receipt } = ask(sql, &self.datasets, &view.visibility, &self.lake, &limits).await;
        caller.note("questions", serde_json::to_value(receipt).unwrap_or_default());
        let answer = answer.map_err(|refused| match refused {
            Refused::Lake(failure) => ToolError::Failed(failure),
            Refused::Question(_) | Refused::Run(_) => ToolError::asked(refused.to_string()),
        })?;
        Ok(table(answer, view))
    }
}

fn table(answer: Answer, view: &View) -> Table {
    let columns = answer.columns.into_iter().map(|column| ColumnLine { name: column.name, kind: column.kind });
    Table {
        columns: columns.collect(),
        rows: answer.rows,
        truncated: answer.truncated,
        seen: view.in_words(),
        fresh_at: answer.newest.map(|newest| newest.to_string()),
        bytes_scanned: answer.bytes,
    }
}
