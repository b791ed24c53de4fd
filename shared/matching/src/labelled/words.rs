//! What made-up companies are called and where they sit. Chosen from business registers' habits; the matcher's own lists
//! are not read here, so that the set says something about them.

/// A country with its cities and habits.
pub(super) struct Land {
    pub(super) code: &'static str,
    /// As companies' branches write it.
    pub(super) names: &'static [&'static str],
    /// City, state, first digits of its postal codes.
    pub(super) cities: &'static [(&'static str, &'static str, &'static str)],
    /// Digits of a postal code in all.
    pub(super) postal_digits: usize,
    pub(super) dial: &'static str,
    pub(super) tld: &'static str,
    /// Each legal form in the ways in which people write it.
    pub(super) forms: &'static [&'static [&'static str]],
}

pub(super) const LANDS: &[Land] = &[
    Land {
        code: "DE",
        names: &["Deutschland", "Germany"],
        cities: &[
            ("Hamburg", "HH", "20"),
            ("München", "BY", "80"),
            ("Köln", "NW", "50"),
            ("Frankfurt am Main", "HE", "60"),
            ("Leipzig", "SN", "04"),
            ("Osnabrück", "NI", "49"),
        ],
        postal_digits: 5,
        dial: "+49",
        tld: "de",
        forms: &[
            &["GmbH", "gmbh", "G.m.b.H.", "Gesellschaft mbH"],
            &["AG", "Aktiengesellschaft", "A.G."],
            &["GmbH & Co. KG", "GmbH & Co KG", "GmbH und Co. KG", "GmbH&Co.KG"],
            &["UG (haftungsbeschränkt)", "UG"],
            &["e.K.", "eK"],
            &["KG"],
        ],
    },
    Land {
        code: "US",
        names: &["USA", "America", "US"],
        cities: &[
            ("Austin", "TX", "787"),
            ("Boston", "MA", "021"),
            ("Denver", "CO", "802"),
            ("Portland", "OR", "972"),
            ("Springfield", "IL", "627"),
            ("San Francisco", "CA", "941"),
        ],
        postal_digits: 5,
        dial: "+1",
        tld: "com",
        forms: &[
            &["Inc.", "Inc", "Incorporated", ", Inc."],
            &["LLC", "L.L.C.", "llc"],
            &["Corp.", "Corporation", "Corp"],
            &["Co.", "Company", "Co"],
            &["LLP"],
        ],
    },
    Land {
        code: "GB",
        names: &["UK", "United Kingdom"],
        cities: &[
            ("London", "", "1"),
            ("Manchester", "", "2"),
            ("Leeds", "", "3"),
            ("Bristol", "", "4"),
            ("Edinburgh", "", "5"),
        ],
        postal_digits: 5,
        dial: "+44",
        tld: "co.uk",
        forms: &[&["Ltd", "Limited", "Ltd."], &["PLC", "plc", "Public Limited Company"], &["LLP"]],
    },
    Land {
        code: "FR",
        names: &["France"],
        cities: &[
            ("Paris", "", "75"),
            ("Lyon", "", "69"),
            ("Marseille", "", "13"),
            ("Saint-Étienne", "", "42"),
            ("Orléans", "", "45"),
        ],
        postal_digits: 5,
        dial: "+33",
        tld: "fr",
        forms: &[&["SARL", "S.A.R.L.", "Sàrl"], &["SAS", "S.A.S."], &["SA", "S.A."], &["SASU"]],
    },
    Land {
        code: "PL",
        names: &["Polska", "Poland"],
        cities: &[("Warszawa", "", "00"), ("Kraków", "", "30"), ("Łódź", "", "90"), ("Poznań", "", "60")],
        postal_digits: 5,
        dial: "+48",
        tld: "pl",
        forms: &[&["Sp. z o.o.", "sp. z o.o.", "Sp.z o.o.", "SP Z O O"], &["S.A.", "SA"]],
    },
    Land {
        code: "SE",
        names: &["Sverige", "Sweden"],
        cities: &[("Stockholm", "", "11"), ("Göteborg", "", "41"), ("Malmö", "", "21"), ("Umeå", "", "90")],
        postal_digits: 5,
        dial: "+46",
        tld: "se",
        forms: &[&["AB", "Aktiebolag"]],
    },
    Land {
        code: "DK",
        names: &["Danmark", "Denmark"],
        cities: &[("København", "", "21"), ("Aarhus", "", "80"), ("Odense", "", "50")],
        postal_digits: 4,
        dial: "+45",
        tld: "dk",
        forms: &[&["A/S", "AS"], &["ApS", "aps"]],
    },
    Land {
        code: "NL",
        names: &["Nederland", "Netherlands"],
        cities: &[("Amsterdam", "", "10"), ("Rotterdam", "", "30"), ("Utrecht", "", "35")],
        postal_digits: 4,
        dial: "+31",
        tld: "nl",
        forms: &[&["B.V.", "BV", "b.v."], &["N.V.", "NV"]],
    },
    Land {
        code: "IT",
        names: &["Italia", "Italy"],
        cities: &[("Milano", "", "201"), ("Torino", "", "101"), ("Bologna", "", "401")],
        postal_digits: 5,
        dial: "+39",
        tld: "it",
        forms: &[&["S.r.l.", "Srl", "SRL"], &["S.p.A.", "SpA", "SPA"]],
    },
    Land {
        code: "ES",
        names: &["España", "Spain"],
        cities: &[("Madrid", "", "28"), ("Málaga", "", "29"), ("A Coruña", "", "15")],
        postal_digits: 5,
        dial: "+34",
        tld: "es",
        forms: &[&["S.L.", "SL"], &["S.A.", "SA", "Sociedad Anónima"]],
    },
    Land {
        code: "BR",
        names: &["Brasil", "Brazil"],
        cities: &[("São Paulo", "SP", "01"), ("Curitiba", "PR", "80"), ("Belém", "PA", "66")],
        postal_digits: 8,
        dial: "+55",
        tld: "com.br",
        forms: &[&["Ltda.", "Ltda", "LTDA"], &["S.A.", "S/A"]],
    },
];

