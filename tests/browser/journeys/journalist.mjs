// 公开目录: a journalist without an account finds a corrected number with its earlier value, checks it, and finds what was withdrawn with its reason only.

export const title = "a journalist checks a published number";
export const site = "demo";

export async function walk(reader) {
  const { page } = reader;
  await reader.open("/");
  await reader.follow(page.locator("a", { hasText: "公开目录" }).first());
  await reader.expectText("经保密审查和审批公开", "已更正", "已撤回");
  const corrected = page.locator("main section.card", { hasText: "已更正" }).first();
  await reader.follow(corrected.locator("h2 a"));
  await reader.expectText("原公布", "这个数怎么核对", "怎么算", "数到哪天", "自己核对");
  await page.locator("#check details summary").first().click();
  await reader.expectText("计入的记录");
  await reader.look("public-digests");
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#check a.button", { hasText: "核对包" }).click()]);
  const stream = await download.createReadStream();
  const parts = [];
  for await (const part of stream) parts.push(part);
  const text = Buffer.concat(parts).toString("utf8");
  if (text.length > 4096) throw new Error(`the bundle has ${text.length} bytes`);
  const bundle = JSON.parse(text);
  const { value, numerator, denominator, formula } = bundle.number;
  const own = ((Number(numerator) * Number(formula.factor)) / Number(denominator)).toFixed(formula.decimals);
  if (own !== value) throw new Error(`${numerator} ÷ ${denominator} is ${own}, published is ${value}`);
  await reader.open("/public?about=list");
  await reader.follow(page.locator("main h2 a").first());
  await reader.expectText("下载 CSV", "这份名单怎么核对");
  await reader.open("/public");
  await reader.follow(page.locator("main section.card", { hasText: "已撤回" }).first().locator("h2 a"));
  await reader.expectText("内容已不再公开", "原因");
  await reader.expectCount("#check", 0);
  await reader.open("/public?kind=request");
  await reader.expectText("依申请公开");
}
