// Runs named checks one after the other and says how each ended.

/** Runs `[name, check]` pairs; the answer is the exit status. A failed check leaves the ones after it to run. */
export async function run(checks) {
  let failed = 0;
  for (const [name, check] of checks) {
    const since = Date.now();
    try {
      await check();
      console.log(`ok     ${name} (${Date.now() - since} ms)`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED ${name}\n${error.stack ?? error}`);
    }
  }
  console.log(`${checks.length - failed} of ${checks.length} held`);
  return failed > 0 ? 1 : 0;
}
