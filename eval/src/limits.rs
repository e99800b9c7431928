//! Every limit of an evaluation, together, each with its reason.

/// The longest line that is read, in bytes: the longest text, escaped, with room for fields of the user's own.
pub const LINE_BYTES: usize = 512 << 10;
/// The most rows of one evaluation: each keeps less than a hundred bytes, so this is some two hundred megabytes.
pub const ROWS: usize = 2_000_000;
/// Bad rows that are named one by one; beyond it they are only counted.
pub const BAD_ROWS_NAMED: usize = 100;
/// Different sources or languages with a line of their own; a file where each row has its own source has no slices.
pub const SLICES: usize = 40;
/// The longest name of a source or language, in characters.
pub const NAME_CHARS: usize = 60;
/// The longest id of a row, in characters.
pub const ID_CHARS: usize = 200;
/// Mistakes that are shown, of each kind.
pub const MISTAKES: usize = 25;
/// Characters of a text that a report shows, once it is redacted.
pub const SHOWN_CHARS: usize = 400;
/// Points of a curve, in the report and on the page: more cannot be seen.
pub const CURVE_POINTS: usize = 200;
/// Bins of the calibration error, of equal width.
pub const BINS: usize = 15;
/// Draws of the bootstrap.
pub const DRAWS: usize = 2_000;
