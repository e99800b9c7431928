//! The large parts of a model file, packed by how frequent each value is.
//!
//! First a class for each column of the features' vectors, then tables of frequencies, then one stream. A weight's table
//! is chosen by the class of its column and the class of its feature, which say how large weights are there; the
//! networks' own weights, which are few, share one table. This module refuses to lose anything: what is read is what was written, to the bit.

use super::{FeatureId, Input, KNOWN_WORDS_BYTES, KnownWords, ModelError, ModelParts};
use crate::local::coder::{Decoder, Table, encode, frequencies};

/// The tables before those of the weights: the four bytes of a feature's distance from the one before, the highest
/// first, strengths, known words, the classes of features, and the networks' weights.
const DISTANCE: usize = 0;
const STRENGTH: usize = 4;
const KNOWN_WORD: usize = 5;
const CLASS: usize = 6;
const NETWORK: usize = 7;
const WEIGHT: usize = 8;

const DAMAGED: ModelError = ModelError::Length;
const NO_FILE: ModelError = ModelError::Value("parts that no file can hold");

/// Adds the packed parts to a file's bytes.
pub(super) fn pack(parts: &ModelParts, bytes: &mut Vec<u8>) -> Result<(), ModelError> {
    let (of_columns, of_features) = classes(parts);
    let symbols = symbols(parts, &of_columns, &of_features)?;
    let count = symbols.iter().map(|(table, _)| table + 1).max().unwrap_or_default();
    let tables: Vec<Vec<u16>> = (0..count)
        .map(|table| frequencies(symbols.iter().filter(|(of, _)| *of == table).map(|(_, symbol)| *symbol)))
        .collect();
    bytes.extend(&of_columns);
    bytes.push(u8::try_from(tables.len()).map_err(|_| NO_FILE)?);
    for table in &tables {
        bytes.extend(u16::try_from(table.len()).map_err(|_| NO_FILE)?.to_le_bytes());
        bytes.extend(table.iter().flat_map(|frequency| frequency.to_le_bytes()));
    }
    let tables: Vec<Option<Table>> = tables.iter().map(|table| Table::new(table)).collect();
    let symbols = symbols.iter().map(|(table, symbol)| Some((tables.get(*table)?.as_ref()?, *symbol)));
    let symbols = symbols.collect::<Option<Vec<_>>>().ok_or(NO_FILE)?;
    bytes.extend(encode(&symbols).ok_or(NO_FILE)?);
    Ok(())
}

/// How large the weights of each column and of each feature are, in quarters of a binary order; the smallest is nothing.
fn classes(parts: &ModelParts) -> (Vec<u8>, Vec<u8>) {
    let size = |weights: &mut dyn Iterator<Item = &i8>| {
        let sum: u32 = weights.map(|weight| u32::from(weight.unsigned_abs())).sum();
        (4.0 * libm::log2(f64::from(sum) + 1.0)) as u8
    };
    let weights = &parts.vectors.weights;
    let columns = parts.vectors.scales.len();
    let of_columns = (0..columns).map(|column| size(&mut weights.iter().skip(column).step_by(columns))).collect();
    let of_features = weights.chunks(columns).map(|row| size(&mut row.iter())).collect();
    let from_least = |classes: Vec<u8>| -> Vec<u8> {
        let least = classes.iter().min().copied().unwrap_or_default();
        classes.into_iter().map(|class| class - least).collect()
    };
    (from_least(of_columns), from_least(of_features))
}

