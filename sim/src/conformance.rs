//! Everything that is checked: one table for each kind of world. A line is a sentence about what a host must do; what
//! it means exactly is the function of that name.
//!
//! `Any` may run beside others; `None` has the outside and the host to itself, a `Killer` kills the host,
//! and a `Liar` makes the sources lie.

use crate::{
    checks,
    report::{Check, Company},
};

pub use crate::checks::model::SCRIPT;

macro_rules! table {
    ($($module:ident { $($company:ident $name:ident),+ $(,)? })+) => {
        &[$($(
            Check {
                name: stringify!($name),
                company: Company::$company,
                run: |world| Box::pin(checks::$module::$name(world)),
            }
        ),+),+]
    };
}

/// A host with the sandbox bank, open to everybody, without a model.
pub const CONTRACT: &[Check] = table! {
    requests {
        Any the_sample_goes_to_the_dispute_agent_by_every_door,
        Any twenty_rewordings_of_the_sample_go_the_same_way_with_reasons_of_their_own,
        Any each_task_begins_with_the_first_step_of_its_specialist,
        Any below_the_threshold_a_person_reviews,
        Any a_callers_label_routes_and_suspected_fraud_escalates,
        Any what_is_none_of_the_four_goes_to_a_person,
        Any a_foreign_text_goes_to_a_person_who_is_told_its_language,
        Any what_the_caller_says_of_a_case_is_kept_with_it,
        Any the_longest_text_is_taken_whatever_its_letters,
        Any what_cannot_be_seen_is_removed_from_a_text,
        Any a_caller_that_does_not_wait_is_answered_at_once_and_the_work_goes_on,
    }
    bad_input {
        None what_cannot_be_read_is_refused_by_name_and_nothing_is_stored,
        None what_is_too_large_is_refused_and_nothing_is_stored,
        Any addresses_and_methods_that_do_not_exist_are_problems,
        Any headers_that_cannot_be_used_are_named,
        Any searches_that_cannot_be_used_are_named,
        Any cases_that_do_not_exist_are_not_found,
        Any messages_and_commands_that_cannot_be_read_change_nothing,
        Any browsers_of_other_origins_are_not_let_in,
    }
    idempotency {
        Any a_repeated_request_reaches_the_same_case,
        Any another_request_under_the_same_key_is_refused,
        Any fifty_requests_with_one_key_at_once_make_one_case,
        Any a_repeated_message_or_command_changes_nothing,
    }
    tickets {
        Any a_ticket_that_is_sent_again_finds_its_case_as_it_is,
        Any other_words_with_a_ticket_are_the_customers_next_message,
        Any a_ticket_of_another_customer_is_refused,
        Any a_ticket_whose_case_is_closed_says_that_it_must_be_reopened,
        Any a_key_and_a_ticket_keep_each_their_meaning,
        Any many_requests_with_one_ticket_at_once_make_one_case,
    }
    docket {
        Any rows_are_made_again_when_an_admin_asks,
        Any every_case_is_found_by_what_is_known_of_it,
        Any pages_hold_every_case_once,
        Any a_case_is_found_by_the_beginning_of_its_names_and_stands_in_one_queue,
        Any queues_are_counted,
    }
    journal {
        Any a_journal_verifies_replays_and_derives_again,
        Any a_changed_byte_is_found_where_it_is,
        Any events_tell_every_entry_and_end_at_rest,
        Any events_resume_after_the_one_seen_last,
    }
    records {
        Any a_case_as_one_file_is_checked_without_its_host,
    }
    disputes {
        Any a_double_charge_is_taken_back_once_it_is_approved,
        Any the_same_words_about_a_single_charge_end_in_a_letter,
        Any a_credited_and_a_pending_double_charge_are_explained,
        Any amounts_and_references_come_from_the_ledger_alone,
        None three_look_ups_are_in_flight_at_once,
    }
    specialists {
        Any a_stolen_card_is_blocked_only_after_approval,
        Any payments_are_explained_by_their_status,
        Any identity_that_is_not_whole_asks_for_documents,
        Any several_intents_have_several_tracks,
        Any an_unknown_customer_is_missing_evidence,
    }
    people {
        Any a_case_is_claimed_and_released,
        Any a_customer_is_identified_once,
        Any a_question_waits_for_the_customer_and_the_answer_goes_on,
        Any a_person_can_reroute_a_case,
        Any a_stale_approval_is_refused,
        Any one_person_does_not_approve_twice,
        Any a_rejected_proposal_goes_to_a_person_and_nothing_is_executed,
        Any a_closed_case_is_read_only_until_it_is_reopened,
        Any a_command_about_an_older_state_is_refused,
    }
    concurrency {
        Any of_twenty_approvals_at_once_one_counts,
        Any many_writers_never_fork_a_journal,
        Any two_clients_that_drive_one_case_never_fork_it,
    }
    crowd {
        Any a_client_that_leaves_at_once_still_gets_its_case_worked,
        None two_hundred_cases_at_once_hold_each_its_own_and_no_others,
    }
    outages {
        None a_ledger_that_fails_is_missing_evidence_and_never_certainty,
        None a_ledger_that_hangs_is_late_and_a_person_decides,
        None a_slow_ledger_is_waited_for,
        None a_side_source_that_fails_leaves_the_finding_and_says_so,
        None a_source_that_recovers_is_asked_again,
        None an_action_whose_answer_is_lost_is_executed_once,
        None an_action_that_the_network_delivers_twice_is_executed_once,
        None an_action_that_fails_is_tried_until_it_is_done,
    }
    hostile {
        Liar a_source_that_lies_is_missing_evidence,
        Liar lists_of_many_pages_are_read_to_their_end,
        None a_source_that_is_down_is_left_alone_until_it_had_time,
    }
    console {
        Any the_console_is_open_to_this_machine_alone,
    }
    privacy {
        Any the_trace_of_the_caller_goes_with_every_look_up,
        None nothing_personal_leaves_the_vault,
    }
    restart {
        Killer a_case_in_the_middle_of_its_look_ups_survives_a_kill,
        Killer an_approved_action_survives_a_kill_and_is_executed_once,
        Killer what_was_acknowledged_is_there_after_a_kill,
    }
};

