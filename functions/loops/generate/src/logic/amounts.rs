//! Amounts and numbers of a text, however they are written: `$12.5M`, `12,5 Mio. Dollar`, `USD 12 500 000`, `twelve million`,
//! `₹40 crore`, `12億円`.

use super::text::{Token, fold};

/// A number that a text states.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Quantity {
    /// Its value in thousandths.
    pub(crate) milli: u128,
    /// What it counts.
    pub(crate) of: Of,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Of {
    /// Money, with the currency's code where it is told.
    Money(Option<&'static str>),
    /// Hundredths.
    Percent,
    /// Anything else: people, places, machines.
    Things,
}

/// Two amounts of money are the same where they differ by at most so many percent: articles round.
const ROUNDED_PERCENT: u128 = 5;

/// Without a currency, a number from here on is money or as telling as money.
const LARGE_MILLI: u128 = 100_000_000;

impl Quantity {
    /// Whether this is money.
    pub(crate) fn is_money(&self) -> bool {
        matches!(self.of, Of::Money(_))
    }

    /// Whether both can be told apart at all: amounts in two currencies cannot.
    pub(crate) fn comparable(&self, other: &Self) -> bool {
        match (self.of, other.of) {
            (Of::Money(Some(one)), Of::Money(Some(other))) => one == other,
            (Of::Money(_), Of::Money(_)) | (Of::Percent, Of::Percent) | (Of::Things, Of::Things) => true,
            (Of::Money(_) | Of::Percent | Of::Things, _) => false,
        }
    }

    /// Whether both state the same.
    pub(crate) fn same(&self, other: &Self) -> bool {
        let rounded = if self.is_money() { ROUNDED_PERCENT } else { 0 };
        self.comparable(other) && self.milli.abs_diff(other.milli) * 100 <= self.milli.max(other.milli) * rounded
    }
}

/// What the tokens state. Years and the days of dates are left out: the day is compared by itself.
pub(crate) fn quantities(tokens: &[Token]) -> Vec<Quantity> {
    let mut found: Vec<Quantity> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some((mut milli, mut next, spelled)) = value(tokens, at) else {
            at += 1;
            continue;
        };
        let mut scaled = false;
        while let Some(scale) = tokens.get(next).and_then(magnitude) {
            milli = milli.saturating_mul(scale);
            scaled = true;
            next += 1;
            // `12億5000万`: what follows a sign of magnitude without a blank is added.
            if let (Some(Token::Number(digits)), Some(smaller)) = (tokens.get(next), tokens.get(next + 1).and_then(cjk))
                && tokens.get(next - 1).and_then(cjk).is_some()
            {
                milli = milli.saturating_add(plain(digits).saturating_mul(smaller));
                next += 2;
            }
            // The abbreviation's dot.
            if tokens.get(next) == Some(&Token::Stop)
                && tokens.get(next + 1).is_some_and(|token| currency(token).is_some())
            {
                next += 1;
            }
        }
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        let code = before.and_then(currency).or_else(|| {
            let linking = |token: &Token| matches!(token, Token::Word(word) if matches!(fold(word).as_str(), "de" | "d" | "di" | "of" | "us"));
            let skip = usize::from(tokens.get(next).is_some_and(linking));
            tokens.get(next + skip).and_then(currency)
        });
        let percent = matches!(tokens.get(next), Some(Token::Sign('%')))
            || matches!(tokens.get(next), Some(Token::Word(word)) if matches!(fold(word).as_str(), "percent" | "prozent" | "pour" | "procent"));
        let of = match code {
            Some(code) => Of::Money(Some(code)),
            None if percent => Of::Percent,
            None if scaled && milli >= LARGE_MILLI => Of::Money(None),
            None => Of::Things,
        };
        let telling = match of {
            Of::Money(_) | Of::Percent => true,
            // A date's day, a year, `one of the first`: no number that tells an event apart.
            Of::Things => !spelled && milli >= 10_000 && !is_date(tokens, at, milli),
        };
        let quantity = Quantity { milli, of };
        if telling && !found.iter().any(|known| known.same(&quantity)) {
            found.push(quantity);
        }
        at = next.max(at + 1);
    }
    found.sort();
    found
}

/// The number at `at` in thousandths, where the next token is, and whether it is spelled in words.
fn value(tokens: &[Token], at: usize) -> Option<(u128, usize, bool)> {
    match tokens.get(at)? {
        Token::Number(digits) => Some((plain(digits), at + 1, false)),
        Token::Word(word) => {
            let units = spelled(&fold(word))?;
            Some((units * 1_000, at + 1, true))
        }
        Token::Sign(_) | Token::Stop => None,
    }
}

