import { generateKeyPair, hkdfSync } from "node:crypto";
import { promisify } from "node:util";
import {
  type CryptoKey,
  exportJWK,
  importJWK,
  type JWK,
  type JWTPayload,
  type JWTVerifyResult,
  jwtVerify,
  SignJWT,
} from "jose";
import type { SigningKey } from "../../entra/state.ts";
import type { Randomness } from "../../randomness.ts";
import type { Store } from "../../store.ts";

const ALGORITHM = "RS256";

/** A key to sign tokens with, as it is kept in the state. */
export async function createSigningKey(randomness: Randomness): Promise<SigningKey> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  const kid = Buffer.from(randomness.bytes(20)).toString("base64url");
  return { kid, privateJwk: { ...(await exportJWK(privateKey)), alg: ALGORITHM, use: "sig" } };
}

/**
 * Signs and checks the tokens of the sandbox. The key is made when it is first needed and kept in the
 * state, so that tokens outlive a restart.
 */
export class SigningKeys {
  readonly #store: Store;
  readonly #randomness: Randomness;
  readonly #imported = new Map<string, Promise<{ signing: CryptoKey; verifying: CryptoKey }>>();
  #creation: Promise<void> | undefined;

  constructor(store: Store, randomness: Randomness) {
    this.#store = store;
    this.#randomness = randomness;
  }

  /** The keys as the JWKS endpoint shows them: without their private parts. */
  async publicKeys(): Promise<JWK[]> {
    await this.#ready();
    return this.#keys().map(({ kid, privateJwk }) => ({ ...publicPartOf(privateJwk), kid }));
  }

  /** Signs with the newest key. */
  async sign(claims: JWTPayload): Promise<string> {
    await this.#ready();
    const key = this.#keys().at(-1);
    if (key === undefined) throw new Error("the sandbox has no signing key");
    const { signing } = await this.#import(key);
    return new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM, typ: "JWT", kid: key.kid, x5t: key.kid })
      .sign(signing);
  }

  /** @throws JOSEError when the signature is not one of ours, or `nowMs` is not within the token's time. */
  async verify(token: string, nowMs: number): Promise<JWTVerifyResult> {
    await this.#ready();
    return jwtVerify(
      token,
      async ({ kid }) => {
        const key = this.#keys().find((candidate) => candidate.kid === kid);
        if (key === undefined) throw new TypeError(`no signing key has the id ${kid}`);
        return (await this.#import(key)).verifying;
      },
      { currentDate: new Date(nowMs), algorithms: [ALGORITHM] },
    );
  }

  /** 32 bytes that only this sandbox knows, for another `purpose` than signing. */
  async derivedKey(purpose: string): Promise<Uint8Array> {
    await this.#ready();
    const secret = String(this.#keys()[0]?.privateJwk.d);
    return new Uint8Array(hkdfSync("sha256", secret, "", purpose, 32));
  }

  #keys(): readonly SigningKey[] {
    return this.#store.state.entra.signIn.signingKeys;
  }

  #ready(): Promise<void> {
    if (this.#keys().length > 0) return Promise.resolve();
    this.#creation ??= this.#create();
    return this.#creation;
  }

  async #create(): Promise<void> {
    const key = await createSigningKey(this.#randomness);
    await this.#store.update(({ entra }) => {
      if (entra.signIn.signingKeys.length === 0) entra.signIn.signingKeys.push(key);
    });
  }

  #import({ kid, privateJwk }: SigningKey): Promise<{ signing: CryptoKey; verifying: CryptoKey }> {
    const known = this.#imported.get(kid);
    if (known !== undefined) return known;
    const imported = Promise.all([
      importJWK(privateJwk as JWK, ALGORITHM),
      importJWK(publicPartOf(privateJwk), ALGORITHM),
    ]).then(([signing, verifying]) => {
      if (signing instanceof Uint8Array || verifying instanceof Uint8Array) {
        throw new TypeError("the sandbox's signing key is not an RSA key");
      }
      return { signing, verifying };
    });
    this.#imported.set(kid, imported);
    return imported;
  }
}

function publicPartOf({ kty, n, e, use, alg }: Record<string, unknown>): JWK {
  return { kty, n, e, use, alg } as JWK;
}
