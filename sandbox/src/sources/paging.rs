//! One page of a list, and the cursor of the next: the identifier of the last row that was shown.

use serde::Serialize;

use crate::asked::Asked;
use crate::limits::ROWS_PER_PAGE;
use crate::problem::Problem;

/// A row that a page can end on.
pub(super) trait Row: Serialize {
    fn id(&self) -> &str;
}

impl Row for crate::bank::Transaction {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Row for crate::bank::Payment {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Row for crate::bank::Account {
    fn id(&self) -> &str {
        &self.id
    }
}

/// The page that the parameter `after` asks for, with the cursor of the next one where there is one.
pub(super) fn page<'a, R: Row>(rows: Vec<&'a R>, asked: &Asked) -> Result<(Vec<&'a R>, Option<&'a str>), Problem> {
    let mut rows = rows;
    if let Some(after) = asked.optional("after") {
        let position = rows.iter().position(|row| row.id() == after);
        let position =
            position.ok_or_else(|| Problem::bad_request("The parameter after is not a cursor of this list."))?;
        rows.drain(..=position);
    }
    let more = rows.len() > ROWS_PER_PAGE;
    rows.truncate(ROWS_PER_PAGE);
    let next = rows.last().filter(|_| more).map(|row| row.id());
    Ok((rows, next))
}
