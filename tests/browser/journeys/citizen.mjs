// 群众投诉: a citizen files a complaint without an account, a page at a time, and follows it with the code of the receipt.

export const title = "a citizen files and follows";
export const site = "demo";

export async function walk(reader) {
  const { page } = reader;
  await reader.open("/report");
  const form = page.locator("main a.button.primary").first();
  // A county that handles no complaints itself says so and gives the telephone numbers.
  if ((await form.count()) === 0) return reader.expectText("12315", "12345");
  await reader.follow(form);
  const press = async (name) => {
    await Promise.all([page.waitForLoadState("load"), page.click(`main form button[name=do][value=${name}]`)]);
    await reader.look(`/report/${name}`);
  };
  for (let step = 0; step < 12 && (await page.locator("button[value=send]").count()) === 0; step += 1) {
    const boxes = page.locator("main input[type=text][aria-required], main textarea[aria-required]");
    for (let at = 0; at < (await boxes.count()); at += 1) await boxes.nth(at).fill(`浏览 ${reader.width}`);
    await press("next");
  }
  await press("send");
  await reader.expectText("编号", "查询码", "请把这一页拍下来");
  const code = await page.locator("main strong.code").last().innerText();

  await reader.open("/follow");
  await page.fill("#code", code.toLowerCase());
  await Promise.all([page.waitForLoadState("load"), page.click("main form button[type=submit]")]);
  await reader.look("/follow/course");
  await reader.expectText("办到哪一步", "收到投诉");
}
