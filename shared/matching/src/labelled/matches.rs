//! Leads whose company has an account.

use revloops_domain::Account;

use super::Labelled;
use super::dirt::{self, Address};
use super::words::{SHORTENED, SURNAMES, TRADES};
use super::world::{Firm, World, join_form, plain};

/// Makes one lead of its kind.
pub(super) type Make = fn(&mut World, usize) -> Option<Labelled>;

pub(super) const KINDS: &[Make] = &[
    typo,
    legal_form,
    accents,
    abbreviation,
    acronym,
    sub_domain,
    other_ending,
    transposed,
    spacing,
    domain_alone,
    few_fields,
    website,
    duplicate,
];

/// The lead that calls its company `company`, and the account of the same company.
fn pair(
    world: &mut World,
    number: usize,
    kind: &'static str,
    firm: &Firm,
    company: String,
    address: Address,
) -> Option<Labelled> {
    let account_name = firm.full_name();
    let truth = world.account(firm, account_name);
    let lead = dirt::lead(&mut world.rng, number, firm, company, address)?;
    Some(Labelled { kind, lead, truth })
}

/// Address fields as often as forms ask for them.
fn some_address(world: &mut World) -> Address {
    match world.rng.below(10) {
        0 => Address::None,
        1 | 2 => Address::Country,
        _ => Address::Some,
    }
}

/// With or without its legal form, in one of its ways.
fn any_form(world: &mut World, firm: &Firm, name: &str) -> String {
    if world.rng.chance(45) {
        return name.to_owned();
    }
    let form = world.rng.word(firm.forms);
    join_form(name, form)
}

fn typo(world: &mut World, number: usize) -> Option<Labelled> {
    let firm = world.some_firm();
    let name = dirt::typo(&mut world.rng, &firm.name);
    let company = any_form(world, &firm, &name);
    pair(world, number, "typo", &firm, company, Address::Some)
}

fn legal_form(world: &mut World, number: usize) -> Option<Labelled> {
    let firm = world.some_firm();
    let name = firm.name.clone();
    let company = any_form(world, &firm, &name);
    let address = some_address(world);
    pair(world, number, "legal form", &firm, company, address)
}

fn accents(world: &mut World, number: usize) -> Option<Labelled> {
    let marked: Vec<&str> = SURNAMES.iter().copied().filter(|name| !name.is_ascii()).collect();
    let name = format!("{} {} {}", world.rng.word(&marked), world.coined(), world.rng.word(TRADES));
    let land = world.land();
    let firm = world.firm(name, land);
    let name = dirt::without_accents(&mut world.rng, &firm.name);
    let company = any_form(world, &firm, &name);
    let address = some_address(world);
    pair(world, number, "accents", &firm, company, address)
}

fn abbreviation(world: &mut World, number: usize) -> Option<Labelled> {
    let (long, _) = world.rng.pick(SHORTENED).copied()?;
    let name = format!("{} {long}", world.coined());
    let land = world.land();
    let firm = world.firm(name, land);
    let name = dirt::shortened(&mut world.rng, &firm.name);
    let company = any_form(world, &firm, &name);
    let address = some_address(world);
    pair(world, number, "abbreviation", &firm, company, address)
}

fn acronym(world: &mut World, number: usize) -> Option<Labelled> {
    let name = world.official_name();
    let land = world.land();
    let firm = world.firm(name, land);
    let initials = dirt::initials(&firm.name);
    let company = any_form(world, &firm, &initials);
    pair(world, number, "acronym", &firm, company, Address::Some)
}

/// Makes sure that the account has its domain: these kinds are about it.
fn with_domain(world: &mut World, firm: &Firm) {
    if let Some(account) = world.accounts.last_mut() {
        account.domain = revloops_domain::MailDomain::parse(&firm.domain);
    }
}

fn sub_domain(world: &mut World, number: usize) -> Option<Labelled> {
    let firm = world.some_firm();
    let part = world.rng.word(&["mail", "emea", "sales", "us", "corp", "team", "hr"]);
    let address = some_address(world);
    let name = if world.rng.chance(50) { firm.name.clone() } else { format!("{} {}", firm.name, part.to_uppercase()) };
    let mut made = pair(world, number, "sub-domain", &firm, name, address)?;
    with_domain(world, &firm);
    made.lead.email = Some(format!("jo@{part}.{}", firm.domain));
    Some(made)
}

