//! Sends what is due, again with longer and longer pauses until it is acknowledged, and gives up after a day.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::{Notify, Semaphore};

use super::outbox::{self, Batch};
use super::{control, envelope};
use crate::clock::now_ms;
use crate::crm::error::ApiError;
use crate::crm::schema::Schema;
use crate::crm::store::Db;

/// How messages are sent.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Where to; messages wait while there is nowhere. Kept in the store when set later through `PUT /_standin/outbound`.
    pub endpoint_url: Option<String>,
    /// Pause before the second attempt; it doubles up to two hours.
    pub base_delay: Duration,
    /// Envelopes that are on their way at one time.
    pub in_flight: usize,
    /// How long a first message waits for others to share its envelope.
    pub window: Duration,
    /// How long an endpoint may take to answer.
    pub timeout: Duration,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            endpoint_url: None,
            base_delay: Duration::from_secs(1),
            in_flight: 4,
            window: Duration::from_millis(50),
            timeout: Duration::from_secs(60),
        }
    }
}

const LONGEST_PAUSE: Duration = Duration::from_secs(2 * 3600);
const KEPT_FOR_MS: i64 = 24 * 3600 * 1000;

/// One attempt to deliver an envelope.
pub(super) struct Attempt {
    pub(super) acknowledged: bool,
    pub(super) status: Option<u16>,
    pub(super) problem: Option<String>,
    pub(super) took: Duration,
}

/// Sends envelopes; cheap to clone.
#[derive(Clone)]
pub(crate) struct Sender {
    db: Db,
    schema: Arc<Schema>,
    client: reqwest::Client,
    delivery: Arc<Delivery>,
    instance_url: Arc<str>,
    wake: Arc<Notify>,
    slots: Arc<Semaphore>,
}

