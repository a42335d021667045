// 台账方式: a county that handles no complaints here says where to complain, and opens no form.

export const title = "a citizen is told where to complain";
export const site = "real";

export async function walk(reader) {
  const { page } = reader;
  await reader.open("/report");
  await reader.expectText("全国12315平台", "12345");
  await reader.expectCount("main a[href='tel:12315']", 1);
  await reader.expectCount("main a[href='tel:12345']", 1);
  await reader.expectCount("main form, main a.button.primary, main a[href^='/report/']", 0);
  // An address from elsewhere – an old poster – opens no form either.
  await reader.open("/report/tour?point=MT1", { status: 404 });
  await reader.open("/");
  if ((await page.locator("main a[href='/report/tour']").count()) > 0) throw new Error("the first page offers a form that is not there");
}
