/** A bound on what a spec waits for, so that a broken client fails instead of hanging. */

/** @throws Error when it takes longer than 15 seconds */
export async function within<R>(work: Promise<R>): Promise<R> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("what was waited for did not come")), 15_000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
