//! Places in names and addresses, in the languages in which they are written there.

use super::Word;

/// Country code, then its names as they stand in company names; folded, words of several parts by their telling one.
const COUNTRIES: &[(&str, &[&str])] = &[
    ("ae", &["uae", "emirates", "dubai"]),
    ("ar", &["argentina"]),
    ("at", &["austria", "osterreich"]),
    ("au", &["australia"]),
    ("be", &["belgium", "belgique", "belgie"]),
    ("bg", &["bulgaria"]),
    ("br", &["brasil", "brazil"]),
    ("ca", &["canada"]),
    ("ch", &["switzerland", "schweiz", "suisse", "svizzera"]),
    ("cl", &["chile"]),
    ("cn", &["china"]),
    ("co", &["colombia"]),
    ("cz", &["czechia", "czech", "cesko"]),
    ("de", &["germany", "deutschland", "allemagne", "alemania"]),
    ("dk", &["denmark", "danmark"]),
    ("ee", &["estonia", "eesti"]),
    ("eg", &["egypt"]),
    ("es", &["spain", "espana", "iberica", "iberia"]),
    ("fi", &["finland", "suomi"]),
    ("fr", &["france", "frankreich"]),
    ("gb", &["uk", "britain", "england", "kingdom", "scotland", "wales"]),
    ("gr", &["greece", "hellas"]),
    ("hk", &["hongkong"]),
    ("hr", &["croatia", "hrvatska"]),
    ("hu", &["hungary", "magyarorszag", "hungaria"]),
    ("id", &["indonesia"]),
    ("ie", &["ireland"]),
    ("il", &["israel"]),
    ("in", &["india"]),
    ("it", &["italy", "italia"]),
    ("jp", &["japan", "nippon"]),
    ("kr", &["korea"]),
    ("lt", &["lithuania", "lietuva"]),
    ("lu", &["luxembourg"]),
    ("lv", &["latvia", "latvija"]),
    ("mx", &["mexico"]),
    ("my", &["malaysia"]),
    ("ng", &["nigeria"]),
    ("nl", &["netherlands", "nederland", "holland", "benelux"]),
    ("no", &["norway", "norge"]),
    ("nz", &["zealand"]),
    ("pe", &["peru"]),
    ("ph", &["philippines"]),
    ("pk", &["pakistan"]),
    ("pl", &["poland", "polska"]),
    ("pt", &["portugal"]),
    ("ro", &["romania"]),
    ("rs", &["serbia", "srbija"]),
    ("sa", &["saudi", "arabia"]),
    ("se", &["sweden", "sverige"]),
    ("sg", &["singapore"]),
    ("si", &["slovenia", "slovenija"]),
    ("sk", &["slovakia", "slovensko"]),
    ("th", &["thailand"]),
    ("tr", &["turkey", "turkiye"]),
    ("tw", &["taiwan"]),
    ("ua", &["ukraine", "ukraina"]),
    ("us", &["usa", "us", "america", "americas"]),
    ("vn", &["vietnam"]),
    ("za", &["africa"]),
];

