//! The kind of a contested charge.
//!
//! The rules of [`RULES`] are tried in their order and the first that is said decides, so the order is what a text
//! means that says several things:
//! - what the customer did comes before what is missing: goods sent back without a refund are [`DisputeKind::Returned`];
//! - what a network has a reason of its own for comes before the general word: two charges, one of them refunded, are
//!   [`DisputeKind::ChargedTwice`], and a charge after cancelling is [`DisputeKind::SubscriptionCancelled`];
//! - a refund that the merchant promised comes before the fault for which it was promised;
//! - "not me" comes before what may be wrong with the goods, and weak words (again, rate, fee, refund) come last.

use serde::{Deserialize, Serialize};

use super::{
    claims::{ALERT, NO_GOODS, NOT_MINE, PAID_OTHERWISE, SENT_BACK},
    phrases::Rule,
    tokens::Token,
};

/// The kind of a contested charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum DisputeKind {
    /// One purchase, two charges.
    ChargedTwice,
    /// Charged although it was paid in another way.
    PaidOtherwise,
    /// Another amount than was agreed.
    WrongAmount,
    /// Another currency than was agreed.
    WrongCurrency,
    /// Charged long after the purchase.
    LateCharge,
    /// Charged for what the customer had cancelled.
    SubscriptionCancelled,
    /// What was bought never came.
    NotReceived,
    /// What came is broken, or not what was described.
    Defective,
    /// What came is a fake.
    Counterfeit,
    /// The terms of the sale were not what was said.
    Misrepresented,
    /// A refund that was promised or is due.
    Refund,
    /// Goods were sent back and not credited.
    Returned,
    /// The customer did not make it.
    Unrecognised,
    /// The card was declined and billed all the same.
    DeclinedButBilled,
    /// A machine gave less than was booked.
    CashShort,
    /// A fee.
    Fee,
    /// The rate of exchange.
    ExchangeRate,
    /// Something else, or not said.
    #[default]
    General,
}

/// Money was taken.
const CHARGED: &[&str] =
    &["charg~|billed|debited|taken|took|deducted|appears|appeared", "left my account", "came|gone out", "paid out"];

/// What a machine that gives cash is called.
const CASH: &[&str] = &["atm|atms|cash|cashpoint|withdr~|dispens~|notes|machine"];

