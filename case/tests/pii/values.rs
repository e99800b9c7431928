//! Made-up personal data, each with its check digits right, written the ways in which people write it.

use crate::dice::Dice;

/// A datum as it is planted.
pub(crate) struct Value {
    /// As somebody wrote it.
    pub(crate) written: String,
    /// The words before it.
    pub(crate) before: String,
    /// The words after it.
    pub(crate) after: &'static str,
}

/// What is planted: six kinds, in turn.
pub(crate) const KINDS: [&str; 6] = ["card", "iban", "ssn", "account", "email", "phone"];

/// A datum of a kind, with words that a customer puts around it.
pub(crate) fn value(kind: &str, dice: &mut Dice) -> Value {
    let (written, befores): (String, &[&str]) = match kind {
        "card" => (card(dice), &CARD),
        "iban" => (iban(dice), &IBAN),
        "ssn" => return ssn(dice),
        "account" => return account(dice),
        "email" => (email(dice), &EMAIL),
        "phone" => return phone(dice),
        other => panic!("{other} is no kind"),
    };
    Value { written, before: dice.pick(befores).to_owned(), after: dice.pick(&AFTER) }
}

/// The words with which a datum of a kind is given and nothing else is said.
pub(crate) fn introduction(kind: &str) -> &'static str {
    match kind {
        "card" => "My card number is",
        "iban" => "My IBAN is",
        "ssn" => "My social security number is",
        "account" => "My sort code and account are",
        "email" => "My email is",
        "phone" => "My phone number is",
        other => panic!("{other} is no kind"),
    }
}

const AFTER: [&str; 10] =
    ["", ".", "!", ", please help.", " thanks", "\nRegards", " and it still does not work", "?", ") ok?", " - urgent"];

const CARD: [&str; 14] = [
    "",
    "my card number is ",
    "My card ",
    "card no: ",
    "it was charged to ",
    "Visa ",
    "the number on the front is ",
    "pls check ",
    "PAN=",
    "the debit card (",
    "I used ",
    "long number ",
    "Somebody has used ",
    "It says ",
];

const IBAN: [&str; 10] = [
    "",
    "my IBAN is ",
    "IBAN: ",
    "I sent it to ",
    "the account is ",
    "please refund to ",
    "iban=",
    "beneficiary ",
    "It went to (",
    "from ",
];

const EMAIL: [&str; 10] = [
    "",
    "my email is ",
    "write to ",
    "e-mail: ",
    "you can reach me at ",
    "the receipt went to ",
    "registered under ",
    "contact ",
    "login ",
    "Please reply to ",
];

/// The issuers' prefixes and lengths of most cards in use.
const ISSUERS: [(&str, usize); 12] = [
    ("4", 16),
    ("4", 16),
    ("51", 16),
    ("55", 16),
    ("2221", 16),
    ("2720", 16),
    ("34", 15),
    ("37", 15),
    ("6011", 16),
    ("36", 14),
    ("3530", 16),
    ("62", 16),
];

fn card(dice: &mut Dice) -> String {
    let (prefix, len) = ISSUERS[dice.roll(ISSUERS.len())];
    let body = format!("{prefix}{}", dice.digits(len - prefix.len() - 1));
    let number = format!("{body}{}", luhn_digit(&body));
    let between = dice.pick(&["", "", " ", " ", "-", "."]);
    match len {
        15 => grouped(&number, &[4, 6, 5], between),
        14 => grouped(&number, &[4, 6, 4], between),
        _ => grouped(&number, &[4, 4, 4, 4], between),
    }
}

/// The digit that makes a number pass the Luhn check.
pub(crate) fn luhn_digit(body: &str) -> u32 {
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| match (place % 2, u32::from(byte - b'0')) {
            (1, digit) => digit,
            (_, digit) if digit > 4 => digit * 2 - 9,
            (_, digit) => digit * 2,
        })
        .sum();
    (10 - sum % 10) % 10
}

