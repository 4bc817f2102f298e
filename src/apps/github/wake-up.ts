/** Lets whoever waits for work know that there is some. */
export interface WakeUp {
  call(): void;
  /** Resolves at the next call, or when the signal ends the wait. */
  wait(ended: AbortSignal): Promise<void>;
}

export function makeWakeUp(): WakeUp {
  const waiting = new Set<() => void>();
  return {
    call() {
      for (const wake of waiting) wake();
    },
    wait: (ended) =>
      new Promise((resolve) => {
        const wake = (): void => {
          waiting.delete(wake);
          ended.removeEventListener("abort", wake);
          resolve();
        };
        waiting.add(wake);
        ended.addEventListener("abort", wake);
      }),
  };
}
