//! Companies that exist in the made-up world, and the accounts that a CRM holds of them.

use std::collections::BTreeSet;

use revloops_domain::{Account, AccountId, MailDomain, OwnerId};

use super::rng::Rng;
use super::words::{
    BEGINNINGS, COMMON, ENDS, LANDS, Land, MIDDLES, OFFICIAL, OFFICIAL_END, OFFICIAL_MIDDLE, SHORTENED, SURNAMES,
    TRADES,
};

/// One company, as it truly is.
#[derive(Clone)]
pub(super) struct Firm {
    /// The name without its legal form.
    pub(super) name: String,
    /// The legal form's ways of being written.
    pub(super) forms: &'static [&'static str],
    pub(super) land: &'static Land,
    pub(super) city: &'static str,
    pub(super) state: &'static str,
    pub(super) postal: String,
    pub(super) phone: String,
    pub(super) domain: String,
}

impl Firm {
    pub(super) fn full_name(&self) -> String {
        let form = self.forms.first().copied().unwrap_or_default();
        join_form(&self.name, form)
    }
}

pub(super) fn join_form(name: &str, form: &str) -> String {
    if form.starts_with(',') { format!("{name}{form}") } else { format!("{name} {form}").trim().to_owned() }
}

/// Makes companies whose names and domains nobody else has.
pub(super) struct World {
    pub(super) rng: Rng,
    taken: BTreeSet<String>,
    ids: u32,
    pub(super) accounts: Vec<Account>,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        Self { rng: Rng::new(seed), taken: BTreeSet::new(), ids: 0, accounts: Vec::new() }
    }

    pub(super) fn land(&mut self) -> &'static Land {
        // A CRM's accounts are not spread evenly.
        let end = if self.rng.chance(55) { 3 } else { LANDS.len() };
        let at = self.rng.below(end);
        LANDS.get(at).unwrap_or(&FALLBACK)
    }

    pub(super) fn other_land(&mut self, than: &Land) -> &'static Land {
        let others: Vec<&'static Land> = LANDS.iter().filter(|land| land.code != than.code).collect();
        self.rng.pick(&others).copied().unwrap_or(&FALLBACK)
    }

    /// A coined word: `Velorix`.
    pub(super) fn coined(&mut self) -> String {
        let rng = &mut self.rng;
        let mut word = format!("{}{}", rng.word(BEGINNINGS), rng.word(MIDDLES));
        if rng.chance(30) {
            word.push_str(rng.word(MIDDLES));
        }
        word + rng.word(ENDS)
    }

    /// A name of one of the kinds that registers are full of, which nobody has yet.
    pub(super) fn name(&mut self) -> String {
        loop {
            let name = match self.rng.below(10) {
                0..=3 => self.coined(),
                4 | 5 => format!("{} {}", self.coined(), self.rng.word(TRADES)),
                6 | 7 => format!("{} {}", self.rng.word(SURNAMES), self.rng.word(TRADES)),
                8 => {
                    let join = self.rng.word(&["&", "und", "and"]);
                    format!("{} {join} {} {}", self.rng.word(SURNAMES), self.rng.word(SURNAMES), self.rng.word(TRADES))
                }
                _ => {
                    let (long, _) = self.rng.pick(SHORTENED).copied().unwrap_or_default();
                    format!("{} {long}", self.coined())
                }
            };
            if self.taken.insert(plain(&name)) {
                return name;
            }
        }
    }

    /// A long official name: `Nordic Freight Insurance Union`.
    pub(super) fn official_name(&mut self) -> String {
        loop {
            let rng = &mut self.rng;
            let mut name = format!("{} {}", rng.word(OFFICIAL), rng.word(OFFICIAL_MIDDLE));
            if rng.chance(60) {
                name = format!("{name} {}", rng.word(OFFICIAL_MIDDLE));
            }
            let name = format!("{name} {}", rng.word(OFFICIAL_END));
            if self.taken.insert(plain(&name)) {
                return name;
            }
        }
    }

    /// A name that any town may have: `Premier Plumbing`.
    pub(super) fn common_name(&mut self) -> String {
        format!("{} {}", self.rng.word(COMMON), self.rng.word(TRADES))
    }

    /// A company of this name in some place of `land`.
    pub(super) fn firm(&mut self, name: String, land: &'static Land) -> Firm {
        let rng = &mut self.rng;
        let mut place = rng.pick(land.cities).copied().unwrap_or_default();
        // No register takes the same name twice in one town.
        for _ in 0..20 {
            if self.taken.insert(format!("{}/{}", plain(&name), place.0)) {
                break;
            }
            place = rng.pick(land.cities).copied().unwrap_or_default();
        }
        let (city, state, first) = place;
        let forms = rng.pick(land.forms).copied().unwrap_or_default();
        let postal = format!("{first}{}", rng.digits(land.postal_digits.saturating_sub(first.len())));
        let phone = format!("{} {} {}", land.dial, rng.digits(3), rng.digits(7));
        let mut domain = format!("{}.{}", plain(&name), land.tld);
        while !self.taken.insert(domain.clone()) {
            let more = self.rng.word(&["group", "online", "hq", "world", "co", "x", "its", "go"]);
            domain = format!("{}{more}.{}", plain(&name), land.tld);
            if self.taken.contains(&domain) {
                domain = format!("{}{}.{}", plain(&name), self.rng.digits(4), land.tld);
            }
        }
        Firm { name, forms, land, city, state, postal, phone, domain }
    }

    /// A company with a name of its own.
    pub(super) fn some_firm(&mut self) -> Firm {
        let name = self.name();
        let land = self.land();
        self.firm(name, land)
    }

    /// The account of `firm`, with the gaps that accounts have. Returns its id.
    pub(super) fn account(&mut self, firm: &Firm, name: String) -> Option<AccountId> {
        self.ids += 1;
        let id = AccountId::parse(&format!("001gen{:09}", self.ids)).ok()?;
        let rng = &mut self.rng;
        let keep =
            |rng: &mut Rng, percent, text: &str| (rng.chance(percent) && !text.is_empty()).then(|| text.to_owned());
        let account = Account {
            id: id.clone(),
            name,
            domain: keep(rng, 80, &firm.domain).and_then(|domain| MailDomain::parse(&domain)),
            country_code: keep(rng, 95, firm.land.code),
            state_code: keep(rng, 85, firm.state),
            postal_code: keep(rng, 75, &firm.postal),
            city: keep(rng, 85, firm.city),
            phone: keep(rng, 65, &firm.phone),
            industry: None,
            employees: rng.chance(70).then(|| u32::try_from(10 + rng.below(5_000)).unwrap_or(10)),
            kind: keep(rng, 30, "Customer - Direct").or_else(|| Some("Prospect".to_owned())),
            owner_id: OwnerId::parse(&format!("005gen{:09}", rng.below(40))).ok(),
            parent_id: None,
            created_at: None,
            modified_at: None,
        };
        self.accounts.push(account);
        Some(id)
    }
}