/// `12.5`, `12,5` and `12.500,00` in thousandths. Of two kinds of marks the last is the decimal one; of one kind, one that
/// stands once and not before exactly three digits.
fn plain(digits: &str) -> u128 {
    let last = digits.rfind(['.', ',']);
    let decimal = last.filter(|at| {
        let mark = digits.get(*at..=*at).unwrap_or_default();
        let once = digits.matches(mark).count() == 1;
        let both = digits.contains('.') && digits.contains(',') || digits.contains('\'');
        once && (both || digits.len() - at - 1 != 3 || digits.starts_with('0'))
    });
    let (whole, part) = match decimal {
        Some(at) => (digits.get(..at).unwrap_or_default(), digits.get(at + 1..).unwrap_or_default()),
        None => (digits, ""),
    };
    let number = |text: &str| {
        text.chars().filter(char::is_ascii_digit).take(24).collect::<String>().parse::<u128>().unwrap_or(0)
    };
    let thousandths = format!("{part:0<3}").chars().take(3).collect::<String>();
    number(whole).saturating_mul(1_000).saturating_add(number(&thousandths))
}

/// Years of news, and the day or month beside a month's name.
fn is_date(tokens: &[Token], at: usize, milli: u128) -> bool {
    let year = (1_990_000..=2_040_000).contains(&milli) && milli.is_multiple_of(1_000);
    let beside = [at.checked_sub(1), Some(at + 1), Some(at + 2)];
    let month = beside.into_iter().flatten().filter_map(|place| tokens.get(place)).any(|token| match token {
        Token::Word(word) => is_month(&fold(word)),
        Token::Number(_) | Token::Sign(_) | Token::Stop => false,
    });
    year || (month && milli <= 31_000)
}

/// Names of months in English, German, French, Spanish, Italian, Dutch and Danish.
pub(crate) fn is_month(folded: &str) -> bool {
    const MONTHS: &[&str] = &[
        "jan",
        "january",
        "januar",
        "janvier",
        "enero",
        "gennaio",
        "januari",
        "feb",
        "february",
        "februar",
        "fevrier",
        "febrero",
        "febbraio",
        "februari",
        "mar",
        "march",
        "marz",
        "mars",
        "marzo",
        "maart",
        "marts",
        "apr",
        "april",
        "avril",
        "abril",
        "aprile",
        "may",
        "mai",
        "mayo",
        "maggio",
        "mei",
        "maj",
        "jun",
        "june",
        "juni",
        "juin",
        "junio",
        "giugno",
        "jul",
        "july",
        "juli",
        "juillet",
        "julio",
        "luglio",
        "aug",
        "august",
        "aout",
        "agosto",
        "augustus",
        "sep",
        "sept",
        "september",
        "septembre",
        "septiembre",
        "settembre",
        "oct",
        "october",
        "oktober",
        "octobre",
        "octubre",
        "ottobre",
        "nov",
        "november",
        "novembre",
        "noviembre",
        "dec",
        "december",
        "dezember",
        "decembre",
        "diciembre",
        "dicembre",
    ];
    MONTHS.contains(&folded)
}

fn magnitude(token: &Token) -> Option<u128> {
    let Token::Word(word) = token else { return None };
    cjk(token).or_else(|| match fold(word).as_str() {
        "k" | "thousand" | "tausend" | "tsd" | "mil" | "mille" | "duizend" | "tusind" => Some(1_000),
        "m" | "mn" | "mm" | "mio" | "mill" | "mln" | "million" | "millions" | "millionen" | "millon" | "millones"
        | "milione" | "milioni" | "miljoen" | "miljoner" | "millioner" | "milj" => Some(1_000_000),
        "b" | "bn" | "billion" | "billions" | "mrd" | "md" | "milliarde" | "milliarden" | "milliard" | "milliards"
        | "miliardo" | "miliardi" | "miljard" | "milliarder" => Some(1_000_000_000),
        "lakh" | "lakhs" => Some(100_000),
        "crore" | "crores" | "cr" => Some(10_000_000),
        _ => None,
    })
}

fn cjk(token: &Token) -> Option<u128> {
    match token {
        Token::Word(word) if word == "万" => Some(10_000),
        Token::Word(word) if word == "億" => Some(100_000_000),
        Token::Word(_) | Token::Number(_) | Token::Sign(_) | Token::Stop => None,
    }
}

fn currency(token: &Token) -> Option<&'static str> {
    match token {
        Token::Sign('$') => Some("USD"),
        Token::Sign('€') => Some("EUR"),
        Token::Sign('£') => Some("GBP"),
        Token::Sign('¥') => Some("JPY"),
        Token::Sign('₹') => Some("INR"),
        Token::Word(word) => match fold(word).as_str() {
            "usd" | "dollar" | "dollars" | "dolares" | "dollari" => Some("USD"),
            "eur" | "euro" | "euros" => Some("EUR"),
            "gbp" | "pound" | "pounds" | "pfund" | "livres" | "libras" | "sterline" => Some("GBP"),
            "chf" | "franken" => Some("CHF"),
            "jpy" | "yen" | "円" => Some("JPY"),
            "inr" | "rs" | "rupees" | "rupien" => Some("INR"),
            "dkk" | "sek" | "nok" | "kr" | "kroner" | "kronor" | "kronen" => Some("KR"),
            _ => None,
        },
        Token::Sign(_) | Token::Number(_) | Token::Stop => None,
    }
}

