//! Words about names: short forms that friends use, titles, particles, and ordinary words that are names as well. The
//! lists are short on purpose; what they miss is found by the other part of the name.

/// Given names with the short forms that people sign with.
pub(super) const SHORT_FORMS: [(&str, &[&str]); 52] = [
    ("alexander", &["alex", "sasha", "sandy", "xander"]),
    ("alexandra", &["alex", "sasha", "sandra", "lexi"]),
    ("andrew", &["andy", "drew"]),
    ("anthony", &["tony", "ant"]),
    ("barbara", &["barb", "babs"]),
    ("benjamin", &["ben", "benny"]),
    ("catherine", &["cathy", "cath", "kate", "katie"]),
    ("charles", &["charlie", "chuck", "chaz"]),
    ("christina", &["chris", "tina", "chrissy"]),
    ("christine", &["chris", "tina", "chrissy"]),
    ("christopher", &["chris", "kit", "topher"]),
    ("daniel", &["dan", "danny"]),
    ("david", &["dave", "davey"]),
    ("deborah", &["deb", "debbie"]),
    ("dmitri", &["dima"]),
    ("edward", &["ed", "eddie", "ted", "ned"]),
    ("elizabeth", &["liz", "lizzie", "beth", "betty", "eliza", "libby"]),
    ("francis", &["frank", "fran"]),
    ("frederick", &["fred", "freddie"]),
    ("gabriel", &["gabe"]),
    ("gregory", &["greg"]),
    ("henry", &["harry", "hank"]),
    ("jacob", &["jake"]),
    ("james", &["jim", "jimmy", "jamie"]),
    ("jennifer", &["jen", "jenny"]),
    ("john", &["jack", "johnny"]),
    ("jonathan", &["jon", "jonny"]),
    ("joseph", &["joe", "joey"]),
    ("joshua", &["josh"]),
    ("katherine", &["kathy", "kate", "katie", "kat", "kath"]),
    ("lawrence", &["larry"]),
    ("margaret", &["maggie", "meg", "peggy", "marge"]),
    ("matthew", &["matt", "matty"]),
    ("michael", &["mike", "mick", "mikey"]),
    ("nicholas", &["nick", "nicky", "nico"]),
    ("olivia", &["liv", "livvy"]),
    ("pamela", &["pam"]),
    ("patricia", &["pat", "trish", "patty"]),
    ("patrick", &["pat", "paddy"]),
    ("peter", &["pete"]),
    ("philip", &["phil"]),
    ("rebecca", &["becky", "becca"]),
    ("richard", &["rick", "ricky", "dick", "rich"]),
    ("robert", &["rob", "bob", "bobby", "robbie", "bert"]),
    ("ronald", &["ron", "ronnie"]),
    ("samuel", &["sam", "sammy"]),
    ("stephen", &["steve", "stevie"]),
    ("steven", &["steve", "stevie"]),
    ("susan", &["sue", "susie"]),
    ("theodore", &["ted", "theo", "teddy"]),
    ("thomas", &["tom", "tommy"]),
    ("william", &["will", "bill", "billy", "liam", "willy"]),
];

/// Words before a name that are none of it.
pub(super) const TITLES: [&str; 21] = [
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "dame", "lord", "lady", "herr", "frau", "mme", "mlle", "sr",
    "sra", "srta", "senor", "senora", "jr",
];

/// Words that introduce or sign a name.
pub(super) const ANNOUNCED_BY: [&str; 20] = [
    "name",
    "named",
    "name is",
    "called",
    "i am",
    "i'm",
    "im",
    "this is",
    "it is",
    "it's",
    "regards",
    "sincerely",
    "thanks",
    "thank you",
    "cheers",
    "yours",
    "best",
    "faithfully",
    "signed",
    "holder",
];

/// Words within names that are nobody's name.
pub(super) const PARTICLES: [&str; 30] = [
    "abu", "al", "ap", "bin", "bint", "da", "das", "de", "del", "della", "den", "der", "di", "dos", "du", "e", "el",
    "ibn", "la", "le", "mac", "mc", "o", "san", "st", "ten", "ter", "van", "von", "y",
];

/// Names that are months or days, written with a capital in any case.
pub(super) const CALENDAR: [&str; 7] = ["april", "august", "june", "may", "sunday", "summer", "january"];

/// Names that are ordinary words: on their own, and small, they are words.
#[rustfmt::skip]
pub(super) const WORDS: [&str; 144] = [
    "am", "an", "app", "april", "art", "as", "ash", "at", "august", "baker", "bank", "banks", "be", "bell", "best", "bill", "bird",
    "black", "blue", "bond", "brown", "bush", "butler", "buy", "by", "call", "card", "cash", "chance", "charity", "chase",
    "church", "clay", "close", "coin", "cook", "cost", "cross", "day", "dean", "do", "dollar", "drew", "early", "east", "english", "faith",
    "field", "fields", "fish", "ford", "fox", "frank", "free", "french", "frost", "go", "gold", "good", "grace", "grant", "gray",
    "green", "hall", "hand", "hands", "hard", "he", "hi", "hill", "holiday", "home", "hope", "hunt", "hunter", "in", "is", "it", "january",
    "joy", "judge", "june", "key", "king", "lane", "law", "light", "little", "long", "love", "low", "major", "mark", "may", "me", "miles",
    "mine", "money", "my", "new", "nice", "no", "north", "of", "oh", "ok", "on", "or", "page", "park", "pat", "pay", "penny", "pin",
    "pound", "power", "price", "rich", "rob", "rose", "sale", "say", "short", "snow", "so", "south", "spring", "star", "stone", "strong",
    "sue", "summer", "sunday", "to", "trust", "up", "us", "visa", "way", "we", "white", "will", "wise", "young",
];
