//! Words become features: one- and two-word phrases, and the pieces a word is made of.
//!
//! A feature is a 32-bit name, the hash of its kind and text. The trainer and the reader both come here, so they
//! cannot disagree. This module refuses to weigh anything.

use super::text;

/// The name of a feature: the same on every platform, for ever, because model files are made of these.
///
/// The two highest bits are its kind, the others a hash of its text.
pub type FeatureId = u32;

const WORD: u32 = 1;
const PAIR: u32 = 2;
const PIECE: u32 = 3;
/// How many bits of a name are the hash.
const HASH_BITS: u32 = 30;

/// The shortest and longest piece of a word, in letters; a word's two edges count as letters.
const PIECE_LETTERS: std::ops::RangeInclusive<usize> = 3..=5;

/// The features of a text, in ascending order and without repeats.
#[must_use]
pub fn features(text: &str) -> Vec<FeatureId> {
    features_of_words(&text::words(text))
}

/// The features of words that stand in this order.
#[must_use]
pub fn features_of_words(words: &[String]) -> Vec<FeatureId> {
    let mut features = Vec::with_capacity(words.len() * 16);
    for word in words {
        features.push(word_feature(word));
        push_pieces(word, &mut features);
    }
    for pair in words.windows(2) {
        if let [first, second] = pair {
            features.push(pair_feature(first, second));
        }
    }
    features.sort_unstable();
    features.dedup();
    features
}

/// The feature of one whole word.
#[must_use]
pub fn word_feature(word: &str) -> FeatureId {
    name(WORD, [word.as_bytes()])
}

/// The feature of two words, one directly after the other.
#[must_use]
pub fn pair_feature(first: &str, second: &str) -> FeatureId {
    name(PAIR, [first.as_bytes(), b" ", second.as_bytes()])
}

/// The features of the pieces of one word.
#[must_use]
pub fn piece_features(word: &str) -> Vec<FeatureId> {
    let mut features = Vec::new();
    push_pieces(word, &mut features);
    features
}

fn push_pieces(word: &str, features: &mut Vec<FeatureId>) {
    let edged = format!("<{word}>");
    let mut edges: Vec<usize> = edged.char_indices().map(|(at, _)| at).collect();
    edges.push(edged.len());
    for letters in PIECE_LETTERS {
        for piece in edges.windows(letters + 1) {
            if let [start, .., end] = piece
                && let Some(piece) = edged.get(*start..*end)
                && piece.len() < edged.len()
            {
                features.push(name(PIECE, [piece.as_bytes()]));
            }
        }
    }
}

/// Whether a feature is a piece of a word, which says less than a word.
#[must_use]
pub const fn is_piece(feature: FeatureId) -> bool {
    feature >> HASH_BITS == PIECE
}

/// FNV-1a over the bytes, then a finishing mix so that all bits depend on all of them.
fn name<const PARTS: usize>(kind: u32, parts: [&[u8]; PARTS]) -> FeatureId {
    let mut hash = 0x811c_9dc5_u32;
    for byte in parts.into_iter().flatten() {
        hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    }
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xc2b2_ae35);
    hash ^= hash >> 16;
    (kind << HASH_BITS) | (hash >> (u32::BITS - HASH_BITS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_features_never_change() {
        assert_eq!(word_feature("card"), 1_158_294_887);
        assert_eq!(pair_feature("charged", "twice"), 2_702_808_573);
    }

    #[test]
    fn features_are_in_ascending_order_without_repeats() {
        let features = features("charged charged twice, charged twice");
        assert!(features.is_sorted_by(|first, second| first < second));
    }

    #[test]
    fn a_word_and_a_piece_of_the_same_letters_are_different_features() {
        assert!(!piece_features("card").contains(&word_feature("card")));
    }
}
