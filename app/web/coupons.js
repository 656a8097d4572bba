// What a coupon looks like.

const day = new Intl.DateTimeFormat(navigator.language, { dateStyle: "medium" });
const moment = new Intl.DateTimeFormat(navigator.language, {
  dateStyle: "medium",
  timeStyle: "short",
});

export function discountText({ percent, amount, currency }) {
  if (percent !== null) {
    return `${percent}% off`;
  }
  // The API counts in minor units; each currency it takes has a hundred to the unit.
  const money = new Intl.NumberFormat(navigator.language, { style: "currency", currency });
  return `${money.format(amount / 100)} off`;
}

function whenText(coupon) {
  switch (coupon.status) {
    case "redeemed":
      return `Redeemed ${moment.format(new Date(coupon.redeemed_at))}`;
    case "expired":
      return `Expired ${day.format(new Date(coupon.expires_at))}`;
    default:
      return `Valid until ${day.format(new Date(coupon.expires_at))}`;
  }
}

export const spaced = (id) => id.replace(/(.{4})(?=.)/g, "$1 ");

/** Puts a coupon into an article made from the template of the page. */
export function fill(article, coupon) {
  const part = (name) => article.querySelector(`.${name}`);
  article.dataset.id = coupon.coupon_id;
  article.dataset.status = coupon.status;
  part("discount").textContent = discountText(coupon.discount);
  part("state").textContent = coupon.status;
  part("description").textContent = coupon.description;
  part("code").textContent = spaced(coupon.coupon_id);
  part("when").textContent = whenText(coupon);
  const redeem = part("redeem");
  redeem.hidden = coupon.status !== "active";
  redeem.setAttribute("aria-label", `Redeem ${coupon.description}, ${spaced(coupon.coupon_id)}`);
}
