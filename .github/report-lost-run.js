// Opens the issue of a stack whose rotation could not even be started, or died without a word: `npm ci` failed, for one.
// `keyturn` keeps that issue up to date where it runs, and closes it after the first run that ends well. So this needs
// nothing that the job installs, and any Node from 20 on will do. What a job that is lost with its machine cannot say, the
// alert on silence does (docs/alerts.md).
const { env } = process;

function need(name) {
  const value = env[name];
  if (value) return value;
  console.error(`report-lost-run: ${name} is not set`);
  process.exit(2);
}

const repository = need("GITHUB_REPOSITORY");
const stack = need("KEYTURN_STACK");
const token = need("GITHUB_TOKEN");
const api = `${need("GITHUB_API_URL")}/repos/${repository}/issues`;
const server = `${need("GITHUB_SERVER_URL")}/${repository}`;

async function ask(url, body) {
  const response = await fetch(url, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "user-agent": "keyturn",
      "x-github-api-version": "2022-11-28",
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    redirect: "error",
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) throw new Error(`GitHub answered ${response.status}`);
  return response.json();
}

try {
  // As cli/forge/hidden-key.ts writes it: by this `keyturn` finds the issue again.
  const key = `<!-- keyturn:rotation/${stack} -->`;
  const open = await ask(`${api}?state=open&labels=keyturn&per_page=100`);
  const isThere = open.some(({ body }) => body?.includes(key));
  if (!isThere) {
    const page = `${server}/blob/HEAD/docs/pipelines.md#what-red-means`;
    await ask(api, {
      title: `Rotation did not run: stack ${stack}`,
      body: [
        key,
        "The job failed before `keyturn` could say anything: see its log. What is published stays published until it expires.",
        `What to do:\n\n- [docs/pipelines.md#what-red-means](${page})`,
        `The run: ${server}/actions/runs/${need("GITHUB_RUN_ID")}`,
        "This issue is closed by the first run that ends well.",
      ].join("\n\n"),
      labels: ["keyturn"],
    });
  }
  console.log(isThere ? "The issue of this stack is open already." : "An issue was opened for this stack.");
} catch (error) {
  console.error(`report-lost-run: no issue could be opened: ${error.message}`);
  process.exitCode = 1;
}
