//! What happens to a company's name and address on their way into a form.

use revloops_domain::{Lead, LeadId};

use super::rng::Rng;
use super::words::{FREE_MAIL, SHORTENED};
use super::world::{Firm, bare, transliterate};

/// One or two slips of the fingers; the first letter stays, as it nearly always does.
pub(super) fn typo(rng: &mut Rng, name: &str) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let slips = if letters.len() > 12 && rng.chance(25) { 2 } else { 1 };
    for _ in 0..slips {
        let places: Vec<usize> = letters
            .iter()
            .enumerate()
            .filter(|(at, letter)| {
                *at > 0 && letter.is_alphabetic() && letters.get(at - 1).is_some_and(|c| c.is_alphabetic())
            })
            .map(|(at, _)| at)
            .collect();
        let Some(at) = rng.pick(&places).copied() else { break };
        let other = rng.pick(&['a', 'e', 'i', 'n', 'r', 's', 't', 'o']).copied().unwrap_or('e');
        match rng.below(4) {
            0 => {
                letters.remove(at);
            }
            1 => letters.insert(at, other),
            2 => letters.swap(at - 1, at),
            _ => {
                if let Some(letter) = letters.get_mut(at) {
                    *letter = if *letter == other { 'u' } else { other };
                }
            }
        }
    }
    letters.into_iter().collect()
}

/// The marks gone, or written out.
pub(super) fn without_accents(rng: &mut Rng, name: &str) -> String {
    if rng.chance(50) { transliterate(name) } else { name.chars().map(bare).collect() }
}

/// The words that people shorten, shortened.
pub(super) fn shortened(rng: &mut Rng, name: &str) -> String {
    let mut short = name.to_owned();
    for (long, ways) in SHORTENED {
        if short.contains(long) {
            short = short.replace(long, rng.word(ways));
        }
    }
    short
}

/// Other spaces, other capitals, other punctuation.
pub(super) fn respaced(rng: &mut Rng, name: &str) -> String {
    match rng.below(6) {
        0 => name.to_uppercase(),
        1 => name.to_lowercase(),
        2 => name.replace(' ', "-"),
        3 => name.split_whitespace().collect::<Vec<_>>().join("  "),
        4 => name.replace(" & ", " and ").replace(" und ", " & ").replace(' ', "_"),
        _ => name.split_whitespace().collect(),
    }
}

/// The first letters of the words.
pub(super) fn initials(name: &str) -> String {
    name.split_whitespace().filter_map(|word| word.chars().next()).collect()
}

/// How much of the address a person leaves in the form.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Address {
    /// Nothing at all.
    None,
    /// The country alone.
    Country,
    /// Some of city, postal code, state and phone; at least one of them.
    Some,
}

/// A lead from somebody at `firm`, who calls it `company`, with free mail.
pub(super) fn lead(rng: &mut Rng, number: usize, firm: &Firm, company: String, address: Address) -> Option<Lead> {
    let mut lead = Lead::new(LeadId::parse(&format!("00Qgen{number:09}")).ok()?, company, "Doe");
    lead.email = Some(format!("jo.doe{}@{}", rng.below(999), rng.word(FREE_MAIL)));
    if address == Address::None {
        return Some(lead);
    }
    lead.country_code = Some(firm.land.code.to_owned());
    if address == Address::Country {
        return Some(lead);
    }
    let certain = rng.below(3);
    if certain == 0 || rng.chance(65) {
        lead.city = Some(if rng.chance(15) { without_accents(rng, firm.city) } else { firm.city.to_owned() });
    }
    if certain == 1 || rng.chance(55) {
        lead.postal_code = Some(firm.postal.clone());
    }
    if certain == 2 || rng.chance(45) {
        lead.phone = Some(phone(rng, &firm.phone));
    }
    if !firm.state.is_empty() && rng.chance(70) {
        lead.state_code = Some(firm.state.to_owned());
    }
    Some(lead)
}

/// A phone number in another dress.
fn phone(rng: &mut Rng, phone: &str) -> String {
    match rng.below(4) {
        0 => phone.replace(' ', ""),
        1 => phone.replace('+', "00"),
        2 => {
            let mut parts = phone.split(' ').skip(1);
            format!("0{}/{}", parts.next().unwrap_or_default(), parts.collect::<String>())
        }
        _ => phone.replace(' ', "-"),
    }
}