/// Small numbers in words, in five languages.
fn spelled(folded: &str) -> Option<u128> {
    const WORDS: &[(u128, &[&str])] = &[
        (2, &["two", "zwei", "deux", "dos", "due"]),
        (3, &["three", "drei", "trois", "tres", "tre"]),
        (4, &["four", "vier", "quatre", "cuatro", "quattro"]),
        (5, &["five", "funf", "cinq", "cinco", "cinque"]),
        (6, &["six", "sechs", "seis", "sei"]),
        (7, &["seven", "sieben", "sept", "siete", "sette"]),
        (8, &["eight", "acht", "huit", "ocho", "otto"]),
        (9, &["nine", "neun", "neuf", "nueve", "nove"]),
        (10, &["ten", "zehn", "dix", "diez", "dieci"]),
        (11, &["eleven", "elf", "onze", "once", "undici"]),
        (12, &["twelve", "zwolf", "douze", "doce", "dodici"]),
        (14, &["fourteen", "vierzehn", "quatorze", "catorce", "quattordici"]),
        (15, &["fifteen", "funfzehn", "quinze", "quince", "quindici"]),
        (16, &["sixteen", "sechzehn", "seize", "sedici"]),
        (18, &["eighteen", "achtzehn", "dieciocho", "diciotto"]),
        (20, &["twenty", "zwanzig", "vingt", "veinte", "venti"]),
        (25, &["funfundzwanzig", "veinticinco", "venticinque"]),
        (30, &["thirty", "dreissig", "trente", "treinta", "trenta"]),
        (40, &["forty", "vierzig", "quarante", "cuarenta", "quaranta"]),
        (50, &["fifty", "funfzig", "cinquante", "cincuenta", "cinquanta"]),
        (60, &["sixty", "sechzig", "soixante", "sesenta", "sessanta"]),
        (70, &["seventy", "siebzig", "setenta", "settanta"]),
        (80, &["eighty", "achtzig", "ochenta", "ottanta"]),
        (90, &["ninety", "neunzig", "noventa", "novanta"]),
        (100, &["hundred", "hundert", "cent", "cien", "cento"]),
    ];
    WORDS.iter().find(|(_, words)| words.contains(&folded)).map(|(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::super::text::tokens;
    use super::*;

    fn money(text: &str) -> Vec<(u128, Option<&'static str>)> {
        quantities(&tokens(text))
            .into_iter()
            .filter_map(|one| match one.of {
                Of::Money(code) => Some((one.milli / 1_000, code)),
                Of::Percent | Of::Things => None,
            })
            .collect()
    }

    #[test]
    fn an_amount_is_the_same_however_it_is_written() {
        for text in [
            "raises $12.5M",
            "raises $12.5m.",
            "$12.5 million round",
            "USD 12,500,000",
            "12.5 million dollars",
            "US$12.5mn",
            "12,5 Mio. Dollar",
            "12,5 Millionen US-Dollar",
            "12.500.000 Dollar",
            "12 500 000 dollars",
            "12,5 millions de dollars",
            "12,5 millones de dólares",
            "12,5 milioni di dollari",
            "12’500’000 USD",
        ] {
            assert_eq!(money(text), [(12_500_000, Some("USD"))], "{text}");
        }
        assert_eq!(money("€1.2bn, 1,2 Mrd. Euro, 1,2 milliard d’euros"), [(1_200_000_000, Some("EUR"))]);
        assert_eq!(money("twelve million euros"), [(12_000_000, Some("EUR"))]);
        assert_eq!(money("zwölf Millionen Euro"), [(12_000_000, Some("EUR"))]);
        assert_eq!(money("₹40 crore"), [(400_000_000, Some("INR"))]);
        assert_eq!(money("シリーズBで12億5000万円を調達"), [(1_250_000_000, Some("JPY"))]);
        assert_eq!(money("2 mil millones de euros"), [(2_000_000_000, Some("EUR"))]);
    }

    #[test]
    fn years_and_days_are_no_numbers_and_staff_is() {
        let things = |text: &str| -> Vec<u128> {
            quantities(&tokens(text))
                .into_iter()
                .filter(|one| one.of == Of::Things)
                .map(|one| one.milli / 1_000)
                .collect()
        };
        assert_eq!(things("On 14 March 2026 it hires 350 people"), [350]);
        assert_eq!(things("Am 14. März 2026 stellt sie 1.200 Leute ein"), [1_200]);
    }

    #[test]
    fn rounded_amounts_are_the_same_and_other_currencies_cannot_be_compared() {
        let one = |text: &str| quantities(&tokens(text)).remove(0);
        assert!(one("$12.4M").same(&one("about $12 million")));
        assert!(!one("$12M").same(&one("$14M")));
        assert!(!one("$12M").comparable(&one("€11M")));
        assert!(one("12 million").same(&one("€12M")));
    }
}
