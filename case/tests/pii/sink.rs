//! The messages of a battery in a file, for another detector to be held against: where `MESSAGES` names a folder.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
};

use serde_json::json;

use crate::Message;

/// Where the messages of one set go, if anywhere.
pub(crate) struct Sink {
    set: &'static str,
    file: Option<BufWriter<File>>,
}

impl Sink {
    /// A file for a set of messages.
    pub(crate) fn open(set: &'static str) -> Self {
        let folder = std::env::var_os("MESSAGES");
        let create = |folder| File::create(Path::new(&folder).join(format!("{set}.jsonl"))).unwrap();
        Self { set, file: folder.map(create).map(BufWriter::new) }
    }

    /// A message with something in it. Places are counted in characters, as others count them.
    pub(crate) fn planted(&mut self, message: &Message) {
        let secret = message.secret().map(|at| message.text[..at].chars().count());
        let secret: Vec<usize> = if self.file.is_some() { secret.collect() } else { Vec::new() };
        self.write(message.kind, message.way, &message.text, &secret);
    }

    /// A message with nothing in it.
    pub(crate) fn harmless(&mut self, text: &str) {
        self.write("-", "-", text, &[]);
    }

    fn write(&mut self, kind: &str, way: &str, text: &str, secret: &[usize]) {
        if let Some(file) = &mut self.file {
            let row = json!({ "set": self.set, "kind": kind, "way": way, "text": text, "secret": secret });
            writeln!(file, "{row}").unwrap();
        }
    }
}
