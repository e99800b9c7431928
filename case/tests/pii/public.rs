//! Numbers that were published for trying things out: cards of payment providers' and schemes' documentation, and the example
//! of each country in the registry of IBANs. Nobody made them up for this detector.

use crate::{
    Message,
    dice::Dice,
    disguise,
    values::{self, grouped},
};

/// Cards that documentation of card schemes and payment providers gives for tests.
const CARDS: [&str; 21] = [
    "4242424242424242",
    "4000056655665556",
    "4111111111111111",
    "4012888888881881",
    "4917610000000000",
    "5555555555554444",
    "5105105105105100",
    "5200828282828210",
    "2223003122003222",
    "2222420000001113",
    "6011111111111117",
    "6011000990139424",
    "6011601160116611",
    "3566002020360505",
    "3530111333300000",
    "6200000000000005",
    "378282246310005",
    "371449635398431",
    "3056930009020004",
    "36227206271667",
    "38520000023237",
];

/// Examples of the registry of IBANs.
const IBANS: [&str; 28] = [
    "AD1200012030200359100100",
    "AT611904300234573201",
    "BE68539007547034",
    "BG80BNBG96611020345678",
    "CH9300762011623852957",
    "CY17002001280000001200527600",
    "CZ6508000000192000145399",
    "DE89370400440532013000",
    "DK5000400440116243",
    "EE382200221020145685",
    "ES9121000418450200051332",
    "FI2112345600000785",
    "FR1420041010050500013M02606",
    "GB29NWBK60161331926819",
    "GR1601101250000000012300695",
    "HR1210010051863000160",
    "HU42117730161111101800000000",
    "IE29AIBK93115212345678",
    "IS140159260076545510730339",
    "IT60X0542811101000000123456",
    "LT121000011101001000",
    "LU280019400644750000",
    "LV80BANK0000435195001",
    "NL91ABNA0417164300",
    "NO9386011117947",
    "PL61109010140000071219812874",
    "PT50000201231234567890154",
    "SE4550000000058398257466",
];

/// Each number plainly and in each way of disguise, among the words of a request.
pub(crate) fn messages(seed: u64, requests: &[String]) -> Vec<Message> {
    let numbers = CARDS.map(|card| ("card", card)).into_iter().chain(IBANS.map(|iban| ("iban", iban)));
    let mut messages = Vec::new();
    for (place, (kind, number)) in numbers.enumerate() {
        for (turn, way) in ["clean", "in fours"].into_iter().chain(disguise::OF_NUMBERS).enumerate() {
            let mut dice = Dice::new(seed, (place * 16 + turn) as u64);
            let written = match way {
                "clean" => number.to_owned(),
                "in fours" => grouped(number, &[4; 8], " "),
                way => disguise::disguise(way, kind, number, &mut dice),
            };
            let head = format!("{} {} ", requests[dice.roll(requests.len())], values::introduction(kind));
            let (start, end) = (head.len(), head.len() + written.len());
            messages.push(Message { text: format!("{head}{written}."), start, end, kind, way, has_words: false });
        }
    }
    messages
}
