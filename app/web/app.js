// The coupon page: four calls to the API, and what they answer put into the page as text.

import { Problem, call } from "/client.js";
import { discountText, fill, spaced } from "/coupons.js";

const element = (id) => document.getElementById(id);

// Saying what happened

const notices = { status: element("status"), problem: element("problem") };
let quieten;

function say(kind, text) {
  notices.status.textContent = "";
  notices.problem.textContent = "";
  notices[kind].textContent = text;
  clearTimeout(quieten);
  if (kind === "status") {
    quieten = setTimeout(() => say("status", ""), 6_000);
  }
}

function sayProblem(problem) {
  const reference = problem.reference ? ` (reference ${problem.reference})` : "";
  say("problem", `${problem.message}${reference}`);
}

function mark(name, mistake) {
  const input = element(name);
  const line = element(`${name}-mistake`);
  line.textContent = mistake;
  line.hidden = mistake === "";
  if (mistake === "") {
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  } else {
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", line.id);
  }
}

/** Marks each field that has a mistake, and goes to the first; gives whether there was one. */
function markAll(names, mistakes) {
  for (const name of names) {
    mark(name, mistakes[name] ?? "");
  }
  const first = names.find((name) => mistakes[name]);
  if (first !== undefined) {
    element(first).focus();
  }
  return first !== undefined;
}

