// 工作台: a complaint is handled before its deadline, and another that nobody handled is late by itself, told, and followed by a letter.

import { signIn } from "./office.mjs";

export const title = "a deadline kept, and one that nobody kept";
export const site = "demo";

/// The demonstration stands at this day.
const TODAY = "2026-11-23";

/// Opens a complaint through its form; answers its address.
async function lodge(reader, matter, received) {
  const { page } = reader;
  await reader.open("/kinds/consumer_complaint/new");
  for (const [field, text] of [["received_on", received], ["respondent", "高唐街道某商店"], ["matter_title", matter]]) {
    await page.fill(`#f-${field}`, text);
  }
  await Promise.all([page.waitForNavigation(), page.click("main form.form button[type=submit]")]);
  const address = new URL(page.url()).pathname;
  if (!/^\/kinds\/consumer_complaint\/[0-9a-f]{32}$/.test(address)) throw new Error(`the complaint was not opened: ${await page.locator("main").innerText()}`);
  await reader.look("/kinds/consumer_complaint/opened");
  return address;
}

async function send(reader, button, seen) {
  const { page } = reader;
  await Promise.all([page.waitForNavigation(), page.click(button)]);
  await reader.look(seen);
}

export async function walk(reader) {
  const { page } = reader;
  await signIn(reader);
  const [kept, missed] = [`按时${reader.width}`, `无人办理${reader.width}`];

  const case_ = await lodge(reader, kept, TODAY);
  await reader.expectText("受理决定", "如何计算", "可办理", "办理经过", "还有");
  await reader.open("/work");
  await reader.expectText("待办", "即将到期", "超期", "已办", "消息", "到期");
  await reader.open(case_);
  await reader.follow(page.locator("a[href$='/steps/accept']"));
  await reader.expectText("办理后“受理决定”停止计时");
  await send(reader, "main form.form button[type=submit]", "/kinds/consumer_complaint/accept-refused");
  await reader.expectText("处需要修改");
  for (const [field, text] of [["complainant", "李某某"], ["phone", "13800000000"], ["matter", "称重不足"]]) {
    await page.fill(`#f-${field}`, text);
  }
  await send(reader, "main form.form button[type=submit]", "/kinds/consumer_complaint/accepted");
  await reader.expectText("已办理：受理", "按期");
  if (new URL(page.url()).pathname !== case_) throw new Error("a step leads back to its case");

  const late = await lodge(reader, missed, "2026-04-16");
  for (let tries = 0; tries < 20 && !(await page.locator("body").innerText()).includes("时限届满：受理决定"); tries += 1) {
    await page.waitForTimeout(250);
    await page.goto(new URL(late, reader.site).href);
  }
  await reader.look("/kinds/consumer_complaint/late");
  await reader.expectText("时限届满：受理决定", "已超期", "系统");
  await reader.open("/work?tab=overdue");
  await reader.expectText(missed, "已超期");
  await reader.open("/work?tab=messages");
  await reader.expectText("受理决定已超期");
  await reader.open("/kinds/official_letter");
  await reader.expectText("督办单");
  await reader.open("/work?tab=done");
  await reader.expectText("受理", kept);
  await reader.open("/work/calendar");
  await reader.expectText("日历订阅");

  // Both of this width's complaints are ticked; only the one that waits can be taken up.
  await reader.open("/work?tab=overdue");
  await page.check(`tr:has-text("${missed}") input[name=item]`);
  await page.selectOption("#batch-step", "consumer_complaint.refuse");
  await send(reader, "form.worklist button[type=submit]", "/work/batch");
  await page.locator("main form [name=reason]").first().evaluate((control) => {
    if (control.tagName === "SELECT") control.selectedIndex = control.options.length - 1;
    else control.checked = true;
  });
  await send(reader, "main form.form button[type=submit]", "/work/batch/take");
  await reader.expectText("已办 1 件，未办 0 件");
}
