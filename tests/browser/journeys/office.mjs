// 办公室的第一天: the first account, a sampling table as it comes, the number that moves at once, and one click to its rows.

export const title = "the office's first day";
export const site = "real";

export const LOGIN = "zhiliangban";
export const PASSWORD = "一句足够长的话做密码 1";

/// The first journey of a run makes the account by the one-time link; the next finds it there.
export async function signIn(reader) {
  const { page } = reader;
  await reader.open("/login");
  await page.fill("#name", LOGIN);
  await page.fill("#password", PASSWORD);
  await Promise.all([page.waitForLoadState("load"), page.click("form.form button[type=submit]")]);
  if (!page.url().includes("/login")) return;
  await reader.open(reader.start);
  await page.fill("#login", LOGIN);
  await page.fill("#name", "张三");
  await page.fill("#password", PASSWORD);
  await page.fill("#repeat", PASSWORD);
  await Promise.all([page.waitForNavigation(), page.click("form.form button[type=submit]")]);
}

/// A notice as a bureau passes it on: a title above the header, dates in three forms, one row without a name.
function notice(width) {
  const rows = [
    ["2026年食品监督抽检结果（示例）", "", "", "", ""],
    ["抽样单编号", "食品名称", "被抽样单位名称", "抽样日期", "检验结论"],
    [`浏览-${width}-1`, "菜籽油", "高唐街道某粮油店", "2026-03-05", "合格"],
    [`浏览-${width}-2`, "挂面", "高唐街道某副食店", "2026/3/6", "合格"],
    [`浏览-${width}-3`, "豆腐干", "大昌镇某作坊", "2026年3月7日", "不合格"],
    [`浏览-${width}-4`, "", "大昌镇某作坊", "2026-03-08", "合格"],
  ];
  return Buffer.from("\ufeff" + rows.map((row) => row.join(",")).join("\r\n") + "\r\n", "utf8");
}

/// Numerator and denominator of the rate, as the board's JSON says them.
async function rate(reader) {
  const board = await (await reader.page.request.get(new URL("/board.json", reader.site).href)).json();
  const target = board.targets.find((target) => target.id === "food_pass_rate");
  return [target.numerator ?? 0, target.denominator ?? 0].map(Number);
}

export async function walk(reader) {
  const { page } = reader;
  await signIn(reader);
  const [passed, tested] = await rate(reader);

  await reader.open("/kinds/food_sample/import");
  await page.setInputFiles("input[type=file]", { name: "抽检公示.csv", mimeType: "text/csv", buffer: notice(reader.width) });
  await Promise.all([page.waitForLoadState("load"), page.click("main form button[type=submit]")]);
  await reader.look("/kinds/food_sample/import/preview");
  await reader.expectText("行新增", "样品名称 未填写", "没有任务类型");

  await page.check("input[name=scope][value=mixed]");
  await page.check("input[name='fill.task_type'][value=supervision]");
  await Promise.all([page.waitForLoadState("load"), page.click("button[name=do][value=import]")]);
  await reader.look("/kinds/food_sample/import/result");

  const after = await rate(reader);
  if (after[0] !== passed + 2 || after[1] !== tested + 3) throw new Error(`the rate went from ${passed}/${tested} to ${after.join("/")}`);
  await reader.open("/indicators/food_pass_rate");
  await reader.follow(page.locator("a[href*='part=denominator']").first());
  await reader.expectText("豆腐干");

  // One ticked row, on paper and on its way to being withdrawn.
  for (const [step, ...texts] of [["print", "共 1 条", "制表人", "审核人"], ["withdraw", "撤销 1 条记录", "撤销原因"]]) {
    await reader.open("/kinds/food_sample");
    await page.locator("input[name=id]").first().check();
    await Promise.all([page.waitForNavigation(), page.click(`button[formaction$='/${step}']`)]);
    await reader.look(`/kinds/food_sample/${step}`);
    await reader.expectText(...texts);
  }
}
