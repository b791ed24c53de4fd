//! From a row of a file to a subject: columns are named as the CRM's API or as our rules name them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use revloops_domain::events::LeadProfile;
use revloops_domain::{
    Account, AccountId, CorrelationId, LeadId, MailDomain, OwnerId, Score, is_country_code, meant_country_code,
};
use revloops_route::batch::{Object, Subject};
use revloops_route::inputs::RouteInput;
use revloops_tables::Row;

/// What a column can be, with its names: ours, an account's in the CRM, a lead's in the CRM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Id,
    Owner,
    Company,
    Domain,
    Country,
    State,
    PostalCode,
    Industry,
    Employees,
    LeadSource,
    Title,
    Score,
    Band,
    Kind,
    Parent,
    ParentOwner,
    Created,
}

const NAMES: &[(Meaning, &str, Option<&str>, Option<&str>)] = &[
    (Meaning::Id, "id", Some("Id"), Some("Id")),
    (Meaning::Owner, "owner", Some("OwnerId"), Some("OwnerId")),
    (Meaning::Company, "company", Some("Name"), Some("Company")),
    (Meaning::Domain, "domain", Some("Website"), Some("RevLoops_Domain__c")),
    (Meaning::Country, "country", Some("BillingCountryCode"), Some("CountryCode")),
    (Meaning::State, "state", Some("BillingStateCode"), Some("StateCode")),
    (Meaning::PostalCode, "postal_code", Some("BillingPostalCode"), Some("PostalCode")),
    (Meaning::Industry, "industry", Some("Industry"), Some("Industry")),
    (Meaning::Employees, "employees", Some("NumberOfEmployees"), Some("NumberOfEmployees")),
    (Meaning::LeadSource, "lead_source", None, Some("LeadSource")),
    (Meaning::Title, "title", None, Some("Title")),
    (Meaning::Score, "score", None, Some("RevLoops_Score__c")),
    (Meaning::Band, "band", None, Some("RevLoops_Band__c")),
    (Meaning::Kind, "account_kind", Some("Type"), None),
    (Meaning::Parent, "parent", Some("ParentId"), None),
    (Meaning::ParentOwner, "parent_owner", Some("Parent.OwnerId"), None),
    (Meaning::Created, "created", Some("CreatedDate"), Some("CreatedDate")),
];

fn meaning(object: Object, column: &str) -> Option<Meaning> {
    let fits = |(_, ours, account, lead): &&(Meaning, &str, Option<&str>, Option<&str>)| {
        let theirs = match object {
            Object::Account => account,
            Object::Lead => lead,
        };
        column == *ours || theirs.is_some_and(|name| name.eq_ignore_ascii_case(column))
    };
    NAMES.iter().find(fits).map(|(meaning, ..)| *meaning)
}

/// Whether a column of this name says anything.
pub(super) fn is_wanted(object: Object, column: &str) -> bool {
    meaning(object, column).is_some()
}

/// Reads subjects from rows.
#[derive(Debug)]
pub(super) struct Columns {
    object: Object,
    places: Vec<(Meaning, usize)>,
    at: Timestamp,
}

/// What is wrong with a row: the column, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WrongCell {
    pub(super) column: usize,
    pub(super) why: String,
}

impl Columns {
    /// Finds the columns; says everything that is missing or twice.
    pub(super) fn find(object: Object, columns: &[String], at: Timestamp) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let mut places: Vec<(Meaning, usize)> = Vec::new();
        for (at, column) in columns.iter().enumerate() {
            let Some(meaning) = meaning(object, column) else { continue };
            if let Some((_, before)) = places.iter().find(|(known, _)| *known == meaning) {
                let earlier = columns.get(*before).map_or("", String::as_str);
                problems.push(format!("`{earlier}` and `{column}` mean the same: keep one of them"));
            }
            places.push((meaning, at));
        }
        let mut needed = vec![Meaning::Id, Meaning::Owner, Meaning::Company];
        if object == Object::Lead {
            needed.extend([Meaning::Score, Meaning::Band]);
        }
        for missing in needed.into_iter().filter(|needed| !places.iter().any(|(known, _)| known == needed)) {
            if let Some((_, ours, account, lead)) = NAMES.iter().find(|(known, ..)| *known == missing) {
                let theirs = if object == Object::Account { account } else { lead };
                problems.push(format!("there is no column `{}` (or `{ours}`)", theirs.unwrap_or(ours)));
            }
        }
        if problems.is_empty() { Ok(Self { object, places, at }) } else { Err(problems) }
    }

    /// The subject of a row, or everything that is wrong with it.
    pub(super) fn read(&self, row: Row<'_>) -> Result<Subject, Vec<WrongCell>> {
        let mut reading = Reading { columns: self, row, wrong: Vec::new() };
        let subject = match self.object {
            Object::Account => reading.account(),
            Object::Lead => reading.lead(self.at),
        };
        match subject {
            Some(subject) if reading.wrong.is_empty() => Ok(subject),
            Some(_) | None => Err(reading.wrong),
        }
    }
}

