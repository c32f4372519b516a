import type { TestContext } from "node:test";
import type { TokenCredential } from "@azure/core-auth";
import type { GraphAnswer, GraphQuestion } from "./graph-directory.ts";
import { startHttpsServer, trust } from "./https-server.ts";

export interface GraphServer {
  origin: string;
  /** What was asked, in order. */
  questions: GraphQuestion[];
}

/** What breaks an answer off in the middle. */
export const CUT = Symbol("cut");

export type Answer = (
  question: GraphQuestion,
  origin: string,
) => GraphAnswer | typeof CUT | Promise<GraphAnswer>;

/** The directory's time in answers: that of the tests. */
export const NOW_MS = Date.parse("2027-03-01T12:00:00Z");

/** A Microsoft Graph of the test's own, which this process trusts. */
export async function startGraph(context: TestContext, answer: Answer): Promise<GraphServer> {
  const questions: GraphQuestion[] = [];
  const server = await startHttpsServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const question = {
      method: request.method ?? "",
      url: request.url ?? "",
      body: text === "" ? undefined : JSON.parse(text),
    };
    questions.push(question);
    const answered = await answer(question, server.origin);
    if (answered === CUT) {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write('{"value": [');
      response.destroy();
      return;
    }
    const { status, headers = {}, body } = answered;
    response.writeHead(status, {
      "content-type": typeof body === "string" ? "text/plain" : "application/json",
      date: new Date(NOW_MS).toUTCString(),
      ...headers,
    });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  trust(server.caPem);
  context.after(() => server.close());
  return { origin: server.origin, questions };
}

export const testCredential: TokenCredential = {
  getToken: () => Promise.resolve({ token: "test-token", expiresOnTimestamp: Number.MAX_SAFE_INTEGER }),
};