/** Runs `work` unless it already runs; its button stays in place, so that it keeps the focus. */
async function once(button, work) {
  if (button.getAttribute("aria-disabled") === "true") {
    return;
  }
  button.setAttribute("aria-disabled", "true");
  say("status", "");
  try {
    await work();
  } catch (problem) {
    if (!(problem instanceof Problem)) {
      throw problem;
    }
    sayProblem(problem);
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

// Showing coupons

function card(coupon) {
  const article = element("coupon").content.cloneNode(true).firstElementChild;
  fill(article, coupon);
  article
    .querySelector(".redeem")
    .addEventListener("click", (event) => redeem(event.target, coupon));
  return article;
}

function listed(coupon) {
  const item = document.createElement("li");
  item.append(card(coupon));
  return item;
}

/** A coupon can be on the page twice: in the list, and as the one that was looked up. */
function update(coupon) {
  for (const article of document.querySelectorAll(`article[data-id="${coupon.coupon_id}"]`)) {
    fill(article, coupon);
  }
}

// Redeeming

// One key a coupon for as long as the page is open: when an answer is lost, asking again with the
// same key redeems nothing twice.
const keys = new Map();

function keyFor(id) {
  if (!keys.has(id)) {
    keys.set(id, crypto.randomUUID());
  }
  return keys.get(id);
}

function redeem(button, { coupon_id: id }) {
  return once(button, async () => {
    try {
      const headers = { "idempotency-key": keyFor(id) };
      const coupon = await call("POST", `/coupons/${id}/redemption`, { headers });
      update(coupon);
      say("status", `${coupon.description}: redeemed.`);
    } catch (problem) {
      if (!(problem instanceof Problem)) {
        throw problem;
      }
      sayProblem(problem);
      // Whoever was first has changed the coupon.
      await call("GET", `/coupons/${id}`).then(update, () => undefined);
    }
    const article = button.closest("article");
    if (button.hidden) {
      // The button had the focus, and is gone.
      article.tabIndex = -1;
      article.focus();
    }
  });
}

// The list

const list = element("coupons");
const more = element("more");
let cursor = null;

async function showPage() {
  const query = cursor === null ? "" : `?cursor=${encodeURIComponent(cursor)}`;
  const page = await call("GET", `/coupons${query}`).catch((problem) => {
    // A way to try again.
    more.hidden = false;
    throw problem;
  });
  const known = new Set([...list.querySelectorAll("article")].map((one) => one.dataset.id));
  const added = page.coupons.filter((one) => !known.has(one.coupon_id)).map(listed);
  list.append(...added);
  const asked = document.activeElement === more;
  cursor = page.next_cursor;
  more.hidden = cursor === null;
  element("empty").hidden = list.children.length > 0;
  if (asked && added.length > 0) {
    added[0].tabIndex = -1;
    added[0].focus();
  }
}

more.addEventListener("click", () => once(more, showPage));

// Issuing

const issueForm = element("issue");
const FIELDS = ["description", "value", "expires"];
const POINTERS = { description: "description", discount: "value", expires_at: "expires" };

/** The whole number that a decimal text stands for, in hundredths; null if it is none. */
function hundredths(text) {
  const match = /^(\d{1,5})(?:[.,](\d{1,2}))?$/.exec(text.trim());
  return match && Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
}

function readDiscount({ kind, value, currency }) {
  if (kind === "percent") {
    const percent = /^\d{1,3}$/.test(value.trim()) ? Number(value) : 0;
    return percent >= 1 && percent <= 100 ? { percent } : null;
  }
  const amount = hundredths(value);
  return amount !== null && amount >= 1 && amount <= 1_000_000 ? { amount, currency } : null;
}

/** The last second of a day where the reader is. */
function endOf(date) {
  const end = new Date(`${date}T23:59:59`);
  return Number.isNaN(end.getTime()) ? null : end;
}

function isoDay(date) {
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function inDays(days) {
  const date = new Date();
  date.setDate(date.getDate() + days);
  return isoDay(date);
}

function resetIssueForm() {
  issueForm.reset();
  issueForm.expires.min = inDays(0);
  issueForm.expires.max = inDays(5 * 365 - 1);
  issueForm.expires.value = inDays(30);
  showKind();
}

function showKind() {
  const percent = issueForm.kind.value === "percent";
  element("value-label").textContent = percent ? "Percent off" : "Amount off";
  element("currency-field").hidden = percent;
  issueForm.value.placeholder = percent ? "15" : "5.00";
}

for (const choice of issueForm.kind) {
  choice.addEventListener("change", showKind);
}

function readIssueForm() {
  const given = Object.fromEntries(new FormData(issueForm));
  const discount = readDiscount(given);
  const expires = endOf(given.expires);
  const mistakes = {};
  if (given.description.trim() === "") {
    mistakes.description = "Say what the coupon is for.";
  }
  if (discount === null) {
    mistakes.value =
      given.kind === "percent"
        ? "Give a whole number from 1 to 100."
        : "Give an amount from 0.01 to 10,000.00.";
  }
  if (expires === null || expires <= new Date()) {
    mistakes.expires = "Give today or a later day.";
  }
  return {
    mistakes,
    coupon: {
      description: given.description.trim(),
      discount,
      expires_at: expires?.toISOString(),
    },
  };
}

function mistakesOf(problem) {
  const mistakes = {};
  for (const { pointer, detail } of problem.errors) {
    const name = POINTERS[pointer?.split("/")[1]];
    if (name !== undefined) {
      mistakes[name] = detail;
    }
  }
  return mistakes;
}

issueForm.addEventListener("submit", (event) => {
  event.preventDefault();
  once(issueForm.querySelector("button"), async () => {
    const { mistakes, coupon } = readIssueForm();
    if (markAll(FIELDS, mistakes)) {
      return;
    }
    let issued;
    try {
      issued = await call("POST", "/coupons", { body: coupon });
    } catch (problem) {
      if (problem instanceof Problem && markAll(FIELDS, mistakesOf(problem))) {
        return;
      }
      throw problem;
    }
    list.prepend(listed(issued));
    element("empty").hidden = true;
    resetIssueForm();
    issueForm.description.focus();
    say("status", `Issued ${spaced(issued.coupon_id)}: ${discountText(issued.discount)}.`);
  });
});

// Looking up

const findForm = element("find");

findForm.addEventListener("submit", (event) => {
  event.preventDefault();
  once(findForm.querySelector("button"), async () => {
    const found = element("found");
    found.replaceChildren();
    const code = findForm.code.value.replaceAll(/[\s-]/g, "").toUpperCase();
    const mistake = /^[0-9A-HJKMNP-TV-Z]{12}$/.test(code)
      ? ""
      : "A code has twelve letters and digits, without I, L, O and U.";
    if (markAll(["code"], { code: mistake })) {
      return;
    }
    const coupon = await call("GET", `/coupons/${code}`);
    found.append(card(coupon));
    update(coupon);
    found.focus();
  });
});

resetIssueForm();
once(more, showPage);
