//! What each route takes and answers. Which routes there are, the table of the front says.

use desk::problem::Code;
use http::Method;
use serde_json::{Value, json};

use super::{
    docket, samples,
    schema::{of, text},
};

/// What there is to say of a route.
pub(super) struct Operation {
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) description: &'static str,
    /// Names of [`super::parameters::parameters`].
    pub(super) parameters: &'static [&'static str],
    /// The body's schema and an example.
    pub(super) body: Option<(&'static str, Value)>,
    pub(super) success: Success,
    /// What else may be answered, with another status, where all went well.
    pub(super) also: Option<Success>,
    pub(super) codes: Vec<Code>,
}

/// What a route answers when all is well.
pub(super) struct Success {
    pub(super) status: u16,
    pub(super) media_type: &'static str,
    pub(super) schema: Value,
    pub(super) example: Option<Value>,
    pub(super) description: &'static str,
}

/// Codes of every route that asks who calls: a host may turn each of them away before it asks.
pub(super) const AUTHENTICATED: [Code; 6] =
    [Code::Unauthenticated, Code::NoKeys, Code::TooMuch, Code::Storage, Code::Unchecked, Code::Overloaded];
/// Codes of every route that opens a body.
pub(super) const BODY: [Code; 4] = [Code::NotJson, Code::ContentType, Code::TooLarge, Code::Incomplete];
/// Codes of every route that takes somebody's words.
const WORDS: [Code; 6] =
    [Code::Field, Code::TextEmpty, Code::TextLong, Code::TextControl, Code::Document, Code::Header];
/// Codes of every route that reads a stored case; reading one after a restart resumes it, which writes.
pub(super) const CASE: [Code; 6] = [Code::NoCase, Code::Changed, Code::Full, Code::Damaged, Code::Newer, Code::Vault];
/// Codes of every route that opens a case.
const OPENING: [Code; 12] = [
    Code::Reference,
    Code::Role,
    Code::Changed,
    Code::OtherRequest,
    Code::InFlight,
    Code::Ticket,
    Code::Refused,
    Code::Erased,
    Code::Full,
    Code::Damaged,
    Code::Newer,
    Code::Vault,
];

/// What there is to say of that route; `None` where nothing was written yet.
pub(super) fn operation(method: &Method, path: &str) -> Option<Operation> {
    Some(match (method.as_str(), path) {
        ("POST", "/v1/requests") => create_request(),
        ("POST", "/") => Operation { id: "createTaskAtRoot", ..create_task() },
        ("POST", "/v1/tasks") => create_task(),
        ("GET", "/v1/model") => read_switch(),
        ("POST", "/v1/model") => turn_switch(),
        ("POST", "/v1/docket/rebuild") => rebuild_docket(),
        ("GET", "/v1/revocations") => list_revocations(),
        ("POST", "/v1/revocations") => revoke(),
        ("GET", "/v1/cases") => docket::list_cases(),
        ("POST", "/v1/queue/next") => docket::claim_next(),
        ("GET", "/v1/cases/{id}/links") => docket::read_links(),
        ("GET", "/v1/oversight") => docket::oversee(),
        ("GET", "/v1/cases/{id}") => read_case(),
        ("GET", "/v1/cases/{id}/journal") => read_journal(),
        ("GET", "/v1/cases/{id}/events") => follow_case(),
        ("POST", "/v1/cases/{id}/messages") => add_message(),
        ("POST", "/v1/cases/{id}/commands") => give_command(),
        ("GET", "/v1/cases/{id}/archive") => read_archive(),
        ("GET", "/v1/cases/{id}/pack") => read_pack(),
        ("GET", "/v1/checkpoint") => read_checkpoint(),
        ("GET", "/v1/checkpoint/key") => read_signing_key(),
        ("POST", "/v1/import") => import_case(),
        ("POST", "/v1/hooks/{key}") => tell_case(),
        ("POST", "/v1/webhooks/replay") => replay_events(),
        ("GET", "/healthz") => service("health", "Whether the service answers", of("Health"), vec![]),
        ("GET", "/readyz") => service("readiness", "What works, and what is not configured", of("Readiness"), vec![]),
        ("GET", "/openapi.json") => service("document", "This document", json!({ "type": "object" }), vec![]),
        _ => return None,
    })
}

