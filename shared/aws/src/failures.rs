//! SDK errors → failures with a class.

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use revloops_domain::ErrorClass;
use revloops_loopkit::Failure;

/// Classes an SDK error by its code and status, never by its text.
pub(crate) fn failure<E>(context: impl Into<String>, error: SdkError<E, HttpResponse>) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let class = if let SdkError::ServiceError(service) = &error {
        class_of(service.err().code().unwrap_or_default(), service.raw().status().as_u16())
    } else if matches!(&error, SdkError::ConstructionFailure(_)) {
        ErrorClass::Bug
    } else {
        // Nothing came back, or nothing that can be read.
        ErrorClass::Transient
    };
    // The service's own error is the cause; the SDK's wrapper only says "service error".
    Failure::new(class, context).caused_by(error.into_source().unwrap_or_else(|wrapper| wrapper.to_string().into()))
}

fn class_of(code: &str, status: u16) -> ErrorClass {
    match code {
        "ThrottlingException"
        | "Throttling"
        | "RequestLimitExceeded"
        | "ProvisionedThroughputExceededException"
        | "TooManyRequestsException"
        | "RequestThrottled"
        | "LimitExceededException"
        | "ExecutionLimitExceeded" => ErrorClass::Throttled,
        "TransactionConflictException"
        | "TransactionInProgressException"
        | "InternalServerError"
        | "InternalFailure"
        | "ServiceUnavailable"
        | "RequestTimeout"
        | "RequestExpired" => ErrorClass::Transient,
        _ if status >= 500 => ErrorClass::Transient,
        _ => ErrorClass::Bug,
    }
}

/// A failure of the object store: what is missing or refused is ours to mend, the rest passes.
pub(crate) fn object_failure(context: impl Into<String>, error: object_store::Error) -> Failure {
    let ours = matches!(
        &error,
        object_store::Error::NotFound { .. }
            | object_store::Error::PermissionDenied { .. }
            | object_store::Error::Unauthenticated { .. }
            | object_store::Error::InvalidPath { .. }
            | object_store::Error::UnknownConfigurationKey { .. }
    );
    Failure::new(if ours { ErrorClass::Bug } else { ErrorClass::Transient }, context).caused_by(error)
}
