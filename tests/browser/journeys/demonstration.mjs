// 示例县: the demonstration county is open to everybody, shows live values, and says on every page that it is invented.

export const title = "the demonstration county";
export const site = "demo";

export async function walk(reader) {
  await reader.open("/board");
  await reader.expectText("示例县");
  const lights = await reader.page.locator("table.board td.state").count();
  if (lights < 30) throw new Error(`only ${lights} targets of the demonstration county have a light`);

  await reader.follow(reader.page.locator("table.board th.name a").first());
  await reader.expectText("示例县");

  // The search box of every page: two characters, marked where they stand, in the plan and in records.
  await reader.open("/search?q=" + encodeURIComponent("脆李"));
  await reader.expectText("方案原文", "记录", "脆李");
  const marks = await reader.page.locator(".found mark").count();
  if (marks < 10) throw new Error(`only ${marks} words are marked`);
  await reader.follow(reader.page.locator(".found a:has(mark)").last());
  await reader.open("/search?q=" + encodeURIComponent("榴莲"));
  await reader.expectText("没有找到");
}
