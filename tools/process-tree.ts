import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Kills a process and everything that it started, also what leads a process group of its own. */
export function killTree(pid: number): void {
  if (process.platform === "win32") {
    tryTo(() => execFileSync("taskkill", ["/pid", String(pid), "/T", "/F"], { stdio: "ignore" }));
    return;
  }
  for (const member of [pid, ...descendants(pid, parents())]) {
    tryTo(() => process.kill(member, "SIGKILL"));
  }
}

/** Everything below `pid`, given each process's parent. */
export function descendants(pid: number, parentOf: ReadonlyMap<number, number>): number[] {
  const children = [...parentOf].filter(([, parent]) => parent === pid).map(([child]) => child);
  return children.flatMap((child) => [child, ...descendants(child, parentOf)]);
}

/** The parent of each process of this machine. */
function parents(): Map<number, number> {
  return process.platform === "linux" ? parentsFromProc() : parentsFromPs();
}

// Slim Linux images have no `ps`.
function parentsFromProc(): Map<number, number> {
  const found = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    tryTo(() => {
      // `pid (command) state parent …`: the command may hold anything, so read after its last bracket.
      // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const parent = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
      found.set(Number(name), Number(parent));
    });
  }
  return found;
}

function parentsFromPs(): Map<number, number> {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  return new Map(
    lines.map((line) => {
      const [pid, parent] = line.trim().split(/\s+/).map(Number);
      return [pid ?? 0, parent ?? 0];
    }),
  );
}

/** Processes end at any moment: whatever is asked of one that has just ended is no failure. */
function tryTo(action: () => unknown): void {
  try {
    action();
  } catch {}
}