pub(super) fn codes(lists: &[&[Code]]) -> Vec<Code> {
    let mut codes = lists.concat();
    codes.sort_unstable();
    codes.dedup();
    codes
}

pub(super) fn json_answer(status: u16, schema: &str, example: Option<Value>, description: &'static str) -> Success {
    Success { status, media_type: "application/json", schema: of(schema), example, description }
}

fn create_request() -> Operation {
    Operation {
        id: "createRequest",
        summary: "Have a request worked",
        description: "Opens a case, classifies the request, routes it to specialists and gathers evidence. A request whose \
                      `external_id` has a case already goes on with that case: other words are the customer's message.",
        parameters: &["key", "prefer", "agent_system", "traceparent"],
        body: Some(("Request", samples::request())),
        success: json_answer(
            201,
            "WorkedRequest",
            Some(samples::worked()),
            "The case is stored, and worked from here on.",
        ),
        also: Some(json_answer(200, "WorkedRequest", None, "The ticket's case, which was there.")),
        codes: codes(&[&AUTHENTICATED, &BODY, &WORDS, &OPENING]),
    }
}

fn create_task() -> Operation {
    Operation {
        id: "createTask",
        summary: "Hand over a request that is already labelled",
        description: "The caller's label routes the case. The text is read again: suspected fraud adds an escalation.",
        parameters: &["key", "prefer", "agent_system", "traceparent"],
        body: Some(("TaskRequest", samples::task_request())),
        success: json_answer(200, "TaskAnswer", Some(samples::task_answer()), "The case is stored, and routed."),
        also: None,
        codes: codes(&[&AUTHENTICATED, &BODY, &WORDS, &OPENING, &[Code::UnknownTask, Code::Confidence]]),
    }
}

fn read_switch() -> Operation {
    Operation {
        id: "readModelSwitch",
        summary: "Whether the model may be asked",
        description: "How the switch stands, and who turned it last.",
        parameters: &[],
        body: None,
        success: json_answer(200, "ModelSwitch", None, "The switch."),
        also: None,
        codes: codes(&[&AUTHENTICATED, &[Code::Role]]),
    }
}

fn turn_switch() -> Operation {
    Operation {
        id: "turnModelSwitch",
        summary: "Turn the model off or on",
        description: "For admins: holds for every call of the model from now on, of all tenants. Cases go on with the \
                      local tier.",
        parameters: &[],
        body: Some(("TurnSwitch", json!({ "off": true, "note": "Its answers look strange since this morning." }))),
        success: json_answer(200, "ModelSwitch", None, "The switch as it stands now."),
        also: None,
        codes: codes(&[&AUTHENTICATED, &BODY, &[Code::Role, Code::Field, Code::Full]]),
    }
}

fn list_revocations() -> Operation {
    Operation {
        id: "listRevocations",
        summary: "Whom the tenant lets in no more",
        description: "For admins: every key and subject that was revoked, the first revoked first.",
        parameters: &[],
        body: None,
        success: json_answer(200, "Revocations", None, "The list."),
        also: None,
        codes: codes(&[&AUTHENTICATED, &[Code::Role]]),
    }
}

fn revoke() -> Operation {
    Operation {
        id: "revoke",
        summary: "Let a key or a subject in no more",
        description: "For admins: a revoked key is refused, and so is every key of a revoked subject and every token that \
                      was issued to it until now. It holds within ten seconds everywhere, and is never taken back.",
        parameters: &[],
        body: Some(("Revoke", json!({ "subject": "till-7", "note": "The till was stolen." }))),
        success: json_answer(200, "Revocation", None, "The revocation."),
        also: None,
        codes: codes(&[&AUTHENTICATED, &BODY, &[Code::Role, Code::Field, Code::TooManyRevocations, Code::Full]]),
    }
}

fn rebuild_docket() -> Operation {
    Operation {
        id: "rebuildDocket",
        summary: "Make rows of the docket again",
        description: "For admins: each of these cases has its row made again from its journal, whatever the docket holds. \
                      On Workers a case may also be named by the hexadecimal id of its object.",
        parameters: &[],
        body: Some(("RebuildDocket", json!({ "cases": ["case_aaaaaaaaaaaaaaaaaaaaaaaaaa"] }))),
        success: json_answer(
            200,
            "RebuiltDocket",
            None,
            "How many rows were made. Those that failed can be sent again.",
        ),
        also: None,
        codes: codes(&[&AUTHENTICATED, &BODY, &[Code::Role, Code::Field]]),
    }
}

