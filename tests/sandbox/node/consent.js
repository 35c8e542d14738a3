// One change of a contact through the official Node package: list, ask, read the tokens, accept as both, look.
//
// argv: host, port, account that asks, new technical contact, path of the service. Prints one JSON object.
"use strict";

const [host, port, asker, newcomer, service] = process.argv.slice(2);
const ovh = require(process.env.OVH_PACKAGE);

const customer = (account) =>
  ovh({
    host,
    port: Number(port),
    basePath: "/1.0",
    appKey: `ak-${account}`,
    appSecret: `as-${account}`,
    consumerKey: `ck-${account}`,
  });

const token = async (account, task) => {
  const history = "/me/notification/email/history";
  for (const id of (await account.requestPromised("GET", history)).reverse()) {
    const { body } = await account.requestPromised("GET", `${history}/${id}`);
    const found = body.match(new RegExp(`contacts/${task}\\?tab=REQUESTS&token=([A-Za-z0-9]{32})$`, "m"));
    if (found) return found[1];
  }
  throw new Error(`no mail about ${task}`);
};

const main = async () => {
  const [one, other] = [customer(asker), customer(newcomer)];
  const numbers = await one.requestPromised("GET", "/services", { resourceName: service.split("/").pop() });
  const listed = await one.requestPromised("GET", "/services/{serviceId}", { serviceId: numbers[0] });
  const tasks = await one.requestPromised("POST", `/${service}/changeContact`, { contactTech: newcomer });
  for (const party of [one, other]) {
    await party.requestPromised("POST", `/me/task/contactChange/${tasks[0]}/resendEmail`);
    await party.requestPromised("POST", `/me/task/contactChange/${tasks[0]}/accept`, {
      token: await token(party, tasks[0]),
    });
  }
  const infos = await one.requestPromised("GET", `/${service}/serviceInfos`);
  const { state } = await one.requestPromised("GET", `/me/task/contactChange/${tasks[0]}`);
  console.log(JSON.stringify({ url: listed.route.url, tasks, state, contactTech: infos.contactTech }));
};

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
