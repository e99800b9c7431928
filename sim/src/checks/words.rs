//! What customers write in the checks.

/// The sample of the README.
pub(crate) const SAMPLE: &str = "Customer says their card was charged twice for the same subscription.";
/// The same complaint with the merchant named, so that the merchant service is asked too.
pub(crate) const TWICE: &str = "My card was charged twice for the same Streamly subscription this month.";
/// A report that is certainly about fraud.
pub(crate) const STOLEN: &str =
    "My card was stolen yesterday and there are several payments abroad that I did not make. Please freeze my card.";
/// A question about a payment.
pub(crate) const PENDING: &str = "The recipient has not received my transfer yet, what is its status?";
/// A question about identity.
pub(crate) const IDENTITY: &str = "Why is my identity verification not complete? Which identity documents do you need?";

/// The sample in other words; no two alike, and none of them in the data.
pub(crate) const REWORDINGS: [&str; 20] = [
    "The customer reports two charges on their card for one subscription.",
    "I got billed twice for the same subscription on my card.",
    "My subscription was charged to my card two times this month.",
    "There is a duplicate charge for my subscription on my card statement.",
    "Client complains that the card was debited twice for a single subscription.",
    "Why did you take the subscription fee from my card twice?",
    "The same subscription payment shows up twice on my card.",
    "I have been double charged for a subscription.",
    "I see two identical subscription charges on my card, but I only have one subscription.",
    "A customer writes that one subscription was charged to her card twice.",
    "My streaming subscription was charged twice to my card on the same day.",
    "Please refund one of the two charges for my subscription, I was charged twice.",
    "Card charged twice, same subscription, please fix.",
    "My card got charged a second time for a subscription that I had already paid.",
    "It looks like I paid for the same subscription twice with my card.",
    "They charged my card twice for the subscription and I want one charge back.",
    "The subscription was billed double on my card.",
    "Hello, I was charged two times for one and the same subscription, can you help?",
    "Customer states that a duplicate subscription charge was made to their card.",
    "My card statement shows the subscription charge twice this month.",
];
