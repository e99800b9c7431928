//! A merchant's name out of a descriptor as it stands on a statement: `SQ *STAR COFFEE LONDON GB`, `AMZN Mktp US*2K4`.

/// Those who process payments for others, before an asterisk.
const PROCESSORS: &[&str] = &[
    "sq", "tst", "paypal", "pp", "sp", "izettle", "iz", "zettle", "sumup", "stripe", "ztl", "pos", "fs", "in", "dd",
    "bac", "klarna", "adyen", "worldpay", "toast", "gpay", "cko", "nyx", "ls", "lsp", "www",
];
/// Short forms that stand for a name of their own.
const SHORT: &[(&str, &str)] = &[
    ("amzn", "amazon"),
    ("amz", "amazon"),
    ("msft", "microsoft"),
    ("mcd", "mcdonalds"),
    ("sbux", "starbucks"),
    ("wm", "walmart"),
    ("goog", "google"),
];
/// What a descriptor holds beside the name: forms of companies, kinds of booking, countries and large cities.
pub(super) const NOISE: &[&str] = &[
    "ab",
    "ag",
    "ltd",
    "limited",
    "llc",
    "llp",
    "inc",
    "corp",
    "co",
    "gmbh",
    "plc",
    "sarl",
    "sas",
    "srl",
    "bv",
    "nv",
    "oy",
    "as",
    "sa",
    "com",
    "net",
    "org",
    "www",
    "http",
    "https",
    "mktp",
    "mktpl",
    "mktplace",
    "marketplace",
    "bill",
    "billing",
    "help",
    "subscr",
    "subscription",
    "subscriptions",
    "sub",
    "recurring",
    "purchase",
    "payment",
    "transfer",
    "transfers",
    "pos",
    "debit",
    "credit",
    "card",
    "online",
    "web",
    "intl",
    "international",
    "ref",
    "tel",
    "store",
    "shop",
    "order",
    "cash",
    "machine",
    "transfer",
    "to",
    "from",
    "fee",
    "visa",
    "mastercard",
    "us",
    "usa",
    "uk",
    "gb",
    "gbr",
    "ie",
    "irl",
    "de",
    "deu",
    "fr",
    "fra",
    "nl",
    "nld",
    "es",
    "esp",
    "it",
    "ita",
    "se",
    "swe",
    "no",
    "nor",
    "dk",
    "dnk",
    "pl",
    "pol",
    "ca",
    "lu",
    "lux",
    "ch",
    "che",
    "at",
    "be",
    "london",
    "dublin",
    "berlin",
    "paris",
    "amsterdam",
    "madrid",
    "york",
    "francisco",
    "luxembourg",
    "stockholm",
    "munich",
    "manchester",
    "chicago",
    "seattle",
    "boston",
    "toronto",
    "sydney",
    "lagos",
    "the",
    "and",
    "of",
];

/// Processors that are companies people name: where nothing is said behind an asterisk, they are meant themselves.
const NAMED_PROCESSORS: &[&str] = &["paypal", "klarna", "adyen", "worldpay", "stripe", "sumup", "izettle", "zettle"];

/// Whether a word is a short name with points in it: `e.on`.
pub(super) fn is_dotted(raw: &str) -> bool {
    let raw = raw.trim_matches(|c: char| !c.is_alphanumeric());
    let letters = raw.chars().filter(|c| c.is_alphabetic()).count();
    raw.contains('.') && (2..=4).contains(&letters) && raw.chars().all(|c| c.is_alphabetic() || c == '.')
}

/// The words of a merchant's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    words: Vec<Vec<char>>,
    joined: Vec<Vec<char>>,
}

impl Name {
    /// Reads a name or descriptor.
    pub(super) fn read(candidate: &str) -> Self {
        let lower = candidate.to_lowercase();
        let own = match lower.split_once('*') {
            Some((processor, rest)) if PROCESSORS.contains(&processor.trim()) => rest,
            _ => lower.as_str(),
        };
        let part = |c: char| !c.is_alphanumeric() && !"'’&".contains(c);
        let letters = own.split(part).map(|word| word.replace(['\'', '’', '&'], ""));
        // What holds a digit is a number of a shop, a phone or an order; "7eleven" has two words in its joined form.
        let words: Vec<String> = letters
            .filter(|word| word.chars().count() > 1 && !word.chars().any(|c| c.is_ascii_digit()))
            .map(|word| SHORT.iter().find(|(short, _)| *short == word).map_or(word, |(_, long)| (*long).to_owned()))
            .collect();
        let itself = |word: &str| !own.contains('*') && NAMED_PROCESSORS.contains(&word) && own == lower;
        let all: Vec<&String> =
            words.iter().filter(|word| !PROCESSORS.contains(&word.as_str()) || itself(word)).collect();
        let mut joined: Vec<Vec<char>> =
            all.windows(2).map(|pair| pair.iter().flat_map(|word| word.chars()).collect()).collect();
        let dotted = own.split_whitespace().filter(|raw| is_dotted(raw));
        joined.extend(dotted.map(|raw| raw.chars().filter(|c| c.is_alphabetic()).collect()));
        let initials: Vec<char> = all.iter().filter_map(|word| word.chars().next()).collect();
        if initials.len() > 2 {
            joined.push(initials);
        }
        let words = all.into_iter().filter(|word| !NOISE.contains(&word.as_str()));
        Self { words: words.map(|word| word.chars().collect()).collect(), joined }
    }

    /// The words that can name it alone.
    pub(super) fn words(&self) -> impl Iterator<Item = &[char]> {
        self.words.iter().map(Vec::as_slice)
    }

    /// Two words written together, and the initials of all where there are three or more.
    pub(super) fn joined(&self) -> impl Iterator<Item = &[char]> {
        self.joined.iter().map(Vec::as_slice)
    }
}
