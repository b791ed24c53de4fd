//! What a person is here, by what they are in the CRM.

use revloops_loopkit::ports::CrmIdentity;
use serde::{Deserialize, Serialize};

use crate::principal::Role;

/// Who is what. The first of these that fits decides, from the most that one may be down to the least.
///
/// Names are those of profiles and permission sets (a set's API name or its label), as the CRM has them, upper and lower
/// case aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RoleRules {
    /// Profiles and permission sets of administrators.
    pub administrators: Vec<String>,
    /// Profiles and permission sets of those who change how the loops work.
    pub operations: Vec<String>,
    /// Profiles and permission sets of managers.
    pub managers: Vec<String>,
    /// Whether somebody who is another active user's manager in the CRM is one here.
    pub reports_make_a_manager: bool,
    /// What everybody else is; nothing, and no token, where this is left empty.
    pub everybody_else: Option<Role>,
}

impl Default for RoleRules {
    fn default() -> Self {
        Self {
            administrators: vec!["System Administrator".to_owned()],
            operations: vec!["RevLoops Operations".to_owned(), "RevLoops_Operations".to_owned()],
            managers: Vec::new(),
            reports_make_a_manager: true,
            everybody_else: Some(Role::Rep),
        }
    }
}

impl RoleRules {
    /// What `person` is here; `None` for those who may not come in: who is not active in the CRM, for one.
    #[must_use]
    pub fn role_of(&self, person: &CrmIdentity) -> Option<Role> {
        let is_one_of = |names: &[String]| {
            let has = |name: &String| {
                person.profile.iter().chain(&person.permission_sets).any(|held| held.eq_ignore_ascii_case(name))
            };
            names.iter().any(has)
        };
        if !person.active {
            None
        } else if is_one_of(&self.administrators) {
            Some(Role::Administrator)
        } else if is_one_of(&self.operations) {
            Some(Role::Operations)
        } else if is_one_of(&self.managers) || (self.reports_make_a_manager && person.has_reports) {
            Some(Role::Manager)
        } else {
            self.everybody_else
        }
    }
}

#[cfg(test)]
mod tests {
    use revloops_domain::SalesforceId;

    use super::*;

    fn person() -> CrmIdentity {
        CrmIdentity {
            user: SalesforceId::parse("005000000000001").unwrap(),
            username: "ida@acme.example".to_owned(),
            active: true,
            profile: Some("Standard User".to_owned()),
            crm_role: None,
            permission_sets: Vec::new(),
            has_reports: false,
        }
    }

    #[test]
    fn the_most_that_fits_decides() {
        let rules = RoleRules::default();
        let admin = CrmIdentity { profile: Some("System Administrator".to_owned()), has_reports: true, ..person() };
        let operations =
            CrmIdentity { permission_sets: vec!["RevLoops_Operations".to_owned()], has_reports: true, ..person() };
        let manager = CrmIdentity { has_reports: true, ..person() };
        assert_eq!(
            [admin, operations, manager, person()].map(|one| rules.role_of(&one)),
            [Some(Role::Administrator), Some(Role::Operations), Some(Role::Manager), Some(Role::Rep)]
        );
    }

    #[test]
    fn who_is_not_active_is_nothing_whatever_their_profile() {
        let gone = CrmIdentity { active: false, profile: Some("System Administrator".to_owned()), ..person() };
        assert_eq!(RoleRules::default().role_of(&gone), None);
    }

    #[test]
    fn levers_can_keep_everybody_else_out_and_misspelt_ones_are_refused() {
        let rules: RoleRules = serde_json::from_str(r#"{"everybody_else": null, "managers": ["Team Lead"]}"#).unwrap();
        assert_eq!(rules.role_of(&person()), None);
        let lead = CrmIdentity { profile: Some("team lead".to_owned()), ..person() };
        assert_eq!(rules.role_of(&lead), Some(Role::Manager));
        assert!(serde_json::from_str::<RoleRules>(r#"{"administrator": []}"#).is_err());
    }
}
