//! What holds for the plan as a whole: currency, span, and how sure it is.

use serde::Deserialize as _;
use serde_json::Value;

use revloops_config::{Document, Problems};

use super::percent;
use crate::Month;
use crate::model::{Triangular, Uncertainty};
use crate::raw::{RawTriangular, RawUncertainty};

/// ISO 4217's codes of money in use.
const CURRENCIES: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD \
    CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD \
    HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL \
    MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD \
    RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD \
    UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

pub(super) fn currency(document: &Document, problems: &mut Problems) -> String {
    let Some(code) = document.value().get("currency").and_then(Value::as_str) else { return String::new() };
    if !CURRENCIES.split_whitespace().any(|known| known == code) {
        let what = format!("no currency has the code `{code}`");
        problems.at(document, "/currency", what, "write its ISO 4217 code of three capital letters, like USD or EUR");
    }
    code.to_owned()
}

/// First month and number of months.
pub(super) fn span(document: &Document, problems: &mut Problems) -> (Month, u16) {
    let starts = document.value().get("starts").and_then(Value::as_str);
    let starts = starts.and_then(|text| month(text, document, "/starts", problems));
    let months = document.value().get("months").and_then(Value::as_u64);
    (starts.unwrap_or_default(), months.and_then(|months| u16::try_from(months).ok()).unwrap_or_default())
}

pub(super) fn month(text: &str, document: &Document, pointer: &str, problems: &mut Problems) -> Option<Month> {
    let month = text.parse().ok();
    if month.is_none() {
        problems.at(document, pointer, format!("`{text}` is no month"), "write it like 2027-01");
    }
    month
}

pub(super) fn uncertainty(document: &Document, problems: &mut Problems) -> Uncertainty {
    let raw = document.value().get("uncertainty").and_then(|raw| RawUncertainty::deserialize(raw).ok());
    let raw = raw.unwrap_or_default();
    let at = |key: &str| format!("/uncertainty/{key}");
    if raw.ramp_time_percent.low == 0 {
        let pointer = at("ramp_time_percent/low");
        problems.at(document, &pointer, "ramping takes no time at all", "at least 1: 100 is the curve's own time");
    }
    Uncertainty {
        hire_delay_days: triangular(raw.hire_delay_days, document, &at("hire_delay_days"), problems),
        ramp_time_percent: triangular(raw.ramp_time_percent, document, &at("ramp_time_percent"), problems),
        seat_attainment: percent(raw.seat_attainment_percent, document, &at("seat_attainment_percent"), problems),
        market_attainment: percent(raw.market_attainment_percent, document, &at("market_attainment_percent"), problems),
        attrition_at_random: raw.attrition_at_random,
    }
}

fn triangular(raw: RawTriangular, document: &Document, pointer: &str, problems: &mut Problems) -> Triangular {
    let RawTriangular { low, likely, high } = raw;
    if low > likely {
        let what = format!("the lowest, {low}, is more than the most likely, {likely}");
        problems.at(document, &format!("{pointer}/low"), what, format!("at most {likely}"));
    }
    if high < likely {
        let what = format!("the highest, {high}, is less than the most likely, {likely}");
        problems.at(document, &format!("{pointer}/high"), what, format!("at least {likely}"));
    }
    Triangular { low, likely, high }
}
