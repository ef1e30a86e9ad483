// A proxy that shows a ledger below a path, and notes what asks for anything beside it.
import http from "node:http";

/** Serves `ledger` below `path`; `astray` gets the paths that were asked for outside. */
export async function below(path, ledger, astray) {
  const server = http.createServer((request, answer) => {
    if (!request.url.startsWith(`${path}/`)) {
      if (request.url !== "/favicon.ico") astray.add(request.url);
      answer.writeHead(404).end();
      return;
    }
    const to = ledger + request.url.slice(path.length);
    const passed = http.request(to, { method: request.method, headers: request.headers }, (got) => {
      answer.writeHead(got.statusCode, got.headers);
      got.pipe(answer);
    });
    passed.on("error", () => answer.writeHead(502).end());
    request.pipe(passed);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { base: `http://127.0.0.1:${server.address().port}${path}`, close: () => server.close() };
}
