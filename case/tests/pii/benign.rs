//! What a bank hears every day and is nobody's secret: numbers that look like personal data and are none.

use crate::{dice::Dice, values::grouped};

/// A sentence with such numbers.
pub(crate) fn benign(dice: &mut Dice) -> String {
    match dice.roll(5) {
        0 => order(dice),
        1 => money(dice),
        2 => time(dice),
        3 => reference(dice),
        _ => chatter(dice),
    }
}

fn order(dice: &mut Dice) -> String {
    let len = dice.between(5, 14);
    match dice.roll(7) {
        0 => format!("My order number is {} and it never came", dice.digits(len)),
        1 => format!("order #{} was cancelled but I was billed", dice.digits(len)),
        2 => format!("Tracking number 1Z{} says delivered", dice.code(16)),
        3 => format!("the parcel {} is stuck at customs", grouped(&format!("94{}", dice.digits(20)), &[4; 5], " ")),
        4 => format!("Invoice INV-20{}-{:06} of last month", dice.between(20, 26), dice.roll(1_000_000)),
        5 => format!("booking {} for flight BA{} on 12 May", dice.code(6), dice.digits(4)),
        _ => format!("serial number {} of the laptop", dice.code(12)),
    }
}

fn amount(dice: &mut Dice) -> String {
    let whole = dice.between(1, 99_999);
    let grouped = if whole > 999 { format!("{},{:03}", whole / 1_000, whole % 1_000) } else { whole.to_string() };
    format!("{}{grouped}.{:02}", dice.pick(&["$", "£", "€", "USD ", "EUR ", ""]), dice.roll(100))
}

fn money(dice: &mut Dice) -> String {
    match dice.roll(6) {
        0 => format!("I was charged {} twice and {} once", amount(dice), amount(dice)),
        1 => format!("The balance was {}, then {}, now {}", amount(dice), amount(dice), amount(dice)),
        2 => format!("the rate was 1.{} yesterday and 1.{} today", dice.digits(4), dice.digits(4)),
        3 => format!("I exchanged {} for {} at {}.{}%", amount(dice), amount(dice), dice.roll(9), dice.digits(2)),
        4 => format!("{} instalments of {} since 20{}", dice.between(2, 36), amount(dice), dice.between(10, 26)),
        _ => {
            format!("transferred {},{:03},{:03} yen on Monday", dice.between(1, 9), dice.roll(1_000), dice.roll(1_000))
        }
    }
}

fn date(dice: &mut Dice) -> String {
    let (year, month, day) = (dice.between(2019, 2027), dice.between(1, 12), dice.between(1, 28));
    match dice.roll(6) {
        0 => format!("{year}-{month:02}-{day:02}"),
        1 => format!("{day:02}/{month:02}/{year}"),
        2 => format!("{month}/{day}/{}", year % 100),
        3 => format!("{day:02}.{month:02}.{year}"),
        4 => format!("{day:02}-{month:02}-{year}"),
        _ => format!("{year}{month:02}{day:02}"),
    }
}

fn clock(dice: &mut Dice) -> String {
    format!("{:02}:{:02}:{:02}", dice.roll(24), dice.roll(60), dice.roll(60))
}

fn time(dice: &mut Dice) -> String {
    match dice.roll(6) {
        0 => format!("it happened on {} at {}", date(dice), clock(dice)),
        1 => format!("charged on {}, {} and again on {}", date(dice), date(dice), date(dice)),
        2 => format!("{}T{}Z ERROR 500 in your app", date(dice), clock(dice)),
        3 => format!("between {} and {} I called {} times", clock(dice), clock(dice), dice.between(2, 20)),
        4 => format!("my card expires {:02}/{}", dice.between(1, 12), dice.between(26, 32)),
        _ => format!("from {} to {} nothing came", date(dice), date(dice)),
    }
}

fn reference(dice: &mut Dice) -> String {
    match dice.roll(9) {
        0 => format!("reference {} please", dice.digits(10)),
        1 => format!("ref: {} for the payment", dice.code(10)),
        2 => format!("ticket {} has been open for weeks", dice.digits(7)),
        3 => format!("transaction tx-{} is not mine", dice.digits(16)),
        4 => format!("the payment id is pay_{}", dice.code(14).to_lowercase()),
        5 => format!("case number {}-{}", dice.digits(4), dice.digits(5)),
        6 => format!("ARN {}", dice.digits(23)),
        7 => format!("confirmation code {}", dice.digits(6)),
        _ => {
            let hex: String = (0..32).map(|_| char::from(b"0123456789abcdef"[dice.roll(16)])).collect();
            format!("request id {}", grouped(&hex, &[8, 4, 4, 4, 12], "-"))
        }
    }
}

fn chatter(dice: &mut Dice) -> String {
    match dice.roll(10) {
        0 => format!(
            "app version {}.{}.{} on Android {}",
            dice.roll(20),
            dice.roll(20),
            dice.roll(200),
            dice.between(9, 16)
        ),
        1 => format!("my card ending {} was declined", dice.digits(4)),
        2 => format!("the ATM at {} High Street kept my card", dice.between(1, 300)),
        3 => format!("error {} from 192.168.{}.{}", dice.between(400, 599), dice.roll(256), dice.roll(256)),
        4 => format!("I shop at amazon.com and at store{}.co.uk", dice.roll(100)),
        5 => format!("it costs {} dollars a month at netflix dot com prices", dice.between(5, 30)),
        6 => format!("pick 1 2 3 4 5 or {}", dice.between(6, 9)),
        7 => format!("I waited {} days, {} hours and {} minutes", dice.roll(30), dice.roll(24), dice.roll(60)),
        8 => format!("the ISBN is 978-{}-{}-{}-{}", dice.roll(10), dice.digits(4), dice.digits(4), dice.roll(10)),
        _ => format!("coordinates 51.{} and -0.{}", dice.digits(6), dice.digits(6)),
    }
}
