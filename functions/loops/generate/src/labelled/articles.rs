//! Articles: one event in the words of one journalist.

use revloops_matching::labelled::rng::Rng;

use super::happened::Happened;

/// English, German, French, Spanish.
pub(super) const LANGUAGES: usize = 4;

/// Headline and quote. `{c}` is the company; the other slots are the event's.
pub(super) fn write(rng: &mut Rng, happened: &Happened, company: &str, language: usize) -> (String, String) {
    let templates = templates(happened, language);
    let (headline, quote) = rng.pick(templates).copied().unwrap_or_default();
    // Two slots of a template are written in two ways, as journalists do.
    let mut fill = |text: &str| {
        let mut text = text.replace("{c}", company);
        for (slot, value) in slots(rng, happened, language) {
            text = text.replace(slot, &value);
        }
        text.replace("  ", " ")
    };
    (fill(headline), fill(quote))
}

fn slots(rng: &mut Rng, happened: &Happened, language: usize) -> Vec<(&'static str, String)> {
    match happened {
        Happened::Funding { tenths, currency, round, investor } => vec![
            ("{amount}", amount(rng, *tenths, currency, language)),
            ("{round}", self::round(round, language)),
            ("{investor}", (*investor).to_owned()),
        ],
        Happened::Hiring { jobs, city, team } => {
            vec![("{jobs}", jobs.to_string()), ("{city}", (*city).to_owned()), ("{team}", (*team).to_owned())]
        }
        Happened::Move { first, last, role, from } => vec![
            ("{person}", format!("{first} {last}")),
            ("{last}", (*last).to_owned()),
            ("{role}", (*role).to_owned()),
            ("{from}", (*from).to_owned()),
        ],
        Happened::Tech { tool, of } => vec![("{name}", (*tool).to_owned()), ("{for}", (*of).to_owned())],
        Happened::Product { product, purpose } => {
            vec![("{name}", (*product).to_owned()), ("{for}", (*purpose).to_owned())]
        }
        Happened::Partnership { partner, purpose } => {
            vec![("{name}", (*partner).to_owned()), ("{for}", (*purpose).to_owned())]
        }
        Happened::Purchase { target, city } => vec![("{name}", (*target).to_owned()), ("{city}", (*city).to_owned())],
    }
}

/// Tenths of a million, as that language's papers write them.
fn amount(rng: &mut Rng, tenths: u32, currency: &str, language: usize) -> String {
    let (whole, part) = (tenths / 10, tenths % 10);
    let point = |mark: &str| if part == 0 { whole.to_string() } else { format!("{whole}{mark}{part}") };
    let full = |mark: &str| format!("{}{mark}{:03}{mark}000", whole, part * 100);
    let (sign, english, german, french, spanish) = match currency {
        "USD" => ("$", "dollars", "Dollar", "dollars", "dólares"),
        "GBP" => ("£", "pounds", "Pfund", "livres", "libras"),
        _ => ("€", "euros", "Euro", "euros", "euros"),
    };
    match (language, rng.below(4)) {
        (0, 0) => format!("{sign}{}M", point(".")),
        (0, 1) => format!("{sign}{} million", point(".")),
        (0, 2) => format!("{} million {english}", point(".")),
        (0, _) => format!("{currency} {}", full(",")),
        (1, 0) => format!("{} Mio. {german}", point(",")),
        (1, 1) => format!("{} {german}", full(".")),
        (1, _) => format!("{} Millionen {german}", point(",")),
        (2, 0) => format!("{} M{sign}", point(",")),
        (2, 1) => format!("{} {french}", full(" ")),
        (2, _) if currency == "EUR" => format!("{} millions d’euros", point(",")),
        (2, _) => format!("{} millions de {french}", point(",")),
        (_, 0) => format!("{} {spanish}", full(".")),
        (_, _) => format!("{} millones de {spanish}", point(",")),
    }
}

fn round(round: &str, language: usize) -> String {
    match (round, language) {
        ("", 0) => "growth round".to_owned(),
        ("", 1) => "Wachstumsrunde".to_owned(),
        ("", _) => "ronda".to_owned(),
        ("Seed", _) => "Seed".to_owned(),
        (letter, 1 | 3) => format!("Serie {letter}"),
        (letter, 2) => format!("Série {letter}"),
        (letter, _) => format!("Series {letter}"),
    }
}

type Templates = &'static [(&'static str, &'static str)];

