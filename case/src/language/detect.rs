//! Counting what the words and letters of a text say for each language. Integers only, so that every host comes to the
//! same; it looks at no more than [`WORDS_READ`] words, and keeps none.

use std::sync::OnceLock;

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::{
    Language,
    script::{self, Script, folded},
    words,
};

/// The words of a text that are looked at: more say nothing new about its language.
const WORDS_READ: usize = 600;
/// What a word of one language alone says for it, and a word that is of several.
const OWN: u32 = 4;
const SHARED: u32 = 3;
/// What a word says that is English as well, for either.
const AMBIGUOUS: u32 = 1;
/// What a letter says that no English word has; it may stand in a name.
const LETTER: u32 = 1;
/// The least that makes a text foreign; a single word is enough where no word is surely English.
const LEAST: u32 = 2 * OWN;
const LEAST_ALONE: u32 = OWN;
/// A text of this many words without a single English one is in some other language.
const MANY: usize = 6;

/// The language of a text, whose personal data has been replaced by tokens or not; `None` for English, and for a text
/// that says too little to tell.
#[must_use]
pub fn detect(text: &str) -> Option<Language> {
    let text = folded(text);
    let counted = Counted::of(&text);
    let (own, english) = (counted.best(), counted.english);
    let scripted = counted.scripts.iter().max_by_key(|(_, said)| *said).copied();
    if let Some((script, said)) = scripted.filter(|(_, said)| *said >= LEAST_ALONE && *said > english) {
        // An English frame is outweighed already; words of a third language may be more.
        return match own {
            Some((language, more)) if more > said => Some(language),
            _ => Some(script::language(script, &text)),
        };
    }
    let words = counted.words;
    let enough = if counted.sure == 0 { LEAST_ALONE } else { LEAST };
    match own.filter(|(_, said)| *said >= enough && *said > english) {
        Some((language, _)) => Some(language),
        None if words >= MANY && english == 0 => Some(own.map_or(Language::Unnamed, |(language, _)| language)),
        None => None,
    }
}

/// Whether a word, in small letters, is one that English texts to a bank are made of.
#[must_use]
pub fn is_english(word: &str) -> bool {
    lexicon().find(word).0
}

/// What the words of a text say.
struct Counted {
    /// Words of Latin letters.
    words: usize,
    /// What speaks for English.
    english: u32,
    /// How many words are English and nothing else.
    sure: u32,
    /// What speaks for each language of [`words::WORDS`], in that order.
    said: Vec<u32>,
    /// What speaks for the languages of other scripts.
    scripts: Vec<(Script, u32)>,
}

impl Counted {
    fn of(text: &str) -> Self {
        let mut counted =
            Self { words: 0, english: 0, sure: 0, said: vec![0; words::WORDS.len()], scripts: Vec::new() };
        for word in pieces(text).take(WORDS_READ) {
            let mut rest = word;
            while let Some(script) = rest.chars().find_map(Script::of) {
                // A word of a script without spaces may be glued to a brand's name.
                let other = |letter: char| Script::of(letter).is_some_and(|own| own.is_dense() != script.is_dense());
                let (run, more) = rest.split_at(rest.find(other).unwrap_or(rest.len()));
                counted.take(run, script);
                rest = more;
            }
        }
        counted
    }

    fn take(&mut self, word: &str, script: Script) {
        if script != Script::Latin {
            let letters = word.chars().filter(|letter| Script::of(*letter).is_some()).count();
            // Two letters of a script without spaces are about a word.
            let said = if script.is_dense() { u32::try_from(letters).unwrap_or(OWN) * SHARED } else { OWN };
            match self.scripts.iter_mut().find(|(known, _)| *known == script) {
                Some((_, sum)) => *sum += said,
                None => self.scripts.push((script, said)),
            }
            return;
        }
        self.words += 1;
        let plain = plain(word);
        let (english, of) = lexicon().find(&plain);
        let several = of.count_ones() > 1;
        let weight = if english {
            AMBIGUOUS
        } else if several {
            SHARED
        } else {
            OWN
        };
        self.sure += u32::from(english && of == 0);
        self.english += match (english, of) {
            (true, 0) => OWN,
            (true, _) => AMBIGUOUS,
            (false, _) => 0,
        };
        let small = word.to_lowercase();
        for (at, (language, _)) in words::WORDS.iter().enumerate() {
            let Some(sum) = self.said.get_mut(at) else { continue };
            if of & (1 << at) != 0 {
                *sum += weight;
            }
            if !word.is_ascii() && small.chars().any(|letter| language.letters().contains(letter)) {
                *sum += LETTER;
            }
        }
    }

    /// The language that most words speak for.
    fn best(&self) -> Option<(Language, u32)> {
        // Of equal ones the first: `max_by_key` would give the last.
        let both = words::WORDS.iter().map(|(language, _)| *language).zip(self.said.iter().copied());
        both.rev().max_by_key(|(_, said)| *said).filter(|(_, said)| *said > 0)
    }
}

/// Which languages a word is of, as bits in the order of [`words::WORDS`], and whether it is English.
struct Lexicon {
    words: Vec<(&'static str, bool, u32)>,
}

impl Lexicon {
    fn find(&self, word: &str) -> (bool, u32) {
        let found = self.words.binary_search_by_key(&word, |(known, ..)| known);
        found.ok().and_then(|at| self.words.get(at)).map_or((false, 0), |(_, english, of)| (*english, *of))
    }
}

fn lexicon() -> &'static Lexicon {
    static LEXICON: OnceLock<Lexicon> = OnceLock::new();
    LEXICON.get_or_init(|| {
        let english = words::ENGLISH.split_whitespace().map(|word| (word, true, 0));
        let foreign = words::WORDS.iter().enumerate();
        let foreign = foreign.flat_map(|(at, (_, words))| words.split_whitespace().map(move |w| (w, false, 1 << at)));
        let mut all: Vec<(&'static str, bool, u32)> = english.chain(foreign).collect();
        all.sort_unstable();
        let mut words: Vec<(&'static str, bool, u32)> = Vec::with_capacity(all.len());
        for (word, english, of) in all {
            match words.last_mut() {
                Some(last) if last.0 == word => *last = (word, last.1 || english, last.2 | of),
                _ => words.push((word, english, of)),
            }
        }
        Lexicon { words }
    })
}

/// The words of a text: runs of letters, with apostrophes inside; without tokens for personal data, addresses of pages
/// and email, and what holds a digit.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let chunks = text.split_whitespace().filter(|chunk| !is_no_word(chunk));
    chunks.flat_map(|chunk| chunk.split(|letter: char| !belongs(letter))).filter(|word| !word.is_empty())
}

fn is_no_word(chunk: &str) -> bool {
    let token = chunk.split_once('[').and_then(|(_, rest)| rest.split_once(']')).is_some_and(|(t, _)| t.contains(':'));
    token || chunk.contains('@') || chunk.contains("://") || chunk.starts_with("www.")
}

fn belongs(letter: char) -> bool {
    letter.is_alphabetic() || is_combining_mark(letter) || matches!(letter, '\'' | '’' | '\u{200B}'..='\u{200D}')
}

/// Small Latin letters without accents, and without apostrophes.
fn plain(word: &str) -> String {
    let mut plain = String::with_capacity(word.len());
    for letter in word.nfkd().filter(|letter| letter.is_alphabetic()).flat_map(char::to_lowercase) {
        match letter {
            'ł' => plain.push('l'),
            'ø' => plain.push('o'),
            'đ' | 'ð' => plain.push('d'),
            'ı' => plain.push('i'),
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            other => plain.push(other),
        }
    }
    plain
}
