//! What careless writing costs: the same rows with typing mistakes, in capitals, without punctuation, between a greeting
//! and thanks.

use case::local::LocalModel;
use learn::rows::Row;
use sha2::{Digest as _, Sha256};

/// One word in so many of four letters or more is mistyped.
const MISTYPED: usize = 10;
/// The fewest letters of a word that is mistyped.
const LETTERS: usize = 4;

/// How a row is written otherwise.
type Otherwise = (&'static str, fn(&Row) -> String);

const OTHERWISE: [Otherwise; 5] = [
    ("as written", |row| row.text.clone()),
    ("a typo in a tenth of the words of four letters and more", mistyped),
    ("in capitals", |row| row.text.to_uppercase()),
    ("without punctuation", |row| row.text.replace(|letter: char| letter.is_ascii_punctuation(), "")),
    ("between a greeting and thanks", |row| {
        format!("Good morning, I hope you are well. {} Thank you very much!", row.text)
    }),
];

/// Prints for each way of writing the accuracy over all rows, and over those of BANKING77.
pub(crate) fn print(model: &LocalModel, rows: &[Row]) {
    for (name, otherwise) in OTHERWISE {
        let right = |row: &&Row| model.read(&otherwise(row)).scores.first().is_some_and(|top| top.label == row.label);
        let share = |rows: Vec<&Row>| {
            let all = rows.len().max(1);
            rows.into_iter().filter(right).count() as f64 / all as f64
        };
        let banking = rows.iter().filter(|row| row.source == "banking77").collect();
        println!("{name:<56} all {:.4}  banking77 {:.4}", share(rows.iter().collect()), share(banking));
    }
}

/// Mistakes that depend on the row's id alone: a letter left out, doubled, or changed places with the next.
fn mistyped(row: &Row) -> String {
    let mistype = |(place, word): (usize, &str)| {
        let digest = Sha256::digest(format!("{} {place}", row.id));
        let [chance, kind, at, ..] = digest.as_slice() else { return word.to_owned() };
        let mut letters: Vec<char> = word.chars().collect();
        if letters.len() < LETTERS || usize::from(*chance) * MISTYPED >= 256 {
            return word.to_owned();
        }
        let at = 1 + usize::from(*at) % (letters.len() - 2);
        match kind % 3 {
            0 => drop(letters.remove(at)),
            1 => letters.insert(at, letters[at]),
            _ => letters.swap(at, at + 1),
        }
        letters.into_iter().collect()
    };
    row.text.split(' ').enumerate().map(mistype).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_of_the_longer_words_is_mistyped_and_always_the_same() {
        let text = "where is the transfer that was sent yesterday ".repeat(200);
        let row = Row {
            id: "t-1".to_owned(),
            text: text.trim().to_owned(),
            intent: String::new(),
            label: case::label::Label::Other,
            source: String::new(),
            key: None,
            labels: None,
        };
        let typed = mistyped(&row);
        assert_eq!(typed, mistyped(&row));
        let changed = typed.split(' ').zip(row.text.split(' ')).filter(|(one, other)| one != other).count();
        let long = row.text.split(' ').filter(|word| word.len() >= LETTERS).count();
        assert!((long / 14..long / 7).contains(&changed), "{changed} of {long}");
    }
}
