import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { type BootstrapOptions, bootstrapRequest } from "../../../cli/bootstrap/request.ts";
import { CommandError, exitCodes } from "../../../cli/exit-codes.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const SUBSCRIPTION = "99999999-8888-4777-8666-555555555555";
const OPTIONS: BootstrapOptions = {
  repository: "sell/keyturn",
  subscription: SUBSCRIPTION,
  location: "westeurope",
  stack: ["dev"],
  forge: "github",
  name: "keyturn",
  backend: "azure",
};
const ENTRA = "https://login.microsoftonline.com/11111111-2222-4333-8444-555555555555/v2.0";

function stackFiles(t: TestContext, files: Record<string, string>): string {
  const folder = temporaryFolder(t);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `Pulumi.${name}.yaml`), text);
  return folder;
}

const DEV = `
config:
  keyturn:region: northeurope
  keyturn:vault: { name: kv-sell, resourceGroup: rg-sell }
  keyturn:tags: { team: sell }
  keyturn:credentials: []
`;

async function problemsOf(options: BootstrapOptions, folder: string): Promise<string[]> {
  try {
    await bootstrapRequest(options, folder);
  } catch (error) {
    assert.ok(error instanceof CommandError);
    assert.equal(error.exitCode, exitCodes.configuration);
    return error.message.split("\n").slice(1);
  }
  return [];
}

