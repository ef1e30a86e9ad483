// Calls every operation through the client that @hey-api/openapi-ts made.
//
// Usage: node call.js CALLS.JSON LEDGER
import { readFileSync } from "node:fs";
import { client } from "./client/client.gen.js";
import * as operations from "./client/sdk.gen.js";

type Call = {
  operation: string;
  status: number;
  parameters: Record<string, ["path" | "query", string | number]>;
  body: unknown;
};
type Answer = { data?: unknown; error?: unknown; response?: Response; stream?: AsyncGenerator<unknown> };
type Operation = (options: object) => Promise<Answer>;

async function main(calls: string, ledger: string): Promise<number> {
  client.setConfig({ baseUrl: ledger });
  const named = operations as unknown as Record<string, Operation>;
  const all = JSON.parse(readFileSync(calls, "utf8")) as Call[];
  let failed = 0;
  for (const call of all) {
    const name = call.operation.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const operation = named[name];
    if (operation === undefined) throw new Error(`the client has no ${name}`);
    const options: { path: object; query: object; body?: unknown } = { path: {}, query: {} };
    for (const [parameter, [where, value]] of Object.entries(call.parameters)) {
      Object.assign(options[where], { [parameter]: value });
    }
    if (call.body !== null) options.body = typeof call.body === "string" ? new Blob([call.body]) : call.body;
    const { data, error, response, stream } = await operation(options);
    if (stream !== undefined) {
      // A stream tells neither status nor end: what it yields first is its answer.
      const { value } = await stream.next();
      if (value === undefined) {
        failed += 1;
        console.log(`${name}: nothing came`);
      }
      continue;
    }
    const told = call.status === 200 ? data : error;
    if (told === undefined || response?.status !== call.status) {
      failed += 1;
      console.log(`${name}: ${response?.status} ${JSON.stringify(error)}`);
    }
  }
  console.log(`${all.length} operations were called by the client for TypeScript, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

const [calls, ledger] = process.argv.slice(2) as [string, string];
main(calls, ledger).then((code) => process.exit(code));
