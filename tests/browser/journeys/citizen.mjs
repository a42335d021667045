// 群众投诉: a tourist files a complaint on a telephone, with a photo, over a line that breaks, without an account; the desk handles it; he sees every step
// and every time limit, and rates the result. Then the same in English, a repetition that the desk joins, and an address that sends too much.

import { Reader } from "../rig.mjs";
import { signIn } from "./office.mjs";

export const title = "a citizen files, follows and rates; the desk decides";
export const site = "demo";

/// Presses something that leads to another page, and looks at that.
async function press(reader, selector, seen, status) {
  const [response] = await Promise.all([reader.page.waitForNavigation({ waitUntil: "load" }), reader.page.click(selector)]);
  if (status && response?.status() !== status) throw new Error(`${seen} answered ${response?.status()}, not ${status}`);
  await reader.look(seen);
}

/// What the questions are answered with; what is not here stays blank.
function answers(width, more = {}) {
  return { matter_title: `游船没有讲解 ${width}`, matter: "买票时说好有讲解员，上船以后一直没有人来。", complainant: "李某某", phone: `1380000${String(width).padStart(4, "0")}`, ...more };
}

/// Answers the pages of a form that is open until the last look.
async function fill(reader, given, photo) {
  const { page } = reader;
  for (let step = 0; step < 12 && (await page.locator("button[value=send]").count()) === 0; step += 1) {
    for (const [field, text] of Object.entries(given)) {
      const box = page.locator(`#f-${field}`);
      if ((await box.count()) > 0 && (await box.inputValue()) === "") await box.fill(text);
    }
    const file = page.locator("main input[type=file]");
    if (photo && (await file.count()) > 0) await file.setInputFiles({ name: "现场.jpg", mimeType: "image/jpeg", buffer: photo });
    await press(reader, "main form button[name=do][value=next]", `/report/tour/${step}`);
  }
}

/// Sends what was filled in; answers number and code of the receipt.
async function send(reader) {
  await press(reader, "main form button[name=do][value=send]", "/report/tour/receipt");
  const [number, code] = await reader.page.locator("main strong.code").allInnerTexts();
  if (!/^LY\d{9}$/.test(number) || !/^[2-9A-Z]{5}-[2-9A-Z]{5}$/.test(code)) throw new Error(`the receipt says «${number}» and «${code}»`);
  return { number, code };
}

/// Where a complaint stands, by its code, typed as people type it.
async function course(reader, { code, number }, seen, ...texts) {
  await reader.open("/follow");
  await reader.page.fill("#code", code.toLowerCase().replace("-", " "));
  await reader.page.fill("#number", number);
  await press(reader, "main form button[type=submit]", `/follow/${seen}`, 200);
  await reader.expectText(...texts);
}

/// The page of a complaint for the desk, by its number.
async function caseOf(desk, number) {
  await desk.open(`/kinds/tour_complaint?f.complaint_no=${number}`);
  await desk.expectText(number);
  return new URL(await desk.page.locator(`main table a:has-text("${number}")`).first().getAttribute("href"), desk.site).pathname;
}

/// The desk takes a step.
async function take(desk, address, step, fields = {}) {
  await desk.open(`${address}/steps/${step}`);
  for (const [field, text] of Object.entries(fields)) {
    const control = desk.page.locator(`#f-${field}`);
    if ((await control.evaluate((it) => it.tagName)) === "SELECT") await control.selectOption(text);
    else await control.fill(text);
  }
  await press(desk, "main form.form button[type=submit]", `/kinds/tour_complaint/${step}`);
  await desk.expectText("已办理");
}

/// How many complaints one address may send in an hour, as the office sets it.
async function allow(desk, count) {
  await desk.open("/settings");
  await desk.page.fill("[name=reports_per_hour]", String(count));
  const form = desk.page.locator("form:has([name=reports_per_hour])");
  await Promise.all([desk.page.waitForNavigation(), form.locator("button[type=submit]").first().click()]);
}

/// A sticker with a code on a quay; answers the code.
async function poster(desk) {
  const code = `MT${desk.width}`;
  await desk.open(`/kinds/complaint_point/new`);
  for (const [field, text] of [["code", code], ["spot", "青石镇旅游码头2号泊位"], ["respondent", "示例县青石旅游船务有限公司"]]) await desk.page.fill(`#f-${field}`, text);
  const type = desk.page.locator("[name='f.point_type']").first();
  if ((await type.evaluate((it) => it.tagName)) === "SELECT") await type.selectOption({ index: 1 });
  else await type.check();
  await press(desk, "main form.form button[type=submit]", "/kinds/complaint_point/created");
  await desk.expectText(code);
  await desk.follow(desk.page.locator("main a:has-text('打印投诉海报')"));
  await desk.expectText(code, "青石镇旅游码头2号泊位", "Scan the code", "12345", "12315");
  await desk.expectCount("article.poster svg.qr", 1);
  return code;
}