describe("the flags of keyturn bootstrap", () => {
  it("with the stacks' files say what is to be made", async (t) => {
    const request = await bootstrapRequest(OPTIONS, stackFiles(t, { dev: DEV }));
    const issuer = "https://token.actions.githubusercontent.com";
    assert.deepEqual(request, {
      name: "keyturn",
      forge: "github",
      pulumiOrganization: undefined,
      subscriptionId: SUBSCRIPTION,
      tenantId: undefined,
      location: "westeurope",
      backend: "azure",
      operatorsGroupId: undefined,
      signInReports: false,
      ownerAddresses: false,
      stacks: [
        {
          name: "dev",
          resourceGroup: "rg-sell",
          location: "northeurope",
          tags: { team: "sell" },
          federations: {
            preview: { issuer, subject: "repo:sell/keyturn:environment:preview-dev" },
            audit: { issuer, subject: "repo:sell/keyturn:environment:audit-dev" },
            deploy: { issuer, subject: "repo:sell/keyturn:environment:dev" },
            rotate: { issuer, subject: "repo:sell/keyturn:environment:rotate-dev" },
          },
        },
      ],
    });
  });

  it("take a repository whose tokens carry numbers, and a subject of one's own", async (t) => {
    const folder = stackFiles(t, { dev: DEV });
    const federation = [`dev=https://github.example.com/_services/token,repo:sell/keyturn:job:a=b,c`];
    const repository = "sell@123456/keyturn@456789";
    const { stacks } = await bootstrapRequest({ ...OPTIONS, repository, federation }, folder);
    assert.equal(
      stacks[0]?.federations.preview?.subject,
      "repo:sell@123456/keyturn@456789:environment:preview-dev",
    );
    assert.deepEqual(stacks[0]?.federations.deploy, {
      issuer: "https://github.example.com/_services/token",
      subject: "repo:sell/keyturn:job:a=b,c",
    });
  });

  it("take Azure DevOps' service connections as they are shown there", async (t) => {
    const folder = stackFiles(t, { dev: DEV });
    const connections = ["preview-dev", "audit-dev", "dev", "rotate-dev"].map(
      (environment) => `${environment}=${ENTRA},/eid1/c/pub/t/abc/a/def/sc/ghi/${environment}`,
    );
    const { repository: _, ...options } = { ...OPTIONS, forge: "azure-devops", federation: connections };
    const { stacks } = await bootstrapRequest(options, folder);
    assert.deepEqual(stacks[0]?.federations, {
      preview: { issuer: ENTRA, subject: "/eid1/c/pub/t/abc/a/def/sc/ghi/preview-dev" },
      audit: { issuer: ENTRA, subject: "/eid1/c/pub/t/abc/a/def/sc/ghi/audit-dev" },
      deploy: { issuer: ENTRA, subject: "/eid1/c/pub/t/abc/a/def/sc/ghi/dev" },
      rotate: { issuer: ENTRA, subject: "/eid1/c/pub/t/abc/a/def/sc/ghi/rotate-dev" },
    });
    const { federation: __, ...without } = options;
    assert.deepEqual(
      (await problemsOf(without, folder)).map((line) => line.split(" is missing")[0]),
      [
        "  --federation: preview-dev=ISSUER,SUBJECT",
        "  --federation: audit-dev=ISSUER,SUBJECT",
        "  --federation: dev=ISSUER,SUBJECT",
        "  --federation: rotate-dev=ISSUER,SUBJECT",
      ],
    );
  });

  it("name the organization at Pulumi Cloud, and only there", async (t) => {
    const folder = stackFiles(t, { dev: DEV });
    const cloud = { ...OPTIONS, backend: "pulumi-cloud" };
    const request = await bootstrapRequest({ ...cloud, pulumiOrganization: "sell" }, folder);
    assert.equal(request.pulumiOrganization, "sell");
    assert.deepEqual(await problemsOf(cloud, folder), [
      '  --pulumi-organization: must be the organization at Pulumi Cloud that keeps the stacks, not ""',
    ]);
    assert.deepEqual(await problemsOf({ ...OPTIONS, pulumiOrganization: "sell" }, folder), [
      "  --pulumi-organization: belongs to --backend pulumi-cloud",
    ]);
  });

  it("give no two environments one subject, and the shared things the first stack's region", async (t) => {
    const folder = stackFiles(t, { dev: DEV });
    const { location: _, ...options } = OPTIONS;
    assert.equal((await bootstrapRequest(options, folder)).location, "northeurope");
    const subject = "repo:sell/keyturn:environment:dev";
    const federation = [`preview-dev=https://token.actions.githubusercontent.com,${subject}`];
    assert.deepEqual(await problemsOf({ ...OPTIONS, federation }, folder), [
      `  --federation: dev and preview-dev have the same subject: ${subject}`,
    ]);
  });

  it("are all wrong at once, each with what is allowed", async (t) => {
    const folder = stackFiles(t, { dev: DEV, broken: "config:\n  keyturn:vault: {}\n" });
    const problems = await problemsOf(
      {
        repository: "keyturn",
        subscription: "mine",
        tenant: "ours",
        location: "West Europe",
        stack: ["dev", "broken", "absent", "Rotate-x"],
        forge: "gitlab",
        federation: ["qa=https://a,b", "dev=http://a,b"],
        name: "a-name-that-is-too-long",
        backend: "s3",
        operators: "everybody",
      },
      folder,
    );
    const expected = [
      /^ {2}--subscription: must be a GUID such as .*, not "mine"$/,
      /^ {2}--location: must be an Azure region such as westeurope, not "West Europe"$/,
      /^ {2}--name: must be 2 to 12 lower-case letters and digits.*, not "a-name-that-is-too-long"$/,
      /^ {2}--forge: must be one of github, azure-devops, not "gitlab"$/,
      /^ {2}--backend: must be one of azure, pulumi-cloud, not "s3"$/,
      /^ {2}--stack: must be lower-case letters.*, not "Rotate-x"$/,
      /^ {2}--federation: must be ENVIRONMENT=ISSUER,SUBJECT with one of .*preview-dev, audit-dev, dev, rotate-dev.*, not "qa=https:\/\/a,b"$/,
      /^ {2}--federation: the issuer of dev must be an absolute https URL, not "http:\/\/a"$/,
      /Pulumi\.broken\.yaml: keyturn:region: /,
      /Pulumi\.broken\.yaml: keyturn:vault\.resourceGroup: /,
      /^ {2}--stack: absent: .*Pulumi\.absent\.yaml cannot be read \(ENOENT\)$/,
      /^ {2}--tenant: must be a GUID/,
      /^ {2}--operators: must be a GUID/,
    ];
    for (const pattern of expected) {
      assert.equal(
        problems.filter((line) => pattern.test(line)).length,
        1,
        `${pattern}\n${problems.join("\n")}`,
      );
    }
    assert.match(
      (await problemsOf({ ...OPTIONS, repository: "sell" }, folder)).join(),
      /--repository: must be/,
    );
  });
});
