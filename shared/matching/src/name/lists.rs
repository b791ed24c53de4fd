//! Words with little to say, shortened words, joining words.

/// Words that join: put aside wherever they stand.
pub(super) const JOINING: &[&str] = &["and", "und", "et", "y", "og", "och", "of", "for", "de", "del", "della", "di", "da", "do", "der", "die", "das", "du", "la", "le", "les", "fur", "pour", "van", "von"];

/// Roman numbers that names end in.
pub(super) const ROMAN: &[&str] = &["ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii"];

/// Words that a company takes on or leaves out as it likes.
const NOTHING: &[&str] = &[
    "group", "holding", "holdings", "international", "global", "worldwide", "enterprise", "corporate", "official", "company", "the",
    "headquarters", "hq", "www",
];

/// Words for what a company does: many share them, so that having them in common says little.
const LITTLE: &[&str] = &[
    "advertising", "advisors", "agency", "analytics", "architects", "associates", "automation", "automotive", "bank", "bakery", "brewery",
    "brothers", "build", "business", "capital", "care", "center", "chemical", "cleaning", "clinic", "cloud", "club", "commercial",
    "communication", "construction", "consulting", "data", "dental", "design", "development", "digital", "distribution", "education",
    "electric", "electronic", "energy", "engineering", "equipment", "estate", "event", "fashion", "financial", "finance", "fitness", "food",
    "foundation", "furniture", "garage", "health", "healthcare", "home", "hospital", "hotel", "industry", "information", "innovation",
    "instrument", "insurance", "investment", "laboratory", "law", "legal", "logistics", "machine", "management", "manufacturing", "marine",
    "marketing", "media", "medical", "mining", "mobile", "motor", "network", "office", "optic", "packaging", "partner", "pharma", "pharmacy",
    "plumbing", "power", "print", "product", "property", "publishing", "real", "recruitment", "research", "resource", "restaurant", "retail",
    "robotics", "roofing", "school", "security", "service", "shipping", "shop", "software", "solution", "son", "sport", "steel", "store",
    "strategy", "studio", "supply", "system", "team", "technology", "telecom", "textile", "tool", "trade", "trading", "training",
    "transport", "travel", "trust", "union", "university", "venture", "water", "web", "wine", "wood", "works",
    "american", "british", "central", "city", "classic", "continental", "creative", "dynamic", "elite", "european", "express", "family",
    "federal", "first", "general", "golden", "grand", "great", "green", "heritage", "independent", "integrated", "liberty", "main", "metro",
    "modern", "national", "new", "pacific", "atlantic", "pinnacle", "premier", "premium", "prime", "pro", "professional", "quality", "royal",
    "smart", "standard", "star", "street", "summit", "sunrise", "super", "superior", "top", "total", "town", "united", "universal", "urban", "valley",
    "apex", "choice", "best", "alpha", "advanced", "allied",
];

