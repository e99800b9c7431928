//! The vault: plaintext lies here, sealed with the case's own key, and nowhere else.
//!
//! The case's key is random, and stored wrapped by the tenant's key, which follows from a master key that no database
//! holds. Destroying the wrapped key makes every word of the case unreadable and leaves its journal verifiable.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use case::{
    ids::{Digest, TenantId},
    journal::Head,
    summary::Sentence,
};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::{
    ask_claude::FoundField,
    ports::{CaseKey, Outside, Sealed},
    ticket::Mark,
};

/// Bytes of a key.
const KEY_BYTES: usize = 32;
/// Bytes of a nonce: random, so long that it never repeats.
const NONCE_BYTES: usize = 24;
/// The longest ciphertext whose plaintext is kept while the case is in memory, in bytes.
const KEPT_BYTES: usize = 16 * 1024;
/// Plaintexts of a case that are kept at most.
const KEPT: usize = 32;

/// The key from which every tenant's key follows: 32 bytes, kept outside the database.
#[derive(Clone)]
pub struct MasterKey([u8; KEY_BYTES]);

/// The key of one case. Neither this nor [`MasterKey`] can be printed.
///
/// What it sealed or opened is kept in it, so that it is read once and not for each ask: as long as the case is in memory,
/// and no longer than the case has words: erasure clears it, whoever holds a clone.
#[derive(Clone)]
pub struct CaseVault {
    key: [u8; KEY_BYTES],
    context: String,
    kept: Arc<Mutex<BTreeMap<Digest, Arc<Doc>>>>,
}

/// A plaintext of the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "doc", rename_all = "snake_case")]
pub enum Doc {
    /// A customer's or analyst's words.
    Words {
        /// The text with tokens for personal data.
        text: String,
        /// The case's tokens so far and what they stand for.
        tokens: Vec<(String, String)>,
        /// The words that spoke for the local model's label.
        cues: Vec<String>,
        /// The reason that a caller gave for its label: untrusted text.
        caller_reason: Option<String>,
        /// The documents that came along, as they came.
        documents: Vec<serde_json::Value>,
        /// By which the request that brought them is known when it comes again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mark: Option<Mark>,
    },
    /// A source's reply.
    Reply {
        /// The body.
        body: String,
    },
    /// A model's reason: untrusted text.
    Reason {
        /// The text.
        text: String,
    },
    /// What is left of a summary of Claude's: untrusted text that its citations bear out.
    Draft {
        /// The sentences.
        sentences: Vec<Sentence>,
    },
    /// Identity fields that Claude found, of which only those are left that stand where it says.
    Found {
        /// The fields.
        fields: Vec<FoundField>,
    },
    /// An analyst's note or question.
    Note {
        /// The text.
        text: String,
    },
}

/// The vault does not give this out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The key was destroyed: the person is erased.
    #[error("erased")]
    Erased,
    /// Wrong key, or changed bytes.
    #[error("the ciphertext does not open with this key: was the master key changed?")]
    Unreadable,
    /// Not a key.
    #[error("a master key is 32 bytes, written as 64 hexadecimal digits")]
    NotAKey,
}

impl MasterKey {
    /// Reads 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`VaultError::NotAKey`], which does not quote the text.
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes());
        let key = bytes.ok().and_then(|bytes| bytes.try_into().ok()).ok_or(VaultError::NotAKey)?;
        Ok(Self(key))
    }

    /// A new key, as 64 hexadecimal digits.
    #[must_use]
    pub fn generate(outside: &impl Outside) -> String {
        let mut key = [0; KEY_BYTES];
        outside.random(&mut key);
        data_encoding::HEXLOWER.encode(&key)
    }

    /// A new case's vault, and its key wrapped for storage.
    ///
    /// # Errors
    /// [`VaultError::Unreadable`] where the cipher refuses; it does not for a short key.
    pub fn new_case(&self, key: &CaseKey, outside: &impl Outside) -> Result<(CaseVault, Vec<u8>), VaultError> {
        let mut bytes = [0; KEY_BYTES];
        outside.random(&mut bytes);
        let wrapped = seal(&self.tenant_key(&key.tenant), &key.name(), &bytes, outside)?;
        Ok((CaseVault::new(bytes, key), wrapped))
    }

    /// The vault of a stored case.
    ///
    /// # Errors
    /// [`VaultError::Erased`] without a wrapped key; [`VaultError::Unreadable`] with another master key.
    pub fn case(&self, key: &CaseKey, wrapped: Option<&[u8]>) -> Result<CaseVault, VaultError> {
        let wrapped = wrapped.ok_or(VaultError::Erased)?;
        let bytes = open(&self.tenant_key(&key.tenant), &key.name(), wrapped)?;
        let key_bytes = bytes.try_into().map_err(|_| VaultError::Unreadable)?;
        Ok(CaseVault::new(key_bytes, key))
    }

    /// The mark of a host with this master key under a case as it stands: its head, which stands for every line of its
    /// journal, and its wrapped key. Without it whoever may move a case could write its history.
    #[must_use]
    pub fn mark(&self, key: &CaseKey, head: &Head, wrapped: Option<&[u8]>) -> String {
        data_encoding::HEXLOWER.encode(&self.marking(key, head, wrapped).finalize().into_bytes())
    }

    /// Whether a mark is that of a host with this master key, compared in constant time.
    #[must_use]
    pub fn is_mark(&self, mark: &str, key: &CaseKey, head: &Head, wrapped: Option<&[u8]>) -> bool {
        let bytes = data_encoding::HEXLOWER.decode(mark.as_bytes()).unwrap_or_default();
        self.marking(key, head, wrapped).verify_slice(&bytes).is_ok()
    }

    fn marking(&self, key: &CaseKey, head: &Head, wrapped: Option<&[u8]>) -> Hmac<Sha256> {
        let wrapped = wrapped.map_or_else(|| "erased".to_owned(), |bytes| data_encoding::HEXLOWER.encode(bytes));
        let seq = head.seq.to_string();
        keyed(&self.0, &["caseworker/archive/1", &key.name(), &seq, head.hash.as_str(), &wrapped])
    }

    /// Seals something of this deployment's own, for one purpose.
    pub(crate) fn seal_for(&self, purpose: &str, plain: &[u8], outside: &impl Outside) -> Result<Vec<u8>, VaultError> {
        seal(&self.derive(purpose, ""), purpose, plain, outside)
    }

    /// Opens what was sealed for that purpose.
    pub(crate) fn open_for(&self, purpose: &str, bytes: &[u8]) -> Result<Vec<u8>, VaultError> {
        open(&self.derive(purpose, ""), purpose, bytes)
    }

    fn tenant_key(&self, tenant: &TenantId) -> [u8; KEY_BYTES] {
        self.derive("caseworker/tenant-key/1", tenant.as_str())
    }

    /// A key that follows from this one, for one purpose and one name. It tells nothing about any other.
    pub(crate) fn derive(&self, purpose: &str, name: &str) -> [u8; KEY_BYTES] {
        mac(&self.0, &[purpose, name])
    }
}

