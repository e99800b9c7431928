//! How customers may say it: written by hand, not taken from any data set.

use jiff::civil::date;

use super::super::{Claim, DisputeKind, Narrative};

const KINDS: &[(DisputeKind, &[&str])] = &[
    (
        DisputeKind::ChargedTwice,
        &[
            "I was charged twice by Streamly",
            "My card was charged twice and one was refunded",
            "Two charges for one coffee",
            "there is a duplicate payment on my account",
            "You took the money two times!",
            "Why do I see a double charge from the hotel?",
            "The same payment went out twice, please refund one",
            "My card was stolen and they charged me twice",
            "I only made one payment but there are two charges",
            "they have billed me again for the same thing",
            "I don't understand the double charge",
        ],
    ),
    (
        DisputeKind::PaidOtherwise,
        &[
            "I paid in cash but the restaurant charged my card too",
            "I already paid by PayPal and then my card was debited as well",
            "We settled the bill with a voucher and they took it from the card again",
            "The room was paid with another card, yet this one was charged",
            "I paid by bank transfer, why was my card billed?",
        ],
    ),
    (
        DisputeKind::WrongAmount,
        &[
            "I was charged 50 instead of 30",
            "The wrong amount was taken",
            "The bill was $20 but they charged $200",
            "I have been overcharged by the garage",
            "They took more than we agreed",
            "it should have been 12 euros, not 21",
            "They charged me double the price",
            "The amount on my statement is higher than on the receipt",
            "the hotel added an extra night to my bill, the total is wrong",
        ],
    ),
    (
        DisputeKind::WrongCurrency,
        &[
            "I was charged in dollars instead of euros",
            "The shop used the wrong currency",
            "It should have been in pounds, not in dollars",
            "They billed me in a different currency",
        ],
    ),
    (
        DisputeKind::LateCharge,
        &[
            "I stayed there in spring and was charged months later",
            "A hotel charged me eight weeks after I left",
            "this is an old charge from last year that was taken now",
            "They billed my card only now for a dinner in June",
        ],
    ),
    (
        DisputeKind::SubscriptionCancelled,
        &[
            "I cancelled my subscription but was charged again",
            "My gym membership was cancelled in May and they still take money",
            "I unsubscribed last month and got charged anyway",
            "I canceled it in September but they keep charging me",
            "After cancelling the free trial I was billed",
            "I ended the contract and they charged me twice since",
        ],
    ),
    (
        DisputeKind::NotReceived,
        &[
            "My parcel never arrived",
            "I ordered shoes and they have not been delivered",
            "I paid by card and the lamp never came",
            "still waiting for my order from Lampen & Co",
            "the package was empty",
            "I haven't received the goods I bought",
            "Nothing has arrived",
            "the concert was cancelled and I paid for the tickets",
            "The parcel never arrived and they refuse to refund me",
            "I didn't get my tickets",
            "They never delivered it",
        ],
    ),
    (
        DisputeKind::Defective,
        &[
            "The headphones came broken",
            "the toaster I bought stopped working after a day",
            "They sent the wrong size",
            "The jacket is not as described",
            "it is not what I ordered",
            "The vase was smashed when it came",
            "the quality is terrible quality",
            "the laptop does not turn on",
        ],
    ),
    (
        DisputeKind::Counterfeit,
        &[
            "The bag is a fake",
            "these are counterfeit trainers",
            "The watch I bought turned out to be a replica",
            "the perfume is not genuine",
        ],
    ),
    (
        DisputeKind::Misrepresented,
        &[
            "The seller lied about the terms",
            "I was misled by the advert",
            "They said it was free and charged me",
            "A free trial that charged me the full price",
            "it was mis-sold to me",
        ],
    ),
    (
        DisputeKind::Refund,
        &[
            "They promised a refund for the broken lamp and nothing came",
            "My refund has not arrived",
            "I am still waiting for my refund from the airline",
            "The shop agreed to refund me three weeks ago",
            "I never received the refund",
            "where is my refund",
        ],
    ),
    (
        DisputeKind::Returned,
        &[
            "I returned the shoes and still have no refund",
            "I sent it back and they have not credited me",
            "We returned both jackets, no money so far",
            "I shipped the phone case back in May",
            "The shoes were faulty so I sent them back, no refund yet",
        ],
    ),
    (
        DisputeKind::Unrecognised,
        &[
            "I did not make this payment",
            "I don't recognise this charge",
            "there is an unauthorised transaction",
            "I never ordered anything from them",
            "Somebody used my card in Lagos",
            "This wasn't me",
            "what is this charge from XYZ?",
            "There's a strange payment on my account",
            "I didn't authorize that, I want my money back",
            "someone else bought things with my card",
            "I have two payments on my account that I don't recognise",
            "I have never been to that shop",
            "money was taken without my permission",
        ],
    ),
    (
        DisputeKind::DeclinedButBilled,
        &[
            "My card was declined but I was charged",
            "The payment failed and the money was still taken",
            "the terminal said declined, yet the amount was debited",
            "The transaction did not go through but it was billed",
        ],
    ),
    (
        DisputeKind::CashShort,
        &[
            "The ATM gave me 40 instead of 100",
            "The ATM gave me less",
            "the machine dispensed only 20",
            "I withdrew 100 and only got 80",
            "The cash machine did not give me the full amount of cash",
            "No money came out of the ATM",
            "I got the wrong amount of cash",
            "I asked for 200 and it only gave me 150",
        ],
    ),
    (
        DisputeKind::Fee,
        &[
            "Why is there a fee on this?",
            "You charged a commission for my transfer",
            "I was charged for withdrawing cash",
            "refund the fee please",
            "I don't recognise this fee",
        ],
    ),
    (
        DisputeKind::ExchangeRate,
        &[
            "The exchange rate is wrong",
            "You used a bad conversion rate",
            "the rate for my cash withdrawal abroad was wrong",
            "I was charged an exchange fee",
        ],
    ),
    (
        DisputeKind::General,
        &[
            "I want a refund for this",
            "please give me my money back",
            "",
            "hello, I have a question about a payment",
            "My card has not arrived",
            "I was not charged a fee",
            "I contacted them twice",
            "they told me my account was at risk and I sent the money",
            "The recipient has not received my transfer",
            "I can't make a payment",
            "How do I change my PIN?",
            "my card is not working",
        ],
    ),
];

