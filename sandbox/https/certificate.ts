import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** What the face identifies itself with, as PEM. */
export interface FaceCertificate {
  /** The authority that clients must trust (`NODE_EXTRA_CA_CERTS`, `SSL_CERT_FILE`). */
  caPem: string;
  certificatePem: string;
  privateKeyPem: string;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** Clients hold a certificate against the real clock, which the sandbox's has nothing to do with. */
const VALID = { notBefore: new Date("2000-01-01T00:00:00Z"), notAfter: new Date("2099-12-31T23:59:59Z") };

/**
 * A new certificate authority, and a server certificate by it for `localhost` and every vault's name. The
 * authority's private key is forgotten at once: it can sign nothing else.
 */
export async function createFaceCertificate(): Promise<FaceCertificate> {
  const [caKeys, serverKeys] = await Promise.all([generateKeys(), generateKeys()]);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=Keyturn sandbox authority",
    serialNumber: randomSerial(),
    ...VALID,
    keys: caKeys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const server = await x509.X509CertificateGenerator.create({
    subject: "CN=localhost",
    issuer: ca.subject,
    serialNumber: randomSerial(),
    ...VALID,
    publicKey: serverKeys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: "dns", value: "localhost" },
        { type: "dns", value: "*.vault.localhost" },
        { type: "ip", value: "127.0.0.1" },
        { type: "ip", value: "::1" },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const privateKey = await webcrypto.subtle.exportKey("pkcs8", serverKeys.privateKey);
  return {
    caPem: `${ca.toString("pem")}\n`,
    certificatePem: `${server.toString("pem")}\n`,
    privateKeyPem: `${x509.PemConverter.encode(privateKey, "PRIVATE KEY")}\n`,
  };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

/** Certificates of two sandboxes must not be taken for one another by a client that caches by serial. */
function randomSerial(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  return Buffer.from(bytes.map((byte, i) => (i === 0 ? (byte & 0x3f) | 0x40 : byte))).toString("hex");
}