/// Shortened and inflected words → one word for all of them.
const IN_FULL: &[(&str, &[&str])] = &[
    ("advertising", &["advt", "adv"]),
    ("associates", &["assoc", "assocs", "assn", "association", "associate", "asociados", "associes"]),
    ("automotive", &["auto", "autos"]),
    ("bank", &["banca", "banco", "banque", "banken"]),
    ("brothers", &["bros", "gebr", "gebruder", "freres", "hermanos", "fratelli", "flli"]),
    ("center", &["centre", "ctr", "zentrum", "centro", "centrum"]),
    ("chemical", &["chem", "chemicals", "chemie", "chimie"]),
    ("communication", &["comm", "comms", "communications", "kommunikation"]),
    ("construction", &["const", "constr", "constructions", "bau"]),
    ("consulting", &["consult", "consultants", "consultancy", "consultant", "consultores", "beratung"]),
    ("department", &["dept"]),
    ("design", &["designs"]),
    ("development", &["dev", "developments", "devel"]),
    ("distribution", &["dist", "distr", "distrib", "distributors", "distributor", "distributions"]),
    ("electric", &["elec", "electrical"]),
    ("electronic", &["electronics", "elektronik"]),
    ("energy", &["energies", "energie", "energia"]),
    ("engineering", &["eng", "engg", "engr", "engineers", "ingenieria"]),
    ("enterprise", &["enterprises", "ent", "entreprises", "empresas"]),
    ("equipment", &["equip", "eqpt"]),
    ("financial", &["fin"]),
    ("food", &["foods"]),
    ("foundation", &["fdn", "stiftung", "fondation", "fundacion"]),
    ("government", &["govt", "gov"]),
    ("group", &["grp", "gruppe", "groupe", "gruppo", "grupo", "groep", "gruppen", "koncern"]),
    ("holding", &["holdings", "hldg", "hldgs"]),
    ("hospital", &["hosp", "hospitals"]),
    ("hotel", &["hotels"]),
    ("industry", &["ind", "inds", "indus", "industries", "industrial", "industrie", "industria", "industrias"]),
    ("information", &["info"]),
    ("instrument", &["instruments", "instr"]),
    ("insurance", &["ins", "versicherung", "versicherungen", "assurances", "assurance", "seguros"]),
    ("international", &["intl", "int", "internat", "internationale", "internacional", "internazionale"]),
    ("investment", &["inv", "invest", "investments"]),
    ("laboratory", &["lab", "labs", "laboratories", "laboratoires", "labor", "laboratorios"]),
    ("logistics", &["logistik", "logistique", "logistica", "logistic", "logistyka"]),
    ("machine", &["machines", "machinery", "maschinen"]),
    ("management", &["mgmt", "mgt", "mngt"]),
    ("manufacturing", &["mfg", "mfr", "manuf", "manufacturers", "manufacturer"]),
    ("marketing", &["mktg", "mkt"]),
    ("medical", &["med"]),
    ("national", &["natl", "nat"]),
    ("network", &["networks", "netzwerk"]),
    ("optic", &["optics", "optik", "optical"]),
    ("partner", &["partners", "ptnrs"]),
    ("pharma", &["pharmaceuticals", "pharmaceutical", "pharmaceutica", "pharmazeutika"]),
    ("product", &["products", "prod", "prods", "produkte", "produits"]),
    ("property", &["properties", "prop", "props"]),
    ("resource", &["resources"]),
    ("restaurant", &["restaurants", "rest"]),
    ("service", &["services", "svc", "svcs", "serv", "servicios", "servizi", "dienste"]),
    ("solution", &["solutions", "sol", "soln", "solns", "losungen", "loesungen"]),
    ("son", &["sons", "sohne", "soehne", "fils", "hijos", "figli"]),
    ("store", &["stores"]),
    ("studio", &["studios"]),
    ("supply", &["supplies"]),
    ("system", &["systems", "sys", "syst", "systeme", "systemes", "sistemas", "systemer"]),
    ("technology", &["technologies", "tech", "techs", "techn", "technol", "technologie", "technik", "tecnologia", "tecnologias", "teknik", "teknologi"]),
    ("telecom", &["telecoms", "telecommunications", "telecommunication", "telco", "telekom"]),
    ("textile", &["textiles", "textil", "textilien"]),
    ("tool", &["tools"]),
    ("transport", &["transportation", "transports", "transporte", "trans"]),
    ("university", &["univ", "uni", "universitat", "universite", "universidad", "universita"]),
    ("venture", &["ventures"]),
    ("works", &["werk", "werke", "wks"]),
];

/// The one word for a shortened or inflected one.
pub(super) fn in_full(word: &str) -> Option<&'static str> {
    IN_FULL.iter().find(|(_, ways)| ways.contains(&word)).map(|(full, _)| *full)
}

/// Whether a word is taken on or left out at will.
pub(crate) fn says_nothing(word: &str) -> bool {
    NOTHING.contains(&word)
}

/// Whether many companies share the word.
pub(crate) fn says_little(word: &str) -> bool {
    LITTLE.contains(&word)
}
