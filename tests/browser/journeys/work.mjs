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
  // The letter about this case, and no other: its title names the case, its facts the day on which the time ran out.
  await reader.open("/kinds/official_letter?f.state=draft");
  const letter = "关于消费投诉“受理决定”超期的提示函";
  await reader.follow(page.locator(`main tr:has-text("${letter}"):has-text("${missed}") a`).first());
  await reader.expectText(letter, `${missed}”的受理决定`, "期限7个工作日，应于2026年4月27日前办理", "至2026年11月23日尚未办理", "拟稿");
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
  await returned(reader);
  await town(reader);
}

/// The phrase that a person keeps in the first width and finds in the second.
const PHRASE = "佐证材料看不清，请重新上传。";

/// 批量退回 on a list: two tasks are ticked, one of them long accepted; the phrase is kept for the next time.
async function returned(reader) {
  const { page } = reader;
  await reader.open("/kinds/plan_task");
  await page.selectOption("#batch-step", "plan_task.return");
  // Two of the demonstration's tasks wait for their review, one for each width.
  const waiting = page.locator('tr:has-text("进行中"):has-text("2026年11月20日") input[name=id]');
  await (reader.width === 360 ? waiting.first() : waiting.last()).check();
  await page.locator('tr:has-text("已完成") input[name=id]').first().check();
  await send(reader, ".together button", "/work/batch/of-a-list");
  await reader.expectText("勾选 2 件，1 件可以办，1 件不能办", "现在是“已验收”，不能办理“审核退回”", "不会办理");
  // Without a reason nothing is taken and everything is still there.
  await send(reader, "main form.form button[type=submit]", "/work/batch/of-a-list-refused");
  await reader.expectText("请写明理由", "办理 1 件");
  if (reader.width === 360) {
    await page.selectOption("#reason-phrase", "材料不全，请补充后再报。");
    if ((await page.inputValue("#reason")) !== "材料不全，请补充后再报。") throw new Error("a chosen phrase stands in its box");
    await page.fill("#reason", PHRASE);
    await page.check("input[name='reason.keep']");
  } else {
    await page.selectOption("#reason-phrase", PHRASE);
    if ((await page.inputValue("#reason")) !== PHRASE) throw new Error("a phrase that was kept is offered");
  }
  await send(reader, "main form.form button[type=submit]", "/work/batch/of-a-list-taken");
  await reader.expectText("已办 1 件，未办 0 件");
  await reader.follow(page.locator("main table a").first());
  await reader.expectText("审核退回", PHRASE);
  await reader.open("/me/phrases");
  await reader.expectText(PHRASE, "通用", "同意。");
}

/// 乡镇首页: the office gives a town six tasks with their item; its person sees five, reports one with one press, takes it back.
async function town(reader) {
  const { page } = reader;
  // Towns that the demonstration gave nothing to do.
  const body = reader.width === 360 ? "songlin" : "huaqiao";
  await reader.open("/kinds/town_task/new");
  await page.fill("#f-title", "没有依据的事");
  await page.selectOption("#f-town", body);
  await send(reader, "main form.form button[type=submit]", "/kinds/town_task/without-basis");
  await reader.expectText("至少填一项", "没有依据的，不得交办");
  for (let number = 1; number <= 6; number += 1) {
    await page.goto(new URL("/kinds/town_task/new", reader.site).href);
    await page.fill("#f-title", `核对第${number}批电子秤`);
    await page.selectOption("#f-town", body);
    await page.selectOption("#f-assigned_by", "scjg");
    await page.selectOption("#f-duty", "assist_03");
    await page.selectOption("#f-frequency", "month");
    await page.fill("#f-assigned_on", TODAY);
    await page.fill("#f-due_on", `2026-12-${String(number).padStart(2, "0")}`);
    await Promise.all([page.waitForNavigation(), page.click("main form.form button[type=submit]")]);
  }
  await reader.open("/accounts");
  await page.fill("#name", "乡镇经办");
  await page.selectOption("#role", "bureau");
  await page.selectOption("#body", body);
  await Promise.all([page.waitForNavigation(), page.click("main form[action='/accounts'] button[type=submit]")]);
  const link = await page.inputValue("#one_time_link");
  await Promise.all([page.waitForNavigation(), page.click("form[action='/logout'] button")]);
  await reader.open(new URL(link).pathname);
  await page.fill("#login", `town${reader.width}`);
  if (await page.locator("#name").count()) await page.fill("#name", "乡镇经办");
  await page.fill("#password", "一句足够长的话做密码 1");
  await page.fill("#repeat", "一句足够长的话做密码 1");
  await Promise.all([page.waitForNavigation(), page.click("form.form button[type=submit]")]);

  await reader.open("/");
  await reader.expectText("最急的 5 件", "履行职责事项清单条目：配合履职 第33项 配合计量器具检定摸底", "2026年12月1日前", "还有 1 件，看全部", "本期无变化");
  if ((await page.locator("section.town").count()) !== 5) throw new Error("a town's home holds five things");
  await reader.follow(page.locator("section.town a.primary").first());
  if (!(await page.getAttribute("#f-photo", "accept")).startsWith("image/*")) throw new Error("a phone offers its camera");
  await reader.open("/");
  await send(reader, "section.town form.inline button", "/town-home-reported");
  await reader.expectText("已办理：本期无变化", "刚报的", "核对第1批电子秤", "撤回");
  if (new URL(page.url()).pathname !== "/") throw new Error("one press leads back to the home page");
  await send(reader, ".town-taken button", "/town-home-taken-back");
  await reader.expectText("已办理：撤回反馈", "还有 1 件，看全部", "2026年12月1日前");
}
