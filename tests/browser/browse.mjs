// Drives one page of a real browser: each line of the standard input is a command as JSON, each
// line of the standard output its value or its error.
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const LONGEST = 60_000;

const browser = await chromium.launch({
  executablePath: process.argv[2],
  args: ["--disable-gpu", "--disable-quic", "--no-first-run"],
});
let page;
let seen;

const COMMANDS = {
  async open({ url, width, height, colors }) {
    await page?.context().close();
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: colors });
    seen = { requests: [], dialogs: [], errors: [] };
    page = await context.newPage();
    // Of the whole context: workers, frames and other pages count too.
    context.on("request", (request) => seen.requests.push(request.url()));
    context.on("weberror", (error) => seen.errors.push(String(error.error())));
    context.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) seen.errors.push(message.text());
    });
    context.on("dialog", (dialog) => {
      seen.dialogs.push(dialog.message());
      dialog.dismiss();
    });
    await page.goto(url);
  },
  seen: async () => seen,
  fill: async ({ selector, text }) => page.fill(selector, text),
  select: async ({ selector, label }) => { await page.selectOption(selector, { label }); },
  click: async ({ selector }) => page.click(selector),
  press: async ({ key }) => page.keyboard.press(key),
  evaluate: async ({ script }) => page.evaluate(script),
  pdf: async () => (await page.pdf({ preferCSSPageSize: true })).toString("base64"),
  close: async () => browser.close(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...how } = JSON.parse(line);
  let answer;
  try {
    let timer;
    const late = new Promise((_, fail) => {
      timer = setTimeout(() => fail(new Error(`not done in ${LONGEST} ms`)), LONGEST);
    });
    answer = { value: (await Promise.race([COMMANDS[command](how), late])) ?? null };
    clearTimeout(timer);
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  if (command === "close") break;
}
