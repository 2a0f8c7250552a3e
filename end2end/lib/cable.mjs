// The way from one browser to the server, to be pulled out. A browser that is told to be offline keeps the streams it has, and
// goes on hearing what happens; here nothing goes through any more.
import { createServer, request } from "node:http";

export async function layCable() {
  const sockets = new Set();
  let isCut = false;
  let refused = null;
  let losing = null;

  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  const proxy = createServer((asked, answer) => {
    const { hostname, port, pathname, search } = new URL(asked.url);
    if (pathname === refused) return asked.socket.destroy();
    const { method, headers } = asked;
    const onward = request({ hostname, port, path: pathname + search, method, headers }, (got) => {
      if (pathname === losing?.path) {
        const { arrived } = losing;
        losing = null;
        cut();
        return arrived(got.statusCode);
      }
      answer.writeHead(got.statusCode, got.headers);
      answer.flushHeaders();
      got.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    answer.on("close", () => onward.destroy());
    asked.pipe(onward);
  });
  proxy.on("connection", (socket) => {
    if (isCut) return socket.destroy();
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));

  return {
    /** For the browser that hangs on it. */
    options: { proxy: { server: `http://127.0.0.1:${proxy.address().port}` } },
    cut,
    mend: () => (isCut = false),
    /** Requests to this path do not arrive; to `null`, all do. */
    refuse: (path) => (refused = path),
    /** The next request to this path arrives, then the cable is out: nobody hears the answer. Gives back its status. */
    loseAnswer: (path) => new Promise((arrived) => (losing = { path, arrived })),
    async close() {
      cut();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}