/// Cities that company names carry, and what else they are called.
const CITIES: &[(&str, &[&str])] = &[
    ("aachen", &[]),
    ("amsterdam", &[]),
    ("antwerp", &["antwerpen", "anvers"]),
    ("athens", &["athina"]),
    ("atlanta", &[]),
    ("austin", &[]),
    ("baltimore", &[]),
    ("bangalore", &["bengaluru"]),
    ("barcelona", &[]),
    ("basel", &["basle", "bale"]),
    ("beijing", &["peking"]),
    ("belgrade", &["beograd"]),
    ("berlin", &[]),
    ("bern", &["berne"]),
    ("bilbao", &[]),
    ("birmingham", &[]),
    ("bologna", &[]),
    ("bonn", &[]),
    ("bordeaux", &[]),
    ("boston", &[]),
    ("bremen", &[]),
    ("brisbane", &[]),
    ("bristol", &[]),
    ("brussels", &["bruxelles", "brussel"]),
    ("bucharest", &["bucuresti"]),
    ("budapest", &[]),
    ("chicago", &[]),
    ("cleveland", &[]),
    ("cologne", &["koln", "koeln"]),
    ("copenhagen", &["kobenhavn", "kopenhagen"]),
    ("dallas", &[]),
    ("delhi", &[]),
    ("denver", &[]),
    ("detroit", &[]),
    ("dortmund", &[]),
    ("dresden", &[]),
    ("dublin", &[]),
    ("dusseldorf", &["duesseldorf"]),
    ("edinburgh", &[]),
    ("essen", &[]),
    ("florence", &["firenze"]),
    ("frankfurt", &["frankfurtammain", "frankfurtam"]),
    ("geneva", &["geneve", "genf"]),
    ("genoa", &["genova"]),
    ("glasgow", &[]),
    ("gothenburg", &["goteborg", "goeteborg"]),
    ("hague", &["denhaag", "haag"]),
    ("hamburg", &[]),
    ("hanover", &["hannover"]),
    ("helsinki", &["helsingfors"]),
    ("houston", &[]),
    ("istanbul", &[]),
    ("johannesburg", &[]),
    ("krakow", &["cracow"]),
    ("kyiv", &["kiev"]),
    ("lausanne", &[]),
    ("leeds", &[]),
    ("leipzig", &[]),
    ("lille", &[]),
    ("linz", &[]),
    ("lisbon", &["lisboa"]),
    ("liverpool", &[]),
    ("london", &[]),
    ("lyon", &["lyons"]),
    ("madrid", &[]),
    ("malmo", &["malmoe"]),
    ("manchester", &[]),
    ("mannheim", &[]),
    ("marseille", &["marseilles"]),
    ("melbourne", &[]),
    ("miami", &[]),
    ("milan", &["milano", "mailand"]),
    ("minneapolis", &[]),
    ("montreal", &[]),
    ("moscow", &["moskva", "moskau"]),
    ("mumbai", &["bombay"]),
    ("munich", &["munchen", "muenchen"]),
    ("nantes", &[]),
    ("naples", &["napoli"]),
    ("newyork", &["nyc", "newyorkcity"]),
    ("nice", &[]),
    ("nuremberg", &["nurnberg", "nuernberg"]),
    ("oslo", &[]),
    ("osaka", &[]),
    ("paris", &[]),
    ("perth", &[]),
    ("philadelphia", &[]),
    ("phoenix", &[]),
    ("pittsburgh", &[]),
    ("porto", &["oporto"]),
    ("prague", &["praha", "prag"]),
    ("rome", &["roma", "rom"]),
    ("rotterdam", &[]),
    ("salzburg", &[]),
    ("sanfrancisco", &["sf"]),
    ("seattle", &[]),
    ("seoul", &[]),
    ("seville", &["sevilla"]),
    ("shanghai", &[]),
    ("sofia", &[]),
    ("stockholm", &[]),
    ("strasbourg", &["strassburg"]),
    ("stuttgart", &[]),
    ("sydney", &[]),
    ("tallinn", &[]),
    ("tokyo", &[]),
    ("toronto", &[]),
    ("toulouse", &[]),
    ("turin", &["torino"]),
    ("utrecht", &[]),
    ("valencia", &[]),
    ("vancouver", &[]),
    ("venice", &["venezia"]),
    ("vienna", &["wien"]),
    ("vilnius", &[]),
    ("warsaw", &["warszawa", "warschau"]),
    ("washington", &[]),
    ("wroclaw", &["breslau"]),
    ("zagreb", &[]),
    ("zurich", &["zuerich"]),
];

/// Points of the compass and regions by which branches are told apart.
const REGIONS: &[(&str, &[&str])] = &[
    ("north", &["nord", "norte", "northern"]),
    ("south", &["sud", "sued", "sur", "southern"]),
    ("east", &["ost", "est", "este", "eastern"]),
    ("west", &["oeste", "ouest", "western"]),
    ("emea", &[]),
    ("apac", &[]),
    ("latam", &[]),
    ("dach", &[]),
    ("asia", &[]),
    ("europe", &["europa"]),
];

fn named(table: &[(&'static str, &[&str])], word: &str) -> Option<&'static str> {
    table.iter().find(|(name, others)| *name == word || others.contains(&word)).map(|(name, _)| *name)
}

/// Marks the words that stand for a place, alone or with their neighbour.
pub(super) fn mark(words: &mut [Word]) {
    for word in words.iter_mut() {
        word.place = place_of(&word.plain);
    }
    for at in 1..words.len() {
        let pair: String = words.iter().skip(at - 1).take(2).map(|word| word.plain.as_str()).collect();
        if let Some(place) = place_of(&pair) {
            for word in words.iter_mut().skip(at - 1).take(2) {
                word.place = Some(place.clone());
            }
        }
    }
}

/// The place that a word of a name stands for: a country's code, a city or a region. The codes themselves are no places:
/// in names, `it` and `in` are words.
fn place_of(word: &str) -> Option<String> {
    COUNTRIES
        .iter()
        .find(|(_, names)| names.contains(&word))
        .map(|(code, _)| *code)
        .or_else(|| named(CITIES, word))
        .or_else(|| named(REGIONS, word))
        .map(str::to_owned)
}

/// A city as it is compared: one name for all the names that it has.
pub(crate) fn city(typed: &str) -> Option<String> {
    let words = super::fold::words(typed);
    let plain: String = words.iter().map(|word| word.plain.as_str()).collect();
    let first = words.first().map(|word| word.plain.as_str()).unwrap_or_default();
    let known = named(CITIES, &plain).or_else(|| (words.len() > 2).then(|| named(CITIES, first)).flatten());
    known.map(str::to_owned).or((!plain.is_empty()).then_some(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_is_the_same_in_any_language() {
        for (one, other) in [
            ("München", "Munich"),
            ("Köln", "Cologne"),
            ("Frankfurt am Main", "frankfurt"),
            ("København", "Copenhagen"),
        ] {
            assert_eq!(city(one), city(other), "{one}");
        }
        assert_ne!(city("Neustadt"), city("Altstadt"));
        assert_eq!(city(" - "), None);
    }
}