fn templates(happened: &Happened, language: usize) -> Templates {
    let of: [Templates; LANGUAGES] = match happened {
        Happened::Funding { .. } => [
            &[
                (
                    "{c} raises {amount} in {round} led by {investor}",
                    "{c} said today that it has raised {amount} from {investor} to expand its sales team across Europe.",
                ),
                (
                    "{investor} backs {c} with {amount}",
                    "The {round} of {amount} will pay for new offices, the company told reporters.",
                ),
                (
                    "Fresh money for {c}",
                    "A {amount} {round} was closed on Tuesday, with {investor} writing the largest cheque.",
                ),
                (
                    "{c} Closes {amount} {round} To Fuel Growth",
                    "“We will triple our customer base,” the founders said of the {amount} they got from {investor}.",
                ),
                (
                    "{c} lands {amount}",
                    "Proceeds of the {round} go into product development and hiring, according to a regulatory filing.",
                ),
            ],
            &[
                (
                    "{c} sammelt {amount} ein",
                    "Das Unternehmen erhält in der {round} {amount} von {investor}, um den Vertrieb auszubauen.",
                ),
                (
                    "{investor} steigt bei {c} ein",
                    "Mit {amount} aus der {round} will das Unternehmen in neue Märkte gehen.",
                ),
            ],
            &[
                (
                    "{c} lève {amount}",
                    "La société annonce une levée de {amount} ({round}) menée par {investor} pour accélérer en Europe.",
                ),
                ("{investor} mise sur {c}", "Le tour de table atteint {amount}, a indiqué l’entreprise mardi."),
            ],
            &[
                (
                    "{c} capta {amount} en una {round}",
                    "La empresa cierra una ronda de {amount} liderada por {investor} para crecer en Europa.",
                ),
                (
                    "{investor} invierte {amount} en {c}",
                    "Los fondos servirán para contratar y abrir oficinas, según la compañía.",
                ),
            ],
        ],
        Happened::Hiring { .. } => [
            &[
                (
                    "{c} to hire {jobs} people in {city}",
                    "The company plans {jobs} new jobs at its {city} site, most of them in {team}.",
                ),
                (
                    "{city} wins {jobs} jobs from {c}",
                    "Recruiting for the {team} team begins this month, a spokesperson confirmed.",
                ),
                ("{c} expands {team} team", "Some {jobs} positions will be filled in {city} by next summer."),
            ],
            &[
                (
                    "{c} schafft {jobs} Stellen in {city}",
                    "Das Unternehmen sucht für den Standort {city} {jobs} Mitarbeiter.",
                ),
                (
                    "{jobs} neue Arbeitsplätze in {city}",
                    "{c} baut dort ein Team auf, wie die Wirtschaftsförderung mitteilte.",
                ),
            ],
            &[("{c} recrute {jobs} personnes à {city}", "L’entreprise ouvre {jobs} postes sur son site de {city}.")],
            &[(
                "{c} contratará a {jobs} personas en {city}",
                "La compañía creará {jobs} puestos en su sede de {city}.",
            )],
        ],
        Happened::Move { .. } => [
            &[
                (
                    "{c} appoints {person} as {role}",
                    "{person}, formerly of {from}, will report to the chief executive from next month.",
                ),
                ("{person} joins {c} from {from}", "As {role}, {last} takes charge of growth in Europe."),
                ("New {role} at {c}", "{person} left {from} in summer and starts on Monday."),
            ],
            &[
                ("{person} wird {role} bei {c}", "{last} kommt von {from} und übernimmt das Amt zum Monatsende."),
                ("{c} holt {person}", "Die neue Führungskraft war zuvor bei {from} und wird {role}."),
            ],
            &[("{c} nomme {person} au poste de {role}", "{last} arrive de {from} et prendra ses fonctions lundi.")],
            &[("{c} ficha a {person} como {role}", "{last} procede de {from} y se incorpora el lunes.")],
        ],
        Happened::Tech { .. } => [
            &[
                (
                    "{c} moves to {name}",
                    "The company is rolling out {name} for {for}, replacing a system that was built in-house.",
                ),
                ("{c} picks {name} for {for}", "All branches will work with {name} by spring."),
            ],
            &[("{c} führt {name} ein", "Künftig arbeiten alle Standorte mit {name}, teilte die IT-Leitung mit.")],
            &[("{c} adopte {name}", "Le groupe déploie {name} dans toutes ses agences.")],
            &[("{c} apuesta por {name}", "La compañía implantará {name} en todas sus oficinas.")],
        ],
        Happened::Product { .. } => [
            &[
                ("{c} launches {name}", "{name} is a tool for {for} teams and is available from today."),
                ("{c} unveils {name} for {for}", "With {name}, customers can plan a whole quarter in an afternoon."),
                (
                    "Meet {name}, the latest from {c}",
                    "It took two years to build, and pilot customers in {for} like it.",
                ),
            ],
            &[("{c} bringt {name} auf den Markt", "{name} richtet sich an Kunden, die bisher mit Tabellen arbeiten.")],
            &[("{c} lance {name}", "{name} est disponible dès aujourd’hui pour tous les clients.")],
            &[("{c} presenta {name}", "{name} ya está disponible para todos los clientes.")],
        ],
        Happened::Partnership { .. } => [
            &[
                (
                    "{c} and {name} join forces in {for}",
                    "Both companies will sell a joint offer from January, they said in a statement.",
                ),
                ("{name} partners with {c}", "The agreement covers {for} customers in twelve countries."),
                ("{c} teams up with {name}", "Under the deal, {name} resells its services to {for} clients."),
            ],
            &[("{c} und {name} arbeiten zusammen", "Gemeinsam mit {name} will das Unternehmen neue Kunden gewinnen.")],
            &[("{c} s’allie à {name}", "L’accord avec {name} porte sur une offre commune.")],
            &[("{c} y {name} firman una alianza", "El acuerdo con {name} incluye una oferta conjunta.")],
        ],
        Happened::Purchase { .. } => [
            &[
                (
                    "{c} acquires {name}",
                    "The purchase of {city}-based {name} closes in the fourth quarter; terms were not disclosed.",
                ),
                ("{name} sold to {c}", "All staff in {city} will be kept on, the buyer said."),
                ("{c} buys rival {name}", "With {name} the company gains a foothold in {city}."),
            ],
            &[("{c} übernimmt {name}", "Der Kauf von {name} aus {city} soll bis Jahresende abgeschlossen sein.")],
            &[("{c} rachète {name}", "Le rachat de {name}, basé à {city}, sera finalisé cet hiver.")],
            &[("{c} compra {name}", "La compra de {name}, con sede en {city}, se cerrará este trimestre.")],
        ],
    };
    of.get(language).copied().unwrap_or_default()
}
