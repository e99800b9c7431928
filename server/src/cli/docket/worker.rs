//! The docket of a Worker: each object is told by its id to send its row again. The ids come from a list, or from the
//! names of the files in which a workerd on this machine keeps its objects.

use std::{collections::BTreeSet, fs, io::Read as _, path::Path};

use case::ids::{CaseId, Digest};
use serde_json::{Value, json};

use super::{Named, Rebuilt};
use crate::{
    cli::caller::Caller,
    exit::{Exit, Failure},
    limits, output,
    settings::Settings,
};

/// The folder of cases in a state folder: the class's unique key in the configuration of workerd.
const CASES: &str = "caseworker-CaseFile";
/// How files of objects end.
const ENDING: &str = ".sqlite";

/// Has the docket made again.
pub(super) async fn run(settings: &Settings, url: &str, named: &Named) -> Result<Rebuilt, Failure> {
    let names: Vec<String> = match (&named.objects, &named.state) {
        (Some(list), _) => listed(list)?,
        (None, Some(folder)) => in_state(folder)?,
        (None, None) => return Err(Failure::new(Exit::Usage, "say which objects, with --objects or --state")),
    }
    .into_iter()
    .collect();
    let url = settings.worker_url(Some(url))?.unwrap_or_default();
    let caller = Caller::new(settings, &url)?;
    let mut rebuilt = Rebuilt::default();
    for some in names.chunks(desk::rebuild::MOST) {
        let answer = caller.post("/v1/docket/rebuild", &[], json!({ "cases": some }).to_string()).await?;
        let count = |name: &str| answer.get(name).and_then(Value::as_u64).unwrap_or_default();
        rebuilt.sent += count("sent");
        rebuilt.empty += count("empty");
        let failed = answer.get("failed").and_then(Value::as_array).into_iter().flatten();
        rebuilt.failed.extend(failed.filter_map(Value::as_str).map(str::to_owned));
        if names.len() > some.len() {
            output::words(&format!("{} of {} rows are made", rebuilt.sent + rebuilt.empty, names.len()));
        }
    }
    Ok(rebuilt)
}

/// The ids that a list holds, one a line.
fn listed(file: &Path) -> Result<BTreeSet<String>, Failure> {
    let mut text = String::new();
    if file.as_os_str() == "-" {
        let read = std::io::stdin().take(limits::OBJECTS_BYTES).read_to_string(&mut text);
        read.map_err(|error| Failure::new(Exit::Usage, format!("stdin: {error}")))?;
    } else {
        text = fs::read_to_string(file).map_err(|error| Failure::file(file, &error))?;
    }
    let mut names = BTreeSet::new();
    for (number, line) in (1_u64..).zip(text.lines()) {
        let line = line.trim();
        if CaseId::parse(line).is_ok() || Digest::parse(line).is_ok() {
            names.insert(line.to_owned());
        } else if !line.is_empty() {
            let message = format!("line {number} is neither the id of an object nor of a case");
            return Err(Failure::new(Exit::Usage, message));
        }
    }
    Ok(names)
}

/// The ids of the objects in a state folder.
fn in_state(folder: &Path) -> Result<BTreeSet<String>, Failure> {
    let cases = folder.join(CASES);
    let cases = if cases.is_dir() { cases.as_path() } else { folder };
    let files = fs::read_dir(cases).map_err(|error| Failure::file(cases, &error))?;
    let mut names = BTreeSet::new();
    for file in files {
        let name = file.map_err(|error| Failure::file(cases, &error))?.file_name();
        let id = name.to_str().and_then(|name| name.strip_suffix(ENDING)).filter(|id| Digest::parse(id).is_ok());
        names.extend(id.map(str::to_owned));
    }
    if names.is_empty() {
        let message = format!("{} holds no objects; is it the state folder of a workerd?", folder.display());
        return Err(Failure::new(Exit::Usage, message));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_found_by_the_names_of_their_files_and_nothing_else_is() {
        let folder = tempfile::TempDir::new().unwrap();
        let cases = folder.path().join(CASES);
        fs::create_dir(&cases).unwrap();
        let id = "a1".repeat(32);
        for name in [format!("{id}.sqlite"), format!("{id}.sqlite-wal"), "metadata.sqlite".to_owned()] {
            fs::write(cases.join(name), "").unwrap();
        }
        assert_eq!(in_state(folder.path()).unwrap(), BTreeSet::from([id.clone()]));
        assert_eq!(in_state(&cases).unwrap(), BTreeSet::from([id]));
        let empty = tempfile::TempDir::new().unwrap();
        assert_eq!(in_state(empty.path()).unwrap_err().exit, Exit::Usage);
    }

    #[test]
    fn a_list_holds_ids_and_nothing_else() {
        let folder = tempfile::TempDir::new().unwrap();
        let file = folder.path().join("ids");
        let (id, case) = ("0f".repeat(32), format!("case_{}", "a".repeat(26)));
        fs::write(&file, format!("{id}\r\n\n {case} \n{id}\n")).unwrap();
        assert_eq!(listed(&file).unwrap(), BTreeSet::from([id, case]));
        fs::write(&file, "0f0f\n").unwrap();
        assert!(listed(&file).unwrap_err().message.contains("line 1"));
    }
}
