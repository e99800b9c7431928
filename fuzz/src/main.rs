//! `fuzz` prints each target and what it reads; `fuzz NAME FOLDER` writes the first inputs of one into a folder, for libFuzzer to
//! begin with.

#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

use std::{env, fs, path::Path, process::ExitCode};

use fuzz::TARGETS;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => {
            for target in TARGETS {
                println!("{}\t{}", target.name, target.reads);
            }
            ExitCode::SUCCESS
        }
        [name, folder] => write(name, Path::new(folder)),
        _ => fail("usage: fuzz [NAME FOLDER]"),
    }
}

fn write(name: &str, folder: &Path) -> ExitCode {
    let Some(target) = TARGETS.iter().find(|target| target.name == name) else {
        return fail(&format!("there is no target {name}"));
    };
    let written = fs::create_dir_all(folder).and_then(|()| {
        (target.seeds)()
            .iter()
            .enumerate()
            .try_for_each(|(number, seed)| fs::write(folder.join(format!("seed-{number}")), seed))
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("{}: {error}", folder.display())),
    }
}

fn fail(why: &str) -> ExitCode {
    eprintln!("fuzz: {why}");
    ExitCode::FAILURE
}
