//! Amounts, shares and months as people read them.

use revloops_domain::Cents;
use revloops_scenario::Month;

/// How amounts of a currency are written: `$1.24M`, `CHF 950k`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money {
    /// What is put in front of an amount.
    sign: String,
}

/// Thousands, millions and billions of a currency's unit, in cents.
const UNITS: [(i128, &str); 3] = [(100_000_000_000, "B"), (100_000_000, "M"), (100_000, "k")];

impl Money {
    /// By the ISO 4217 code; a code without a sign of its own is written out.
    #[must_use]
    pub fn of(currency: &str) -> Self {
        let sign = match currency {
            "USD" => "$".to_owned(),
            "EUR" => "€".to_owned(),
            "GBP" => "£".to_owned(),
            "JPY" => "¥".to_owned(),
            "INR" => "₹".to_owned(),
            other => format!("{other}\u{a0}"),
        };
        Self { sign }
    }

    /// Three digits and a unit: `$1.24M`, `−$950k`, `$0`; half a unit is rounded away from zero.
    #[must_use]
    pub fn short(&self, amount: Cents) -> String {
        let cents = i128::from(amount.0).abs();
        let digits = UNITS.iter().rev().fold(rounded(cents, 100, 0), |text, (unit, letter)| {
            // From 999.5 of the unit below on, so that no `$1,000k` is written.
            if cents * 2_000 >= unit * 1_999 { rounded(cents, *unit, decimals(cents, *unit)) + letter } else { text }
        });
        self.signed(amount.0 < 0 && digits.bytes().any(|digit| (b'1'..=b'9').contains(&digit)), &digits)
    }

    /// As [`Money::short`], with a plus where it is more than nothing: for differences.
    #[must_use]
    pub fn change(&self, amount: Cents) -> String {
        let text = self.short(amount);
        if amount > Cents::ZERO { format!("+{text}") } else { text }
    }

    /// In whole units: `$1,240,350`; the cents are in the JSON.
    #[must_use]
    pub fn whole(&self, amount: Cents) -> String {
        let units = (i128::from(amount.0).abs() + 50) / 100;
        self.signed(amount.0 < 0 && units > 0, &grouped(units))
    }

    /// To the cent: `$0.38`.
    #[must_use]
    pub fn cents(&self, amount: Cents) -> String {
        let cents = i128::from(amount.0).abs();
        self.signed(amount.0 < 0, &format!("{}.{:02}", grouped(cents / 100), cents % 100))
    }

    fn signed(&self, minus: bool, digits: &str) -> String {
        format!("{}{}{digits}", if minus { "−" } else { "" }, self.sign)
    }
}

/// So that three digits are there: `1.24`, `12.4`, `124`.
fn decimals(cents: i128, unit: i128) -> u32 {
    let places = [(unit * 1_999 / 200, 2), (unit * 1_999 / 20, 1)];
    places.iter().find(|(below, _)| cents < *below).map_or(0, |(_, places)| *places)
}

/// `cents ÷ unit` with so many decimals at most; zeros at the end are left out.
fn rounded(cents: i128, unit: i128, decimals: u32) -> String {
    let scale = 10_i128.pow(decimals);
    let scaled = (cents * scale * 2 + unit) / (unit * 2);
    let (whole, part) = (grouped(scaled / scale), scaled % scale);
    if part == 0 {
        return whole;
    }
    let digits = format!("{part:0width$}", width = decimals as usize);
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

/// `1,234,567`.
fn grouped(number: i128) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `10,000`.
#[must_use]
pub fn count(number: u64) -> String {
    grouped(i128::from(number))
}

/// With a capital letter, as a line begins.
#[must_use]
pub fn begun(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Basis points with one decimal: 8,512 is `85.1 %`.
#[must_use]
pub fn percent(basis_points: i64) -> String {
    let tenths = (basis_points.unsigned_abs() + 5) / 10;
    let sign = if basis_points < 0 && tenths > 0 { "−" } else { "" };
    match tenths % 10 {
        0 => format!("{sign}{}\u{a0}%", tenths / 10),
        tenth => format!("{sign}{}.{tenth}\u{a0}%", tenths / 10),
    }
}

/// Ten-thousandths of a full-time person: 125,000 is `12.5`.
#[must_use]
pub fn people(ten_thousandths: i64) -> String {
    let text = rounded(i128::from(ten_thousandths).abs(), 10_000, 1);
    if ten_thousandths < 0 { format!("−{text}") } else { text }
}

/// `Mar`.
#[must_use]
pub fn month_name(month: Month) -> &'static str {
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    NAMES.get(month.of_year()).copied().unwrap_or_default()
}

/// `Mar 2027`.
#[must_use]
pub fn month(month: Month) -> String {
    format!("{} {}", month_name(month), month.year())
}

/// Twelve months, or fewer: `2027` for a calendar year, else `Apr 2027 – Mar 2028`.
#[must_use]
pub fn span(starts: Month, months: u16) -> String {
    if starts.of_year() == 0 && months == 12 {
        return starts.year().to_string();
    }
    format!("{} – {}", month(starts), month(starts.plus(i32::from(months) - 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_three_digits_and_a_unit() {
        let money = Money::of("USD");
        let written = [
            (0, "$0"),
            (-49, "$0"),
            (99_949, "$999"),
            (100_000, "$1k"),
            (95_000_000, "$950k"),
            (99_949_999, "$999k"),
            (99_950_000, "$1M"),
            (123_500_000, "$1.24M"),
            (700_000_000, "$7M"),
            (999_499_999, "$9.99M"),
            (999_500_000, "$10M"),
            (-12_350_000_000, "−$124M"),
            (123_456_789_012, "$1.23B"),
        ];
        for (cents, text) in written {
            assert_eq!(money.short(Cents(cents)), text, "{cents}");
        }
    }

    #[test]
    fn a_currency_without_a_sign_is_written_out() {
        assert_eq!(Money::of("CHF").short(Cents::units(950_000)), "CHF\u{a0}950k");
        assert_eq!(Money::of("EUR").whole(Cents(-123_456_750)), "−€1,234,568");
        assert_eq!(Money::of("USD").change(Cents::units(5_000)), "+$5k");
    }

    #[test]
    fn shares_and_people_have_one_decimal_where_there_is_one() {
        assert_eq!([8_000, 8_512, -4, -1_250].map(percent), ["80\u{a0}%", "85.1\u{a0}%", "0\u{a0}%", "−12.5\u{a0}%"]);
        assert_eq!([125_000, 120_000, 400].map(people), ["12.5", "12", "0"]);
    }
}
