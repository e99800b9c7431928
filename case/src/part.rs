//! Parts of texts and lists without a panic: what is not there is empty.
//!
//! The positions that these are asked for were found in the same text before. Where that is ever wrong, a reading is
//! poorer for it, but the Worker goes on. This module refuses to guess what was meant.

use std::slice::SliceIndex;

/// Something with parts: a text by bytes, a list by places.
pub(crate) trait Part<R> {
    /// The part in this range; empty where the range is not wholly inside, or cuts a character.
    fn part(&self, range: R) -> &Self;
}

impl<R: SliceIndex<str, Output = str>> Part<R> for str {
    fn part(&self, range: R) -> &Self {
        self.get(range).unwrap_or_default()
    }
}

impl<T, R: SliceIndex<[T], Output = [T]>> Part<R> for [T] {
    fn part(&self, range: R) -> &Self {
        self.get(range).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_empty() {
        assert_eq!(("häuser".part(1..3), "häuser".part(3..), "häuser".part(..9)), ("ä", "user", ""));
        assert_eq!("häuser".part(..2), "", "a character is not cut");
        assert_eq!([1, 2, 3].part(1..), [2, 3]);
        assert!([1, 2, 3].part(4..).is_empty());
        let (from, to) = (2, 1);
        assert!([1, 2, 3].part(from..to).is_empty());
    }
}
