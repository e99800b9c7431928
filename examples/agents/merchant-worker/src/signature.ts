// Caseworker's signature: HMAC-SHA256 over method, path with query, time, nonce and the body's hash, a line each.

const FORM =
  /^CW1-HMAC-SHA256 key=([A-Za-z0-9_-]{1,64}),ts=(\d{1,12}),nonce=([A-Za-z0-9_-]{16,64}),sig=([0-9a-f]{64})$/;
const WINDOW_S = 300;

/** Who may ask: under which name, with which secret. */
export interface Key {
  name: string;
  secret: string;
}

/** What is signed of a request. */
export interface Signed {
  method: string;
  path: string;
  body: Uint8Array;
}

/**
 * Whether a request is from the Caseworker that shares the secret, meant for this agent, and recent. Nonces are not kept:
 * a look-up changes nothing, so that one that is sent again tells nothing new. An agent that acts should keep them.
 */
export async function isSigned(header: string, { method, path, body }: Signed, key: Key): Promise<boolean> {
  const parts = FORM.exec(header);
  if (!parts || parts[1] !== key.name) {
    return false;
  }
  const [, , time, nonce, signature] = parts;
  const hash = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", body)));
  const text = new TextEncoder().encode([method, path, time, nonce, hash].join("\n"));
  const secret = new TextEncoder().encode(key.secret);
  const hmac = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  // `verify` compares in constant time.
  const right = await crypto.subtle.verify("HMAC", hmac, bytes(signature), text);
  return right && Math.abs(Date.now() / 1000 - Number(time)) <= WINDOW_S;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bytes(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