const CLAIMS: &[(Claim, &[&str], &[&str])] = &[
    (
        Claim::LostOrStolen,
        &[
            "My card was stolen",
            "I lost my card",
            "my phone is missing",
            "I can't find my wallet",
            "I was mugged last night",
            "I've misplaced my debit card",
            "someone stole my purse",
            "My card has gone missing",
        ],
        &[
            "I have not lost my card",
            "My card is not lost",
            "money is missing from the account",
            "The parcel is lost",
            "I lost my patience",
            "Where is my transfer?",
            "they stole my identity",
        ],
    ),
    (
        Claim::Compromised,
        &[
            "My account was hacked",
            "someone has my card details",
            "my card was cloned",
            "they stole my identity",
            "somebody knows my pin",
            "It is a scam",
        ],
        &["it is not fraud", "I was scammed and sent the money", "My card was stolen"],
    ),
    (
        Claim::NotRecognised,
        &[
            "I think this is fraud",
            "I don't recognise this payment",
            "somebody used my card in Lagos",
            "I did not make this payment",
            "it wasn't me",
            "an unknown transaction",
            "I never authorised it",
            "not mine",
        ],
        &[
            "I recognise the payment",
            "Where is my transfer?",
            "I can't make a payment",
            "the app does not recognise my face",
            "I did not make two payments",
        ],
    ),
    (
        Claim::AccountTakeover,
        &[
            "somebody changed my phone number and transferred my savings",
            "My email address was changed and I did not do it",
            "a hacker logged into my account",
            "somebody took over my account",
            "I am a victim of a sim swap",
            "someone has access to my account",
            "my account was hacked",
        ],
        &["I changed my phone number", "someone used my card", "please change my address"],
    ),
    (
        Claim::ScamPayment,
        &[
            "they told me my account was at risk and I sent the money",
            "I was tricked into sending money",
            "A man pretending to be from the bank and I transferred 5,000",
            "I moved my savings to a safe account",
            "I was scammed and sent the money",
            "it was a romance scam",
            "he persuaded me to transfer 900 euros",
            "I paid a fake invoice by transfer",
            "They claimed to be the police and I made a transfer",
        ],
        &["It is a scam", "somebody used my card", "The bag is a fake", "I sent the money to the wrong account"],
    ),
    (
        Claim::HasCard,
        &[
            "I still have my card",
            "I have my card",
            "Yes, I have it with me",
            "The card is in my wallet",
            "my card never left my possession",
            "the card is with me",
            "I've still got it",
        ],
        &[
            "I don't have my card any more",
            "I have lost my card",
            "I do not have it with me",
            "my card is not with me",
            "I have a question",
            "I still have no refund",
        ],
    ),
    (
        Claim::MerchantContacted,
        &[
            "I contacted the shop",
            "I emailed them twice",
            "I have called the hotel",
            "I spoke to the seller",
            "The merchant refuses to help",
            "I tried to contact them",
            "they told me to wait",
            "I wrote to the company last week",
            "The shop won't refund me",
        ],
        &[
            "I did not contact the shop",
            "I have not contacted them",
            "I contacted you",
            "I called my bank",
            "they contacted me",
            "I have never spoken to the seller",
        ],
    ),
    (
        Claim::ReturnAttempted,
        &[
            "I returned the shoes",
            "I sent it back",
            "I tried to return it",
            "I offered to send them back",
            "They refused to take it back",
            "they won't accept the return",
        ],
        &["I did not return it", "my transfer was returned", "I want my money back", "They returned my payment"],
    ),
    (
        Claim::Cancelled,
        &[
            "I cancelled my subscription",
            "Cancelled the gym in May",
            "I have unsubscribed",
            "my membership was terminated",
            "I have a cancellation email",
        ],
        &["I have not cancelled", "They cancelled my order", "I cancelled my card", "How do I cancel?"],
    ),
    (
        Claim::HasProof,
        &[
            "I have the receipt",
            "attached is the invoice",
            "I can send a screenshot",
            "Here is my proof",
            "I kept the receipt",
        ],
        &["I have no receipt", "I don't have the receipt", "where is my receipt"],
    ),
    (
        Claim::PaidByOtherMeans,
        &["I paid in cash", "it was paid with another card", "I paid by PayPal"],
        &["I did not pay in cash", "I paid by card"],
    ),
];

fn read(text: &str) -> Narrative {
    Narrative::read(text, date(2026, 11, 22))
}

#[test]
fn each_phrase_is_read_as_its_kind() {
    let phrases = KINDS.iter().flat_map(|(kind, texts)| texts.iter().map(move |text| (*kind, *text)));
    let wrong: Vec<String> = phrases
        .clone()
        .map(|(kind, text)| (kind, read(text).dispute, text))
        .filter(|(kind, heard, _)| kind != heard)
        .map(|(kind, heard, text)| format!("{text}: {kind:?}, read as {heard:?}"))
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), phrases.count(), wrong.join("\n"));
}

#[test]
fn each_claim_is_heard_where_it_is_made_and_nowhere_else() {
    let mut wrong = Vec::new();
    for (claim, made, unmade) in CLAIMS {
        let heard = |text: &&&str| read(text).claims.contains(claim);
        wrong.extend(made.iter().filter(|text| !heard(text)).map(|text| format!("{claim:?} is not heard: {text}")));
        wrong.extend(unmade.iter().filter(heard).map(|text| format!("{claim:?} is heard: {text}")));
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