impl Sender {
    pub(crate) fn new(db: Db, schema: Arc<Schema>, delivery: Delivery, instance_url: &str) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .timeout(delivery.timeout)
            .dns_resolver(Arc::new(LocalNames))
            .build()
            .context("the client for outbound messages")?;
        let slots = Arc::new(Semaphore::new(delivery.in_flight.max(1)));
        Ok(Self {
            db,
            schema,
            client,
            delivery: Arc::new(delivery),
            instance_url: instance_url.into(),
            wake: Arc::default(),
            slots,
        })
    }

    /// Tells the sender that something may be due.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Sends for as long as the stand-in runs.
    pub(crate) async fn run(self) {
        if let Err(error) = self.db.write(outbox::recover).await {
            tracing::error!(code = error.code, "recovering the outbox failed");
        }
        loop {
            let Ok(slot) = Arc::clone(&self.slots).acquire_owned().await else { return };
            let (endpoint, batch) = loop {
                match self.next_batch().await {
                    Ok(Some(found)) => break found,
                    Ok(None) => self.pause().await,
                    Err(error) => {
                        tracing::error!(code = error.code, "reading the outbox failed");
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                }
            };
            let sender = self.clone();
            tokio::spawn(async move {
                sender.deliver(&endpoint, batch).await;
                drop(slot);
                sender.wake();
            });
        }
    }

    /// Builds a batch's envelope and posts it once.
    pub(super) async fn attempt(&self, endpoint: &str, batch: &Batch) -> Result<Option<Attempt>, ApiError> {
        let (schema, url, owned) = (Arc::clone(&self.schema), Arc::clone(&self.instance_url), batch.clone());
        let Some(body) = self.db.write(move |conn| envelope::build(conn, &schema, &owned, &url)).await? else {
            return Ok(None);
        };
        Ok(Some(self.post(endpoint, body).await))
    }

    async fn post(&self, endpoint: &str, body: String) -> Attempt {
        let started = Instant::now();
        let request = self
            .client
            .post(endpoint)
            .header("content-type", "text/xml; charset=utf-8")
            .header("soapaction", "\"\"")
            .body(body);
        let answer = async {
            let response = request.send().await?;
            let status = response.status().as_u16();
            response.text().await.map(|text| (status, text))
        };
        match answer.await {
            Ok((status, text)) => {
                let acknowledged = status == 200 && envelope::is_acknowledgement(&text);
                let problem = (!acknowledged).then(|| format!("answered {status} without an acknowledgement"));
                Attempt { acknowledged, status: Some(status), problem, took: started.elapsed() }
            }
            Err(error) => Attempt {
                acknowledged: false,
                status: None,
                problem: Some(error.without_url().to_string()),
                took: started.elapsed(),
            },
        }
    }

    async fn next_batch(&self) -> Result<Option<(String, Batch)>, ApiError> {
        let Some(endpoint) = control::endpoint(&self.db).await? else { return Ok(None) };
        let due = self.db.read(outbox::next_due).await?;
        if due.is_none_or(|due| due > now_ms()) {
            return Ok(None);
        }
        let batch = self.db.write(|conn| outbox::claim(conn, now_ms())).await?;
        Ok(batch.map(|batch| (endpoint, batch)))
    }

    /// Waits for the next save or the next retry, then for others that may share the envelope.
    async fn pause(&self) {
        let due = self.db.read(outbox::next_due).await.ok().flatten();
        let wait = due.map_or(1000, |due| (due - now_ms()).clamp(1, 1000)).unsigned_abs();
        tokio::select! {
            () = self.wake.notified() => {}
            () = tokio::time::sleep(Duration::from_millis(wait)) => {}
        }
        tokio::time::sleep(self.delivery.window).await;
    }

    async fn deliver(&self, endpoint: &str, batch: Batch) {
        let count = batch.notifications.len();
        let attempt = match self.attempt(endpoint, &batch).await {
            Ok(Some(attempt)) => attempt,
            // Nothing of it is left to tell about.
            Ok(None) => Attempt { acknowledged: true, status: None, problem: None, took: Duration::ZERO },
            Err(error) => {
                Attempt { acknowledged: false, status: None, problem: Some(error.message), took: Duration::ZERO }
            }
        };
        let (message, ms) = (batch.message.clone(), attempt.took.as_secs_f64() * 1000.0);
        if attempt.acknowledged {
            tracing::debug!(message, count, duration_ms = ms, "outbound message acknowledged");
        } else {
            tracing::warn!(
                message,
                count,
                duration_ms = ms,
                problem = attempt.problem,
                "outbound message not acknowledged"
            );
        }
        let base = self.delivery.base_delay;
        let kept = self.db.write(move |conn| {
            let now = now_ms();
            if attempt.acknowledged {
                return outbox::acknowledged(conn, &batch.notifications, now, ms);
            }
            for notification in &batch.notifications {
                let due = next_attempt(notification.created_at, now, pause_after(base, notification.attempts + 1));
                outbox::refused(conn, notification, due, attempt.problem.as_deref().unwrap_or("refused"))?;
            }
            Ok(())
        });
        if let Err(error) = kept.await {
            tracing::error!(code = error.code, "keeping the result of an outbound message failed");
        }
    }
}

/// The pause after the `attempts`-th attempt.
fn pause_after(base: Duration, attempts: u32) -> Duration {
    base.saturating_mul(1 << attempts.saturating_sub(1).min(20)).min(LONGEST_PAUSE)
}

/// When to try again; `None` once that would be more than a day after the save.
fn next_attempt(created_at: i64, now: i64, pause: Duration) -> Option<i64> {
    let due = now.checked_add(i64::try_from(pause.as_millis()).ok()?)?;
    (due - created_at <= KEPT_FOR_MS).then_some(due)
}

/// Every host under `.localhost` is this machine, whatever the system's resolver thinks of it.
struct LocalNames;

impl Resolve for LocalNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str();
            if host == "localhost" || host.ends_with(".localhost") {
                let addrs: Addrs = Box::new(std::iter::once(SocketAddr::from(([127, 0, 0, 1], 0))));
                return Ok(addrs);
            }
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{KEPT_FOR_MS, next_attempt, pause_after};

    #[test]
    fn pauses_double_up_to_two_hours() {
        let second = Duration::from_secs(1);
        assert_eq!(
            [1, 2, 3, 13, 14, 40].map(|attempts| pause_after(second, attempts).as_secs()),
            [1, 2, 4, 4096, 7200, 7200]
        );
    }

    #[test]
    fn a_message_is_given_up_a_day_after_its_save() {
        let hour = Duration::from_secs(3600);
        assert_eq!(next_attempt(1_000, 2_000, hour), Some(3_602_000));
        assert_eq!(next_attempt(0, KEPT_FOR_MS - 3_600_000, hour), Some(KEPT_FOR_MS));
        assert_eq!(next_attempt(0, KEPT_FOR_MS - 3_599_999, hour), None);
    }
}
