//! Erasure on the native host: no key and no ciphertext is left in any file of it, its log among them, though the
//! process had no time to tidy up.

use anyhow::{Result, ensure};
use sim::{
    erasure,
    hosts::{
        Kind,
        native::Native,
        outside::{Obedience, Outside},
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn the_native_host_leaves_no_key_and_no_ciphertext_of_an_erased_case() -> Result<()> {
    let outside = Outside::serve(Obedience::Wary, "")?;
    let native = Native::start(Kind::Plain, &outside).await?;
    let left = erasure::left(&native.world, native.folder(), |_| Ok(())).await?;
    ensure!(!left.key && left.ciphertexts == 0, "{left:?}");
    Ok(())
}
