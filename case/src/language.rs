//! Which language a text is in, as far as it is not English.
//!
//! The local tier and the fixed rules know English only, and must not take a foreign text for one that they understand.
//! A text is foreign where more of its words speak for another language than for English, or where most of it is
//! written in another script; a name, a greeting or a quotation in an English text makes it no foreign one. This module
//! reads no meaning, and does not try to name every language: one that it does not know is [`Language::Unnamed`].

mod detect;
mod script;
mod words;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

pub use detect::{detect, is_english};
pub use script::folded;

/// A language other than English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// Arabic.
    Arabic,
    /// Chinese.
    Chinese,
    /// Czech.
    Czech,
    /// Danish.
    Danish,
    /// Dutch.
    Dutch,
    /// Finnish.
    Finnish,
    /// French.
    French,
    /// German.
    German,
    /// Greek.
    Greek,
    /// Hebrew.
    Hebrew,
    /// Hindi.
    Hindi,
    /// Hungarian.
    Hungarian,
    /// Indonesian.
    Indonesian,
    /// Italian.
    Italian,
    /// Japanese.
    Japanese,
    /// Korean.
    Korean,
    /// Norwegian.
    Norwegian,
    /// Persian.
    Persian,
    /// Polish.
    Polish,
    /// Portuguese.
    Portuguese,
    /// Romanian.
    Romanian,
    /// Russian.
    Russian,
    /// Spanish.
    Spanish,
    /// Swedish.
    Swedish,
    /// Thai.
    Thai,
    /// Turkish.
    Turkish,
    /// Ukrainian.
    Ukrainian,
    /// Urdu.
    Urdu,
    /// Vietnamese.
    Vietnamese,
    /// Some other language.
    Unnamed,
}

impl Language {
    /// Every language that can be named, and [`Self::Unnamed`].
    pub const ALL: [Self; 30] = [
        Self::Arabic,
        Self::Chinese,
        Self::Czech,
        Self::Danish,
        Self::Dutch,
        Self::Finnish,
        Self::French,
        Self::German,
        Self::Greek,
        Self::Hebrew,
        Self::Hindi,
        Self::Hungarian,
        Self::Indonesian,
        Self::Italian,
        Self::Japanese,
        Self::Korean,
        Self::Norwegian,
        Self::Persian,
        Self::Polish,
        Self::Portuguese,
        Self::Romanian,
        Self::Russian,
        Self::Spanish,
        Self::Swedish,
        Self::Thai,
        Self::Turkish,
        Self::Ukrainian,
        Self::Urdu,
        Self::Vietnamese,
        Self::Unnamed,
    ];

    /// The code of ISO 639-1; `und` for a language that is not named.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.names().0
    }

    /// The name in English, to stand in a sentence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.names().1
    }

    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Arabic => ("ar", "Arabic"),
            Self::Chinese => ("zh", "Chinese"),
            Self::Czech => ("cs", "Czech"),
            Self::Danish => ("da", "Danish"),
            Self::Dutch => ("nl", "Dutch"),
            Self::Finnish => ("fi", "Finnish"),
            Self::French => ("fr", "French"),
            Self::German => ("de", "German"),
            Self::Greek => ("el", "Greek"),
            Self::Hebrew => ("he", "Hebrew"),
            Self::Hindi => ("hi", "Hindi"),
            Self::Hungarian => ("hu", "Hungarian"),
            Self::Indonesian => ("id", "Indonesian"),
            Self::Italian => ("it", "Italian"),
            Self::Japanese => ("ja", "Japanese"),
            Self::Korean => ("ko", "Korean"),
            Self::Norwegian => ("no", "Norwegian"),
            Self::Persian => ("fa", "Persian"),
            Self::Polish => ("pl", "Polish"),
            Self::Portuguese => ("pt", "Portuguese"),
            Self::Romanian => ("ro", "Romanian"),
            Self::Russian => ("ru", "Russian"),
            Self::Spanish => ("es", "Spanish"),
            Self::Swedish => ("sv", "Swedish"),
            Self::Thai => ("th", "Thai"),
            Self::Turkish => ("tr", "Turkish"),
            Self::Ukrainian => ("uk", "Ukrainian"),
            Self::Urdu => ("ur", "Urdu"),
            Self::Vietnamese => ("vi", "Vietnamese"),
            Self::Unnamed => ("und", "a language that is not known here"),
        }
    }

    /// The letters of this language that English does not have.
    const fn letters(self) -> &'static str {
        match self {
            Self::Czech => "áčďéěíňóřšťúůýž",
            Self::Danish => "æøå",
            Self::Dutch => "ëïé",
            Self::Finnish => "äö",
            Self::French => "àâçéèêëîïôùûœ",
            Self::German => "äöüß",
            Self::Hungarian => "áéíóöőúüű",
            Self::Italian => "àèéìòù",
            Self::Norwegian => "æøå",
            Self::Polish => "ąćęłńóśźż",
            Self::Portuguese => "áâãàçéêíóôõú",
            Self::Romanian => "ăâîșşțţ",
            Self::Spanish => "áéíñóúü¿¡",
            Self::Swedish => "åäö",
            Self::Turkish => "çğıöşüİ",
            Self::Vietnamese => "ăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ",
            Self::Arabic
            | Self::Chinese
            | Self::Greek
            | Self::Hebrew
            | Self::Hindi
            | Self::Indonesian
            | Self::Japanese
            | Self::Korean
            | Self::Persian
            | Self::Russian
            | Self::Thai
            | Self::Ukrainian
            | Self::Urdu
            | Self::Unnamed => "",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        let known = Self::ALL.into_iter().find(|language| language.code() == code);
        known.ok_or_else(|| D::Error::custom("not a language that is known here"))
    }
}

#[cfg(test)]
mod tests;
