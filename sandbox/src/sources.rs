//! The six sources of the bank: one list of routes, from which the router is built and the shipped OpenAPI file is
//! checked.

mod accounts;
mod actions;
mod ledger;
mod merchants;
mod paging;
mod payments;
mod policy;
mod profile;
mod risk;

use axum::routing::{MethodRouter, get, post};

pub(crate) use actions::{ActionBook, list_actions};

use crate::target::Target;
use crate::world::Shared;

/// One route of the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    ListAccounts,
    ListTransactions,
    ReadTransaction,
    ListPayments,
    ReadPayment,
    ReadProfile,
    ScoreRisk,
    FindMerchants,
    ListPassages,
    ExecuteAction,
}

impl Route {
    pub(crate) const ALL: [Self; 10] = [
        Self::ListAccounts,
        Self::ListTransactions,
        Self::ReadTransaction,
        Self::ListPayments,
        Self::ReadPayment,
        Self::ReadProfile,
        Self::ScoreRisk,
        Self::FindMerchants,
        Self::ListPassages,
        Self::ExecuteAction,
    ];

    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::ListAccounts => "/ledger/accounts",
            Self::ListTransactions => "/ledger/transactions",
            Self::ReadTransaction => "/ledger/transactions/{id}",
            Self::ListPayments => "/ledger/payments",
            Self::ReadPayment => "/ledger/payments/{id}",
            Self::ReadProfile => "/profile/customers/{id}",
            Self::ScoreRisk => "/risk/score",
            Self::FindMerchants => "/merchants",
            Self::ListPassages => "/policy/passages",
            Self::ExecuteAction => "/actions",
        }
    }

    pub(crate) fn target(self) -> Target {
        match self {
            Self::ListAccounts
            | Self::ListTransactions
            | Self::ReadTransaction
            | Self::ListPayments
            | Self::ReadPayment => Target::Ledger,
            Self::ReadProfile => Target::Profile,
            Self::ScoreRisk => Target::Risk,
            Self::FindMerchants => Target::Merchants,
            Self::ListPassages => Target::Policy,
            Self::ExecuteAction => Target::Actions,
        }
    }

    pub(crate) fn handler(self) -> MethodRouter<Shared> {
        match self {
            Self::ListAccounts => get(accounts::list_accounts),
            Self::ListTransactions => get(ledger::list_transactions),
            Self::ReadTransaction => get(ledger::read_transaction),
            Self::ListPayments => get(payments::list_payments),
            Self::ReadPayment => get(payments::read_payment),
            Self::ReadProfile => get(profile::read_profile),
            Self::ScoreRisk => post(risk::score_transactions),
            Self::FindMerchants => get(merchants::find_merchants),
            Self::ListPassages => get(policy::list_passages),
            Self::ExecuteAction => post(actions::execute_action),
        }
    }
}

#[cfg(test)]
mod openapi;
#[cfg(test)]
mod secrecy;
