//! The letters of the world's scripts: which script a letter is of, which language a script speaks for, and letters of
//! one script that are drawn like those of another.

use std::borrow::Cow;

use super::Language;

/// A script, as far as it tells languages apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    Latin,
    Cyrillic,
    Greek,
    Hebrew,
    Arabic,
    Devanagari,
    Thai,
    Han,
    Kana,
    Hangul,
    /// Any other script.
    Other,
}

impl Script {
    /// The script of a letter; none for what is no letter.
    pub(super) fn of(letter: char) -> Option<Self> {
        let script = match letter {
            'a'..='z' | 'A'..='Z' => Self::Latin,
            '\u{300}'..='\u{36F}' => return None,
            '\u{370}'..='\u{3FF}' | '\u{1F00}'..='\u{1FFF}' => Self::Greek,
            '\u{400}'..='\u{52F}' => Self::Cyrillic,
            '\u{590}'..='\u{5FF}' => Self::Hebrew,
            '\u{600}'..='\u{6FF}' | '\u{750}'..='\u{77F}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}' => {
                Self::Arabic
            }
            // Signs of vowels are no letters of their own, and belong to their script all the same.
            '\u{900}'..='\u{97F}' => Self::Devanagari,
            '\u{E00}'..='\u{E7F}' => Self::Thai,
            '\u{3040}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{FF66}'..='\u{FF9F}' => Self::Kana,
            '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3134F}' => {
                Self::Han
            }
            '\u{1100}'..='\u{11FF}' | '\u{3130}'..='\u{318F}' | '\u{AC00}'..='\u{D7AF}' => Self::Hangul,
            _ if !letter.is_alphabetic() => return None,
            '\u{AA}'..='\u{24F}' | '\u{250}'..='\u{2AF}' | '\u{1E00}'..='\u{1EFF}' | '\u{FF21}'..='\u{FF5A}' => {
                Self::Latin
            }
            _ => Self::Other,
        };
        // Digits and signs stand within the blocks of some scripts.
        (letter.is_alphabetic() || matches!(script, Self::Devanagari | Self::Thai)).then_some(script)
    }

    /// Whether words are written without spaces between them.
    pub(super) const fn is_dense(self) -> bool {
        matches!(self, Self::Han | Self::Kana | Self::Thai)
    }
}

/// The language of a text whose letters are mostly of a script other than the Latin one.
pub(super) fn language(script: Script, text: &str) -> Language {
    let has = |letters: &str| text.chars().any(|letter| letters.contains(letter));
    match script {
        Script::Cyrillic if has("іїєґІЇЄҐ") || is_ukrainian(text) => Language::Ukrainian,
        Script::Cyrillic if has("ђјљњћџЂЈЉЊЋЏ") => Language::Unnamed,
        Script::Cyrillic => Language::Russian,
        Script::Greek => Language::Greek,
        Script::Hebrew => Language::Hebrew,
        Script::Arabic if has("ٹڈڑےں") => Language::Urdu,
        Script::Arabic if has("پچژگک") => Language::Persian,
        Script::Arabic => Language::Arabic,
        Script::Devanagari => Language::Hindi,
        Script::Thai => Language::Thai,
        Script::Kana => Language::Japanese,
        Script::Han if text.chars().any(|letter| Script::of(letter) == Some(Script::Kana)) => Language::Japanese,
        Script::Han => Language::Chinese,
        Script::Hangul => Language::Korean,
        Script::Latin | Script::Other => Language::Unnamed,
    }
}

/// Ukrainian words without any letter that Russian lacks, and that Russian does not have.
const UKRAINIAN: &[&str] = &[
    "мене",
    "вкрали",
    "картку",
    "будь",
    "ласка",
    "загубив",
    "загубила",
    "переказ",
    "чому",
    "коли",
    "де",
    "хто",
    "що",
    "щоб",
    "вже",
    "ще",
    "якщо",
    "або",
    "але",
    "дякую",
    "прошу",
    "рахунок",
    "рахунку",
    "кошти",
    "повернення",
    "повернути",
    "платежу",
    "вчора",
    "треба",
    "замовлення",
    "документи",
    "отримав",
    "отримала",
    "сплатив",
    "сплатила",
    "заблокуйте",
];
/// Letters that Ukrainian does not have.
const RUSSIAN_LETTERS: &str = "ыэъёЫЭЪЁ";

fn is_ukrainian(text: &str) -> bool {
    let mut words = text.split(|letter: char| !letter.is_alphabetic());
    !text.chars().any(|letter| RUSSIAN_LETTERS.contains(letter))
        && words.any(|word| UKRAINIAN.contains(&word.to_lowercase().as_str()))
}

/// Letters that pass for a Latin one where they stand among Latin ones.
const NEARLY: &[(char, char)] = &[('к', 'k'), ('м', 'm'), ('т', 't'), ('в', 'b'), ('н', 'h'), ('п', 'n'), ('г', 'r')];