impl CaseVault {
    fn new(bytes: [u8; KEY_BYTES], key: &CaseKey) -> Self {
        Self { key: bytes, context: key.name(), kept: Arc::default() }
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<Digest, Arc<Doc>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a plaintext. A source's reply is read once, and may be long.
    fn keep(&self, hash: &Digest, bytes: usize, doc: &Arc<Doc>) {
        let mut kept = self.kept();
        if bytes <= KEPT_BYTES && kept.len() < KEPT && !matches!(**doc, Doc::Reply { .. }) {
            kept.insert(hash.clone(), doc.clone());
        }
    }

    /// A document that was sealed or opened since the case is in memory, if it is kept.
    #[must_use]
    pub(crate) fn known(&self, hash: &Digest) -> Option<Arc<Doc>> {
        self.kept().get(hash).cloned()
    }

    /// Forgets every plaintext, whoever has this vault.
    pub(crate) fn forget(&self) {
        self.kept().clear();
    }

    /// Opens the document of that hash, and keeps it.
    ///
    /// # Errors
    /// As [`CaseVault::open`].
    pub(crate) fn read(&self, hash: &Digest, bytes: &[u8]) -> Result<Arc<Doc>, VaultError> {
        let doc = Arc::new(self.open(bytes)?);
        self.keep(hash, bytes.len(), &doc);
        Ok(doc)
    }

    /// Seals a document, and keeps it.
    ///
    /// # Errors
    /// As [`CaseVault::seal`].
    pub(crate) fn seal_known(&self, doc: Doc, outside: &impl Outside) -> Result<Sealed, VaultError> {
        let sealed = self.seal(&doc, outside)?;
        self.keep(&sealed.hash, sealed.bytes.len(), &Arc::new(doc));
        Ok(sealed)
    }

    /// Seals a document.
    ///
    /// # Errors
    /// [`VaultError::Unreadable`] where the cipher refuses; it does not below 256 GB.
    pub fn seal(&self, doc: &Doc, outside: &impl Outside) -> Result<Sealed, VaultError> {
        let plain = serde_json::to_vec(doc).map_err(|_| VaultError::Unreadable)?;
        let bytes = seal(&self.key, &self.context, &plain, outside)?;
        Ok(Sealed { hash: Digest::of(&bytes), bytes })
    }

    /// Opens a document.
    ///
    /// # Errors
    /// [`VaultError::Unreadable`] for changed bytes or another case's document.
    pub fn open(&self, bytes: &[u8]) -> Result<Doc, VaultError> {
        let plain = open(&self.key, &self.context, bytes)?;
        serde_json::from_slice(&plain).map_err(|_| VaultError::Unreadable)
    }

    /// A keyed hash: equal for equal texts within this case, and useless once the key is destroyed.
    #[must_use]
    pub fn fingerprint(&self, text: &str) -> Digest {
        Digest::of(&mac(&self.key, &["caseworker/fingerprint/1", text]))
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn keyed(key: &[u8; KEY_BYTES], parts: &[&str]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length is taken");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    mac
}

fn mac(key: &[u8; KEY_BYTES], parts: &[&str]) -> [u8; KEY_BYTES] {
    keyed(key, parts).finalize().into_bytes().into()
}

fn seal(key: &[u8; KEY_BYTES], context: &str, plain: &[u8], outside: &impl Outside) -> Result<Vec<u8>, VaultError> {
    let mut nonce = [0; NONCE_BYTES];
    outside.random(&mut nonce);
    let payload = Payload { msg: plain, aad: context.as_bytes() };
    let cipher = XChaCha20Poly1305::new(key.into());
    let sealed = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| VaultError::Unreadable)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn open(key: &[u8; KEY_BYTES], context: &str, bytes: &[u8]) -> Result<Vec<u8>, VaultError> {
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(VaultError::Unreadable)?;
    let payload = Payload { msg: sealed, aad: context.as_bytes() };
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| VaultError::Unreadable)
}
