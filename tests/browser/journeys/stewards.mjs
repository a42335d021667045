// 账号与权限: every page of accounts, logs and permissions as the office of a small county sees them.

import { signIn } from "./office.mjs";

export const title = "accounts, logs and permissions";
export const site = "real";

export async function walk(reader) {
  const { page } = reader;
  await signIn(reader);
  await reader.open("/accounts");
  await reader.expectText("兼任系统、安全、审计三类管理员");
  await reader.follow(page.locator("main td a[href^='/accounts/'], main th a[href^='/accounts/']").first());
  await reader.expectText("这是您自己的账号");
  for (const path of ["/settings", "/logs/operations", "/logs/sign-ins", "/permissions", "/bodies"]) await reader.open(path);

  await reader.open("/me");
  await Promise.all([page.waitForLoadState("load"), page.click("form[action='/me/second-factor'] button")]);
  await page.waitForSelector("svg.qr");
  await reader.look("/me/second-factor");
  await page.fill("#code", "000000");
  await Promise.all([page.waitForNavigation(), page.click("main form.form button[type=submit]")]);
  await reader.look("/me/second-factor/confirm");
  await reader.expectText("动态口令不对");
}