struct Reading<'a> {
    columns: &'a Columns,
    row: Row<'a>,
    wrong: Vec<WrongCell>,
}

impl Reading<'_> {
    fn place(&self, meaning: Meaning) -> Option<usize> {
        self.columns.places.iter().find(|(known, _)| *known == meaning).map(|(_, place)| *place)
    }

    fn text(&self, meaning: Meaning) -> Option<String> {
        self.row.cell(self.place(meaning)?).text().map(std::borrow::Cow::into_owned)
    }

    fn wrong(&mut self, meaning: Meaning, why: impl Into<String>) {
        let column = self.place(meaning).unwrap_or(0);
        self.wrong.push(WrongCell { column, why: why.into() });
    }

    /// The text as a `T`; what is no `T` is wrong.
    fn parsed<T, E: std::fmt::Display>(
        &mut self,
        meaning: Meaning,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(meaning)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.wrong(meaning, error.to_string());
                None
            }
        }
    }

    fn needed<T>(&mut self, meaning: Meaning, value: Option<T>) -> Option<T> {
        if value.is_none() && !self.wrong.iter().any(|wrong| Some(wrong.column) == self.place(meaning)) {
            self.wrong(meaning, "it is empty");
        }
        value
    }

    fn number(&mut self, meaning: Meaning) -> Option<u32> {
        let place = self.place(meaning)?;
        match self.row.cell(place).whole() {
            Ok(number) => {
                let number = number?;
                let read = u32::try_from(number).ok();
                if read.is_none() {
                    self.wrong(meaning, format!("{number} is out of range"));
                }
                read
            }
            Err(error) => {
                self.wrong(meaning, error.to_string());
                None
            }
        }
    }

    fn country(&mut self) -> Option<String> {
        self.parsed(Meaning::Country, |code| {
            if is_country_code(code) {
                return Ok(code.to_ascii_uppercase());
            }
            let meant = meant_country_code(code).map(|meant| format!(": write {meant}"));
            Err(format!("`{code}` is no ISO country code{}", meant.unwrap_or_default()))
        })
    }

    fn domain(&mut self) -> Option<MailDomain> {
        self.parsed(Meaning::Domain, |text| {
            MailDomain::of_website(text).ok_or_else(|| format!("`{text}` is no website or domain"))
        })
        .filter(|domain| !domain.is_free_mail())
    }

    fn created(&mut self) -> Option<Timestamp> {
        self.parsed(Meaning::Created, |text| {
            let midnight = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|day| day.timestamp());
            text.parse().ok().or_else(midnight).ok_or_else(|| format!("`{text}` is no time like 2026-11-22T10:00:00Z"))
        })
    }

    fn account(&mut self) -> Option<Subject> {
        let id = self.parsed(Meaning::Id, AccountId::parse);
        let id = self.needed(Meaning::Id, id);
        let owner_id = self.parsed(Meaning::Owner, OwnerId::parse);
        let owner_id = self.needed(Meaning::Owner, owner_id);
        let name = self.text(Meaning::Company);
        let name = self.needed(Meaning::Company, name);
        let (country_code, domain, employees) = (self.country(), self.domain(), self.number(Meaning::Employees));
        let parent_id = self.parsed(Meaning::Parent, AccountId::parse);
        let parent_owner = self.parsed(Meaning::ParentOwner, OwnerId::parse);
        let created_at = self.created();
        let account = Account {
            id: id?,
            name: name?,
            domain,
            country_code,
            state_code: self.text(Meaning::State),
            postal_code: self.text(Meaning::PostalCode),
            city: None,
            phone: None,
            industry: self.text(Meaning::Industry),
            employees,
            kind: self.text(Meaning::Kind),
            owner_id: Some(owner_id?),
            parent_id,
            created_at,
            modified_at: None,
        };
        Some(Subject::Account { account: Box::new(account), parent_owner })
    }

    fn lead(&mut self, at: Timestamp) -> Option<Subject> {
        let id = self.parsed(Meaning::Id, LeadId::parse);
        let id = self.needed(Meaning::Id, id);
        let owner = self.parsed(Meaning::Owner, OwnerId::parse);
        let owner = self.needed(Meaning::Owner, owner);
        let company = self.text(Meaning::Company);
        let company = self.needed(Meaning::Company, company);
        let band = self.text(Meaning::Band);
        let band = self.needed(Meaning::Band, band);
        let points = self.number(Meaning::Score);
        let points = self.needed(Meaning::Score, points);
        if points.is_some_and(|points| points > 100) {
            self.wrong(Meaning::Score, "a score is 0 to 100");
        }
        let (country_code, domain, employees) = (self.country(), self.domain(), self.number(Meaning::Employees));
        let saved_at = self.created().unwrap_or(at);
        let lead_id = id?;
        let input = RouteInput {
            event_id: format!("batch/{lead_id}"),
            correlation_id: CorrelationId(format!("batch/{lead_id}")),
            trigger: "batch".to_owned(),
            saved_at,
            profile: LeadProfile {
                company: company?,
                domain,
                country_code,
                state_code: self.text(Meaning::State),
                postal_code: self.text(Meaning::PostalCode),
                industry: self.text(Meaning::Industry),
                employees,
                lead_source: self.text(Meaning::LeadSource),
                first_name: None,
                last_name: String::new(),
                title: self.text(Meaning::Title),
                message: None,
            },
            score: Score::clamped(i64::from(points?)),
            band: band?,
            account: None,
            headquarters: None,
            passed_over: Vec::new(),
            lead_id,
        };
        Some(Subject::Lead { input: Box::new(input), owner })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use revloops_tables::{Next, Rows};

    use super::*;

    fn at() -> Timestamp {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    fn read(folder: &Path, object: Object, text: &str) -> Vec<Result<Subject, Vec<WrongCell>>> {
        let path = folder.join("rows.csv");
        std::fs::write(&path, text).unwrap();
        let mut rows = Rows::open(&path, |_| true).unwrap();
        let columns = Columns::find(object, rows.columns(), at()).unwrap();
        let mut found = Vec::new();
        while let Some(next) = rows.next().unwrap() {
            let Next::Row(row) = next else { panic!("{next:?}") };
            found.push(columns.read(row));
        }
        found
    }

    #[test]
    fn an_account_is_read_by_the_crms_names_and_by_ours() {
        let folder = tempfile::tempdir().unwrap();
        let crm = "Id,OwnerId,Name,Website,BillingCountryCode,NumberOfEmployees,Fax\n\
                   001000000000001,005000000000001,Müller GmbH,https://www.mueller.example/de,de,1200.0,1\n";
        let ours = "id,owner,company,domain,country,employees\n\
                    001000000000001AAA,005000000000001AAA,Müller GmbH,mueller.example,DE,1200\n";
        let one = read(folder.path(), Object::Account, crm);
        assert_eq!(one, read(folder.path(), Object::Account, ours));
        let Ok(Subject::Account { account, .. }) = &one[0] else { panic!("{one:?}") };
        assert_eq!((account.country_code.as_deref(), account.employees), (Some("DE"), Some(1200)));
        assert_eq!(account.domain.as_ref().map(MailDomain::as_str), Some("mueller.example"));
    }

    #[test]
    fn everything_that_is_wrong_with_a_row_is_said_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let text = "Id,OwnerId,Name,BillingCountryCode,NumberOfEmployees\n00Q000000000001,,Acme,UK,many\n";
        let wrong = read(folder.path(), Object::Account, text).pop().unwrap().unwrap_err();
        let columns: Vec<usize> = wrong.iter().map(|wrong| wrong.column).collect();
        assert_eq!(columns, [0, 1, 3, 4], "{wrong:?}");
        assert!(wrong[0].why.contains("account id"), "{wrong:?}");
        assert_eq!(wrong[1].why, "it is empty");
    }

    #[test]
    fn a_lead_needs_its_score_and_band() {
        let folder = tempfile::tempdir().unwrap();
        let missing = Columns::find(Object::Lead, &["Id".into(), "OwnerId".into(), "Company".into()], at());
        let said = missing.unwrap_err().join("; ");
        assert!(said.contains("`RevLoops_Score__c` (or `score`)") && said.contains("`RevLoops_Band__c`"), "{said}");
        let text = "id,owner,company,score,band\n00Q000000000001,005000000000001,Acme,84,A\n";
        let Ok(Subject::Lead { input, owner }) = &read(folder.path(), Object::Lead, text)[0] else { panic!() };
        assert_eq!((input.score.points(), input.band.as_str(), owner.is_some()), (84, "A", true));
    }

    #[test]
    fn two_columns_of_one_meaning_are_refused() {
        let columns = ["Id", "OwnerId", "Name", "company"].map(String::from);
        let said = Columns::find(Object::Account, &columns, at()).unwrap_err().join("; ");
        assert!(said.contains("`Name` and `company` mean the same"), "{said}");
    }
}
