// 统一身份登录: a real provider on this machine, and an account that existed before.

import { createServer } from "node:http";
import Provider from "oidc-provider";
import { LOGIN, signIn } from "./office.mjs";

export const title = "signing in through an identity provider";
export const site = "real";

const CLIENT = "zhiheng";

/// A provider that takes everybody for one person and asks nothing: what is tried here is our side.
async function provide(back) {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const person = { name: LOGIN };
  const provider = new Provider(issuer, {
    clients: [{ client_id: CLIENT, token_endpoint_auth_method: "none", redirect_uris: [back], grant_types: ["authorization_code"] }],
    claims: { openid: ["sub"], profile: ["preferred_username"] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ["for this test"] },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: person.name }) }),
  });
  const callback = provider.callback();
  server.on("request", async (request, response) => {
    if (!request.url.startsWith("/interaction/")) return callback(request, response);
    const { params, session, grantId } = await provider.interactionDetails(request, response);
    const accountId = session?.accountId ?? `subject-of-${person.name}`;
    const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant({ accountId, clientId: params.client_id });
    grant.addOIDCScope("openid profile");
    const result = { login: { accountId }, consent: { grantId: await grant.save() } };
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  });
  return { issuer, person, close: () => server.close() };
}

async function signOut(reader) {
  await reader.context.clearCookies();
}

export async function walk(reader) {
  const { page } = reader;
  const provider = await provide(new URL("/login/openid/back", reader.site).href);
  reader.others.add(new URL(provider.issuer).host);
  try {
    await signIn(reader);
    await reader.open("/settings");
    await page.fill("#openid_issuer", provider.issuer);
    await page.fill("#openid_client", CLIENT);
    await Promise.all([page.waitForNavigation(), page.click("form[action='/settings/openid'] button[type=submit]")]);

    await signOut(reader);
    await reader.open("/login?next=/kinds");
    await Promise.all([page.waitForURL("**/kinds"), page.click("a[href^='/login/openid']")]);
    await reader.look("/kinds");
    await reader.expectText("登记台账");

    // Somebody whom the provider knows and the county does not.
    await signOut(reader);
    provider.person.name = `stranger-${reader.width}`;
    await reader.open("/login");
    await Promise.all([page.waitForURL("**/login/openid/back?**"), page.click("a[href^='/login/openid']")]);
    await reader.expectText("统一身份没有对应的账号");

    // An answer that this browser did not ask for.
    await reader.open("/login/openid/back?code=x&state=y", { status: 409 });
    await reader.expectText("不是从本页发起的");
  } finally {
    provider.close();
  }
}
