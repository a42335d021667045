// What every journey stands on: a browser, the two widths, and what must hold on every page that is opened.
//
// On every page: the answer has the status that the journey expects, nothing is asked of another host, no script fails, nothing
// breaks the content security policy, the page is not wider than the screen, and axe finds nothing.

import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

/// A phone and an office screen.
export const WIDTHS = [360, 1366];

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/// A browser with an empty profile, which goes when it is closed.
export async function openBrowser(executablePath) {
  const profile = await mkdtemp(join(tmpdir(), "zhiheng-browser-"));
  const launch = { executablePath, headless: true, args: FLAGS, timeout: 60_000 };
  const browser = await chromium.launch({ ...launch, env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile } });
  const close = async () => {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
  };
  return { browser, close };
}

/// One reader at one width. `pictures` is the folder of what was seen.
export class Reader {
  static async arrive(browser, { site, width, pictures, name }) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, locale: "zh-CN", timezoneId: "Asia/Shanghai" });
    const page = await context.newPage();
    return new Reader({ context, page, site, width, pictures, name });
  }

  constructor(parts) {
    Object.assign(this, parts);
    this.wrongs = [];
    /// Hosts that a journey goes to on purpose.
    this.others = new Set();
    const host = new URL(this.site).host;
    this.page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith("http") && url.host !== host && !this.others.has(url.host)) this.wrongs.push(`asked another host: ${url.host}`);
    });
    this.page.on("pageerror", (error) => this.wrongs.push(`a script failed: ${error.message}`));
    this.page.on("console", (message) => {
      // A page that answers 404 on purpose is told by its status, not by the console.
      const known = message.text().startsWith("Failed to load resource") && message.location().url === this.page.url();
      if (message.type() === "error" && !known) this.wrongs.push(`the console says: ${message.text()}`);
    });
  }

  /// Opens a path of the site and holds the page against what must always hold.
  async open(path, { status = 200 } = {}) {
    const response = await this.page.goto(new URL(path, this.site).href, { waitUntil: "load", timeout: 30_000 });
    if (response.status() !== status) throw new Error(`${path} answered ${response.status()}, not ${status}`);
    await this.look(path);
  }

  /// Follows a link and looks at where it leads.
  async follow(link) {
    await Promise.all([this.page.waitForLoadState("load"), link.click()]);
    await this.page.waitForLoadState("load");
    await this.look(new URL(this.page.url()).pathname);
  }

  /// What must hold on every page.
  async look(path) {
    await this.screenshot(path);
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > this.width) this.wrongs.push(`${path} is ${wide} px wide on a screen of ${this.width}`);
    this.wrongs.push(...(await this.axe()).map((finding) => `${path}: ${finding}`));
    if (this.wrongs.length > 0) throw new Error(this.wrongs.splice(0).join("\n"));
  }

  /// What axe finds, a line each.
  async axe() {
    await this.page.evaluate(axeSource);
    const { violations } = await this.page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `axe ${id} (${help}) at ${node.target.join(" ")}`));
  }

  /// A picture of the whole page, for a person.
  async screenshot(path) {
    await mkdir(this.pictures, { recursive: true });
    const name = path.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "home";
    await this.page.screenshot({ path: join(this.pictures, `${this.name}-${name}-${this.width}.png`), fullPage: true });
  }

  /// The page says this, where a reader can see it.
  async expectText(...texts) {
    const seen = await this.page.locator("body").innerText();
    for (const text of texts) if (!seen.includes(text)) throw new Error(`${this.page.url()} does not say «${text}»`);
  }

  /// So many elements match.
  async expectCount(selector, count) {
    const found = await this.page.locator(selector).count();
    if (found !== count) throw new Error(`${this.page.url()} has ${found} × ${selector}, not ${count}`);
  }

  async leave() {
    await this.context.close();
  }
}
