//! Letters that no table of accents takes apart, and the ways in which names write them without. It knows letters only:
//! what a text means, and which way is meant, is said elsewhere.

/// The plain letters of one that has no base letter in Unicode's tables, small.
pub(crate) const fn base(letter: char) -> Option<&'static str> {
    match letter {
        'ß' | 'ẞ' => Some("ss"),
        'ø' | 'Ø' => Some("o"),
        'æ' | 'Æ' => Some("ae"),
        'œ' | 'Œ' => Some("oe"),
        'ł' | 'Ł' => Some("l"),
        'đ' | 'ð' | 'Đ' | 'Ð' => Some("d"),
        'þ' | 'Þ' => Some("th"),
        'ı' => Some("i"),
        _ => None,
    }
}

/// The two letters by which some are written where there are no accents, in names and in machine-readable zones.
pub(crate) const fn in_two(letter: char) -> Option<&'static str> {
    match letter {
        'ä' | 'Ä' => Some("ae"),
        'ö' | 'Ö' | 'ø' | 'Ø' => Some("oe"),
        'ü' | 'Ü' => Some("ue"),
        'å' | 'Å' => Some("aa"),
        _ => None,
    }
}