/// A number in groups of these lengths.
pub(crate) fn grouped(number: &str, groups: &[usize], between: &str) -> String {
    let mut rest = number;
    let mut pieces = Vec::new();
    for len in groups {
        let (piece, after) = rest.split_at((*len).min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(rest);
    }
    pieces.join(between)
}

fn iban(dice: &mut Dice) -> String {
    let bank = ["WEST", "ABNA", "AIBK", "BARC", "INGB"];
    let (country, account) = match dice.roll(10) {
        0 | 1 => ("GB", format!("{}{}", dice.pick(&bank), dice.digits(14))),
        2 | 3 => ("DE", dice.digits(18)),
        4 => ("FR", dice.digits(23)),
        5 => ("NL", format!("{}{}", dice.pick(&bank), dice.digits(10))),
        6 => ("ES", dice.digits(20)),
        7 => ("IT", format!("X{}", dice.digits(22))),
        8 => ("IE", format!("{}{}", dice.pick(&bank), dice.digits(14))),
        _ => ("PL", dice.digits(24)),
    };
    let remainder = format!("{account}{country}00").bytes().fold(0_u32, |remainder, byte| match byte {
        b'0'..=b'9' => (remainder * 10 + u32::from(byte - b'0')) % 97,
        _ => (remainder * 100 + u32::from(byte - b'A') + 10) % 97,
    });
    let whole = format!("{country}{:02}{account}", 98 - remainder);
    let whole = if dice.roll(6) == 0 { whole.to_lowercase() } else { whole };
    let between = dice.pick(&["", "", " ", " ", "-"]);
    grouped(&whole, &[4; 8], between)
}

fn ssn(dice: &mut Dice) -> Value {
    let area = if dice.roll(4) == 0 { dice.between(667, 899) } else { dice.between(1, 665) };
    let (group, serial) = (dice.between(1, 99), dice.between(1, 9_999));
    let after = dice.pick(&AFTER);
    let told = ["my SSN is ", "SSN: ", "my social security number is ", "social ", "ssn ", "Social Security No. "];
    // Nine digits in one piece are a number like any other unless a word says what they are.
    if dice.roll(4) == 0 {
        let before = dice.pick(&told).to_owned();
        return Value { written: format!("{area:03}{group:02}{serial:04}"), before, after };
    }
    let between = dice.pick(&["-", "-", "-", " "]);
    let neutral = ["", "it is ", "I gave them ", "they asked for ", "here: ", "my SSN is ", "SSN: ", "(ssn "];
    let written = format!("{area:03}{between}{group:02}{between}{serial:04}");
    Value { written, before: dice.pick(&neutral).to_owned(), after }
}

fn account(dice: &mut Dice) -> Value {
    let (sort, account) = (dice.digits(6), dice.digits(8));
    let dashed = grouped(&sort, &[2, 2, 2], "-");
    let spaced = grouped(&sort, &[2, 2, 2], " ");
    let after = dice.pick(&AFTER);
    let neutral = ["", "please pay ", "it went to ", "my details are ", "to "];
    let told = ["my bank details are ", "sort code and account: ", "account ", "my account is ", "Account details: "];
    let (written, befores): (String, &[&str]) = match dice.roll(9) {
        0 => (format!("{dashed} {account}"), &neutral),
        1 => (format!("{dashed}, {account}"), &neutral),
        2 => (format!("{dashed}/{account}"), &neutral),
        3 => (format!("{sort} {account}"), &told),
        4 => (format!("{spaced} {account}"), &neutral),
        5 => (format!("sort code {dashed} account number {account}"), &neutral),
        6 => (format!("account {account} sort code {dashed}"), &neutral),
        7 => (format!("sort code: {sort}, account: {account}"), &neutral),
        _ => (format!("acc no {account}, s/c {dashed}"), &neutral),
    };
    Value { written, before: dice.pick(befores).to_owned(), after }
}

const GIVEN: [&str; 12] =
    ["anna", "li", "omar", "zelda", "j", "maria", "tom", "sven", "priya", "chen", "o.k", "dee-dee"];
const FAMILY: [&str; 10] = ["smith", "oneil", "quartermaine", "x", "novak", "garcia", "park", "jones", "muller", "wu"];

fn email(dice: &mut Dice) -> String {
    let (given, family) = (dice.pick(&GIVEN), dice.pick(&FAMILY));
    let local = match dice.roll(6) {
        0 => format!("{given}.{family}"),
        1 => format!("{given}_{family}{}", dice.roll(100)),
        2 => format!("{given}{family}"),
        3 => format!("{given}+bank"),
        4 => format!("{}{}", given, 1960 + dice.roll(60)),
        _ => format!("{given}-{family}"),
    };
    let host = dice.pick(&["gmail", "example", "mail-box", "outlook", "yahoo", "post.web", "web3", "company"]);
    let ending = dice.pick(&["com", "com", "co.uk", "io", "de", "org", "net"]);
    let address = format!("{local}@{host}.{ending}");
    if dice.roll(8) == 0 { address.to_uppercase() } else { address }
}

fn phone(dice: &mut Dice) -> Value {
    let after = dice.pick(&AFTER);
    let neutral = ["", "it is ", "ring ", "my number: "];
    let told = ["call me on ", "my phone number is ", "mobile: ", "tel. ", "text me at ", "phone "];
    let d = |dice: &mut Dice, len| dice.digits(len);
    let (written, befores): (String, &[&str]) = match dice.roll(8) {
        0 => (format!("+44 7{} {}", d(dice, 3), d(dice, 6)), &neutral),
        1 => (format!("({}{}) 5{}-{}", dice.between(2, 9), d(dice, 2), d(dice, 2), d(dice, 4)), &neutral),
        2 => (format!("07{} {}", d(dice, 3), d(dice, 6)), &neutral),
        3 => (format!("+1 6{}-4{}-{}", d(dice, 2), d(dice, 2), d(dice, 4)), &neutral),
        4 => (format!("+49 30 {}", d(dice, 8)), &neutral),
        5 => (format!("{}{}-5{}-{}", dice.between(2, 9), d(dice, 2), d(dice, 2), d(dice, 4)), &neutral),
        6 => (format!("020 7{} {}", d(dice, 3), d(dice, 4)), &told),
        _ => (format!("07{}", d(dice, 9)), &told),
    };
    Value { written, before: dice.pick(befores).to_owned(), after }
}
