import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomically } from "../atomic-file.ts";
import type { FaceCertificate } from "../https/certificate.ts";

/** The authority's certificate: clients are given this path. */
export function caFileIn(folder: string): string {
  return join(folder, "ca.pem");
}

/**
 * The certificate of the sandbox in `folder`, made once: programs that were given the authority's file go
 * on trusting the sandbox after a restart.
 * @param make what makes a new one
 */
export async function certificateIn(
  folder: string,
  make: () => Promise<FaceCertificate>,
): Promise<FaceCertificate> {
  const paths = [caFileIn(folder), join(folder, "server.pem"), join(folder, "server.key")] as const;
  try {
    const [caPem, certificatePem, privateKeyPem] = await Promise.all([
      readFile(paths[0], "utf8"),
      readFile(paths[1], "utf8"),
      readFile(paths[2], "utf8"),
    ]);
    return { caPem, certificatePem, privateKeyPem };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const certificate = await make();
  // The authority comes last: where it is, the others are.
  await writeFileAtomically(paths[1], certificate.certificatePem);
  await writeFileAtomically(paths[2], certificate.privateKeyPem);
  await writeFileAtomically(paths[0], certificate.caPem);
  return certificate;
}
