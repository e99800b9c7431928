//! Finding merchants by words.

use std::collections::BTreeSet;

use super::Merchant;

/// Words that say nothing about a merchant although some have them in their names.
const EMPTY_WORDS: [&str; 12] =
    ["the", "and", "for", "was", "with", "from", "that", "this", "have", "not", "com", "online"];

/// The distinct telling words of a text, in lower case.
pub(super) fn words(text: &str) -> BTreeSet<String> {
    text.split(|character: char| !character.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| word.len() > 2 && !EMPTY_WORDS.contains(&word.as_str()))
        .collect()
}

/// How many of the words asked for are among a merchant's names, descriptors and category.
pub(super) fn shared_words(asked: &BTreeSet<String>, merchant: &Merchant) -> usize {
    let mut own = words(&merchant.name);
    own.extend(words(&merchant.category));
    own.extend(merchant.descriptors.iter().flat_map(|descriptor| words(descriptor)));
    own.intersection(asked).count()
}
