//! Leads whose company has no account, while one that looks like it has.

use super::Labelled;
use super::dirt::{self, Address};
use super::matches::Make;
use super::words::{CHAINS, LANDS, NEAR_SURNAMES, PAGE_HOSTS, SHARED_HOSTS, TRADES};
use super::world::{Firm, World, plain};

pub(super) const KINDS: &[Make] = &[
    namesake_abroad,
    namesake_elsewhere,
    near_name,
    free_mail_namesake,
    shared_words,
    franchise,
    numbered,
    parent_s_name,
    look_alike_domain,
    shared_host,
    country_branch,
    same_initials,
];

/// The account of `account`, and a lead of `lead`, which is another company.
fn apart(world: &mut World, number: usize, kind: &'static str, account: &Firm, lead: &Firm) -> Option<Labelled> {
    let name = account.full_name();
    world.account(account, name);
    let company = if world.rng.chance(50) { lead.name.clone() } else { lead.full_name() };
    let made = dirt::lead(&mut world.rng, number, lead, company, Address::Some)?;
    Some(Labelled { kind, lead: made, truth: None })
}

/// A mail address at the company itself, as often as people give one.
fn own_mail(world: &mut World, made: &mut Labelled, firm: &Firm, percent: usize) {
    if world.rng.chance(percent) {
        made.lead.email = Some(format!("jo@{}", firm.domain));
    }
}

fn namesake_abroad(world: &mut World, number: usize) -> Option<Labelled> {
    let ours = world.some_firm();
    let land = world.other_land(ours.land);
    let theirs = world.firm(ours.name.clone(), land);
    let mut made = apart(world, number, "namesake abroad", &ours, &theirs)?;
    own_mail(world, &mut made, &theirs, 50);
    Some(made)
}

/// The same country, another town, and a name that any town may have.
fn namesake_elsewhere(world: &mut World, number: usize) -> Option<Labelled> {
    let name = if world.rng.chance(50) {
        world.common_name()
    } else {
        let (surname, _) = world.rng.pick(NEAR_SURNAMES).copied()?;
        format!("{surname} {}", world.rng.word(TRADES))
    };
    let land = world.land();
    let ours = world.firm(name, land);
    let mut theirs = world.firm(ours.name.clone(), land);
    while theirs.city == ours.city {
        theirs = world.firm(ours.name.clone(), land);
    }
    let mut made = apart(world, number, "namesake elsewhere", &ours, &theirs)?;
    own_mail(world, &mut made, &theirs, 40);
    Some(made)
}

/// Two letters apart and in the same town.
fn near_name(world: &mut World, number: usize) -> Option<Labelled> {
    let (one, other) = world.rng.pick(NEAR_SURNAMES).copied()?;
    let trade = world.rng.word(TRADES);
    let land = world.land();
    let ours = world.firm(format!("{one} {trade}"), land);
    let mut theirs = world.firm(format!("{other} {trade}"), land);
    theirs.city = ours.city;
    theirs.state = ours.state;
    let mut made = apart(world, number, "nearly the same name", &ours, &theirs)?;
    own_mail(world, &mut made, &theirs, 40);
    Some(made)
}

/// Nothing tells where the lead is, and the name says nothing either.
fn free_mail_namesake(world: &mut World, number: usize) -> Option<Labelled> {
    let name = world.common_name();
    let land = world.land();
    let ours = world.firm(name, land);
    let theirs = world.firm(ours.name.clone(), land);
    world.account(&ours, ours.full_name());
    let address = if world.rng.chance(50) { Address::None } else { Address::Country };
    let lead = dirt::lead(&mut world.rng, number, &theirs, theirs.name.clone(), address)?;
    Some(Labelled { kind: "free mail, a common name", lead, truth: None })
}

/// One word in common, another trade, the same town.
fn shared_words(world: &mut World, number: usize) -> Option<Labelled> {
    let word = world.coined();
    let (one, other) = (world.rng.word(TRADES), world.rng.word(TRADES));
    let other = if one == other { "Insurance" } else { other };
    let land = world.land();
    let ours = world.firm(format!("{word} {one}"), land);
    let mut theirs = world.firm(format!("{word} {other}"), land);
    theirs.city = ours.city;
    theirs.state = ours.state;
    let mut made = apart(world, number, "shared words", &ours, &theirs)?;
    own_mail(world, &mut made, &theirs, 40);
    Some(made)
}

