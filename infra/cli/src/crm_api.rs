//! The CRM's REST API, as an administrator uses it to seed and to look: what functions do goes through `shared/crm`.

use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::local::{Crm, Endpoints};

const API: &str = "/services/data/v68.0";

/// A session.
#[derive(Clone)]
pub struct CrmApi {
    http: Client,
    url: String,
    token: String,
}

impl CrmApi {
    /// Logs in to the local CRM by the functions' own connected app.
    ///
    /// # Errors
    /// If it does not answer or refuses.
    pub async fn log_in(endpoints: &Endpoints) -> anyhow::Result<Self> {
        Self::log_in_to(&endpoints.crm).await
    }

    /// Logs in to a CRM.
    ///
    /// # Errors
    /// If it does not answer or refuses.
    pub async fn log_in_to(crm: &Crm) -> anyhow::Result<Self> {
        let http = Client::builder().timeout(Duration::from_secs(20)).no_proxy().build()?;
        let url = crm.url.clone();
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", crm.client_id.as_str()),
            ("client_secret", crm.client_secret.as_str()),
        ];
        let answer = http
            .post(format!("{url}/services/oauth2/token"))
            .form(&form)
            .send()
            .await
            .context("the CRM stand-in does not answer: `cargo revloops up` starts it")?;
        let answer = read(answer).await.context("logging in to the CRM")?;
        let token =
            answer.get("access_token").and_then(Value::as_str).context("the CRM gave no access token")?.to_owned();
        Ok(Self { http, url, token })
    }

    /// A session of another user, as the rep's page has one.
    ///
    /// # Errors
    /// If the CRM knows no active user of this name.
    pub async fn of_user(&self, username: &str) -> anyhow::Result<Self> {
        let request = self.http.post(format!("{}/_ui/login", self.url)).json(&json!({"username": username}));
        let answer = read(request.send().await?).await.with_context(|| format!("signing in as {username}"))?;
        let token = answer.get("token").and_then(Value::as_str).context("the CRM gave no token")?.to_owned();
        Ok(Self { token, ..self.clone() })
    }

    /// All records of a query.
    ///
    /// # Errors
    /// If the CRM refuses it.
    pub async fn query(&self, soql: &str) -> anyhow::Result<Vec<Value>> {
        let request = self.http.get(format!("{}{API}/query", self.url)).query(&[("q", soql)]);
        let mut page = read(request.bearer_auth(&self.token).send().await?).await?;
        let mut records = Vec::new();
        loop {
            if let Some(Value::Array(more)) = page.get_mut("records").map(Value::take) {
                records.extend(more);
            }
            let Some(next) = page.get("nextRecordsUrl").and_then(Value::as_str) else { return Ok(records) };
            page = read(self.http.get(format!("{}{next}", self.url)).bearer_auth(&self.token).send().await?).await?;
        }
    }

    /// Creates records of one kind, 200 a call; returns their ids in the same order.
    ///
    /// # Errors
    /// If the CRM refuses any of them; the others are there then.
    pub async fn create_all(&self, object: &str, records: &[Value]) -> anyhow::Result<Vec<String>> {
        let mut ids = Vec::with_capacity(records.len());
        for chunk in records.chunks(200) {
            let typed: Vec<Value> = chunk
                .iter()
                .map(|record| {
                    let mut record = record.clone();
                    if let Some(fields) = record.as_object_mut() {
                        fields.insert("attributes".to_owned(), json!({"type": object}));
                    }
                    record
                })
                .collect();
            let request = self.http.post(format!("{}{API}/composite/sobjects", self.url));
            let body = json!({"allOrNone": false, "records": typed});
            let answer = read(request.bearer_auth(&self.token).json(&body).send().await?).await?;
            for result in answer.as_array().into_iter().flatten() {
                match result.get("id").and_then(Value::as_str) {
                    Some(id) if result.get("success") == Some(&Value::Bool(true)) => ids.push(id.to_owned()),
                    Some(_) | None => bail!("the CRM refused a {object}: {}", result.get("errors").unwrap_or(result)),
                }
            }
        }
        Ok(ids)
    }

    /// Creates records in one transaction, each with a name by which later ones refer to it (`@{name.id}`); returns their
    /// ids in the same order.
    ///
    /// # Errors
    /// If the CRM refuses any of them; none is there then.
    pub async fn create_together(&self, records: &[(&str, &str, Value)]) -> anyhow::Result<Vec<String>> {
        let steps: Vec<Value> = records
            .iter()
            .map(|(name, object, fields)| {
                json!({"method": "POST", "url": format!("{API}/sobjects/{object}"), "referenceId": name, "body": fields})
            })
            .collect();
        let request = self.http.post(format!("{}{API}/composite", self.url));
        let body = json!({"allOrNone": true, "compositeRequest": steps});
        let answer = read(request.bearer_auth(&self.token).json(&body).send().await?).await?;
        let mut ids = Vec::with_capacity(records.len());
        for reply in answer.get("compositeResponse").and_then(Value::as_array).into_iter().flatten() {
            match reply.pointer("/body/id").and_then(Value::as_str) {
                Some(id) => ids.push(id.to_owned()),
                None => bail!("the CRM refused records together: {}", reply.get("body").unwrap_or(reply)),
            }
        }
        Ok(ids)
    }

    /// Changes fields of one record.
    ///
    /// # Errors
    /// If the CRM refuses it.
    pub async fn update(&self, object: &str, id: &str, fields: &Value) -> anyhow::Result<()> {
        let request = self.http.patch(format!("{}{API}/sobjects/{object}/{id}", self.url));
        let answer = request.bearer_auth(&self.token).json(fields).send().await?;
        if answer.status().is_success() { Ok(()) } else { read(answer).await.map(drop) }
    }

    /// Converts a lead, as its page does; returns the id of its opportunity.
    ///
    /// # Errors
    /// If the CRM refuses it: the lead is converted already, or belongs to a queue.
    pub async fn convert(&self, lead: &str) -> anyhow::Result<String> {
        let request = self.http.post(format!("{}/_ui/convert", self.url)).bearer_auth(&self.token);
        let answer = read(request.json(&json!({"leadId": lead})).send().await?).await?;
        let opportunity = answer.get("opportunityId").and_then(Value::as_str);
        opportunity.map(ToOwned::to_owned).context("the CRM made no opportunity of the lead")
    }

    /// Deletes records, 200 a call.
    ///
    /// # Errors
    /// If the CRM refuses any of them; the others are gone then.
    pub async fn delete_all(&self, ids: &[String]) -> anyhow::Result<()> {
        for chunk in ids.chunks(200) {
            let request = self.http.delete(format!("{}{API}/composite/sobjects", self.url));
            let request = request.query(&[("ids", chunk.join(",")), ("allOrNone", "false".to_owned())]);
            let answer = read(request.bearer_auth(&self.token).send().await?).await?;
            if let Some(refused) =
                answer.as_array().into_iter().flatten().find(|result| result.get("success") != Some(&Value::Bool(true)))
            {
                bail!("the CRM did not delete a record: {refused}");
            }
        }
        Ok(())
    }

    /// Has the CRM send the messages of these leads once more, all at once; returns how many.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn resend(&self, leads: &[String]) -> anyhow::Result<usize> {
        if leads.is_empty() {
            return Ok(0);
        }
        let request = self.http.post(format!("{}/_standin/outbound/resend", self.url));
        read(request.json(&json!({"lead_ids": leads})).send().await?).await?;
        Ok(leads.len())
    }

    /// Accepted writes of one object since a time, as the stand-in's journal has them.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn writes(&self, object: &str, since_ms: i64) -> anyhow::Result<Vec<Value>> {
        let request = self.http.get(format!("{}/_standin/writes", self.url));
        let mut answer =
            read(request.query(&[("object", object), ("since_ms", &since_ms.to_string())]).send().await?).await?;
        match answer.get_mut("writes").map(Value::take) {
            Some(Value::Array(writes)) => Ok(writes),
            Some(_) | None => bail!("the CRM stand-in's journal cannot be read"),
        }
    }
}

/// The answer's JSON, or the CRM's own words.
async fn read(answer: Response) -> anyhow::Result<Value> {
    let status = answer.status();
    let text = answer.text().await?;
    if !status.is_success() {
        bail!("the CRM answered {status}: {}", text.chars().take(400).collect::<String>());
    }
    serde_json::from_str(&text).context("the CRM's answer is no JSON")
}

/// `text` as a SOQL literal.
#[must_use]
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_in_a_literal_does_not_end_it() {
        assert_eq!(literal(r"O'Neill \ x"), r"'O\'Neill \\ x'");
    }
}
