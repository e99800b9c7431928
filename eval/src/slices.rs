//! Parts of the rows that are worth a line of their own: by length, by source, by language.

/// A name's number; [`Names::NONE`] where a row has no name or there were too many.
pub(crate) type Interned = u16;

/// The names that occur, in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Names {
    names: Vec<String>,
    /// Whether some rows' names had no place any more.
    pub(crate) overflowed: bool,
}

impl Names {
    /// Nobody's number.
    pub(crate) const NONE: Interned = Interned::MAX;

    /// The number of a name.
    pub(crate) fn intern(&mut self, name: Option<&str>, most: usize) -> Interned {
        let Some(name) = name else { return Self::NONE };
        let place = self.names.iter().position(|known| known == name).or_else(|| {
            self.overflowed |= self.names.len() >= most;
            (self.names.len() < most).then(|| {
                self.names.push(name.to_owned());
                self.names.len() - 1
            })
        });
        place.and_then(|place| Interned::try_from(place).ok()).unwrap_or(Self::NONE)
    }

    /// Every name with its number.
    pub(crate) fn all(&self) -> impl Iterator<Item = (Interned, &str)> {
        (0..).zip(self.names.iter().map(String::as_str))
    }
}

/// The slices by length: their names, and the most words of each.
pub(crate) const LENGTHS: [(&str, u32); 6] = [
    ("up to 5 words", 5),
    ("6 to 10 words", 10),
    ("11 to 20 words", 20),
    ("21 to 50 words", 50),
    ("51 to 150 words", 150),
    ("more than 150 words", u32::MAX),
];

/// The slice of a length.
pub(crate) fn length(words: u32) -> usize {
    LENGTHS.iter().position(|(_, most)| words <= *most).unwrap_or(LENGTHS.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_a_source_for_each_row_has_a_few_slices_and_says_so() {
        let mut names = Names::default();
        assert_eq!(names.intern(None, 2), Names::NONE);
        let places: Vec<Interned> = ["a", "b", "a", "c"].map(|name| names.intern(Some(name), 2)).to_vec();
        assert_eq!(places, [0, 1, 0, Names::NONE]);
        assert!(names.overflowed);
        assert_eq!(names.all().count(), 2);
    }

    #[test]
    fn lengths_fall_where_their_names_say() {
        let names: Vec<&str> = [0, 5, 6, 20, 21, 150, 151].map(|words| LENGTHS[length(words)].0).to_vec();
        assert_eq!(names[0], names[1]);
        assert_eq!((names[2], names[3], names[4]), ("6 to 10 words", "11 to 20 words", "21 to 50 words"));
        assert_eq!((names[5], names[6]), ("51 to 150 words", "more than 150 words"));
    }
}
