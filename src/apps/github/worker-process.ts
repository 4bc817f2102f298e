/** The process that works on what waits: started with the App, started again when it dies, ended with it. */
import { type ChildProcess, fork } from "node:child_process";
import type { Logger } from "../watch/log.js";

export interface WorkerProcess {
  /** Says that there is something to do. */
  wake(): void;
  /** Ends it, when what it is at is done. */
  stop(): Promise<void>;
  /** Resolves when it was ended, and not before. */
  ended: Promise<void>;
}

/** Waits before it is started again: the first, and the longest. Milliseconds. */
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;
/** One that ran for so long was sound: the next one is started at once. Milliseconds. */
const SOUND = 60_000;

/** Both processes write to one store: work begins when a burst of deliveries is over, or has lasted for a while. Milliseconds. */
const QUIET = 250;
const PATIENCE = 2000;

/** Calls when it was not asked to for a while, or was asked for long. */
function debounced(call: () => void): () => void {
  let timer: NodeJS.Timeout | null = null;
  let first = 0;
  return () => {
    if (timer === null) first = Date.now();
    else clearTimeout(timer);
    const wait = Math.max(0, Math.min(QUIET, first + PATIENCE - Date.now()));
    timer = setTimeout(() => {
      timer = null;
      call();
    }, wait);
    timer.unref();
  };
}

/** Keeps a process at work until the signal ends it. `config` is the file of the configuration. */
export function keepWorker(config: string, log: Logger, signal: AbortSignal): WorkerProcess {
  let child: ChildProcess | null = null;
  let stopped = signal.aborted;
  let timer: NodeJS.Timeout | null = null;
  let wait = FIRST_WAIT;
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const start = (): void => {
    const since = Date.now();
    timer = null;
    const made = fork(process.argv[1] ?? "", ["app", "--config", config, "--work"], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    child = made;
    made.on("error", () => {});
    made.once("exit", (code, by) => {
      child = null;
      if (stopped) return end();
      wait = Date.now() - since > SOUND ? FIRST_WAIT : Math.min(wait * 2, LONGEST_WAIT);
      log.error({ code, signal: by, again: wait }, "the process that works on what waits ended: it is started again");
      timer = setTimeout(start, wait);
    });
  };
  const stop = (): Promise<void> => {
    stopped = true;
    if (timer !== null) clearTimeout(timer);
    if (child === null) end();
    else child.kill("SIGTERM");
    return ended;
  };
  signal.addEventListener("abort", () => void stop());
  if (stopped) end();
  else start();
  const tell = debounced(() => {
    if (child?.connected === true) child.send("wake", () => {});
  });
  return {
    wake: tell,
    stop,
    ended,
  };
}