/// A chain's branch in one town is the account, the lead is another town's; often both write from the chain's domain.
fn franchise(world: &mut World, number: usize) -> Option<Labelled> {
    let chain = format!("{} {}", world.rng.word(CHAINS), world.coined());
    let land = world.land();
    let mut ours = world.firm(chain.clone(), land);
    let mut theirs = world.firm(chain.clone(), land);
    while theirs.city == ours.city {
        theirs = world.firm(chain.clone(), land);
    }
    ours.name = format!("{chain} {}", ours.city);
    theirs.name = format!("{chain} {}", theirs.city);
    let mut made = apart(world, number, "another branch of a franchise", &ours, &theirs)?;
    own_mail(world, &mut made, &ours, 40);
    Some(made)
}

/// `Velorix 1` and `Velorix 2`: shops, funds, plants.
fn numbered(world: &mut World, number: usize) -> Option<Labelled> {
    let name = world.name();
    let land = world.land();
    let first = 1 + world.rng.below(5);
    let (one, other) = if world.rng.chance(30) {
        ("II".to_owned(), "III".to_owned())
    } else {
        (first.to_string(), (first + 1).to_string())
    };
    let ours = world.firm(format!("{name} {one}"), land);
    let mut theirs = world.firm(format!("{name} {other}"), land);
    theirs.city = ours.city;
    theirs.state = ours.state;
    theirs.postal.clone_from(&ours.postal);
    apart(world, number, "another number", &ours, &theirs)
}

/// A small company whose name holds a big one's.
fn parent_s_name(world: &mut World, number: usize) -> Option<Labelled> {
    let ours = world.some_firm();
    let more = world.rng.word(&["Ventures", "Bakery", "Fan Club", "Cleaning", "Tuning Garage", "Travel", "Foundation"]);
    let land = if world.rng.chance(60) { ours.land } else { world.other_land(ours.land) };
    let theirs = world.firm(format!("{} {more}", ours.name), land);
    let mut made = apart(world, number, "holds another company's name", &ours, &theirs)?;
    own_mail(world, &mut made, &theirs, 60);
    Some(made)
}

/// A domain that looks like the account's and belongs to somebody else.
fn look_alike_domain(world: &mut World, number: usize) -> Option<Labelled> {
    let ours = world.some_firm();
    let theirs = world.some_firm();
    let mut made = apart(world, number, "look-alike domain", &ours, &theirs)?;
    let word = plain(&ours.name);
    let domain = match world.rng.below(4) {
        0 => format!("get{word}.com"),
        1 => format!("{word}-partners.net"),
        2 => format!("{}.{word}.xyz", plain(&theirs.name)),
        _ => format!("not{word}.{}", ours.land.tld),
    };
    made.lead.email = Some(format!("jo@{domain}"));
    Some(made)
}

/// Two companies whose mail or pages are at the same provider.
fn shared_host(world: &mut World, number: usize) -> Option<Labelled> {
    let ours = world.some_firm();
    let theirs = world.some_firm();
    let mut made = apart(world, number, "shared host", &ours, &theirs)?;
    let pages = world.rng.chance(50);
    let host = world.rng.word(if pages { PAGE_HOSTS } else { SHARED_HOSTS });
    let at = |firm: &Firm| if pages { format!("{}.{host}", plain(&firm.name)) } else { host.to_owned() };
    if let Some(account) = world.accounts.last_mut() {
        account.domain = revloops_domain::MailDomain::parse(&at(&ours));
    }
    if pages {
        made.lead.website = Some(format!("https://{}", at(&theirs)));
    } else {
        made.lead.email = Some(format!("jo@{host}"));
    }
    Some(made)
}

/// The account is one country's company, the lead another's.
fn country_branch(world: &mut World, number: usize) -> Option<Labelled> {
    let name = world.coined();
    let land = world.land();
    let abroad = world.other_land(land);
    let mut ours = world.firm(name.clone(), land);
    let mut theirs = world.firm(name.clone(), abroad);
    ours.name = format!("{name} {}", world.rng.word(land.names));
    theirs.name = format!("{name} {}", world.rng.word(abroad.names));
    debug_assert!(LANDS.len() > 1);
    let mut made = apart(world, number, "another country's branch", &ours, &theirs)?;
    own_mail(world, &mut made, &theirs, 40);
    Some(made)
}

/// Another company that has the same initials.
fn same_initials(world: &mut World, number: usize) -> Option<Labelled> {
    let name = world.official_name();
    let initials = dirt::initials(&name);
    let land = world.land();
    let ours = world.firm(name, land);
    let abroad = if world.rng.chance(50) { land } else { world.other_land(land) };
    let mut theirs = world.firm(initials, abroad);
    while theirs.city == ours.city {
        theirs = world.firm(theirs.name, abroad);
    }
    let mut made = apart(world, number, "the same initials", &ours, &theirs)?;
    own_mail(world, &mut made, &theirs, 40);
    Some(made)
}