fn other_ending(world: &mut World, number: usize) -> Option<Labelled> {
    let firm = world.some_firm();
    let name = firm.name.clone();
    let company = any_form(world, &firm, &name);
    let mut made = pair(world, number, "other domain ending", &firm, company, Address::Some)?;
    with_domain(world, &firm);
    let word = firm.domain.split('.').next().unwrap_or_default();
    let ending = world.rng.word(&["eu", "io", "net", "biz", "group"]);
    made.lead.email = Some(format!("jo@{word}.{ending}"));
    Some(made)
}

fn transposed(world: &mut World, number: usize) -> Option<Labelled> {
    let name = format!("{} {} {}", world.coined(), world.rng.word(SURNAMES), world.rng.word(TRADES));
    let land = world.land();
    let firm = world.firm(name, land);
    let mut words: Vec<&str> = firm.name.split_whitespace().collect();
    let by = 1 + world.rng.below(words.len() - 1);
    words.rotate_left(by);
    let company = words.join(" ");
    pair(world, number, "words in another order", &firm, company, Address::Some)
}

fn spacing(world: &mut World, number: usize) -> Option<Labelled> {
    let firm = world.some_firm();
    let full = if world.rng.chance(50) { firm.full_name() } else { firm.name.clone() };
    let company = dirt::respaced(&mut world.rng, &full);
    let address = some_address(world);
    pair(world, number, "spaces and capitals", &firm, company, address)
}

fn domain_alone(world: &mut World, number: usize) -> Option<Labelled> {
    let firm = world.some_firm();
    let company = match world.rng.below(4) {
        0 => "n/a".to_owned(),
        1 => world.coined(),
        2 => world.rng.word(&["Sales Department", "Head Office", "IT", "Procurement"]).to_owned(),
        _ => dirt::initials(&firm.name),
    };
    let address = some_address(world);
    let mut made = pair(world, number, "domain alone", &firm, company, address)?;
    with_domain(world, &firm);
    made.lead.email = Some(format!("jo.doe@{}", firm.domain));
    Some(made)
}

fn few_fields(world: &mut World, number: usize) -> Option<Labelled> {
    let firm = world.some_firm();
    let company = firm.name.clone();
    let address = if world.rng.chance(50) { Address::None } else { Address::Country };
    pair(world, number, "few fields", &firm, company, address)
}

fn website(world: &mut World, number: usize) -> Option<Labelled> {
    let firm = world.some_firm();
    let name = dirt::typo(&mut world.rng, &firm.name);
    let mut made = pair(world, number, "website with free mail", &firm, name, Address::Country)?;
    with_domain(world, &firm);
    let address = world.rng.word(&["https://www.", "http://", "www.", "WWW.", ""]);
    made.lead.website = Some(format!("{address}{}/about?ref=1", firm.domain));
    Some(made)
}

/// Two accounts of one company: the customer is the one that the shipped rules choose.
fn duplicate(world: &mut World, number: usize) -> Option<Labelled> {
    let firm = world.some_firm();
    let mut made = pair(world, number, "two accounts of one company", &firm, firm.name.clone(), Address::Some)?;
    with_domain(world, &firm);
    let customer = |account: &mut Account, yes: bool| {
        account.kind = Some(if yes { "Customer - Direct" } else { "Prospect" }.to_owned());
    };
    let first_is_customer = world.rng.chance(50);
    if let Some(first) = world.accounts.last_mut() {
        customer(first, first_is_customer);
    }
    let other_name = join_form(&firm.name, world.rng.word(firm.forms));
    let second = world.account(&firm, other_name);
    with_domain(world, &firm);
    if let Some(second) = world.accounts.last_mut() {
        customer(second, !first_is_customer);
        second.country_code = Some(firm.land.code.to_owned());
    }
    if !first_is_customer {
        made.truth = second;
    }
    made.lead.email = Some(format!("jo@{}", firm.domain));
    debug_assert!(!plain(&firm.name).is_empty());
    Some(made)
}
