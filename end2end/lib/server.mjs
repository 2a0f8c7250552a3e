import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

const binary =
  process.env.PARLANCE_BIN ??
  join(process.env.CARGO_TARGET_DIR ?? join(homedir(), ".cache/parlance/target"), "quick/parlance");

/** Whether the tests were given a PostgreSQL. */
export const hasPostgres = Boolean(process.env.TEST_PG_URL && process.env.PARLANCE_PG_BIN);

/** A new database on the PostgreSQL of the tests; the whole cluster goes when they end. */
export function newPostgresDatabase() {
  const url = new URL(process.env.TEST_PG_URL);
  const name = `e2e_${randomBytes(6).toString("hex")}`;
  execFileSync(join(process.env.PARLANCE_PG_BIN, "createdb"), [
    `--host=${url.hostname}`,
    `--port=${url.port}`,
    `--username=${decodeURIComponent(url.username)}`,
    name,
  ]);
  url.pathname = `/${name}`;
  return url.href;
}

/**
 * A demo server of its own: fresh data in a folder that goes with it, a free port, loopback only.
 * @param {Record<string, string>} [env] more settings
 */
export async function startServer(env = {}) {
  const dir = await mkdtemp(join(tmpdir(), "parlance-e2e-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(binary, ["serve", "--demo"], {
    // Its ./data and .env are those of the folder, not of the clone.
    cwd: dir,
    env: {
      PATH: process.env.PATH,
      HOME: dir,
      RUST_LOG: process.env.RUST_LOG ?? "info",
      PARLANCE_ADDR: `127.0.0.1:${port}`,
      PUBLIC_URL: url,
      DATABASE_URL: `sqlite://${dir}/parlance.db`,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  const keep = (chunk) => (log = (log + chunk).slice(-200_000));
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  let failed = null;
  const ended = new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ?? code));
    child.once("error", (error) => resolve((failed = error)));
  });

  const server = {
    url,
    pid: child.pid,
    log: () => log,
    /** Asks it to finish; gives back its exit code. */
    async stop() {
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 15_000);
      const code = await ended;
      clearTimeout(late);
      await rm(dir, { recursive: true, force: true });
      return code;
    },
  };

  const deadline = Date.now() + 30_000;
  while (!(await ready(url))) {
    if (failed) throw new Error(`cannot start ${binary}: ${failed.message}`);
    if (child.exitCode !== null || Date.now() > deadline) {
      await server.stop();
      throw new Error(`parlance did not become ready (exit code ${child.exitCode}):\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return server;
}

async function ready(url) {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