/// Everything that the stream says, in its order, each with the number of its table.
fn symbols(parts: &ModelParts, of_columns: &[u8], of_features: &[u8]) -> Result<Vec<(usize, u8)>, ModelError> {
    let mut symbols = Vec::with_capacity(parts.vectors.weights.len());
    let mut before = 0;
    for feature in &parts.features {
        let distance = feature.checked_sub(before).ok_or(NO_FILE)?;
        symbols.extend(distance.to_be_bytes().into_iter().enumerate().map(|(at, byte)| (DISTANCE + at, byte)));
        before = *feature;
    }
    symbols.extend(parts.strengths.iter().map(|strength| (STRENGTH, *strength)));
    symbols.extend(parts.known_words.0.iter().map(|byte| (KNOWN_WORD, *byte)));
    for (row, of_feature) in parts.vectors.weights.chunks(of_columns.len()).zip(of_features) {
        symbols.push((CLASS, *of_feature));
        let weight = |(weight, of_column): (&i8, &u8)| (weight_table(*of_feature, *of_column), zigzag(*weight));
        symbols.extend(row.iter().zip(of_columns).map(weight));
    }
    let weights = parts.networks.iter().flatten().flat_map(|layer| &layer.weights);
    symbols.extend(weights.map(|weight| (NETWORK, zigzag(*weight))));
    Ok(symbols)
}

fn weight_table(of_feature: u8, of_column: u8) -> usize {
    WEIGHT + usize::from(of_feature) + usize::from(of_column)
}

/// A weight as a byte, the small ones first: 0, -1, 1, -2, and so on.
const fn zigzag(weight: i8) -> u8 {
    ((weight << 1) ^ (weight >> 7)).cast_unsigned()
}

const fn unzigzag(byte: u8) -> i8 {
    (byte >> 1).cast_signed() ^ -(byte & 1).cast_signed()
}

/// Reads the packed parts, after which nothing may be left.
pub(super) fn unpack(mut parts: ModelParts, features: usize, input: &mut Input<'_>) -> Result<ModelParts, ModelError> {
    let of_columns = input.take(parts.vectors.scales.len())?;
    let [count] = input.array()?;
    let tables = (0..count).map(|_| table(input)).collect::<Result<Vec<_>, _>>()?;
    let mut stream = Decoder::new(input.rest()).ok_or(DAMAGED)?;
    let mut next = |number: usize| -> Result<u8, ModelError> {
        // A table that nothing uses is not written out, and cannot be asked for.
        let table = tables.get(number).and_then(Option::as_ref).ok_or(DAMAGED)?;
        stream.next(table).ok_or(DAMAGED)
    };
    let mut before: FeatureId = 0;
    for at in 0..features {
        let distance = [next(DISTANCE)?, next(DISTANCE + 1)?, next(DISTANCE + 2)?, next(DISTANCE + 3)?];
        let feature = before.checked_add(u32::from_be_bytes(distance)).filter(|feature| at == 0 || *feature > before);
        before = feature.ok_or(ModelError::Value("features out of order"))?;
        parts.features.push(before);
    }
    parts.strengths = (0..features).map(|_| next(STRENGTH)).collect::<Result<_, _>>()?;
    parts.known_words = KnownWords((0..KNOWN_WORDS_BYTES).map(|_| next(KNOWN_WORD)).collect::<Result<_, _>>()?);
    for _ in 0..features {
        let of_feature = next(CLASS)?;
        for of_column in of_columns {
            parts.vectors.weights.push(unzigzag(next(weight_table(of_feature, *of_column))?));
        }
    }
    let (width, hidden) = (parts.width(), parts.networks.first().map_or(0, |[inner, ..]| inner.scales.len()));
    for [inner, middle, outer] in &mut parts.networks {
        for (layer, rows) in [(inner, width), (middle, hidden), (outer, hidden)] {
            let count = rows * layer.scales.len();
            layer.weights = (0..count).map(|_| Ok(unzigzag(next(NETWORK)?))).collect::<Result<_, ModelError>>()?;
        }
    }
    if stream.is_done() { Ok(parts) } else { Err(DAMAGED) }
}

/// Reads a table; one without frequencies is one that nothing uses.
fn table(input: &mut Input<'_>) -> Result<Option<Table>, ModelError> {
    let length = u16::from_le_bytes(input.array()?);
    let frequencies =
        (0..length).map(|_| Ok(u16::from_le_bytes(input.array()?))).collect::<Result<Vec<_>, ModelError>>()?;
    if frequencies.is_empty() {
        return Ok(None);
    }
    Table::new(&frequencies).map(Some).ok_or(ModelError::Value("frequencies that are no scale"))
}
