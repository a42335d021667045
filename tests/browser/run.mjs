// Runs every journey at every width and closes with a count. `cargo xtask test --only browser` starts the servers and calls this:
//   node run.mjs --chromium PATH --pictures FOLDER --real http://… --demo http://… --start /start/… --demo-start /start/… [--only NAME,NAME]
// Each file of journeys/ exports `title`, `site` ("real" or "demo") and `walk(reader)`.

import { readdir, rm } from "node:fs/promises";
import { parseArgs } from "node:util";
import { Reader, WIDTHS, openBrowser } from "./rig.mjs";

const text = { type: "string" };
const { values } = parseArgs({ options: { chromium: text, pictures: text, real: text, demo: text, start: text, "demo-start": text, only: text } });
for (const name of ["chromium", "pictures", "real", "demo", "start", "demo-start"]) {
  if (!values[name]) throw new Error(`--${name} is missing`);
}

const all = (await readdir(new URL("journeys/", import.meta.url))).filter((file) => file.endsWith(".mjs")).sort();
// `--only citizen,work` while one is written.
const files = values.only ? all.filter((file) => values.only.split(",").includes(file.replace(/\.mjs$/, ""))) : all;
await rm(values.pictures, { recursive: true, force: true });
let [passed, failed] = [0, 0];
const { browser, close } = await openBrowser(values.chromium);
try {
  for (const file of files) {
    const journey = await import(`./journeys/${file}`);
    for (const width of WIDTHS) {
      const began = performance.now();
      const name = file.replace(/\.mjs$/, "");
      const reader = await Reader.arrive(browser, { site: values[journey.site], width, pictures: values.pictures, name });
      reader.start = journey.site === "demo" ? values["demo-start"] : values.start;
      let word = "ok";
      try {
        await journey.walk(reader);
        passed += 1;
      } catch (error) {
        failed += 1;
        word = `FAILED\n${error.message}`;
      } finally {
        await reader.leave();
      }
      console.log(`journey ${journey.title} at ${width} px, ${Math.round(performance.now() - began)} ms ... ${word}`);
    }
  }
} finally {
  await close();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