/// The line breaks while somebody types: what was typed is there when it comes back.
async function breakLine(reader, address) {
  const { page, context } = reader;
  await page.fill("#f-matter_title", answers(reader.width).matter_title);
  await page.fill("#f-matter", answers(reader.width).matter);
  await context.setOffline(true);
  const gone = await page.reload().then(() => false, () => true);
  if (!gone) throw new Error("a page came over a line that was cut");
  await context.setOffline(false);
  // The browser says in its console that there was no line; that is what was wanted.
  reader.wrongs = [];
  await reader.open(address);
  for (const field of ["matter_title", "matter"]) {
    const kept = await page.inputValue(`#f-${field}`);
    if (kept !== answers(reader.width)[field]) throw new Error(`the draft of ${field} came back as «${kept}»`);
  }
}

/// Nothing of what the program says in English is Chinese; articles of law and what people wrote are marked as such.
async function expectEnglish(reader) {
  const chinese = await reader.page.evaluate(() => {
    if (document.documentElement.lang !== "en") return [`lang=${document.documentElement.lang}`];
    const part = document.body.cloneNode(true);
    part.querySelectorAll("[lang^=zh]").forEach((it) => it.remove());
    return part.innerText.split("\n").filter((line) => /\p{Script=Han}/u.test(line));
  });
  if (chinese.length > 0) throw new Error(`${reader.page.url()} says in English: ${chinese.join(" | ")}`);
}

async function english(reader) {
  await reader.open("/report");
  await reader.follow(reader.page.locator("main a[href='/report/tour?lang=en']"));
  await reader.expectText("What went wrong?", "Call 12345", "Call 12315");
  await expectEnglish(reader);
  await press(reader, "main form button[name=do][value=next]", "/report/tour/english-refused", 422);
  await expectEnglish(reader);
  const given = { matter_title: `No guide on the ship ${reader.width}`, spot: "Qingshi pier", leaves_on: "2026-12-01", contact: "mail@example.org" };
  const { page } = reader;
  for (let step = 0; step < 12 && (await page.locator("button[value=send]").count()) === 0; step += 1) {
    await expectEnglish(reader);
    for (const [field, text] of Object.entries(given)) if ((await page.locator(`#f-${field}`).count()) > 0) await page.fill(`#f-${field}`, text);
    await press(reader, "main form button[name=do][value=next]", `/report/tour/english-${step}`);
  }
  await expectEnglish(reader);
  await reader.expectText("1 December 2026");
  const receipt = await send(reader);
  await reader.expectText("Query code", "/follow?lang=en");
  await expectEnglish(reader);
  await press(reader, "main form[action='/follow'] button[type=submit]", "/follow/english", 200);
  await reader.expectText("Complaint received", "Time limits", "by 30 November 2026", "Withdraw the complaint");
  await expectEnglish(reader);
  await page.fill("#f-withdraw-reason", "Settled on the spot");
  await press(reader, "form[action='/follow/withdraw'] button[type=submit]", "/follow/english-unconfirmed", 422);
  await reader.expectText("Nothing was done", "nobody works on it any more");
  await expectEnglish(reader);
  await page.fill("#f-withdraw-reason", "Settled on the spot");
  await page.check("input[name=confirm]");
  await press(reader, "form[action='/follow/withdraw'] button[type=submit]", "/follow/english-withdrawn", 200);
  await reader.expectText("Done: Withdraw the complaint", "This complaint is closed", "ended");
  await expectEnglish(reader);
  await reader.open("/follow?lang=en");
  await page.fill("#code", "2345678923");
  await press(reader, "main form button[type=submit]", "/follow/english-wrong", 422);
  await reader.expectText("Not found.");
  await expectEnglish(reader);
  return receipt;
}

/// An address that sends too much reads what to do instead; no riddle is asked of anybody.
async function tooMuch(reader, desk) {
  await allow(desk, 1);
  for (let tries = 0; tries < 3; tries += 1) {
    await reader.open("/report/tour");
    await fill(reader, answers(reader.width, { matter_title: `第 ${tries} 次` }));
    const [response] = await Promise.all([reader.page.waitForNavigation(), reader.page.click("button[value=send]")]);
    await reader.look("/report/tour/too-often");
    if (response.status() !== 429) continue;
    await reader.expectText("请稍后再试", "12315", "12345", "填过的内容还在");
    await reader.expectCount("main img, main canvas, main iframe, main input:not([type=hidden])", 0);
    return allow(desk, 200);
  }
  throw new Error("no address ever sends too much");
}

