//! Legal forms of many countries, as their words run together.

use super::Word;

/// At the end of a name. Written as one word each: `Sp. z o.o.`, `SP Z O O` and `spzoo` are all `spzoo`.
const AT_THE_END: &[&str] = &[
    // English-speaking countries
    "inc", "incorporated", "corp", "corporation", "co", "company", "llc", "lc", "llp", "lp", "lllp", "ltd", "limited", "plc", "pllc", "pc",
    "publiclimitedcompany", "limitedliabilitycompany", "limitedpartnership", "pty", "ptyltd", "proprietarylimited", "pvt", "pvtltd",
    "privatelimited", "pteltd", "pte", "sdnbhd", "bhd", "unlimited", "ulc", "cic", "cio", "coltd", "fzco", "fzllc", "fze", "wll", "npc",
    // German-speaking countries
    "gmbh", "mbh", "gesellschaftmbh", "gesellschaftmitbeschrankterhaftung", "ggmbh", "gesmbh", "ag", "aktiengesellschaft", "kg",
    "kommanditgesellschaft", "ohg", "gbr", "ug", "ughaftungsbeschrankt", "haftungsbeschrankt", "ek", "ekfr", "ekfm", "ev", "eg", "kgaa",
    "gmbhcokg", "gmbhcokgaa", "agcokg", "agcokgaa", "secokgaa", "secokg", "ugcokg", "cokg", "coohg", "se", "partg", "partgmbb", "vvag",
    // French, Belgian, Luxembourgish
    "sa", "sarl", "sarlau", "sas", "sasu", "snc", "scs", "sca", "sci", "scop", "eurl", "ei", "gie", "sprl", "srl", "scrl", "asbl", "sagl",
    "societeanonyme", "etcie", "cie",
    // Dutch and Flemish
    "bv", "nv", "bvba", "cvba", "vof", "cv", "vzw", "beslotenvennootschap",
    // Italian
    "spa", "srls", "sapa", "sas", "snc", "scarl", "scpa", "societaperazioni",
    // Spanish, Portuguese and American
    "sl", "slu", "sll", "sau", "sociedadanonima", "sociedadlimitada", "sccl", "sadecv", "sderldecv", "srldecv", "sapidecv", "spr", "sac",
    "eirl", "ltda", "lda", "limitada", "me", "epp", "eireli", "cia", "ycia", "sas",
    // Nordic and Baltic
    "ab", "abpubl", "publ", "aktiebolag", "hb", "kb", "as", "asa", "aps", "is", "ks", "ivs", "amba", "da", "ans", "oy", "oyj", "osakeyhtio",
    "ky", "ehf", "hf", "ou", "uab", "sia", "tbk",
    // Central and Eastern Europe, Turkey, Greece
    "spzoo", "spolkazoo", "spolkazograniczonaodpowiedzialnoscia", "spj", "spk", "spolkaakcyjna", "sro", "spolsro", "akciovaspolecnost",
    "zrt", "nyrt", "kft", "bt", "doo", "dd", "jdoo", "ad", "eood", "ood", "ead", "pfa", "sti", "anonimsirketi", "limitedsirketi", "epe", "ae",
    "ike", "dooel", "zao", "oao", "ooo", "pao", "tov",
    // Asia
    "kk", "kabushikikaisha", "gk", "kaisha", "jsc", "pjsc", "ojsc", "cjsc", "sendirianberhad",
];

/// In front of a name.
const IN_FRONT: &[&str] = &["pt", "ooo", "oao", "zao", "pao", "uab", "sia", "tov", "too", "jsc", "pjsc", "kk"];

/// More words than any legal form has.
const LONGEST: usize = 6;

/// Takes legal forms off; the last word stays whatever it is. Returns what was taken, in the name's order.
pub(super) fn strip(words: &mut Vec<Word>) -> Vec<String> {
    let mut taken: Vec<String> = Vec::new();
    'again: loop {
        // The longest first, so that `GmbH & Co. KG` leaves no `GmbH & Co.`.
        for count in (1..=LONGEST.min(words.len().saturating_sub(1))).rev() {
            let from = words.len() - count;
            let run: String = words.iter().skip(from).map(|word| word.plain.as_str()).collect();
            if AT_THE_END.contains(&run.as_str()) {
                taken.splice(0..0, words.drain(from..).map(|word| word.plain));
                continue 'again;
            }
        }
        break;
    }
    if words.len() > 1 && words.first().is_some_and(|first| IN_FRONT.contains(&first.plain.as_str())) {
        taken.insert(0, words.remove(0).plain);
    }
    taken
}
