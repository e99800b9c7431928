//! What a customer says happened. Claims add up: each rule stands for itself, and their order means nothing.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{phrases::Rule, tokens::Token};

/// Something the customer says happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// A card or phone is lost or stolen.
    LostOrStolen,
    /// Somebody else has the card's details or access to the account.
    Compromised,
    /// A transaction was not made by the customer.
    NotRecognised,
    /// Somebody else acts in the account: changed its details, moved its money.
    AccountTakeover,
    /// The customer was tricked into paying (authorised push payment).
    ScamPayment,
    /// The card is still in the customer's possession.
    HasCard,
    /// The merchant was contacted.
    MerchantContacted,
    /// Goods were sent back, or the customer tried to.
    ReturnAttempted,
    /// A transfer or payment has not arrived.
    PaymentMissing,
    /// The customer cancelled what was bought.
    Cancelled,
    /// There is a receipt or another proof.
    HasProof,
    /// It was paid in another way.
    PaidByOtherMeans,
}

/// Somebody else made the transaction, or nobody knows what it is.
pub(super) const NOT_MINE: &[&str] = &[
    "not|never * recogni~",
    "unrecogni~|unauthori~|unfamiliar",
    "unknown|mysterious|fraudulent|strange|weird|suspicious|odd|random|bizarre|unusual * charg~|payment~|transaction~|purchase~|withdrawal~|debit~|transfer~|deduction~",
    "did|have|had not * make|made|authori~|approve|approved|initiate|order|ordered|buy|bought|request|requested|sign|do|done|create|created|submit|set",
    "never * made|authori~|approved|ordered|bought|purchased|used|visited|shopped|subscribed|signed|agreed|submitted|created",
    "never * been|heard to|in|of|at|there|from",
    "not|never me|mine|us|ours",
    "not my charge|payment|transaction|purchase|withdrawal|doing",
    "not made|done|authori~|approved * by me|us",
    "someone|somebody|anyone else",
    "someone|somebody|thief|thieves|hacker|stranger|criminal|fraudster|scammer * used|using|spent|took|taken|taking|withdrew|withdrawn|bought|made|paid|stole|stealing|transferred|charg~|drained|emptied|withdrawing",
    "think|believe|suspect|assume * fraud|fraudulent",
    "no idea what|who|where",
    "not know * what|who|where * charge|payment|transaction|debit|this|from",
    "without my|our permission|consent|knowledge|authori~|approval",
    "not|never remember|recall|remembered",
    "what is this charge|payment|transaction|debit|withdrawal",
];

/// Goods went back to the merchant.
pub(super) const SENT_BACK: &[&str] = &[
    "i|we * returned",
    "returned my|the|it|them|this|these|those|everything|both|all|an|a",
    "i|we * took|brought|gave|shipped|posted|mailed|sent * back",
    "sent|shipped|posted|mailed|gave it|them|everything|both|this back",
    "sent|shipped|posted|mailed back",
    "goods|item|items|product|order * returned",
];

/// What goes back and is no goods, and who brings it.
pub(super) const NO_GOODS: &str =
    "transfer|payment|card|money|deposit|cheque|home|from|atm|machine|transaction|call|they|bank";

/// It was paid in another way.
pub(super) const PAID_OTHERWISE: &[&str] = &[
    "paid|settled * cash|cheque|check|paypal|voucher|vouchers|venmo|zelle|klarna",
    "paid|settled * with|using|by|via|from|through another|other|different|gift|bank",
    "paid|settled * another|different|other card|account|way|means",
    "paid|settled * bill|it|this|room|meal * cash|cheque|check|paypal|voucher|vouchers",
    "paid|settled * bank transfer",
];

/// The customer moved money.
const SELF_PAID: &[&str] = &[
    "i|we * sent|send|transferred|paid|moved|wired|invested|gave|authori~|approved",
    "and|then|so sent|transferred|wired|paid|moved|invested|gave",
    "sent|transferred|wired|moved * money|savings|him|her|them|everything",
    "made|make|did * transfer|payment|transfers|payments",
    "me|us send|transfer|pay|move|wire",
    "me|us to send|transfer|pay|move|wire|invest",
];

/// What a machine says that watches accounts: it denies nothing.
pub(super) const ALERT: &[&str] = &["routine|monitoring|automated|automatic|system alert|check|review|screening"];