fn read_case() -> Operation {
    Operation {
        id: "readCase",
        summary: "Read a case",
        description: "The case as it is now, with the request's words behind tokens for personal data.",
        parameters: &["case"],
        body: None,
        success: json_answer(200, "Case", None, "The case."),
        also: None,
        codes: codes(&[&AUTHENTICATED, &CASE]),
    }
}

fn read_journal() -> Operation {
    let lines = json!({ "type": "string", "description": "One `JournalLine` a line, the stored bytes themselves." });
    let description = "The entries.";
    let media_type = "application/jsonl";
    Operation {
        id: "readJournal",
        summary: "Read a case's journal",
        description: "Each line is an entry and names the hash of the line before, so that any change can be found.",
        parameters: &["case"],
        body: None,
        success: Success { status: 200, media_type, schema: lines, example: None, description },
        also: None,
        codes: codes(&[&AUTHENTICATED, &CASE]),
    }
}

fn follow_case() -> Operation {
    let description = "The events: `id` is the position of the entry, `event` its kind, `data` an `Event`.";
    let (media_type, example) = ("text/event-stream", Some(samples::events().into()));
    Operation {
        id: "followCase",
        summary: "Follow a case",
        description: "New entries as they are written. The stream ends when the case comes to rest, or after five minutes.",
        parameters: &["case", "last_event"],
        body: None,
        success: Success { status: 200, media_type, schema: text(), example, description },
        also: None,
        codes: codes(&[&AUTHENTICATED, &CASE, &[Code::Header]]),
    }
}

fn add_message() -> Operation {
    Operation {
        id: "addMessage",
        summary: "Go on with the conversation",
        description: "A customer's words are read as the request was; a case that waits for the customer goes on.",
        parameters: &["case", "key", "if_match", "prefer"],
        body: Some(("MessageBody", samples::message())),
        success: json_answer(200, "Case", None, "The case."),
        also: None,
        codes: codes(&[&AUTHENTICATED, &BODY, &WORDS, &CASE, &[Code::Role, Code::Refused, Code::Erased]]),
    }
}

fn give_command() -> Operation {
    let refused = [
        Code::Field,
        Code::Header,
        Code::Command,
        Code::Reason,
        Code::Snooze,
        Code::Held,
        Code::Letter,
        Code::UnknownTask,
        Code::Reference,
        Code::Role,
        Code::Refused,
        Code::Stale,
        Code::SelfApproval,
        Code::Shadow,
        Code::Erased,
    ];
    Operation {
        id: "giveCommand",
        summary: "Decide on a case",
        description: "Needs the role analyst, approver or admin; `identify` a submitter's too.",
        parameters: &["case", "key", "if_match", "prefer"],
        body: Some(("CommandBody", samples::command())),
        success: json_answer(200, "Case", None, "The case."),
        also: None,
        codes: codes(&[&AUTHENTICATED, &BODY, &CASE, &refused]),
    }
}

fn read_archive() -> Operation {
    let description = "The archive.";
    let media_type = desk::archive::MEDIA_TYPE;
    Operation {
        id: "readArchive",
        summary: "Take a copy of a case to another host",
        description: "For admins. The journal's own lines and the sealed words, to be sent to `POST /v1/import` unchanged.",
        parameters: &["case"],
        body: None,
        success: Success { status: 200, media_type, schema: of("Archive"), example: None, description },
        also: None,
        codes: codes(&[&AUTHENTICATED, &CASE, &[Code::Role]]),
    }
}

fn read_pack() -> Operation {
    Operation {
        id: "readPack",
        summary: "Read a case as one HTML file",
        description: "An evidence pack: what the case shows, with its journal inside, signed by the deployment. It is read, \
                      printed and checked (`caseworker verify`) without a network, runs nothing, and opens no vault.",
        parameters: &["case"],
        body: None,
        success: Success {
            status: 200,
            media_type: "text/html",
            schema: text(),
            example: None,
            description: "The file.",
        },
        also: None,
        codes: codes(&[&AUTHENTICATED, &CASE, &[Code::Role]]),
    }
}

