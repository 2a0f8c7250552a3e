import { execFile, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
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

/** What a backup of such a database holds, as SQL. */
export function dumpPostgresDatabase(url) {
  return execFileSync(join(process.env.PARLANCE_PG_BIN, "pg_dump"), [`--dbname=${url}`], { maxBuffer: 1 << 30 });
}

/**
 * A demo server of its own: fresh data in a folder that goes with it, a free port, loopback only.
 * @param {Record<string, string>} [env] more settings
 * @param {{ keep?: string, demo?: boolean }} [options] `keep`: a folder of the caller's, in which `data` and the whole `server.log`
 * stay; without `demo`, an installation in which nobody is yet
 */
export async function startServer(env = {}, { keep: folder, demo = true } = {}) {
  const dir = folder ? join(folder, "data") : await mkdtemp(join(tmpdir(), "parlance-e2e-"));
  if (folder) await mkdir(dir);
  const logFile = folder && join(folder, "server.log");
  const output = logFile ? openSync(logFile, "a") : "pipe";
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  // Its ./data and .env are those of the folder, not of the clone.
  const place = {
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
  };
  const child = spawn(binary, demo ? ["serve", "--demo"] : ["serve"], { ...place, stdio: ["ignore", output, output] });
  let log = "";
  const keep = (chunk) => (log = (log + chunk).slice(-200_000));
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  if (logFile) closeSync(output);
  const logged = () => (logFile ? readFileSync(logFile, "utf8").slice(-200_000) : log);
  let failed = null;
  const ended = new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ?? code));
    child.once("error", (error) => resolve((failed = error)));
  });

  const server = {
    url,
    pid: child.pid,
    /** Where its data is. */
    dir,
    log: logged,
    /** Runs another command on the same data, and gives back what it says. */
    run: (args, input = "") => command(args, input, place),
    /** Asks it to finish; gives back its exit code. */
    async stop() {
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 15_000);
      const code = await ended;
      clearTimeout(late);
      if (!folder) await rm(dir, { recursive: true, force: true });
      return code;
    },
  };

  const deadline = Date.now() + 30_000;
  while (!(await ready(url))) {
    if (failed) throw new Error(`cannot start ${binary}: ${failed.message}`);
    if (child.exitCode !== null || Date.now() > deadline) {
      await server.stop();
      throw new Error(`parlance did not become ready (exit code ${child.exitCode}):\n${logged()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return server;
}

function command(args, input, place) {
  return new Promise((resolve, reject) => {
    const child = execFile(binary, args, place, (error, out, problem) => {
      if (error) reject(new Error(`parlance ${args.join(" ")}: ${problem || error.message}`));
      else resolve(out);
    });
    child.stdin.end(input);
  });
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
