//! Outbound messages: from the save that causes one to the acknowledgement.
//!
//! | module | answers |
//! |---|---|
//! | [`outbox`] | which notifications wait, which were acknowledged |
//! | [`envelope`] | what the SOAP envelope looks like |
//! | [`sender`] | who sends it, when again, when not any more |
//! | [`control`] | how tests look at all this |

pub(crate) mod control;
mod envelope;
pub(crate) mod outbox;
pub(crate) mod sender;