/// Coined brands are made of a beginning, a middle and an end.
pub(super) const BEGINNINGS: &[&str] = &[
    "Vel", "Kor", "Tan", "Bri", "Zen", "Mar", "Lum", "Fal", "Gra", "Ost", "Quin", "Sol", "Ner", "Hel", "Dra", "Ply",
    "Cal", "Ever", "Nov", "Arc", "Pel", "Tor", "Wex", "Jun", "Rav", "Ib", "Sca", "Mond",
];
pub(super) const MIDDLES: &[&str] =
    &["a", "o", "i", "u", "era", "ona", "ivi", "alo", "eni", "ado", "umi", "ora", "ita", "emo"];
pub(super) const ENDS: &[&str] = &[
    "ra", "dex", "tis", "wick", "nova", "lon", "mark", "rix", "das", "quest", "via", "gard", "lux", "stone", "ford",
    "zon", "plex", "mir", "tech", "bell",
];

pub(super) const SURNAMES: &[&str] = &[
    "Müller",
    "Schröder",
    "Hartmann",
    "Meyer",
    "Weiß",
    "Krüger",
    "Smith",
    "Johnson",
    "Whitfield",
    "O'Neill",
    "Kowalski",
    "Wiśniewski",
    "Lindqvist",
    "Åkesson",
    "Sørensen",
    "Jørgensen",
    "de Vries",
    "van Dijk",
    "Rossi",
    "Bianchi",
    "García",
    "Núñez",
    "Lefèvre",
    "Dubois",
    "Gonçalves",
    "Araújo",
    "Bergmann",
    "Thornton",
    "Pemberton",
    "Łukasik",
    "Böhm",
    "Baumgärtner",
    "Fairfax",
    "Castellano",
    "Hollingsworth",
    "McAllister",
    "Strömberg",
    "Zieliński",
    "Beauchamp",
    "Delacroix",
];
/// Surnames that are one or two letters apart: what a careless matcher takes for a typing error.
pub(super) const NEAR_SURNAMES: &[(&str, &str)] = &[
    ("Meyer", "Mayer"),
    ("Müller", "Möller"),
    ("Hansen", "Jansen"),
    ("Bauer", "Sauer"),
    ("Hartmann", "Herrmann"),
    ("Schmidt", "Schmitz"),
    ("Johnson", "Johnston"),
    ("Peterson", "Pedersen"),
    ("Keller", "Kessler"),
    ("Thornton", "Thorton"),
    ("Brown", "Braun"),
    ("Miller", "Millar"),
    ("Rossi", "Russi"),
    ("Dubois", "Dupois"),
    ("Lindberg", "Lindborg"),
    ("Carlson", "Carlton"),
    ("Wagner", "Wegner"),
    ("Hoffmann", "Hofmann"),
    ("Bergmann", "Bargmann"),
    ("Kowalski", "Kowalczyk"),
];

