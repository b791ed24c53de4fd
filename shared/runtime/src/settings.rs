//! Settings from the environment: their one home.

use std::str::FromStr;

use revloops_domain::ErrorClass;
use revloops_loopkit::{Failure, Outcome};

/// The function's settings, as the template gives them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings;

impl Settings {
    /// The setting `REVLOOPS_<name>`.
    ///
    /// # Errors
    /// `ConfigInvalid`, naming it, where it is not set or empty.
    #[expect(clippy::disallowed_methods, reason = "the one home of settings")]
    pub fn text(self, name: &str) -> Outcome<String> {
        let name = format!("REVLOOPS_{name}");
        match std::env::var(&name) {
            Ok(value) if !value.trim().is_empty() => Ok(value),
            Ok(_) | Err(_) => Err(Failure::new(
                ErrorClass::ConfigInvalid,
                format!("setting {name} is missing: give it in the function's environment (infra/template.yaml)"),
            )),
        }
    }

    /// The setting `REVLOOPS_<name>`, where it is given.
    #[must_use]
    pub fn optional(self, name: &str) -> Option<String> {
        self.text(name).ok()
    }

    /// The setting as a `T`.
    ///
    /// # Errors
    /// `ConfigInvalid`, naming it, where it is missing or no `T`.
    pub fn parsed<T: FromStr>(self, name: &str) -> Outcome<T> {
        let text = self.text(name)?;
        text.trim().parse().map_err(|_not_a_t| {
            Failure::new(
                ErrorClass::ConfigInvalid,
                format!("setting REVLOOPS_{name} is `{text}`: it must be a {}", std::any::type_name::<T>()),
            )
        })
    }
}