fn read_checkpoint() -> Operation {
    let lines =
        "Its opening, a head `{\"case\",\"seq\",\"hash\"}` for each case by id, and the signature of the lines before.";
    Operation {
        id: "readCheckpoint",
        summary: "Where every journal ends, signed",
        description: "For auditors and admins, to be kept where the journals are not: `caseworker checkpoint --to FILE` \
                      appends it to a file, `caseworker verify --heads FILE` compares. With more cases than one holds it \
                      says `more`. Where the docket is behind the journals it says so.",
        parameters: &["previous", "checkpoint_after"],
        body: None,
        success: Success {
            status: 200,
            media_type: desk::checkpoint::MEDIA_TYPE,
            schema: json!({ "type": "string", "description": lines }),
            example: None,
            description: "The checkpoint.",
        },
        also: None,
        codes: codes(&[&AUTHENTICATED, &[Code::Role, Code::Query]]),
    }
}

fn read_signing_key() -> Operation {
    let key = json!({ "type": "string", "pattern": "^ed25519:[0-9a-f]{64}$" });
    let schema = json!({
        "type": "object", "required": ["key"], "additionalProperties": false, "properties": { "key": key },
    });
    Operation {
        id: "readSigningKey",
        summary: "The public key that checkpoints and evidence packs are signed with",
        description: "It follows from the master key: every host of a deployment has the same. Keep it with the checkpoints.",
        parameters: &[],
        body: None,
        success: Success {
            status: 200,
            media_type: "application/json",
            schema,
            example: None,
            description: "The key.",
        },
        also: None,
        codes: codes(&[&AUTHENTICATED]),
    }
}

fn import_case() -> Operation {
    let codes_of_its_own = [
        Code::Role,
        Code::ContentType,
        Code::TooLarge,
        Code::Incomplete,
        Code::Archive,
        Code::ArchiveNewer,
        Code::ArchiveKey,
        Code::History,
        Code::Sandbox,
    ];
    Operation {
        id: "importCase",
        summary: "Go on with a case of another host",
        description: "For admins. The archive is checked whole before anything is written; the case goes on here, with \
                      its deadlines, and must not be worked at the other host any more. A case that is here already \
                      may only have grown.",
        parameters: &[],
        body: None,
        success: json_answer(201, "Imported", None, "The case is here now."),
        also: Some(json_answer(200, "Imported", None, "The case was here already.")),
        codes: codes(&[&AUTHENTICATED, &CASE, &codes_of_its_own]),
    }
}

fn tell_case() -> Operation {
    let refused = [
        Code::UnknownEvent,
        Code::Reference,
        Code::Signature,
        Code::SignatureTime,
        Code::Role,
        Code::Refused,
        Code::Erased,
    ];
    let told = json!({ "type": "payment.changed", "data": { "external_id": "ZD-4711", "payment_id": "pay-7" } });
    Operation {
        id: "tellCase",
        summary: "Tell a case that something happened elsewhere",
        description: "A webhook of a system of the operator's. What is sent again under its `webhook-id` changes nothing.",
        parameters: &["hook"],
        body: Some(("HookBody", told)),
        success: json_answer(200, "Told", None, "It stands in the case's journal."),
        also: None,
        codes: codes(&[&AUTHENTICATED, &BODY, &WORDS, &CASE, &refused]),
    }
}

fn replay_events() -> Operation {
    Operation {
        id: "replayEvents",
        summary: "Send webhooks again",
        description: "For admins: under the ids that they have always had. It also takes up what was given up; from a later \
                      line on it passes over what a receiver will not take.",
        parameters: &[],
        body: Some(("Replay", json!({ "since": "2026-11-23T08:00:00Z" }))),
        success: json_answer(200, "Replayed", None, "They are on their way."),
        also: None,
        codes: codes(&[&AUTHENTICATED, &BODY, &CASE, &[Code::Role, Code::Field, Code::InFlight, Code::NotTold]]),
    }
}

/// A route that anybody may call.
fn service(id: &'static str, summary: &'static str, schema: Value, codes: Vec<Code>) -> Operation {
    let (media_type, description) = ("application/json", "The answer.");
    Operation {
        id,
        summary,
        description: "Open to anybody.",
        parameters: &[],
        body: None,
        success: Success { status: 200, media_type, schema, example: None, description },
        also: None,
        codes,
    }
}
