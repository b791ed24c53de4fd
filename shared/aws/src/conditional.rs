//! Updates that are made under a condition.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;

use revloops_loopkit::Outcome;

use crate::failures::failure;

/// Sends `update`: whether its condition held, and it is done with it; otherwise nothing has changed.
///
/// # Errors
/// Every other error of the service, said to have come up while `doing` this.
pub(crate) async fn update_if(update: UpdateItemFluentBuilder, doing: impl Into<String>) -> Outcome<bool> {
    match update.send().await {
        Ok(_) => Ok(true),
        Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => Ok(false),
        Err(error) => Err(failure(doing, error)),
    }
}
