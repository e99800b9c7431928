//! The native binary where its surroundings fail: a full disk, a second process on its folder, a restore of an old backup,
//! a power cut, callers that send everything many times while it is killed.

use std::{
    collections::BTreeSet,
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use sim::{
    battery::{
        self,
        jobs::{self, Job},
        keys, order,
    },
    hosts::{
        Extras, Kind,
        native::{Native, caseworker},
        outside::{Obedience, Outside},
    },
    world::World,
};

/// How `caseworker` with these arguments ends, and what it prints.
fn end_of(folder: &Path, line: &str) -> Result<(Option<i32>, String)> {
    let done = caseworker(folder)?.args(line.split(' ')).stdin(Stdio::null()).output()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok((done.status.code(), text(&done.stdout) + &text(&done.stderr)))
}

/// Runs `caseworker`, which must end with this code; what it prints.
fn run(folder: &Path, line: &str, code: i32) -> Result<String> {
    let (found, said) = end_of(folder, line)?;
    ensure!(found == Some(code), "`{line}` ended with {found:?}: {said}");
    Ok(said)
}

fn kill(world: &World) -> Result<()> {
    world.process.as_ref().context("a process")?.kill()
}

async fn start(world: &World) -> Result<()> {
    world.process.as_ref().context("a process")?.start().await
}

/// Says that something is not shown here, and why.
fn skipped(why: &str) -> Result<()> {
    println!("SKIPPED: {why}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_reply_and_no_order_leaves_before_what_it_says_is_on_disk() -> Result<()> {
    if let Some(why) = order::missing() {
        return skipped(&why);
    }
    let (outside, folder) = (Outside::serve(Obedience::Wary, "")?, tempfile::tempdir()?);
    let trace = folder.path().join("trace");
    let extras = Extras { under: order::tracer(&trace), ..Extras::default() };
    let host = Native::start_with(Kind::Plain, &outside, &extras).await?;
    order::run(&host.world, &trace, battery::size("CASES", 8)).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_one_case_however_often_it_is_sent_and_the_host_killed() -> Result<()> {
    let outside = Outside::serve(Obedience::Wary, "")?;
    let host = Native::start(Kind::Keys, &outside).await?;
    let keys = battery::size("KEYS", 8);
    let tally = keys::run(&host.world, keys, battery::seed()).await?;
    ensure!(tally.kills >= 1 && tally.again > 0, "nothing went wrong, so nothing was shown: {tally:?}");
    kill(&host.world)?;
    let said = run(host.folder(), "verify data --rederive", 0)?;
    ensure!(said.contains(&format!("{} cases", 2 * keys)), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_is_turned_away_and_commands_beside_the_first_are_safe() -> Result<()> {
    let outside = Outside::serve(Obedience::Wary, "")?;
    let host = Native::start(Kind::Plain, &outside).await?;
    let (home, world) = (host.folder(), host.world.clone());
    let first = jobs::give(&world, &Job::some(&world, 2)).await?;
    let case = first.values().next().context("a case")?;
    run(home, "export --data data archive", 0)?;
    fs::write(home.join("in.jsonl"), json!({ "id": "row", "text": "Where is my transfer?" }).to_string())?;
    let more = Job::some(&world, 40);
    let work = tokio::spawn(async move { jobs::give(&world, &more).await });
    for round in 0.. {
        for line in [
            // What would end by itself if it were let in comes first.
            "handle Hello --data data",
            "batch in.jsonl out.jsonl --data data",
            "import archive --data data",
            &format!("hold {case} --note Why --data data"),
            "serve --listen 127.0.0.1:0 --data data",
        ] {
            let said = run(home, line, 4)?;
            ensure!(said.contains("worked by another process (process "), "`{line}` says {said}");
        }
        for line in [
            "verify data --rederive",
            &format!("export --data data export-{round}"),
            &format!("backup backup-{round} --data data"),
            "checkpoint --data data --to kept.jsonl",
            "docket rebuild --data data",
            "keys list --data data",
            "model status --data data",
            &format!("replay {case} --data data"),
            "verify data --heads kept.jsonl",
        ] {
            run(home, line, 0)?;
        }
        if work.is_finished() {
            break;
        }
    }
    let mut cases = work.await??;
    cases.extend(first);
    jobs::are_done_once(&host.world, &cases).await?;
    // What the killed process held is nobody's: the next one starts at once.
    kill(&host.world)?;
    ensure!(fs::read_to_string(home.join("data/lock"))?.parse::<u32>().is_ok(), "nobody held the folder");
    start(&host.world).await?;
    run(home, "verify data --rederive", 0).map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_is_whole_and_what_is_done_again_after_its_restore_is_done_once() -> Result<()> {
    let outside = Outside::serve(Obedience::Wary, "")?;
    let host = Native::start(Kind::Plain, &outside).await?;
    let (home, world) = (host.folder(), host.world.clone());
    let (before, during) = (Job::some(&world, 6), Job::some(&world, 30));
    let mut cases = jobs::give(&world, &before).await?;
    let work = tokio::spawn({
        let (world, during) = (world.clone(), during.clone());
        async move { jobs::give(&world, &during).await }
    });
    let mut backups = 0;
    while backups == 0 || !work.is_finished() {
        let said = run(home, &format!("backup backup-{backups} --data data"), 0)?;
        let told: Value = serde_json::from_str(said.lines().next().unwrap_or_default())?;
        ensure!(told["cases"].as_u64() >= Some(6), "a backup without what was done before: {said}");
        run(home, &format!("verify backup-{backups} --rederive"), 0)?;
        backups += 1;
    }
    cases.extend(work.await??);
    jobs::are_done_once(&world, &cases).await?;
    run(home, "checkpoint --data data --to kept.jsonl", 0)?;
    kill(&world)?;

    // The oldest backup in place of the folder: what is kept elsewhere says that it is old.
    let said = run(home, "verify backup-0 --heads kept.jsonl", 1)?;
    let missing: BTreeSet<&str> = cases.values().map(String::as_str).filter(|case| said.contains(case)).collect();
    ensure!(!missing.is_empty(), "nothing is missing: {said}");
    fs::rename(home.join("data"), home.join("lost"))?;
    fs::rename(home.join("backup-0"), home.join("data"))?;
    start(&world).await?;
    // Every caller sends again what it has sent. The cases are the same ones, and the bank does nothing twice.
    let again = jobs::give(&world, &[before, during].concat()).await?;
    ensure!(again == cases, "other cases than before: {again:?}, {cases:?}");
    jobs::are_never_done_twice(&world, &cases).await?;
    ensure!(world.bank.book().await?.number("/repeats")? > 0, "the bank was never sent anything again");
    run(home, "verify data --rederive", 0).map(drop)
}

/// What a host runs under that has its data on a file system of its own, of 12 MiB, which ends with it.
fn small_disk() -> Vec<String> {
    let mount = "mkdir -p data && mount -t tmpfs -o size=12m tmpfs data && exec \"$0\" \"$@\"";
    ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount].map(str::to_owned).to_vec()
}

fn can_mount() -> bool {
    let Ok(folder) = tempfile::tempdir() else { return false };
    let words = small_disk();
    let Some((program, arguments)) = words.split_first() else { return false };
    let mut probe = Command::new(program);
    probe.args(arguments).arg("true").current_dir(&folder).stdout(Stdio::null()).stderr(Stdio::null());
    probe.status().is_ok_and(|status| status.success())
}

/// Takes all the room that there is; the file that holds it.
fn fill(disk: &Path) -> Result<PathBuf> {
    let path = disk.join("ballast");
    let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
    for piece in [64 << 10, 4 << 10] {
        let bytes = vec![0; piece];
        while file.write_all(&bytes).is_ok() {}
    }
    Ok(path)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_loses_nothing_that_was_answered_and_work_goes_on_once_there_is_room() -> Result<()> {
    if !can_mount() {
        return skipped("no file system can be mounted by this user");
    }
    let outside = Outside::serve(Obedience::Wary, "")?;
    let host = Native::start_with(Kind::Plain, &outside, &Extras { under: small_disk(), ..Extras::default() }).await?;
    let world = &host.world;
    let mut cases = jobs::give(world, &Job::some(world, 2)).await?;
    let process = world.process.as_ref().and_then(|process| process.id()).context("a process")?;
    let data = host.folder().join("data");
    let ballast = fill(&PathBuf::from(format!("/proc/{process}/root{}", data.display())))?;

    // Until nothing more fits, and then some.
    let late = Job::some(world, 400);
    let (mut taken, mut refused) = (Vec::new(), Vec::new());
    for job in &late {
        let body = json!({ "text": "Where is my transfer?", "customer_id": "cus_ada" });
        let reply = world.api.post("/v1/requests", &body).header("idempotency-key", &job.key).send().await?;
        if reply.status == 201 {
            taken.push(reply.json()?.id().to_owned());
        } else {
            reply.is_problem(503, "CW400", None)?;
            refused.push((job.key.clone(), body));
        }
        if refused.len() == 8 {
            break;
        }
    }
    ensure!(refused.len() == 8, "the disk was never full");
    let ready = world.api.get("/readyz").ok(503).await?;
    ready.is("/status", "read_only")?;
    ready.is("/storage", "full")?;
    ensure!(world.api.get("/healthz").send().await?.status == 200, "it lives");
    for id in &taken {
        world.api.case(id).await?;
    }

    fs::remove_file(ballast)?;
    world.api.get("/readyz").ok(200).await?.is("/storage", "working")?;
    for (key, body) in &refused {
        taken.push(world.api.post("/v1/requests", body).header("idempotency-key", key).ok(201).await?.id().to_owned());
    }
    cases.extend(jobs::give(world, &Job::some(world, 2)).await?);
    for id in &taken {
        world.api.until(id, |case| case.state() != "working").await?;
    }
    jobs::are_done_once(world, &cases).await?;
    ensure!(world.process.as_ref().and_then(|process| process.id()) == Some(process), "it is another process");
    // From within its mounts, which nobody else sees.
    let verify = caseworker(host.folder())?;
    let target = process.to_string();
    let mut within = Command::new("nsenter");
    within.args(["--target", &target, "--user", "--preserve-credentials", "--mount"]).arg(verify.get_program());
    let verified = within.arg("verify").arg(&data).arg("--rederive").current_dir(host.folder()).output()?;
    let said = String::from_utf8_lossy(&verified.stderr).into_owned();
    ensure!(verified.status.success() && said.contains(&format!("{} cases", taken.len() + cases.len())), "{said}");
    Ok(())
}