/// A host with the sandbox bank, and a scripted agent among its look-ups and behind its dispute specialist.
pub const WITH_AN_AGENT: &[Check] = table! {
    agents {
        None an_agent_looks_up_and_agrees_and_is_shown_nothing_personal,
        None what_an_agent_finds_waits_for_a_person_and_moves_what_the_ledger_says,
        None an_agent_that_is_wrong_slow_or_down_changes_nothing,
        None an_agents_row_about_another_customer_is_not_used,
    }
};

/// A host for holders of keys that tells a receiver what happens.
pub const WITH_WEBHOOKS: &[Check] = table! {
    hooks {
        None a_case_is_told_from_its_opening_to_its_end,
        None events_are_sent_again_when_an_admin_asks,
        Any a_system_tells_a_case_once_and_the_journal_says_so,
        None a_receiver_that_does_not_take_an_event_is_told_again_and_nothing_overtakes_it,
        Killer what_was_to_be_told_is_told_after_a_kill,
    }
};

/// A host that asks a model: the stand-in of the sandbox. Every check switches on what it needs.
pub const WITH_A_MODEL: &[Check] = table! {
    model {
        None the_model_is_asked_only_where_the_local_tier_is_unsure,
        None the_model_is_asked_without_personal_data_and_its_cost_is_kept,
        None a_busy_model_is_asked_again,
        None an_answer_that_cannot_be_used_is_repaired_once,
        None after_two_unusable_answers_the_local_tier_decides_and_says_so,
        None a_model_that_stays_away_is_done_without,
        None a_wrong_label_executes_nothing,
        None an_unsure_model_leaves_it_to_a_person,
        None a_model_that_is_turned_off_is_asked_no_more,
    }
    writing {
        None a_summary_of_claudes_cites_evidence_for_every_sentence,
        None sentences_that_their_citations_do_not_bear_out_are_dropped,
        None without_a_sentence_that_holds_the_rules_write_the_summary,
        None a_model_that_fails_leaves_the_summary_to_the_rules,
        None the_fraud_specialist_shows_claude_none_of_the_words,
    }
};

/// A host that asks a model which obeys whatever it reads.
pub const WITH_A_GULLIBLE_MODEL: &[Check] = table! {
    gullible {
        None a_model_that_obeys_the_text_moves_no_case_into_an_action,
        None a_text_cannot_talk_the_model_out_of_suspecting_fraud,
        None dictated_replies_are_only_labels,
        None no_attack_takes_a_report_from_those_who_look_for_fraud,
    }
};

/// A host that asks a model which was taken over, and tells a receiver what happens.
pub const WITH_A_HOSTILE_MODEL: &[Check] = table! {
    compromised {
        Liar a_hostile_model_moves_no_money_looks_up_nobody_else_and_tells_no_secret,
    }
};

/// A host that asks for keys: two tenants, and every role in one of them.
pub const WITH_KEYS: &[Check] = table! {
    keys {
        Any without_a_key_nothing_is_told,
        Any browsers_of_a_listed_origin_are_let_in,
        Any another_tenants_case_is_not_there,
        Any a_submitter_sees_its_own_cases_only,
        Any an_auditor_reads_and_changes_nothing,
        Any two_people_approve_what_needs_two,
        Any a_claimed_case_is_not_taken_by_another,
        Any of_many_analysts_at_once_each_gets_another_case,
        Any keys_of_idempotency_are_a_tenants_own,
        Any a_tenant_in_shadow_mode_sends_nothing,
        Any only_admins_turn_the_model_off,
        Any who_is_revoked_is_let_in_no_more,
    }
    approvals {
        Any nobody_agrees_to_what_they_were_not_shown_whatever_comes_between,
    }
    records {
        Any checkpoints_hold_every_head_of_the_tenant_and_no_other,
    }
    sign_in {
        Any a_token_opens_what_its_holders_role_may,
        Any tokens_that_are_not_in_order_are_refused,
        Any an_issuer_that_is_down_is_said_and_soon_asked_again,
        Any a_revoked_holder_needs_a_newer_token,
        Any a_signed_request_is_answered_once,
        Any of_copies_of_a_signed_request_at_once_one_counts,
        Any signatures_that_do_not_fit_are_refused,
        Any a_revoked_signing_key_signs_no_more,
    }
    console {
        Any a_session_opens_the_console_and_nothing_else,
        Any a_session_that_was_changed_or_ended_is_none,
        Any a_form_counts_only_from_a_page_of_its_own_session,
        Any nobody_is_signed_in_by_another_site,
        Any whoever_comes_through_access_needs_no_form,
        Any whose_key_is_revoked_is_signed_out,
        Any what_is_refused_is_said_on_the_page_and_what_was_typed_is_kept,
        None whoever_guesses_keys_has_to_wait_and_keeps_nobody_out,
    }
    roles {
        Any every_command_is_for_whom_the_page_names_and_nobody_else,
        None every_route_lets_in_whom_the_page_names_and_nobody_else,
    }
    tickets {
        Any a_ticket_of_another_submitter_is_refused_and_tenants_never_meet,
    }
};