/// What a company does, as its name says it.
pub(super) const TRADES: &[&str] = &[
    "Logistics",
    "Software",
    "Consulting",
    "Foods",
    "Robotics",
    "Pharma",
    "Energy",
    "Textiles",
    "Plumbing",
    "Dental",
    "Capital",
    "Media",
    "Analytics",
    "Packaging",
    "Shipping",
    "Roofing",
    "Bakery",
    "Optics",
    "Instruments",
    "Furniture",
    "Brewery",
    "Mining",
];
/// Words that people shorten, and how.
pub(super) const SHORTENED: &[(&str, &[&str])] = &[
    ("International", &["Intl", "Int'l", "Intl."]),
    ("Technologies", &["Tech", "Techs", "Technology"]),
    ("Manufacturing", &["Mfg", "Mfg."]),
    ("Services", &["Svcs", "Svc", "Service"]),
    ("Systems", &["Sys", "System", "Sys."]),
    ("Engineering", &["Eng", "Engg", "Eng."]),
    ("Associates", &["Assoc", "Assocs."]),
    ("Brothers", &["Bros", "Bros."]),
    ("Industries", &["Ind", "Inds."]),
    ("Laboratories", &["Labs", "Lab"]),
    ("Management", &["Mgmt", "Mgt"]),
    ("Distribution", &["Dist", "Distrib."]),
    ("University", &["Univ", "Univ."]),
    ("Department Stores", &["Dept Stores", "Dept. Stores"]),
];
/// First words of long official names, from which initials are made.
pub(super) const OFFICIAL: &[&str] = &[
    "Continental",
    "Allied",
    "Bavarian",
    "Nordic",
    "Federal",
    "Baltic",
    "Universal",
    "Metropolitan",
    "Transatlantic",
    "Iberian",
    "Consolidated",
    "Pacific",
    "Alpine",
    "Royal",
    "Imperial",
];
pub(super) const OFFICIAL_MIDDLE: &[&str] = &[
    "Freight",
    "Motor",
    "Steel",
    "Chemical",
    "Insurance",
    "Aviation",
    "Machine",
    "Timber",
    "Telegraph",
    "Electric",
    "Grain",
    "Marine",
    "Paper",
    "Credit",
];
pub(super) const OFFICIAL_END: &[&str] =
    &["Works", "Services", "Company", "Association", "Union", "Trust", "Bureau", "Exchange"];

/// Names that any town may have.
pub(super) const COMMON: &[&str] = &[
    "Premier",
    "Sunrise",
    "Summit",
    "Apex",
    "Pinnacle",
    "First Choice",
    "Golden Gate",
    "Blue Sky",
    "Central",
    "Quality",
    "Heritage",
    "Liberty",
    "Main Street",
    "Riverside",
    "Evergreen",
];
/// Chains with a branch in each town.
pub(super) const CHAINS: &[&str] = &[
    "Burgerhaus",
    "Fitbox",
    "Copy Corner",
    "Pizza Presto",
    "Kinderland",
    "Smile Dental",
    "Hotel Aurora",
    "Clinique Belle",
    "Car Wash King",
];

pub(super) const FREE_MAIL: &[&str] =
    &["gmail.com", "outlook.com", "gmx.de", "yahoo.com", "web.de", "icloud.com", "hotmail.com"];
/// Mail or pages of anybody's customers: no company's own.
pub(super) const SHARED_HOSTS: &[&str] =
    &["comcast.net", "btinternet.com", "verizon.net", "bluewin.ch", "arcor.de", "sfr.fr"];
pub(super) const PAGE_HOSTS: &[&str] = &["github.io", "blogspot.com", "herokuapp.com", "myshopify.com"];