/// The claims and what people say who make them.
const RULES: &[Rule<Claim>] = &[
    Rule::new(Claim::LostOrStolen, &["stolen|stole|robbed|mugged|pickpocketed|burgled|snatched|theft"])
        .not_of("money|identity|details|data|number|password|savings|funds|info|information"),
    Rule::new(
        Claim::LostOrStolen,
        &[
            "lost|misplaced|dropped|missing|mislaid * card|cards|phone|mobile|wallet|purse|bag|handbag|laptop|pin",
            "card|cards|phone|mobile|wallet|purse|bag|handbag|laptop|pin * lost|missing|misplaced|gone|disappeared|vanished",
            "not|never * find|locate * card|phone|wallet|purse|bag",
            "left * card|phone|wallet|purse|bag * behind|in|on|at",
            "someone|somebody|thief|they * took|taken my|our card|phone|wallet|purse|bag",
            "card|phone|wallet|purse|bag fell out",
        ],
    )
    .not_of("signal|access|number"),
    Rule::new(
        Claim::Compromised,
        &[
            "compromised|hacked|cloned|skimmed|skimming|phished|phishing|hijacked",
            "victim|act of fraud",
            "card|identity|account fraud",
            "details|number|data|password|identity|pin|information|info|money|funds|savings * stolen|leaked",
            "stole|stolen|steal|stealing|leaked * details|number|data|password|identity|information|info|money|funds|savings",
            "someone|somebody|anyone|they|stranger|he|she * has|have|know|knows|got * details|number|pin|password|access",
        ],
    )
    .not_of("department|team"),
    // A scam alone may be any kind of misuse; a scam into which the customer paid is another claim.
    Rule::new(Claim::Compromised, &["scam", "scammed"]).unless(SELF_PAID),
    Rule::new(Claim::NotRecognised, NOT_MINE)
        .not_of("face|fingerprint|terminal|pin|sense|mistake|profile|two|2|refund|refunds|sure|received|receive|arrived|delivered")
        .unless(ALERT),
    Rule::new(
        Claim::PaymentMissing,
        &["transfer|transfers|wire|remittance * not|never|still|yet * arriv~|show~|shown|come|came|receiv~|reach~|landed|there|through|gone"],
    )
    .not_of("refund|parcel|order|package"),
    Rule::new(
        Claim::AccountTakeover,
        &[
            "someone|somebody|they|hacker|thief|fraudster|scammer|stranger|he|she * changed|reset|replaced|removed * phone|number|email|mail|password|address|details|device|passcode",
            "phone|number|email|mail|password|passcode|address|details * was|were|been|got changed|reset|replaced",
            "someone|somebody|hacker|thief|fraudster|stranger|they|anyone * logged|logging|log|broke|got|gotten|hacked|breaking * into|in|my|our account|app|profile|bank|online|my|our",
            "someone|somebody|hacker|thief|fraudster|stranger * access|control * account|app|profile|bank",
            "account|profile|app * hacked|hijacked",
            "account|profile|number * taken|took over",
            "took|taken over * account|number|profile",
            "account takeover",
            "sim swap|swapped|swapping",
            "sim * swapped|hijacked",
            "login|device|phone * not mine",
            "new|unknown|strange|unrecogni~ device|login",
            "someone|somebody|hacker|thief|fraudster|they * transferred|moved|sent|emptied|drained * savings|account|funds|balance",
        ],
    ),
    Rule::new(
        Claim::ScamPayment,
        &[
            "tricked|conned|duped|fooled|manipulated|coerced|defrauded",
            "safe|secure account",
            "sent|transferred|paid|wired|gave * scammer|scammers|fraudster|fraudsters|conman|criminals",
            "romance|investment|crypto|rental|invoice|job|purchase|impersonation scam|fraud",
            "pressured|persuaded|convinced|instructed|talked * to|into send|sending|transfer|transferring|pay|paying|move|moving|invest|investing",
            "told|asked|made|got me|us to|into send|sending|transfer|transferring|move|moving|pay",
            "scam payment",
        ],
    ),
    Rule::new(
        Claim::ScamPayment,
        &[
            "scam|scammed|scammer|scammers|fraudster|fraudsters|conman",
            "pretend~|impersonat~|posing|posed|fake|bogus",
            "claiming|claimed|said|saying|says * from|was|were|be * bank|police|hmrc|irs|microsoft|amazon|support|government|fraud",
            "account|money|savings * at|in risk|danger",
            "account * compromised|unsafe",
            "never|not * real|genuine|existed|exist",
            "invoice|payee|bank * details|account * changed|hacked|altered",
            "anydesk|teamviewer",
            "remote access|control",
        ],
    )
    .given(SELF_PAID),
    Rule::new(
        Claim::HasCard,
        &[
            "i|we have|hold|got my|the|it",
            "still have|got|hold|holding|own my|the|it|both|them",
            "have|got|had|keep|kept * card|it|them|both * with|on me|us",
            "card|it * in my|our possession|wallet|pocket|hand|purse|bag|hands",
            "card|it|cards is|was|are|has|have * with|on me|us",
            "card|it * never|not left|leaves * me|my|possession|hands",
            "card|it * always|still|been * with|here me|us",
            "have|got my|the card|it here",
            "holding|looking my|the|at card",
        ],
    )
    .not_of("lost|stolen|declined|blocked|frozen|receipt|proof|refund|confirmation|email|phone|ticket|but|item|goods|money|order"),
    Rule::new(
        Claim::MerchantContacted,
        &[
            "i|we * contacted|emailed|mailed|phoned|rang|messaged|complained",
            "i|we * called|asked|told|wrote|written|spoke|spoken|chatted|reached|talked * them|shop|merchant|seller|store|company|hotel|restaurant|retailer|vendor|airline|owner|manager|support|service|business|gym|supplier|website|trader|reception",
            "contacted|emailed|phoned|messaged|called|asked * them|shop|merchant|seller|store|company|hotel|restaurant|retailer|vendor|airline|owner|gym|supplier|trader",
            "tried|trying * contact|reach|call|email|phone|contacting|reaching|calling|emailing",
            "in contact|touch with",
            "they|shop|merchant|seller|store|company|hotel|restaurant|retailer|vendor|airline|gym|supplier|trader * refuse|refused|refuses|refusing|replied|answered|ignore|ignored|ignoring|ignores|promised|insist|insists|deny|denied|denies|apologised|apologized",
            "they|shop|merchant|seller|store|company|hotel|retailer|vendor|airline|gym not|never|will|do|does not|never * answer~|reply|replied|respond~|refund~|help",
            "no reply|response|answer * from",
            "keep telling|ignoring|promising me|us",
            "they|shop|merchant|seller|store|company * told|tells|said|say|says",
        ],
    )
    .not_of("you|your|bank|police|card|by|fraud|caller|risk"),
    Rule::new(Claim::ReturnAttempted, SENT_BACK).not_of(NO_GOODS),
    Rule::new(
        Claim::ReturnAttempted,
        &[
            "tried|offered|attempted|asked|wanted|trying|offering|wish|want to return",
            "tried|offered|attempted|asked|wanted|trying|offering|want to send|give|take|bring * back",
            "refuse~|refusing|reject~ * return|back",
            "not|never accept|take|accepted * return|back",
            "return * refused|rejected|declined|denied",
        ],
    )
    .not_of("transfer|payment|card|money|deposit|cheque"),
    Rule::new(
        Claim::Cancelled,
        &[
            "i|we * cancelled|canceled|unsubscribed|terminated",
            "cancelled|canceled|terminated|ended my|our|the|it|this|them",
            "unsubscribed",
            "cancellation email|confirmation|number|confirmed",
            "subscription|membership|trial|plan|contract * cancelled|canceled|terminated|ended",
            "after|since cancelling|canceling",
        ],
    )
    .not_of("card|cards|transfer|they|seller|merchant|shop|airline|hotel|company|tried"),
    Rule::new(
        Claim::HasProof,
        &[
            "have|got|attached|attach|attaching|kept|keep|enclosed|send|show|provide|here|with|uploaded * receipt|receipts|proof|evidence|confirmation|invoice|screenshot|screenshots|tracking|bill|statement|photos|photo|pictures|picture|emails|correspondence",
            "receipt|proof|invoice|screenshot|evidence|confirmation * attached|enclosed|shows|proves|says|below|available",
        ],
    ),
    Rule::new(Claim::PaidByOtherMeans, PAID_OTHERWISE),
];

/// Reads what happened.
pub(super) fn read(tokens: &[Token]) -> BTreeSet<Claim> {
    RULES.iter().filter(|rule| rule.is_said(tokens)).map(|rule| rule.means).collect()
}