/// The kinds and what people say who mean them, in the order in which they are tried.
const RULES: &[Rule<DisputeKind>] = &[
    Rule::new(
        DisputeKind::CashShort,
        &[
            "atm|machine|cashpoint|dispenser * less|short|nothing|wrong|half",
            "gave|dispensed|paid|got|received|issued|withdrew * instead|less|only|nothing|short|half",
            "only * gave|dispensed|paid|got|received|issued|came",
            "not|never|nothing|no * dispens~|come|came * cash|notes|money|out|atm|machine",
            "not|never * get|got|give|receive|received * cash|notes|full|right|correct|all|money",
            "no cash|money|notes * came|out|dispens~",
            "wrong|incorrect|less|short|partial|different|missing * cash|notes",
            "cash|notes|money * wrong|incorrect|short|less|missing",
            "asked|requested|withdr~ * got|received|gave",
            "not|never * full|right|correct|whole|entire amount|sum",
            "partial|different|wrong|incorrect|smaller amount|sum",
            "less than|then * asked|requested|withdrew|wanted",
            "short|shorted|shortchanged me",
        ],
    )
    .not_of("fee|fees|rate|rates|exchange|commission|refund|refunded|recogni~|charged|currency")
    .given(CASH)
    .unless(&["exchange~|conversion|currency", "fee|fees"]),
    Rule::new(DisputeKind::CashShort, &["only * got|gave|received|receive|get|came"])
        .not_of("refund|refunded|half")
        .given(&["asked for|to", "requested"])
        .unless(&["exchange~|conversion|currency", "fee|fees|refund"]),
    Rule::new(DisputeKind::PaidOtherwise, PAID_OTHERWISE).not_of("never|arrived|fee").given(CHARGED),
    Rule::new(
        DisputeKind::SubscriptionCancelled,
        &[
            "cancelled|canceled|cancelling|canceling|ended|terminated|stopped * subscription~|membership|trial|plan|contract|renewal|policy|gym",
            "subscription~|membership|trial|plan|contract|renewal|policy * cancelled|canceled|terminated|ended",
            "unsubscribed",
        ],
    )
    .not_of("tried|forgot|how|order|flight|reservation"),
    Rule::new(DisputeKind::SubscriptionCancelled, &["cancelled|canceled"])
        .not_of("card|order|transfer|flight|booking|reservation|hotel|payment|they")
        .given(&[
            "charg~|billed|debited|took|taken|taking|paying * again",
            "still|keep|keeps|continue~|kept * charg~|tak~|bill~|debit~|paying",
            "renewed|renewal|renews",
            "every month",
        ]),
    Rule::new(DisputeKind::Returned, SENT_BACK).not_of(NO_GOODS).unless(&["tried|wanted|want to return"]),
    Rule::new(DisputeKind::WrongAmount, &["twice|double the amount|price|cost|fare|sum", "twice|double as much", "twice|double what"]),
    Rule::new(
        DisputeKind::ChargedTwice,
        &[
            "twice|double|doubled|duplicate|duplicated|duplicates|duplication|2x|doubly",
            "two|2|multiple|several|three|3 of the same",
            "should * only have|be one|once",
            "more than once",
            "two|2 charges|payments|transactions|debits for|from|of one|the|same|a",
            "same charge|payment|purchase|transaction|amount|thing|order * again|two",
            "not make|made two|2",
        ],
    )
    .not_of("called|contacted|emailed|wrote|tried|asked|phoned|messaged|checked|check|rang|told|visited|explained|complained"),
    Rule::new(DisputeKind::ChargedTwice, &["two|2|three|3|several|multiple|many times", "over and over"])
        .not_of("checked|called|tried|asked|contacted|emailed")
        .given(&["charg~|billed|debited|taken|took|deducted|payment~|transaction|purchase|appear~|show~|paid"]),
    Rule::new(
        DisputeKind::DeclinedButBilled,
        &["declined|rejected|failed|unsuccessful|denied", "not go|went|gone through"],
    )
    .not_of("transfer|top|topup|refund|deposit|dispute|claim|return|returned|chargeback|verification")
    .given(CHARGED),
    Rule::new(
        DisputeKind::Refund,
        &[
            "promised|agreed|confirmed|said|told|approved|issued|owe|owes * refund~|reimburse~|credit",
            "refund~|reimbursement|credit * promised|agreed|confirmed|approved|issued|due|owed|pending|processed",
            "refund|reimbursement * not|never|still|missing|yet * arriv~|receiv~|reciev~|come|came|shown|appear~|credited|there|here",
            "refund|reimbursement * has|have|had|did|is|was not|never|yet|still",
            "not|never * receiv~|reciev~|got|get|seen * refund|reimbursement",
            "where is * refund",
            "waiting * refund|reimbursement",
        ],
    )
    .not_of("card|refused|fee"),
    Rule::new(
        DisputeKind::Counterfeit,
        &[
            "fake|fakes|counterfeit|counterfeits|replica|knockoff|imitation|bootleg",
            "knock off|offs",
            "not|never * genuine|authentic",
            "not * original|real brand|one|thing|product|item",
        ],
    )
    .not_of("website|site|call|caller|email|message|text|sms|bank|profile|job|account|link|person|police|app|invoice|page|shop|store|seller|number|card|charge|payment|transaction|investment|landlord|id|note|notes"),
    Rule::new(
        DisputeKind::WrongCurrency,
        &[
            "wrong|incorrect|different|another * currency",
            "currency * wrong|incorrect",
            "in dollars|euros|pounds|usd|eur|gbp|sterling|yen|francs|kroner|zloty instead|rather|not",
            "not * in dollars|euros|pounds|usd|eur|gbp|sterling|yen|francs",
            "instead of dollars|euros|pounds|usd|eur|gbp|sterling|yen|francs|local",
            "dynamic currency",
        ],
    )
    .not_of("rate|rates"),
    Rule::new(DisputeKind::Unrecognised, NOT_MINE)
        .not_of("fee|fees|commission|face|fingerprint|terminal|pin|sense|mistake|profile|refund|refunds|sure|received|receive|arrived|delivered")
        .unless(ALERT),
    Rule::new(
        DisputeKind::Misrepresented,
        &[
            "misrepresent~|misled|mislead~|misleading|deceptive|missold|misadvertised",
            "lied|lying to|about|me",
            "mis sold",
            "false|falsely|untrue advert~|claims|promises",
            "told|said|promised|advertised|claimed * free|included",
            "hidden terms|conditions|costs|charges",
            "free trial|sample * charg~",
        ],
    )
    .not_of("refund|refunded|bank"),
    Rule::new(
        DisputeKind::Defective,
        &[
            "broken|broke|faulty|defective|damaged|cracked|smashed|torn|ripped|shattered|unusable|malfunction~|mouldy|moldy|rotten|spoiled|stained",
            "not|never|stopped|quit * work|works|working|worked|function|functioning|turn|switch",
            "poor|bad|terrible|awful|low|inferior quality|condition",
            "wrong * size|colour|color|item|items|product|model|thing|goods|order|one|shoes",
            "not as described|advertised|pictured|shown|ordered|expected|promised",
            "nothing like * described|description|picture|pictures|photo|photos|advertised",
            "not * what i|we|was ordered|bought|expected|advertised|described",
            "not * match|matching|like|resemble * description|picture|pictures|photo|photos|listing|advert",
            "different from|to|than * described|description|picture|photo|advertised|what|ordered",
            "dead on arrival",
            "not fit",
            "missing parts|pieces",
        ],
    )
    .not_of("card|cards|app|pin|atm|machine|terminal|contactless|code|transfer|transfers|website|login|online|chip|passcode|password|account|reader|top|topup|payment|payments|amount|rate|visa|mastercard|exchange|google|apple"),
    Rule::new(
        DisputeKind::NotReceived,
        &[
            "not|never|nothing|none * arriv~|deliver~|receiv~|reciev~|come|came|shipped|dispatched|sent",
            "not|never * show~|turn~ up",
            "neither|nobody|none|nor * got|received|have|seen * parcel|package|order|delivery|goods|it",
            "not|never * get|got|have * order|parcel|package|goods|item|items|ticket|tickets|delivery|product|shoes|anything",
            "still|been waiting for|on * order|parcel|package|delivery|item|goods|product|them",
            "where is * order|parcel|package|delivery|goods",
            "yet to arrive|receive|come",
            "parcel|package|box|envelope * empty",
            "undelivered|nondelivery",
            "lost in|by * post|mail|transit|courier",
            "not|never * provided|rendered|performed",
            "not|never arrived|come|here",
            "event|concert|show|course|festival|flight|booking * cancelled|canceled",
            "shop|company|merchant|seller|hotel|airline|store * bankrupt|bust|vanished|disappeared|closed",
        ],
    )
    .not_of("card|cards|refund|refunded|money|transfer|transfers|payment|payments|salary|pin|code|cash|top|topup|deposit|sms|reply|answer|response|email|call|passcode|statement|confirmation|credit|credited|funds|cheque|recipient|beneficiary|account|balance|atm|wages|transaction|verification|friend|landlord|mom|mum|mother|sister|brother|girlfriend|boyfriend")
    .unless(&["i|we transferred", "my|a|the transfer"]),
    Rule::new(
        DisputeKind::LateCharge,
        &[
            "weeks|months|month|year|years later|late|afterwards",
            "late|old|delayed|belated charge|charges|payment|transaction|presentment",
            "only|just now * charg~|billed|taken|took|appear~|debited",
            "charg~|billed|debited|taken|booked|posted|appear~ * only|just now",
            "charg~|billed|debited * weeks|months|year|years after",
            "from last year",
        ],
    )
    .not_of("refund|refunded|arriv~|deliver~|fee|still|nothing|received")
    .given(CHARGED),
    Rule::new(
        DisputeKind::WrongAmount,
        &[
            "wrong|incorrect|different|higher|bigger|larger|inflated|greater * amount|price|sum|total|figure",
            "overcharg~|overbilled|overpaid",
            "charg~|billed|debited|paid|took|taken|cost * instead|rather",
            "instead of * agreed|quoted",
            "more than * agreed|price|bill|receipt|should|quoted|expected|owed|i|it|the|what",
            "too much",
            "should have|be * been|cost|charged|paid|only|just",
            "amount|price|total|sum * wrong|incorrect|higher|off",
            "amount|price|total|sum * is|was wrong|incorrect|higher|different|more|bigger",
            "not * agreed|right|correct|quoted * amount|price|sum|to",
            "receipt|bill|price|quote|quoted|invoice|total|agreed * said|says|was|shows",
            "added * tip|extra|zero",
            "hotel|restaurant|shop|store|merchant|garage|driver * extra",
        ],
    )
    .not_of("cash|fee|fees|rate|rates|exchange|atm|commission|currency|refund|transfer|balance|time"),
    Rule::new(
        DisputeKind::ChargedTwice,
        &["two|2 charges|payments|transactions|debits", "second time|charge|payment", "same charge", "charg~|billed|debited|took|taken|taking * again"],
    ),
    Rule::new(
        DisputeKind::ExchangeRate,
        &["exchange rate|rates|fee|charge|cost", "conversion", "converted", "rate|rates", "exchange * money|currency|wrong|bad"],
    )
    .not_of("interest|mortgage|first|second|credit"),
    Rule::new(
        DisputeKind::Fee,
        &[
            "fee|fees|commission|commissions|surcharge|surcharges",
            "charg~ * withdr~|atm|cash|transfer|transferring|topping",
            "extra|additional charge|charges|cost",
            "charged extra|for|to|when * using|use|used|getting|get|taking|making|make",
            "atm|withdrawal|transfer|service|maintenance|monthly|overdraft|handling charge|charges",
        ],
    )
    .not_of("cleaning|resort|booking|cancellation|delivery|joining|parking"),
    // To want one's money back is no complaint about a refund: what is wrong has not been said then.
    Rule::new(DisputeKind::Refund, &["refund~|reimburs~", "credit note"])
        .unless(&["want|like|need|get|request|demand|please * refund"]),
];

/// Reads the kind of a contested charge.
pub(super) fn read(tokens: &[Token]) -> DisputeKind {
    RULES.iter().find(|rule| rule.is_said(tokens)).map_or(DisputeKind::General, |rule| rule.means)
}
