//! An entropy coder for bytes (rANS; Duda 2013, arXiv:1311.2540): what is frequent takes few bits, by tables that say how
//! frequent.
//!
//! Whole numbers only, so that every host reads the same. It refuses a stream that does not end as one begins: nearly
//! every change of a byte is found by that.

use std::slice::Iter;

/// Frequencies are parts of `1 << SCALE_BITS`.
const SCALE_BITS: u32 = 12;
const SCALE: u32 = 1 << SCALE_BITS;
/// The state before the first symbol; after each it is at least this, and less than 256 times this.
const LOW: u32 = 1 << 23;

/// How frequent each byte is where this table is used.
pub(super) struct Table {
    /// For each byte where its share of the scale begins and how wide it is.
    shares: Vec<(u32, u32)>,
    /// The byte to which each part of the scale belongs.
    bytes: Vec<u8>,
}

impl Table {
    /// The table of some frequencies, which add up to the scale.
    pub(super) fn new(frequencies: &[u16]) -> Option<Self> {
        let mut shares = Vec::with_capacity(frequencies.len());
        let mut bytes = Vec::with_capacity(SCALE as usize);
        for (byte, frequency) in frequencies.iter().enumerate() {
            shares.push((u32::try_from(bytes.len()).ok()?, u32::from(*frequency)));
            bytes.resize(bytes.len() + usize::from(*frequency), u8::try_from(byte).ok()?);
            if bytes.len() > SCALE as usize {
                return None;
            }
        }
        (bytes.len() == SCALE as usize).then_some(Self { shares, bytes })
    }
}

/// The frequencies that fit some bytes best: none that occurs has none, and the last is not nothing.
pub(super) fn frequencies(bytes: impl Iterator<Item = u8>) -> Vec<u16> {
    let mut counts = vec![0_u64; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let used = counts.iter().rposition(|count| *count > 0).map_or(0, |last| last + 1);
    counts.truncate(used);
    let total: u64 = counts.iter().sum();
    let share = |count: &u64| match count {
        0 => 0,
        count => u16::try_from(count * u64::from(SCALE) / total).unwrap_or(u16::MAX).max(1),
    };
    let mut shares: Vec<u16> = counts.iter().map(share).collect();
    // Rounding misses the scale by a little; the largest shares make up for it, one part at a time.
    loop {
        let sum: u32 = shares.iter().map(|share| u32::from(*share)).sum();
        let Some(largest) = shares.iter_mut().max() else { return shares };
        match sum.cmp(&SCALE) {
            std::cmp::Ordering::Less => *largest += 1,
            std::cmp::Ordering::Equal => return shares,
            std::cmp::Ordering::Greater => *largest -= 1,
        }
    }
}

/// Codes symbols, each with the table that holds for it; `None` if a table does not know its symbol.
pub(super) fn encode(symbols: &[(&Table, u8)]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut state = LOW;
    // From the last to the first, so that reading goes forward.
    for (table, symbol) in symbols.iter().rev() {
        let (start, width) = table.shares.get(usize::from(*symbol)).copied().filter(|(_, width)| *width > 0)?;
        while state >= ((LOW >> SCALE_BITS) << 8) * width {
            bytes.extend(state.to_le_bytes().first());
            state >>= 8;
        }
        state = ((state / width) << SCALE_BITS) + state % width + start;
    }
    bytes.extend(state.to_le_bytes());
    bytes.reverse();
    Some(bytes)
}

/// Reads what [`encode`] wrote.
pub(super) struct Decoder<'bytes> {
    state: u32,
    rest: Iter<'bytes, u8>,
}

impl<'bytes> Decoder<'bytes> {
    pub(super) fn new(bytes: &'bytes [u8]) -> Option<Self> {
        let (state, rest) = bytes.split_first_chunk::<4>()?;
        let state = u32::from_be_bytes(*state);
        (LOW..LOW << 8).contains(&state).then_some(Self { state, rest: rest.iter() })
    }

    /// The next symbol, by the table that holds for it.
    pub(super) fn next(&mut self, table: &Table) -> Option<u8> {
        let part = self.state % SCALE;
        let symbol = *table.bytes.get(part as usize)?;
        let (start, width) = *table.shares.get(usize::from(symbol))?;
        self.state = width * (self.state >> SCALE_BITS) + (part - start);
        while self.state < LOW {
            self.state = (self.state << 8) | u32::from(*self.rest.next()?);
        }
        Some(symbol)
    }

    /// Whether everything was read, and the stream was whole.
    pub(super) fn is_done(&self) -> bool {
        self.state == LOW && self.rest.as_slice().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coded(symbols: &[u8]) -> (Table, Vec<u8>) {
        let table = Table::new(&frequencies(symbols.iter().copied())).unwrap();
        let pairs: Vec<(&Table, u8)> = symbols.iter().map(|symbol| (&table, *symbol)).collect();
        let bytes = encode(&pairs).unwrap();
        (table, bytes)
    }

    fn decoded(table: &Table, bytes: &[u8], count: usize) -> Option<Vec<u8>> {
        let mut decoder = Decoder::new(bytes)?;
        let symbols = (0..count).map(|_| decoder.next(table)).collect::<Option<Vec<u8>>>()?;
        decoder.is_done().then_some(symbols)
    }

    #[test]
    fn what_was_coded_is_read_again() {
        let skewed: Vec<u8> = (0..5_000_u32).map(|at| at.wrapping_mul(2_654_435_761).leading_zeros() as u8).collect();
        let even: Vec<u8> = (0..=255).cycle().take(3_000).collect();
        for symbols in [skewed.as_slice(), &even, &[7], &[0; 100], &[255, 0, 255]] {
            let (table, bytes) = coded(symbols);
            assert_eq!(decoded(&table, &bytes, symbols.len()).as_deref(), Some(symbols));
        }
        assert!(coded(&skewed).1.len() < skewed.len() / 3, "what is skewed shrinks");
    }

    #[test]
    fn a_changed_or_cut_stream_is_found() {
        let symbols: Vec<u8> = (0..200_u8).map(|at| at % 7).collect();
        let (table, bytes) = coded(&symbols);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0x10;
            assert_ne!(decoded(&table, &changed, symbols.len()), Some(symbols.clone()));
            assert_eq!(decoded(&table, &bytes[..at], symbols.len()), None, "{at} bytes");
        }
        assert_eq!(decoded(&table, &[bytes.as_slice(), &[0]].concat(), symbols.len()), None);
        assert_eq!(decoded(&table, &bytes, symbols.len() - 1), None);
    }

    #[test]
    fn frequencies_that_are_no_scale_are_no_table() {
        for frequencies in [&[][..], &[4_095], &[4_096, 1], &[u16::MAX, u16::MAX], &[1; 257]] {
            assert!(Table::new(frequencies).is_none());
        }
        let table = Table::new(&[4_095, 0, 1]).unwrap();
        assert!(encode(&[(&table, 1)]).is_none(), "a symbol that the table does not know");
    }
}
