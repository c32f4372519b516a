import "reflect-metadata";
import * as x509 from "@peculiar/x509";

/** A certificate that a client signs its assertions with: for the directory, and with its key for the client. */
export async function createClientCertificate() {
  const algorithm = {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=mailman",
    notBefore: new Date("2025-01-01T00:00:00Z"),
    notAfter: new Date("2035-01-01T00:00:00Z"),
    keys,
    signingAlgorithm: algorithm,
  });
  const privateKey = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    base64: Buffer.from(certificate.rawData).toString("base64"),
    pem: `${certificate.toString("pem")}\n${x509.PemConverter.encode(privateKey, "PRIVATE KEY")}\n`,
  };
}
