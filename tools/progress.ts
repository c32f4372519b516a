/** How far a long piece of work has come. */
export interface Progress {
  /** What is being done. */
  step: string;
  elapsedMs: number;
  /** How long it usually takes, in words. */
  expectation?: string;
  /** How far it has come within the step. */
  detail?: string;
}

/** Told about each step when it starts and each second from then on. */
export type OnProgress = (progress: Progress) => void;

/** A step under way. */
export interface RunningStep {
  detail(text: string): void;
  end(): void;
}

/** Starts a step; `end` it in a `finally`. */
export function startStep(onProgress: OnProgress, step: string, expectation?: string): RunningStep {
  const startedMs = performance.now();
  let detail: string | undefined;
  const tell = () =>
    onProgress({
      step,
      elapsedMs: Math.round(performance.now() - startedMs),
      ...(expectation === undefined ? {} : { expectation }),
      ...(detail === undefined ? {} : { detail }),
    });
  tell();
  const timer = setInterval(tell, 1000);
  return {
    detail: (text) => {
      detail = text;
    },
    end: () => clearInterval(timer),
  };
}

/** Where progress is written to. */
export interface ProgressOutput {
  write(text: string): void;
  /** Whether a person watches: then one line that overwrites itself, else a line now and then. */
  interactive: boolean;
  /** Width of the terminal in characters: a longer line would wrap and could not be overwritten. */
  columns?: number;
}

/** Without a terminal: a line when a step starts, and again each time this long has passed. */
const quietMs = 30_000;

/** Writes progress to a terminal or a log. `end` leaves the terminal's line clean for what follows. */
export function progressWriter(output: ProgressOutput): { onProgress: OnProgress; end(): void } {
  let lastStep: string | undefined;
  let lastMs = 0;
  let dirty = false;
  return {
    onProgress: (progress) => {
      const text = progressLine(progress);
      if (output.interactive) {
        output.write(`\r${text.slice(0, (output.columns ?? 80) - 1)}\u001b[K`);
        dirty = true;
      } else if (progress.step !== lastStep || progress.elapsedMs - lastMs >= quietMs) {
        output.write(`${text}\n`);
        lastStep = progress.step;
        lastMs = progress.elapsedMs;
      }
    },
    end: () => {
      if (dirty) output.write("\r\u001b[K");
      dirty = false;
      lastStep = undefined;
    },
  };
}

/** Progress as one line: `Building (about 7 minutes) …`, then `Building: 1 min 5 s of about 7 minutes, 812 packages`. */
export function progressLine({ step, elapsedMs, expectation, detail }: Progress): string {
  if (elapsedMs < 1000) return `${step}${expectation === undefined ? "" : ` (${expectation})`} …`;
  const elapsed = durationText(elapsedMs) + (expectation === undefined ? "" : ` of ${expectation}`);
  return `${step}: ${elapsed}${detail === undefined ? "" : `, ${detail}`}`;
}

function durationText(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Writes progress to this process's standard error. */
export function stderrProgress(): { onProgress: OnProgress; end(): void } {
  const { stderr } = process;
  return progressWriter({
    write: (text) => void stderr.write(text),
    interactive: stderr.isTTY === true,
    ...(stderr.isTTY ? { columns: stderr.columns } : {}),
  });
}
