// 第一分钟: somebody starts the program and looks around without an account. The plan is all there, and nothing else is.

export const title = "the first minute";
export const site = "real";

export async function walk(reader) {
  await reader.open("/");
  await reader.expectText("质衡", "依据公开文件整理，非政府网站", "登录导入", "打开示例县");

  // The thirty rows of the plan's table, each with its 序号; targets of the text stand beside them without one.
  await reader.open("/board");
  const numbers = await reader.page.locator("table.board td.no").allInnerTexts();
  const rows = numbers.map((number) => number.trim()).filter((number) => /^\d+$/.test(number));
  const wanted = Array.from({ length: 30 }, (_, at) => String(at + 1));
  if ([...rows].sort((a, b) => a - b).join() !== wanted.join()) throw new Error(`the board shows the rows ${rows.join(", ")}`);
  // Anonymous readers see approved figures alone: no lights, no live values.
  await reader.expectCount("table.board td.state", 0);

  await reader.follow(reader.page.locator("table.board th.name a").first());
  await reader.expectText("基期", "目标");

  await reader.open("/plan");
  await reader.expectCount("h1", 1);

  await reader.open("/login");
  await reader.expectCount("input[type=password]", 1);

  await reader.open("/no-such-page", { status: 404 });
  await reader.expectText("没有这个页面");
}