/// What was chosen and ticked is kept as well as what was typed: the form is opened anew, and is as it was left.
async function choicesKept(reader) {
  const { page } = reader;
  const category = page.locator("#f-category");
  const demands = () => page.locator("[name='f.demand']:checked").evaluateAll((boxes) => boxes.map((box) => box.value).join());
  const next = () => press(reader, "main form button[name=do][value=next]", "/report/complain/choices");
  for (const first of [true, false]) {
    await reader.open("/report/complain");
    if (first) await page.fill("#f-matter_title", "过期饼干");
    await next();
    if (first) await category.selectOption("food");
    else if ((await category.inputValue()) !== "food") throw new Error("the category that was chosen is gone");
    await next();
    if (first) await page.fill("#f-respondent", "示例县某商行");
    await next();
    if (first) for (const value of ["refund", "apology"]) await page.check(`[name='f.demand'][value=${value}]`);
    else if ((await demands()) !== "refund,apology") throw new Error(`of the boxes that were ticked came back «${await demands()}»`);
  }
}

export async function walk(reader) {
  const { page, width } = reader;
  const desk = await Reader.arrive(reader.context.browser(), { site: reader.site, width, pictures: reader.pictures, name: "citizen-desk" });
  desk.start = reader.start;
  try {
    await signIn(desk);
    await allow(desk, 200);
    const point = await poster(desk);

    await reader.open("/report");
    await reader.expectCount("main a[href='tel:12315'], main a[href='tel:12345']", 2);
    await choicesKept(reader);
    const address = `/report/tour?point=${point}`;
    await reader.open(address);
    await reader.expectText("遇到了什么问题？", "第 1 步");
    await breakLine(reader, address);
    await press(reader, "main form button[name=do][value=next]", "/report/tour/place");
    for (const [field, text] of [["spot", "青石镇旅游码头2号泊位"], ["respondent", "示例县青石旅游船务有限公司"]]) {
      const filled = await page.inputValue(`#f-${field}`);
      if (filled !== text) throw new Error(`the poster fills in ${field} as «${filled}»`);
    }
    const photo = await page.screenshot({ type: "jpeg" });
    await fill(reader, answers(width), photo);
    await reader.expectText("最后一步", answers(width).matter_title, "一张照片", "青石镇旅游码头2号泊位");
    const first = await send(reader);
    await reader.expectText("请把这一页拍下来");
    await course(reader, first, "lodged", "已收到", "收到投诉", "首次响应", "受理决定", "最晚", "在办");

    await reader.open("/report/tour");
    await fill(reader, answers(width, { matter_title: `还是没有讲解 ${width}` }));
    const second = await send(reader);

    const own = await caseOf(desk, first.number);
    await desk.open(own);
    await desk.expectText("首次响应", "如何计算", "可办理", answers(width).phone, "照片和凭证");
    await take(desk, own, "respond", { response: "文旅委值班人员正在联系船务公司，今天下午回复您。" });
    await course(reader, first, "responded", "首次响应", "文旅委值班人员正在联系船务公司", "按期完成");

    // The second is about the same; a person joins it to the first, and its citizen reads so.
    const repeated = await caseOf(desk, second.number);
    await desk.open(repeated);
    await desk.expectText("疑似重复", "联系电话相同", first.number);
    await press(desk, `li:has(a:has-text("${first.number}")) form button[type=submit]`, "/kinds/tour_complaint/merged");
    await desk.expectText("已并案", first.number);
    await course(reader, second, "merged", "并入先前一件投诉办理");

    await take(desk, own, "accept");
    await course(reader, first, "accepted", "已受理", "调解", "送达被投诉人");
    await page.fill("#f-supply-supplement_text", `船票存根找到了 ${width}`);
    await page.setInputFiles("#f-supply-supplement_file", { name: "stub.jpg", mimeType: "image/jpeg", buffer: photo });
    await press(reader, "form[action='/follow/supply'] button[type=submit]", "/follow/supplied", 200);
    await reader.expectText("已办好：补充材料");
    await desk.open(own);
    await desk.expectText(`船票存根找到了 ${width}`, "补充的照片");
    await take(desk, own, "mediate", { mediation_place: "县文化旅游委一楼" });
    await course(reader, first, "mediating", "正在调解", "组织调解");
    await take(desk, own, "settle", { result: "agreement", result_text: "退还讲解费120元，当面致歉。" });
    await course(reader, first, "closed", "已办结", "调解达成协议", "退还讲解费120元", "这件投诉已经办完");
    await page.selectOption("#f-rate-score", "5");
    await press(reader, "form[action='/follow/rate'] button[type=submit]", "/follow/rated", 200);
    await reader.expectText("已办好：评价");
    await desk.open(own);
    await desk.expectText("投诉人评价", "评价");

    await english(reader);
    await tooMuch(reader, desk);
    await reader.open("/report/tour/numbers");
    await reader.expectText("公开统计", "收到", "少于 5 件");
  } finally {
    await desk.leave();
  }
}
