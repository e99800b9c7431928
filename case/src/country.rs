//! Countries, as ISO 3166-1 alpha-2 codes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Two upper-case letters. Whether a country of that code exists is not checked: sources differ about new codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

/// Countries by their ISO 3166-1 alpha-3 code, the one letter that machine-readable zones have for Germany, and the
/// names that documents and customers use: the countries a bank in the US, the UK or the EU mostly sees.
const NAMES: [(&str, &[&str]); 71] = [
    ("AT", &["AUT", "AUSTRIA", "ÖSTERREICH", "AUSTRIAN"]),
    ("AU", &["AUS", "AUSTRALIA", "AUSTRALIAN"]),
    ("BE", &["BEL", "BELGIUM", "BELGIEN", "BELGIQUE", "BELGIAN"]),
    ("BG", &["BGR", "BULGARIA", "BULGARIAN"]),
    ("BR", &["BRA", "BRAZIL", "BRASIL", "BRAZILIAN"]),
    ("CA", &["CAN", "CANADA", "CANADIAN"]),
    ("CH", &["CHE", "SWITZERLAND", "SCHWEIZ", "SUISSE", "SWISS"]),
    ("CN", &["CHN", "CHINA", "CHINESE"]),
    ("CY", &["CYP", "CYPRUS", "CYPRIOT"]),
    ("CZ", &["CZE", "CZECHIA", "CZECH"]),
    ("DE", &["DEU", "D", "GERMANY", "DEUTSCHLAND", "ALLEMAGNE", "ALEMANIA", "GERMAN", "DEUTSCH"]),
    ("DK", &["DNK", "DENMARK", "DANMARK", "DANISH"]),
    ("EE", &["EST", "ESTONIA", "ESTONIAN"]),
    ("ES", &["ESP", "SPAIN", "ESPAÑA", "SPANIEN", "ESPAGNE", "SPANISH", "ESPAÑOLA"]),
    ("FI", &["FIN", "FINLAND", "FINNISH"]),
    ("FR", &["FRA", "FRANCE", "FRANKREICH", "FRANCIA", "FRENCH", "FRANÇAISE"]),
    ("GB", &["GBR", "UK", "UNITED KINGDOM", "GREAT BRITAIN", "BRITISH", "BRITISH CITIZEN"]),
    ("GR", &["GRC", "GREECE", "GREEK"]),
    ("HR", &["HRV", "CROATIA", "CROATIAN"]),
    ("HU", &["HUN", "HUNGARY", "HUNGARIAN"]),
    ("IE", &["IRL", "IRELAND", "IRISH"]),
    ("IN", &["IND", "INDIA", "INDIAN"]),
    ("IS", &["ISL", "ICELAND", "ICELANDIC"]),
    ("IT", &["ITA", "ITALY", "ITALIA", "ITALIEN", "ITALIAN"]),
    ("JP", &["JPN", "JAPAN", "JAPANESE"]),
    ("LI", &["LIE", "LIECHTENSTEIN"]),
    ("LT", &["LTU", "LITHUANIA", "LITHUANIAN"]),
    ("LU", &["LUX", "LUXEMBOURG"]),
    ("LV", &["LVA", "LATVIA", "LATVIAN"]),
    ("MT", &["MLT", "MALTA", "MALTESE"]),
    ("MX", &["MEX", "MEXICO", "MÉXICO", "MEXICAN"]),
    ("NG", &["NGA", "NIGERIA", "NIGERIAN"]),
    ("NL", &["NLD", "NETHERLANDS", "NIEDERLANDE", "DUTCH"]),
    ("NO", &["NOR", "NORWAY", "NORWEGIAN"]),
    ("NZ", &["NZL", "NEW ZEALAND"]),
    ("PL", &["POL", "POLAND", "POLSKA", "POLEN", "POLISH"]),
    ("PT", &["PRT", "PORTUGAL", "PORTUGUESE"]),
    ("RO", &["ROU", "ROMANIA", "ROMANIAN"]),
    ("SE", &["SWE", "SWEDEN", "SVERIGE", "SCHWEDEN", "SWEDISH"]),
    ("SI", &["SVN", "SLOVENIA", "SLOVENE"]),
    ("SK", &["SVK", "SLOVAKIA", "SLOVAK"]),
    ("TR", &["TUR", "TURKEY", "TÜRKIYE", "TÜRKEI", "TURKISH"]),
    ("UA", &["UKR", "UKRAINE", "UKRAINIAN"]),
    ("US", &["USA", "UNITED STATES", "UNITED STATES OF AMERICA", "AMERICAN", "ESTADOS UNIDOS"]),
    ("AE", &["ARE", "UNITED ARAB EMIRATES", "UAE", "EMIRATI"]),
    ("AR", &["ARG", "ARGENTINA", "ARGENTINIAN", "ARGENTINE"]),
    ("BD", &["BGD", "BANGLADESH", "BANGLADESHI"]),
    ("CL", &["CHL", "CHILE", "CHILEAN"]),
    ("CO", &["COL", "COLOMBIA", "COLOMBIAN"]),
    ("EG", &["EGY", "EGYPT", "EGYPTIAN"]),
    ("GH", &["GHA", "GHANA", "GHANAIAN"]),
    ("HK", &["HKG", "HONG KONG"]),
    ("ID", &["IDN", "INDONESIA", "INDONESIAN"]),
    ("IL", &["ISR", "ISRAEL", "ISRAELI"]),
    ("IR", &["IRN", "IRAN", "IRANIAN"]),
    ("KE", &["KEN", "KENYA", "KENYAN"]),
    ("KR", &["KOR", "SOUTH KOREA", "KOREAN", "SOUTH KOREAN"]),
    ("LK", &["LKA", "SRI LANKA", "SRI LANKAN"]),
    ("MA", &["MAR", "MOROCCO", "MAROC", "MOROCCAN"]),
    ("MY", &["MYS", "MALAYSIA", "MALAYSIAN"]),
    ("PE", &["PER", "PERU", "PERUVIAN"]),
    ("PH", &["PHL", "PHILIPPINES", "FILIPINO", "FILIPINA"]),
    ("PK", &["PAK", "PAKISTAN", "PAKISTANI"]),
    ("RU", &["RUS", "RUSSIA", "RUSSIAN"]),
    ("SA", &["SAU", "SAUDI ARABIA", "SAUDI"]),
    ("SG", &["SGP", "SINGAPORE", "SINGAPOREAN"]),
    ("SY", &["SYR", "SYRIA", "SYRIAN"]),
    ("TH", &["THA", "THAILAND", "THAI"]),
    ("TN", &["TUN", "TUNISIA", "TUNISIE", "TUNISIAN"]),
    ("VN", &["VNM", "VIETNAM", "VIET NAM", "VIETNAMESE"]),
    ("ZA", &["ZAF", "SOUTH AFRICA", "SOUTH AFRICAN"]),
];

impl Country {
    /// Reads a code; `None` unless it is two ASCII capitals.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        let bytes: [u8; 2] = code.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_uppercase).then_some(Self(bytes))
    }

    /// Reads a country as documents write it: the code in any case, the three letters of a machine-readable zone, or
    /// a name. Only countries of the table below are known by more than their code.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let upper = text.trim().trim_end_matches('<').to_uppercase();
        let named = NAMES.iter().find(|(_, names)| names.contains(&upper.as_str()));
        named.map_or_else(|| Self::parse(&upper), |(code, _)| Self::parse(code))
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("")
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Country {
    type Error = &'static str;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::parse(&code).ok_or("not an ISO 3166-1 alpha-2 code")
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.to_string()
    }
}