/// Letters that are drawn like a Latin one, and that one.
const ALIKE: &[(char, char)] = &[
    ('а', 'a'),
    ('е', 'e'),
    ('о', 'o'),
    ('р', 'p'),
    ('с', 'c'),
    ('у', 'y'),
    ('х', 'x'),
    ('і', 'i'),
    ('ј', 'j'),
    ('ѕ', 's'),
    ('ԁ', 'd'),
    ('ɡ', 'g'),
    ('һ', 'h'),
    ('ԛ', 'q'),
    ('ԝ', 'w'),
    ('ո', 'n'),
    ('ս', 'u'),
    ('ӏ', 'l'),
    ('А', 'A'),
    ('В', 'B'),
    ('Е', 'E'),
    ('К', 'K'),
    ('М', 'M'),
    ('Н', 'H'),
    ('О', 'O'),
    ('Р', 'P'),
    ('С', 'C'),
    ('Т', 'T'),
    ('У', 'Y'),
    ('Х', 'X'),
    ('І', 'I'),
    ('Ј', 'J'),
    ('Ѕ', 'S'),
    ('Ԝ', 'W'),
    ('Ь', 'b'),
    ('α', 'a'),
    ('ο', 'o'),
    ('ν', 'v'),
    ('ρ', 'p'),
    ('τ', 't'),
    ('υ', 'u'),
    ('ι', 'i'),
    ('κ', 'k'),
    ('ε', 'e'),
    ('η', 'n'),
    ('χ', 'x'),
    ('γ', 'y'),
    ('ω', 'w'),
    ('ϲ', 'c'),
    ('Α', 'A'),
    ('Β', 'B'),
    ('Ε', 'E'),
    ('Ζ', 'Z'),
    ('Η', 'H'),
    ('Ι', 'I'),
    ('Κ', 'K'),
    ('Μ', 'M'),
    ('Ν', 'N'),
    ('Ο', 'O'),
    ('Ρ', 'P'),
    ('Τ', 'T'),
    ('Υ', 'Y'),
    ('Χ', 'X'),
    ('ℓ', 'l'),
    ('ꓮ', 'A'),
    ('ꓰ', 'E'),
    ('ꓳ', 'O'),
    ('ꓲ', 'I'),
];

/// The text with letters of other scripts that only look like Latin ones put right: in words that hold Latin letters
/// too, and in words of nothing but such letters where the text has no word of that script that is really one.
/// Whoever writes `саrd` with a Cyrillic beginning writes English.
#[must_use]
pub fn folded(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.chars().any(|letter| like(letter).or_else(|| near(letter)).is_some()) {
        return Cow::Borrowed(text);
    }
    let real = text.split(|letter: char| !letter.is_alphabetic()).any(is_real);
    let mut folded = String::with_capacity(text.len());
    let mut word = String::new();
    for letter in text.chars() {
        if letter.is_alphabetic() || is_mark(letter) {
            word.push(letter);
            continue;
        }
        push(&mut folded, &word, real);
        word.clear();
        folded.push(letter);
    }
    push(&mut folded, &word, real);
    Cow::Owned(folded)
}

fn push(folded: &mut String, word: &str, real: bool) {
    if word.chars().any(|letter| letter.is_ascii_alphabetic()) {
        let put_right = |letter| like(letter).or_else(|| near(letter)).unwrap_or(letter);
        folded.extend(word.chars().map(put_right));
    } else if !real {
        folded.extend(word.chars().map(|letter| like(letter).unwrap_or(letter)));
    } else {
        folded.push_str(word);
    }
}

/// Whether a word without Latin letters holds a letter that looks like none.
fn is_real(word: &str) -> bool {
    !word.chars().any(|letter| letter.is_ascii_alphabetic())
        && word.chars().any(|letter| is_foreign(letter) && like(letter).is_none())
}

fn is_foreign(letter: char) -> bool {
    Script::of(letter).is_some_and(|script| script != Script::Latin)
}

/// What stands on, or hides within, a letter.
const fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36F}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{AD}' | '\u{FEFF}')
}

fn like(letter: char) -> Option<char> {
    ALIKE.iter().find(|(foreign, _)| *foreign == letter).map(|(_, latin)| *latin)
}

fn near(letter: char) -> Option<char> {
    NEARLY.iter().find(|(foreign, _)| *foreign == letter).map(|(_, latin)| *latin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_only_look_latin_are_put_right_in_english_words() {
        for (written, meant) in [
            ("my \u{441}\u{430}rd was st\u{43E}len", "my card was stolen"),
            ("m\u{443} \u{441}\u{430}r\u{501} w\u{430}s", "my card was"),
            ("\u{420}\u{410}\u{423} me back", "PAY me back"),
            ("bloc\u{43A} it", "block it"),
            ("p\u{3B1}yment", "payment"),
        ] {
            assert_eq!(folded(written), meant);
        }
    }

    #[test]
    fn words_of_another_script_stay_as_they_are() {
        for text in ["Где мой перевод? он у вас", "нет", "Ποια κάρτα;", "カード", "plain", "Zoë paid €5", "naïve café"]
        {
            assert_eq!(folded(text), text);
        }
    }
}
