// The program's legal deadlines against two published calendar packages. `cargo xtask test --only browser` calls this:
//   node calendars.mjs --program PATH [--cases 10000] [--seed 20241216]
// First every day of the years that the pack covers; then random cases with pauses and extensions, counted here day by day with the package's answer
// to "is this a working day?" and by `zhiheng due`. What is asked of the program goes through its standard input, as anybody would ask it.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";

const require = createRequire(import.meta.url);
const { isWorkday } = require("chinese-days");

const text = { type: "string" };
const { values } = parseArgs({
  options: { program: text, cases: { ...text, default: "10000" }, seed: { ...text, default: "20241216" } },
});
if (!values.program) throw new Error("--program is missing");

const FIRST = "2024-01-01";
const LAST = "2026-12-31";
const DAY = 86_400_000;
const number = (text) => Date.parse(`${text}T00:00:00Z`) / DAY;
const date = (number) => new Date(number * DAY).toISOString().slice(0, 10);
const version = (name) => JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version;

/// The program's answers, one a question.
function ask(questions) {
  const input = questions.map((question) => JSON.stringify(question)).join("\n");
  const ran = spawnSync(values.program, ["due"], { input, maxBuffer: 2 ** 30, encoding: "utf8" });
  if (ran.error) throw ran.error;
  if (ran.status !== 0) throw new Error(`zhiheng due ended with ${ran.status}: ${ran.stderr}${ran.stdout.match(/.*"error".*/)?.[0]}`);
  const answers = ran.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  if (answers.length !== questions.length) throw new Error(`${questions.length} questions, ${answers.length} answers`);
  return answers;
}

/// The second package is data: what it lists differs from the weekdays.
function listed() {
  const days = new Map();
  for (let year = Number(FIRST.slice(0, 4)); year <= Number(LAST.slice(0, 4)); year += 1) {
    const file = new URL(`node_modules/holiday-calendar/data/CN/${year}.json`, import.meta.url);
    for (const day of JSON.parse(readFileSync(file)).dates) days.set(day.date, day.type === "transfer_workday");
  }
  return (day) => days.get(day) ?? ![0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
}

/// Days on which the program and a package disagree. A day is worked when one working day from its eve ends on it.
function differingDays() {
  const days = [];
  for (let day = number(FIRST); day <= number(LAST); day += 1) days.push(date(day));
  const answers = ask(days.map((day) => ({ from: date(number(day) - 1), length: "1 workday" })));
  const isListed = listed();
  const differing = days.filter((day, at) => {
    const ours = answers[at].due === day;
    return ours !== isWorkday(day) || ours !== isListed(day);
  });
  return { compared: days.length, differing };
}

/// Small numbers from a seed (mulberry32): a difference can be had again.
function dice(seed) {
  let state = seed >>> 0;
  return (most) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % most;
  };
}

/// Mostly what the law sets, now and then long enough to cross years.
const LENGTHS = [[10, "workday"], [30, "workday"], [60, "workday"], [15, "day"], [60, "day"], [90, "day"], [4, "month"], [1, "year"]];

function aCase(roll) {
  const length = () => {
    const [most, unit] = LENGTHS[roll(LENGTHS.length)];
    return `${1 + roll(most)} ${unit}`;
  };
  const from = number(FIRST) + roll(number(LAST) - number(FIRST));
  const pauses = Array.from({ length: roll(4) }, () => {
    const begins = from - 5 + roll(120);
    return [date(begins), roll(20) === 0 ? null : date(begins + roll(40))];
  });
  const extend = Array.from({ length: roll(3) }, length);
  return { from: date(from), length: length(), roll: roll(3) === 0 ? "none" : "next_workday", pauses, extend };
}

/// Whether a day is worked, by the package; asked once a day.
const worked = new Map();
function isWorked(day) {
  if (!worked.has(day)) worked.set(day, isWorkday(date(day)));
  return worked.get(day);
}

/// Counts with a finger on the calendar, in day numbers: the last day, and every day that counted. No last day while a pause lasts.
function byHand({ from, length, roll, pauses, extend }) {
  const stretches = [];
  for (const part of [length, ...extend]) {
    const [count, unit] = part.split(" ");
    if (stretches.at(-1)?.unit === unit) stretches.at(-1).count += Number(count);
    else stretches.push({ count: Number(count), unit });
  }
  const rests = pauses.map(([pause, resume]) => [number(pause), resume === null ? Infinity : number(resume)]);
  const counted = [];
  let unknown = roll !== "none";
  let today = number(from);
  for (const { count, unit } of stretches) {
    let left = count;
    if (unit === "month" || unit === "year") {
      const start = new Date(today * DAY);
      const month = start.getUTCMonth() + count * (unit === "year" ? 12 : 1);
      const last = Date.UTC(start.getUTCFullYear(), month + 1, 0) / DAY;
      left = last - Math.max(0, new Date(last * DAY).getUTCDate() - start.getUTCDate()) - today;
    }
    while (left > 0) {
      today += 1;
      const resting = rests.filter(([pause, resume]) => pause < today && today <= resume);
      if (resting.some(([, resume]) => resume === Infinity)) return { due: null, counted };
      if (resting.length > 0 || (unit === "workday" && !isWorked(today))) continue;
      counted.push(today);
      left -= 1;
    }
    // Working days of a year whose holidays nobody has announced are a guess.
    unknown ||= unit === "workday" && today > number(LAST);
  }
  while (roll !== "none" && stretches.at(-1).unit !== "workday" && !isWorked(today)) today += 1;
  return { due: today, counted, unknown };
}

/// Random cases in which the program comes to another day, or counts another day, than the hand. Those that end beyond the published years are not
/// among the number; they must be called provisional exactly where they depend on holidays that nobody has announced.
function differingCases(wanted, seed) {
  const roll = dice(seed);
  const [cases, beyond] = [[], []];
  while (cases.length < wanted) {
    const one = aCase(roll);
    const hand = byHand(one);
    (hand.due > number(LAST) ? beyond : cases).push({ one, hand });
  }
  const answers = ask(cases.map(({ one }) => one));
  const differing = cases.filter(({ hand }, at) => {
    const { due, provisional, count } = answers[at];
    const days = count.filter((day) => day.counted).map((day) => day.day);
    const [handDue, handDays] = [hand.due === null ? null : date(hand.due), hand.counted.map(date)];
    return due !== handDue || provisional || days.join() !== handDays.join();
  });
  const said = ask(beyond.map(({ one }) => one));
  const wrong = beyond.filter(({ hand }, at) => said[at].provisional !== hand.unknown);
  return { compared: cases.length, beyond: beyond.length, differing: [...differing, ...wrong] };
}

let [passed, failed] = [0, 0];
function tell(what, { differing }, began) {
  const word = differing.length === 0 ? "ok" : `FAILED\n${differing.slice(0, 5).map((one) => JSON.stringify(one)).join("\n")}`;
  console.log(`${what}: ${differing.length} differences, ${Math.round(performance.now() - began)} ms ... ${word}`);
  if (differing.length === 0) passed += 1;
  else failed += 1;
}

let began = performance.now();
const days = differingDays();
tell(
  `calendar, ${days.compared} days against chinese-days ${version("chinese-days")} and holiday-calendar ${version("holiday-calendar")}`,
  days,
  began,
);
began = performance.now();
const cases = differingCases(Number(values.cases), Number(values.seed));
tell(
  `deadlines, ${cases.compared} random cases counted with chinese-days, ${cases.beyond} beyond its years, seed ${values.seed}`,
  cases,
  began,
);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