/// Letters and digits of a name in ASCII, as domains are made of them.
pub(super) fn plain(name: &str) -> String {
    transliterate(name).to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect()
}

/// As people without the right keyboard write it.
pub(super) fn transliterate(name: &str) -> String {
    let mut plain = String::new();
    for letter in name.chars() {
        let written = match letter {
            'ä' => "ae",
            'ö' | 'ø' => "oe",
            'ü' => "ue",
            'Ä' => "Ae",
            'Ö' | 'Ø' => "Oe",
            'Ü' => "Ue",
            'ß' => "ss",
            'å' => "aa",
            'Å' => "Aa",
            other => {
                plain.push_str(&bare(other));
                continue;
            }
        };
        plain.push_str(written);
    }
    plain
}

/// The letter without its mark.
pub(super) fn bare(letter: char) -> String {
    match letter {
        'ä' | 'á' | 'à' | 'ã' | 'å' => "a".to_owned(),
        'é' | 'è' | 'ê' => "e".to_owned(),
        'í' => "i".to_owned(),
        'ó' | 'ö' | 'ø' | 'õ' => "o".to_owned(),
        'ú' | 'ü' => "u".to_owned(),
        'ñ' | 'ń' => "n".to_owned(),
        'ç' => "c".to_owned(),
        'ł' => "l".to_owned(),
        'Ł' => "L".to_owned(),
        'ś' => "s".to_owned(),
        'ź' => "z".to_owned(),
        'ß' => "ss".to_owned(),
        'Å' | 'Ä' => "A".to_owned(),
        'É' => "E".to_owned(),
        'Ö' | 'Ø' => "O".to_owned(),
        'Ü' => "U".to_owned(),
        other => other.to_string(),
    }
}

static FALLBACK: Land = Land {
    code: "DE",
    names: &["Germany"],
    cities: &[("Kiel", "SH", "24")],
    postal_digits: 5,
    dial: "+49",
    tld: "de",
    forms: &[&["GmbH"]],
};
